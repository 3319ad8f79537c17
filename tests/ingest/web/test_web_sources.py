"""Web pages and sitemaps as sources of whole runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.web.visiting import VisitLimits
from tests.ingest.web.internet import PUBLIC, Internet, Request, Sent, page, redirect
from tests.workbench import Workbench, open_workbench

SITE = "https://site.example"
SITEMAP = f"{SITE}/sitemap.xml"


def _article(title: str, text: str) -> str:
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body>"


def _sitemap(*paths: str) -> list[Sent]:
    places = "".join(f"<url><loc>{SITE}/{path}</loc></url>" for path in paths)
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return page(f'<urlset xmlns="{space}">{places}</urlset>', kind="application/xml")


@pytest.fixture
def internet() -> Internet:
    made = Internet()
    made.pages = {
        f"{SITE}/alpha": page(_article("Alpha", "Alpha handles invoices in Lisbon.")),
        f"{SITE}/beta": page(_article("Beta", "Beta answers telephone calls in Porto.")),
        SITEMAP: _sitemap("alpha", "beta"),
    }
    return made


@pytest.fixture
def bench(tmp_path: Path, internet: Internet) -> Iterator[Workbench]:
    with open_workbench(tmp_path / "data", visitor=internet.visitor()) as opened:
        yield opened


def test_a_page_is_taken_in_and_opened_at_its_address(bench: Workbench) -> None:
    report = bench.ingest(f"{SITE}/alpha#top")

    assert (report.added, report.failed) == (("alpha",), ())
    assert "handles invoices in Lisbon." in bench.texts()["alpha"]
    assert bench.catalog.articles()[0].url == f"{SITE}/alpha"
    assert [source.location for source in bench.ledger.sources()] == [f"{SITE}/alpha"]


def test_a_page_that_cannot_be_had_keeps_its_article_and_is_named(
    bench: Workbench, internet: Internet
) -> None:
    bench.ingest(SITEMAP)
    before = bench.texts()
    internet.pages[f"{SITE}/alpha"] = page("", status=404)

    report = bench.ingest(SITEMAP)

    assert [(one.location, "404" in one.reason) for one in report.failed] == [
        (f"{SITE}/alpha", True)
    ]
    assert report.removed == ()
    assert bench.texts() == before


def test_a_page_that_its_sitemap_lists_no_more_is_gone(
    bench: Workbench, internet: Internet
) -> None:
    bench.ingest(SITEMAP)
    internet.pages[SITEMAP] = _sitemap("beta")

    report = bench.ingest(SITEMAP)

    assert report.removed == ("alpha",)


@pytest.mark.parametrize("status", [404, 429, 500, 503])
def test_a_sitemap_that_cannot_be_had_removes_nothing(
    bench: Workbench, internet: Internet, status: int
) -> None:
    bench.ingest(SITEMAP)
    internet.pages[SITEMAP] = page("", status=status)

    report = bench.ingest(SITEMAP)

    assert (report.removed, [one.location for one in report.failed]) == ((), [SITEMAP])
    assert set(bench.texts()) == {"alpha", "beta"}


def test_an_unchanged_page_is_asked_for_by_what_its_server_gave_and_kept(
    bench: Workbench, internet: Internet
) -> None:
    body = _article("Alpha", "Alpha handles invoices in Lisbon.")
    given = {"ETag": '"one"', "Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT"}

    def alpha(request: Request) -> list[Sent]:
        if request.headers.get("if-none-match") == '"one"':
            assert request.headers["if-modified-since"] == given["Last-Modified"].lower()
            return [b"HTTP/1.1 304 Not Modified\r\n\r\n"]
        return page(body, headers=given)

    internet.pages[f"{SITE}/alpha"] = alpha
    bench.ingest(SITEMAP)
    received = internet.received

    report = bench.ingest(SITEMAP)

    assert sorted(report.unchanged) == ["alpha", "beta"]
    assert (report.removed, report.failed) == ((), ())
    assert internet.received - received < received


def test_a_removed_article_is_asked_for_whole_again(bench: Workbench, internet: Internet) -> None:
    internet.pages[f"{SITE}/alpha"] = page(
        _article("Alpha", "Alpha handles invoices."), headers={"ETag": '"one"'}
    )
    bench.ingest(SITEMAP)
    (row,) = (row for row in bench.catalog.articles() if row.article_id == "alpha")
    bench.ingestion.remove([row.article_id], actor="test")

    report = bench.ingest(SITEMAP)

    assert report.added == ("alpha",)


def test_robots_txt_is_heeded(bench: Workbench, internet: Internet) -> None:
    rules = "User-agent: *\nDisallow: /al*a$\nCrawl-delay: 7\n"
    internet.pages[f"{SITE}/robots.txt"] = page(rules, kind="text/plain")
    began = internet.now

    report = bench.ingest(SITEMAP)

    assert report.added == ("beta",)
    assert [(one.location, "robots.txt" in one.reason) for one in report.failed] == [
        (f"{SITE}/alpha", True)
    ]
    assert f"{SITE}/alpha" not in internet.urls
    assert internet.now - began >= 7


def test_a_site_whose_robots_txt_fails_is_left_alone(bench: Workbench, internet: Internet) -> None:
    internet.pages[f"{SITE}/robots.txt"] = page("", status=500)

    report = bench.ingest(SITEMAP)

    assert "robots.txt" in report.failed[0].reason
    assert internet.urls == [f"{SITE}/robots.txt"]


def test_a_site_that_asks_to_wait_is_left_until_the_next_run(
    bench: Workbench, internet: Internet
) -> None:
    bench.ingest(SITEMAP)
    internet.pages[f"{SITE}/alpha"] = page("", status=429)
    internet.asked.clear()

    report = bench.ingest(SITEMAP)

    assert f"{SITE}/beta" not in internet.urls
    assert {one.location for one in report.failed} == {f"{SITE}/alpha", SITEMAP}
    assert set(bench.texts()) == {"alpha", "beta"}


def test_a_host_that_does_not_answer_fails_by_address(bench: Workbench, internet: Internet) -> None:
    bench.ingest(f"{SITE}/alpha")
    internet.down.add(PUBLIC)

    report = bench.ingest(f"{SITE}/alpha")

    assert [one.location for one in report.failed] == [f"{SITE}/alpha"]
    assert set(bench.texts()) == {"alpha"}


def test_other_hosts_of_a_sitemap_are_left_out_and_counted(
    bench: Workbench, internet: Internet
) -> None:
    other = "<url><loc>https://other.example/x</loc></url>"
    internet.pages[SITEMAP] = page(
        f"<urlset><url><loc>{SITE}/alpha</loc></url>{other}</urlset>", kind="text/xml"
    )

    report = bench.ingest(SITEMAP)

    assert report.added == ("alpha",)
    assert any("1 addresses of other hosts" in warning for warning in report.warnings)


def test_a_sitemap_of_sitemaps_is_followed_once(bench: Workbench, internet: Internet) -> None:
    internet.pages[f"{SITE}/all.xml"] = page(
        f"<sitemapindex><sitemap><loc>{SITEMAP}</loc></sitemap></sitemapindex>", kind="text/xml"
    )

    report = bench.ingest(f"{SITE}/all.xml")

    assert report.added == ("alpha", "beta")


def test_more_pages_than_are_read_are_named_and_nothing_is_removed(
    tmp_path: Path, internet: Internet
) -> None:
    visitor = internet.visitor(limits=VisitLimits(pages=1))
    with open_workbench(tmp_path / "data", visitor=visitor) as bench:
        report = bench.ingest(SITEMAP)

    assert report.added == ("alpha",)
    assert "KB_WEB_PAGES" in report.failed[0].reason


def test_a_kind_that_is_not_read_is_not_taken(bench: Workbench, internet: Internet) -> None:
    internet.pages[f"{SITE}/film"] = page(b"x" * 90_000, kind="video/mp4")

    report = bench.ingest(f"{SITE}/film")

    assert "video/mp4" in report.failed[0].reason


def test_a_redirected_page_goes_by_the_address_that_was_added(
    bench: Workbench, internet: Internet
) -> None:
    internet.pages[f"{SITE}/old"] = redirect("/alpha", status=301)

    report = bench.ingest(f"{SITE}/old")

    assert report.added == ("alpha",)
    assert bench.catalog.articles()[0].location == f"{SITE}/old"
