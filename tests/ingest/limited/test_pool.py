"""One file takes no more than its share, whatever it does to the process that reads it."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ingest.limited import pool as pool_module
from ingest.limited.pool import ReaderPool
from ingest.limited.wire import Limits
from ingest.reading.parsing import NotRead, RawFile, parse_articles
from knowledge.domain import Article
from knowledge.errors import ArticleError
from tests.workbench import make_article


@contextmanager
def _pool(**limits: float) -> Iterator[ReaderPool]:
    pool = ReaderPool(limits=Limits(**limits))  # type: ignore[arg-type]
    try:
        yield pool
    finally:
        pool.close()


def _file(name: str, data: bytes) -> RawFile:
    path = Path(name)
    return RawFile(location=name, data=data, suffix=path.suffix, stem=path.stem)


GOOD = _file("good.md", b"# Good\n\nAll is well.\n")
BAD = _file("bad.jsonl", b"{\n" * 3)
# 200,000 attributes of one element: for minutes at work, in C.
SLOW = _file("slow.html", b"<p " + b"".join(b"a%d='' " % n for n in range(200_000)) + b">x</p>")
DEEP = _file("deep.md", b"> " * 50_000 + b"text")


def test_files_are_read_in_order_as_they_would_be_here() -> None:
    files = [_file(f"{n}.md", b"# Title %d\n\nText %d.\n" % (n, n)) for n in range(40)]
    with _pool() as pool:
        found = list(pool.read([*files, NotRead(".zip"), ArticleError("no", location="x")]))

    assert found[:40] == [one for file in files for one in parse_articles(file)]
    assert found[40] == NotRead(".zip")
    assert str(found[41]) == "x: no"


def test_every_error_of_a_file_comes_out_with_its_line() -> None:
    with _pool() as pool:
        found = list(pool.read([BAD, GOOD]))

    assert [str(one).split(": ")[0] for one in found[:3]] == [f"bad.jsonl:{n}" for n in (1, 2, 3)]
    assert isinstance(found[3], Article)


def test_a_file_that_takes_too_long_is_named_and_the_others_are_read() -> None:
    started = time.monotonic()
    with _pool(cpu_s=1.0, cpu_s_per_mib=0.0) as pool:
        found = list(pool.read([GOOD, SLOW, GOOD]))

    assert [type(one) for one in found] == [Article, ArticleError, Article]
    assert str(found[1]).startswith("slow.html: takes more than 1 s to be read; ")
    assert time.monotonic() - started < 60


def test_a_file_that_takes_too_much_memory_is_named_and_the_others_are_read() -> None:
    many = _file("many.txt", b"words " * 1_500_000)
    with _pool(memory_bytes=10 * 2**20) as pool:
        found = list(pool.read([GOOD, many, GOOD]))

    assert [type(one) for one in found] == [Article, ArticleError, Article]
    assert str(found[1]).startswith("many.txt: needs more than 10 MiB of memory to be read; ")


def test_what_is_large_reaches_a_child_that_was_limited_before() -> None:
    large = make_article("large", body="words " * 8_000_000)
    with _pool(memory_bytes=20 * 2**20) as pool:
        list(pool.read([GOOD]))
        [found] = pool.sections([large])

    assert isinstance(found, ArticleError)
    assert found.reason.startswith("needs more than 20 MiB of memory to be read; ")


@pytest.mark.parametrize(("kept_bytes", "is_left"), [(-1, False), (2**30, True)])
def test_a_child_in_which_files_left_more_than_it_may_keep_reads_no_other(
    kept_bytes: int, is_left: bool
) -> None:
    with _pool(kept_bytes=kept_bytes) as pool:
        assert [type(one) for one in pool.read([GOOD, GOOD])] == [Article, Article]
        assert (pool._idle.qsize() > 0) is is_left


def test_a_file_that_exceeds_a_limit_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    ask = pool_module._Child.ask
    monkeypatch.setattr(
        pool_module._Child,
        "ask",
        lambda child, request, size: asked.append(request) or ask(child, request, size),
    )
    many = _file("many.txt", b"words " * 1_500_000)
    with _pool(memory_bytes=10 * 2**20) as pool:
        list(pool.read([GOOD]))
        list(pool.read([many]))

    assert len(asked) == 2


def test_a_mebibyte_ends_within_ten_seconds_read_and_taken_apart() -> None:
    assert 2 * Limits().cpu_for(2**20) < 10


def test_a_file_that_gives_too_much_text_is_named_and_the_others_are_read() -> None:
    long = _file("long.md", b"word " * 10_000)
    with _pool(reply_bytes=10_000) as pool:
        found = list(pool.read([GOOD, long, GOOD]))

    assert [type(one) for one in found] == [Article, ArticleError, Article]
    assert "long.md: gives more than" in str(found[1])


def test_a_file_that_ends_its_process_is_named_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A library that crashes on one text, found before the real one.
    (tmp_path / "charset_normalizer.py").write_text(
        "import os\n\ndef from_bytes(data):\n    os.abort()\n"
    )
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    odd = _file("odd.txt", bytes(range(128, 255)) * 3)
    with _pool() as pool:
        found = list(pool.read([GOOD, odd, GOOD]))

    assert [type(one) for one in found] == [Article, ArticleError, Article]
    assert "odd.txt: ends the process that reads it (-6)" in str(found[1])


def test_a_fault_of_a_reader_is_named_and_the_others_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "charset_normalizer.py").write_text("def from_bytes(data):\n    return 1 / 0\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    odd = _file("odd.txt", bytes(range(128, 255)) * 3)
    with _pool() as pool:
        found = list(pool.read([GOOD, odd, GOOD]))

    assert [type(one) for one in found] == [Article, ArticleError, Article]
    assert "odd.txt: cannot be read, by a fault of the reader (ZeroDivisionError)" in str(found[1])


def test_an_article_is_taken_apart_within_the_same_limits() -> None:
    slow = make_article("slow", body="[a](" * 50_000)
    with _pool(cpu_s=0.5, cpu_s_per_mib=0.0) as pool:
        first, second = pool.sections([slow, make_article("good")])

    assert isinstance(first, ArticleError)
    assert "takes more than" in first.reason
    assert isinstance(second, list)
    assert second[0].lines == [["The text of good."]]


def test_what_is_nested_deeply_ends_nothing() -> None:
    with _pool() as pool:
        first, second = pool.read([DEEP, GOOD])

    assert isinstance(first, Article | ArticleError)
    assert isinstance(second, Article)


def test_a_child_loads_no_model() -> None:
    code = (
        "import sys; import ingest.limited.child; "
        "print([m for m in ('torch', 'numpy', 'chromadb', 'sqlalchemy', 'slack_sdk') "
        "if m in sys.modules])"
    )

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.strip() == "[]"


def test_no_child_is_left_when_the_pool_is_closed() -> None:
    with _pool() as pool:
        list(pool.read([GOOD, GOOD]))
        (*children,) = pool._idle.queue
        assert children

    assert all(child._process.poll() is not None for child in children)
