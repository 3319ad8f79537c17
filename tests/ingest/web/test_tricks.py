"""Sixty ways to make a program fetch what it should not, or take more than it should."""

import gzip
import io
import zipfile
import zlib
from collections.abc import Callable

import pytest

from ingest.reading.files import RawFile
from ingest.reading.parsing import parse_articles
from ingest.reading.sitemaps import read_sitemap
from ingest.web.addresses import parse_address
from ingest.web.fetching import FetchError
from ingest.web.visiting import Visit
from knowledge.domain import Article
from knowledge.errors import ArticleError
from tests.ingest.web.internet import (
    LIMITS,
    OTHER_PUBLIC,
    PUBLIC,
    Internet,
    endless,
    page,
    redirect,
)

START = "http://site.example/"
VISIT = Visit(list_pages=read_sitemap)

WRITTEN_ADDRESSES = [
    # Loopback and private addresses, in every spelling.
    "http://127.0.0.1/",
    "http://localhost/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://127.0.0.1./",
    "http://0/",
    "http://0.0.0.0/",
    "http://①②⑦.0.0.1/",
    "http://127。0。0。1/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://192.0.0.192/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:a9fe:a9fe]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:c0a8:101::1]/",
    "http://[2001:0:5ef5:79fd:0:59d:a000:1]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    # Credentials, ports, schemes and marks that are read in two ways.
    "http://user:word@site.example/",
    "http://site.example@127.0.0.1/",
    "http://127.0.0.1#@site.example/",
    "http://127.0.0.1\\@site.example/",
    "http://site.example:22/",
    "http://site.example:6379/",
    "http://site.example:0/",
    "ftp://site.example/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_INFO",
    "http://site.example\r\nHost: inside/",
    "http:///etc/passwd",
]

ELSEWHERE = [
    "http://127.0.0.1/",
    "//10.0.0.1/",
    "http://[::1]/",
    "http://inside.example/",
    "http://user:word@site.example/",
    "http://site.example:8080/",
    "file:///etc/passwd",
    "http://2130706433/",
]


@pytest.fixture
def internet() -> Internet:
    made = Internet()
    made.names = {
        "localhost": [["127.0.0.1"]],
        "inside.example": [["10.1.2.3"]],
        "both.example": [[PUBLIC, "10.1.2.3"]],
        "mapped.example": [[OTHER_PUBLIC, "::ffff:10.0.0.1"]],
        "scoped.example": [["fe80::1%2"]],
    }
    return made


def _fetch(internet: Internet, text: str) -> bytes:
    """Return what is got; whatever happens, nothing inside is reached and no limit passed."""
    began = internet.now
    try:
        fetcher = internet.fetcher()
        found = fetcher.get(parse_address(text, ports=fetcher.ports))
        return getattr(found, "data", b"")
    finally:
        assert internet.reached_inside == []
        assert internet.largest_reply <= 2 * LIMITS.max_bytes + 2**18 + 2**16
        assert internet.now - began <= LIMITS.total_s + 1


@pytest.mark.parametrize("text", WRITTEN_ADDRESSES)
def test_an_address_that_leads_inside_is_never_asked(internet: Internet, text: str) -> None:
    with pytest.raises((ArticleError, FetchError)):
        _fetch(internet, text)

    assert internet.connected == []


@pytest.mark.parametrize("host", ["inside", "both", "mapped", "scoped"])
def test_a_name_of_which_one_address_is_inside_is_never_asked(
    internet: Internet, host: str
) -> None:
    with pytest.raises(FetchError, match="not public"):
        _fetch(internet, f"https://{host}.example/")

    assert internet.connected == []


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_redirect_that_leads_inside_is_not_followed(internet: Internet, target: str) -> None:
    internet.pages[START] = redirect(target)

    with pytest.raises(FetchError):
        _fetch(internet, START)

    assert internet.urls == [START]


def test_a_redirect_inside_after_some_that_are_fine_is_not_followed(internet: Internet) -> None:
    internet.pages[START] = redirect("/a", status=301)
    internet.pages[f"{START}a"] = redirect("http://other.example/b", status=307)
    internet.pages["http://other.example/b"] = redirect("http://169.254.169.254/", status=308)

    with pytest.raises(FetchError, match="not public"):
        _fetch(internet, START)


def test_a_name_that_changes_its_mind_is_asked_where_it_was_checked(internet: Internet) -> None:
    internet.names["site.example"] = [[PUBLIC], ["127.0.0.1"]]
    internet.pages[START] = page("<p>It is the public page.</p>")

    got = _fetch(internet, START)

    assert b"public page" in got
    assert internet.connected == [PUBLIC]


def test_a_name_that_changes_between_two_redirects_is_refused(internet: Internet) -> None:
    internet.names["site.example"] = [[PUBLIC], ["127.0.0.1"]]
    internet.pages[START] = redirect("/again")

    with pytest.raises(FetchError, match="not public"):
        _fetch(internet, START)


def test_redirects_in_a_circle_end(internet: Internet) -> None:
    internet.pages[START] = redirect("/")

    with pytest.raises(FetchError, match="more than 5 times"):
        _fetch(internet, START)


