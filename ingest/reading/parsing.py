"""One file's bytes to clean articles, whatever its kind."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from ingest.reading.html.pages import declared_encoding, read_html
from ingest.reading.hygiene import clean_text, decode
from ingest.reading.json_lines import read_json_lines
from ingest.reading.markdown.documents import read_markdown
from ingest.reading.office import read_docx, read_pptx
from ingest.reading.pdf.articles import read_pdf
from ingest.reading.remarks import Remark
from ingest.reading.saved_pages.pages import read_text
from knowledge.domain import Article
from knowledge.errors import ArticleError

__all__ = [
    "MAX_FILE_BYTES",
    "SUPPORTED_SUFFIXES",
    "NotRead",
    "Parsed",
    "RawFile",
    "check_size",
    "parse_articles",
]

MAX_FILE_BYTES = 25 * 1024 * 1024
Parsed: TypeAlias = Article | ArticleError | Remark
SUPPORTED_SUFFIXES = frozenset(
    {".md", ".markdown", ".html", ".htm", ".txt", ".jsonl", ".docx", ".pptx", ".pdf"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFile:
    """A file as it was found."""

    location: str
    """Its path or address as reports show it."""
    data: bytes
    suffix: str
    """With the dot, in lower case."""
    stem: str
    """Its name without folder and suffix."""


@dataclass(frozen=True, slots=True)
class NotRead:
    """A file that is left out because of what it is."""

    kind: str
    """Its suffix with the dot, or words for what has none."""


def check_size(size: int, location: str) -> None:
    """Raise ArticleError when a file of `size` bytes is too large to be read."""
    if size > MAX_FILE_BYTES:
        raise ArticleError(
            f"is too large: {size / 2**20:.1f} MiB, and the limit is "
            f"{MAX_FILE_BYTES // 2**20} MiB; split it",
            location=location,
        )


def parse_articles(raw: RawFile) -> Iterator[Parsed]:
    """Yield the articles of a file, and for what cannot be read the error that says why.

    JSON Lines yield one article or error a line, in order, and every other kind one, or only a
    remark when it is to be kept out. Remarks say what else was left out. Only ArticleErrors come
    out, and they are yielded, never raised.
    """
    try:
        yield from _parse(raw)
    except ArticleError as exc:
        yield exc


def _parse(raw: RawFile) -> Iterator[Parsed]:
    location, stem = raw.location, raw.stem
    if raw.suffix in {".docx", ".pptx", ".pdf"}:
        if not raw.data.strip():
            raise ArticleError("is empty; write something or delete it", location=location)
        match raw.suffix:
            case ".docx":
                yield read_docx(raw.data, location=location, stem=stem)
            case ".pptx":
                yield read_pptx(raw.data, location=location, stem=stem)
            case _:
                yield from read_pdf(raw.data, location=location, stem=stem)
        return
    declared = declared_encoding(raw.data) if raw.suffix in {".html", ".htm"} else ""
    text = decode(raw.data, location=location, declared=declared)
    match raw.suffix:
        case ".jsonl":
            # Cleaning first would merge lines at separators that JSON strings may hold.
            yield from read_json_lines(text, location=location, stem=stem)
        case ".html" | ".htm":
            yield read_html(text, location=location, stem=stem)
        case ".md" | ".markdown":
            yield from read_markdown(_words(text, location), location=location, stem=stem)
        case ".txt":
            yield read_text(_words(text, location), location=location, stem=stem)
        case _:
            raise ArticleError(
                f"is of a kind that cannot be read ({raw.suffix or 'no suffix'}); use one of "
                f"{', '.join(sorted(SUPPORTED_SUFFIXES))}",
                location=location,
            )


def _words(text: str, location: str) -> str:
    cleaned = clean_text(text)
    if not any(char.isalnum() for char in cleaned):
        raise ArticleError("is empty: it has no words; write some or delete it", location=location)
    return cleaned
