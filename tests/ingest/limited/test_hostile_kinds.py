"""Each kind of document is read in the limited child, and a hostile one ends nothing else."""

from pathlib import Path

import pytest

from ingest.limited.pool import ReaderPool
from ingest.reading.files import RawFile
from ingest.reading.parsing import SUPPORTED_SUFFIXES
from knowledge.domain import Article
from knowledge.errors import ArticleError
from tests.ingest.reading.reading import zipped_files

BOMB = b" " * (30 * 2**20)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
NEST = 60_000
HOSTILE: dict[str, bytes] = {
    ".docx": zipped_files({"word/document.xml": BOMB}),
    ".pptx": zipped_files({"ppt/slides/slide1.xml": BOMB}),
    ".xlsx": zipped_files({"xl/workbook.xml": BOMB, "xl/_rels/workbook.xml.rels": BOMB}),
    ".odt": zipped_files({"content.xml": BOMB}),
    ".odp": zipped_files({"content.xml": BOMB}),
    ".ods": zipped_files({"content.xml": BOMB}),
    ".epub": zipped_files({"META-INF/container.xml": BOMB}),
    ".zip": zipped_files({"a.md": BOMB}),
    ".pdf": b"%PDF-1.4\n1 0 obj\n" + b"<< /A " * NEST,
    ".rtf": b"{\\rtf1 " + b"{\\b " * NEST,
    ".eml": b"From: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n"
    + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 2_000,
    ".rst": b"* " * 20_000 + b"deep",
    ".adoc": b"****\n=====\n" * 20_000,
    ".asciidoc": b"|===\n" * NEST,
    ".csv": b'title,text\n"' + b'a""' * 400_000,
    ".tsv": b"\t" * 2_000_000 + b"x",
    ".json": b"[" * NEST,
    ".jsonl": b'{"a":' * NEST,
    ".ndjson": b'{"text": "' + b"<b>" * NEST + b'"}',
    ".md": b"> " * NEST + b"deep",
    ".markdown": b"[" * NEST + b"deep",
    ".mdx": b"<A {" * NEST,
    ".html": b"<div class=nav>" * NEST + b"deep",
    ".htm": b"<table><tr><td>" * NEST + b"deep",
    ".xhtml": b"<ul><li><a href=x>" * NEST + b"deep",
    ".txt": b"| a " * 200_000,
}


def test_every_kind_has_a_hostile_example() -> None:
    assert set(HOSTILE) == SUPPORTED_SUFFIXES


@pytest.mark.long
def test_a_hostile_file_of_any_kind_is_named_or_read_and_the_next_one_is_read() -> None:
    good = RawFile(location="good.md", data=b"# Good\n\nAll is well.\n", suffix=".md", stem="good")
    files = [
        RawFile(location=f"bad{suffix}", data=data, suffix=suffix, stem="bad")
        for suffix, data in HOSTILE.items()
    ]
    pool = ReaderPool()
    try:
        found = list(pool.read([one for file in files for one in (file, good)]))
    finally:
        pool.close()

    assert sum(isinstance(one, Article) and one.title == "Good" for one in found) == len(files)
    reasons = {
        Path(one.location.partition("#")[0]).suffix: one.reason
        for one in found
        if isinstance(one, ArticleError)
    }
    assert {kind for kind, reason in reasons.items() if "fault of the reader" in reason} == set()
    # What unpacks to more than it may is refused, whatever kind of archive it is.
    zips = [".docx", ".pptx", ".xlsx", ".odt", ".odp", ".ods", ".epub", ".zip"]
    assert [kind for kind in zips if "unpacks to more" not in reasons.get(kind, "")] == []


@pytest.mark.parametrize("processes", [1, 3])
def test_files_are_told_in_their_order_however_many_are_read_at_once(processes: int) -> None:
    files = [
        RawFile(location=f"{n}.md", data=b"# T\n\n" + b"Text. " * (900 if n % 5 == 0 else 1),
                suffix=".md", stem="t")
        for n in range(20)
    ]  # fmt: skip
    pool = ReaderPool(processes=processes)
    try:
        found = list(pool.read(files))
    finally:
        pool.close()

    assert [one.location for one in found if isinstance(one, Article)] == [
        f.location for f in files
    ]