def test_a_redirect_from_https_to_http_is_not_followed(internet: Internet) -> None:
    internet.pages["https://site.example/"] = redirect("http://site.example/")

    with pytest.raises(FetchError, match="from https to http"):
        _fetch(internet, "https://site.example/")


def endless_slowly(part: bytes, *, pause_s: float) -> object:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    while True:
        yield pause_s
        yield part


def slow_head() -> object:
    yield b"HTTP/1.1 200 OK\r\n"
    while True:
        yield 10.0
        yield b"A: b\r\n"


GREEDY: dict[str, Callable[[], object]] = {
    "an endless body": lambda: endless(b"word " * 1_000),
    "an endless chunked body": lambda: endless(
        b"1000\r\n" + b"w" * 4_096 + b"\r\n",
        head="Content-Type: text/html\r\nTransfer-Encoding: chunked",
    ),
    "a body that says how large it is": lambda: endless(
        b"x" * 1_000, head="Content-Type: text/html\r\nContent-Length: 99999999999"
    ),
    "a gzip bomb": lambda: page(
        gzip.compress(bytes(20_000_000)), headers={"Content-Encoding": "gzip"}
    ),
    "a gzip bomb in members": lambda: page(
        gzip.compress(bytes(90_000)) * 50, headers={"Content-Encoding": "gzip"}
    ),
    "gzip within gzip": lambda: page(
        gzip.compress(gzip.compress(bytes(20_000_000))),
        headers={"Content-Encoding": "gzip, gzip"},
    ),
    "a deflate bomb": lambda: page(
        zlib.compress(bytes(20_000_000)), headers={"Content-Encoding": "deflate"}
    ),
    "brotli, unasked": lambda: page(b"\x8b", headers={"Content-Encoding": "br"}),
    "gzip that is cut off": lambda: page(
        gzip.compress(b"word" * 500)[:20], headers={"Content-Encoding": "gzip"}
    ),
    "gzip that is none": lambda: page(b"word", headers={"Content-Encoding": "gzip"}),
    "a slow body": lambda: endless_slowly(b"w", pause_s=5.0),
    "silence": lambda: [b"HTTP/1.1 200 OK\r\n", 1_000.0],
    "a slow head": slow_head,
    "an endless head": lambda: [
        b"HTTP/1.1 200 OK\r\n",
        *[b"A: " + b"b" * 900 + b"\r\n"] * 5_000,
    ],
    "endless news of progress": lambda: [b"HTTP/1.1 103 Early Hints\r\n\r\n" * 200] * 1_000,
    "no HTTP": lambda: [b"SSH-2.0-OpenSSH_9.7\r\n"],
    "a body that is cut off": lambda: [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 10\r\n\r\nabc"
    ],
}


@pytest.mark.parametrize("trick", sorted(GREEDY))
def test_a_server_that_wants_too_much_is_left(internet: Internet, trick: str) -> None:
    internet.pages[START] = lambda _: GREEDY[trick]()  # type: ignore[return-value, assignment]

    try:
        got = _fetch(internet, START)
    except FetchError:
        return
    assert len(got) <= LIMITS.max_bytes
    assert trick == "a gzip bomb in members", "only the first member is unpacked, and no more"


def test_a_zip_bomb_is_refused_where_it_is_read(internet: Internet) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.md", bytes(30_000_000))
    internet.pages["http://site.example/all.zip"] = page(packed.getvalue(), kind="application/zip")

    items = internet.visitor().visit("http://site.example/all.zip", VISIT)
    found = [one for item in items if isinstance(item, RawFile) for one in parse_articles(item)]

    assert not [one for one in found if isinstance(one, Article)]
    assert [one for one in found if isinstance(one, ArticleError)]


SITEMAP = "http://site.example/sitemap.xml"
XML_BOMB = (
    "<!DOCTYPE urlset [<!ENTITY a 'word'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10 if n else '&a;' * 10}'>" for n in range(9))
    + "]><urlset><url><loc>http://site.example/&a8;</loc></url></urlset>"
)
OUTSIDE_ENTITY = (
    "<!DOCTYPE urlset [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
    "<urlset><url><loc>http://site.example/&x;</loc></url></urlset>"
)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (XML_BOMB.encode(), "text/xml"),
        (OUTSIDE_ENTITY.encode(), "text/xml"),
        (gzip.compress(bytes(20_000_000)), "application/gzip"),
        (
            b"<urlset><url><loc>http://127.0.0.1/</loc></url>"
            b"<url><loc>http://inside.example/</loc></url>"
            b"<url><loc>file:///etc/passwd</loc></url></urlset>",
            "text/xml",
        ),
    ],
    ids=["entities", "a file as entity", "a gzip bomb", "addresses inside"],
)
def test_a_sitemap_that_lies_leads_nowhere(internet: Internet, body: bytes, kind: str) -> None:
    internet.pages[SITEMAP] = page(body, kind=kind)
    found: list[object] = []

    try:
        found += internet.visitor().visit(SITEMAP, VISIT)
    except ArticleError as exc:
        found.append(exc)

    assert not [one for one in found if isinstance(one, RawFile)]
    assert internet.reached_inside == []
    assert all("passwd" not in url and "root:" not in url for url in internet.urls)
