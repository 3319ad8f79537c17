"""One file's bytes to clean articles, whatever its kind."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from ingest.reading.archives import unpack
from ingest.reading.documents.books import read_epub
from ingest.reading.documents.office import read_docx, read_pptx
from ingest.reading.documents.open_document import read_open_document
from ingest.reading.documents.workbooks import read_xlsx
from ingest.reading.exports.csv_tables import read_csv
from ingest.reading.exports.json_documents import read_document
from ingest.reading.exports.json_lines import read_json_lines
from ingest.reading.files import MAX_FILE_BYTES, NotRead, RawFile, check_size
from ingest.reading.html.pages import declared_encoding, read_html
from ingest.reading.hygiene import clean_text, decode
from ingest.reading.mail import read_mail
from ingest.reading.markdown.documents import read_markdown
from ingest.reading.markup.asciidoc import read_asciidoc
from ingest.reading.markup.restructured_text import read_restructured_text
from ingest.reading.markup.rich_text import read_rtf
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

Parsed: TypeAlias = Article | ArticleError | Remark | NotRead | RawFile
"""What a file holds; an archive holds files, which are to be read in their turn."""

_TEXTS = frozenset(
    {
        *(
            ".md",
            ".markdown",
            ".mdx",
            ".html",
            ".htm",
            ".xhtml",
            ".txt",
            ".jsonl",
            ".ndjson",
            ".json",
        ),
        *(".csv", ".tsv", ".rst", ".adoc", ".asciidoc"),
    }
)
_DOCUMENTS = frozenset(
    {
        *(".docx", ".pptx", ".xlsx", ".odt", ".odp", ".ods", ".epub", ".pdf", ".rtf", ".eml"),
        ".zip",
    }
)
SUPPORTED_SUFFIXES = _TEXTS | _DOCUMENTS


def parse_articles(raw: RawFile) -> Iterator[Parsed]:
    """Yield the articles of a file, and for what cannot be read the error that says why.

    Exports yield one article or error for each of their entries, in order, and every other kind
    one, or only a remark when it is to be kept out. Remarks say what else was left out. Only
    ArticleErrors come out, and they are yielded, never raised.
    """
    try:
        parse = _parse_document if raw.suffix in _DOCUMENTS else _parse_text
        for one in parse(raw):
            if isinstance(one, Article | RawFile) and not one.url:
                yield replace(one, url=raw.url)
            else:
                yield one
    except ArticleError as exc:
        yield exc


def _parse_document(raw: RawFile) -> Iterator[Parsed]:
    data, location, stem = raw.data, raw.location, raw.stem
    if not data.strip():
        raise ArticleError("is empty; write something or delete it", location=location)
    match raw.suffix:
        case ".docx":
            yield from read_docx(data, location=location, stem=stem)
        case ".pptx":
            yield from read_pptx(data, location=location, stem=stem)
        case ".xlsx":
            yield from read_xlsx(data, location=location, stem=stem)
        case ".odt" | ".odp" | ".ods":
            yield from read_open_document(data, suffix=raw.suffix, location=location, stem=stem)
        case ".epub":
            yield from read_epub(data, location=location, stem=stem)
        case ".rtf":
            yield from read_rtf(data, location=location, stem=stem)
        case ".eml":
            yield from read_mail(data, location=location, stem=stem)
        case ".zip":
            yield from unpack(raw, is_read=lambda suffix: suffix in SUPPORTED_SUFFIXES - {".zip"})
        case _:
            yield from read_pdf(data, location=location, stem=stem)


def _parse_text(raw: RawFile) -> Iterator[Parsed]:
    location, stem = raw.location, raw.stem
    is_page = raw.suffix in {".html", ".htm", ".xhtml"}
    declared = declared_encoding(raw.data) if is_page else ""
    text = decode(raw.data, location=location, declared=declared)
    match raw.suffix:
        case ".jsonl" | ".ndjson":
            # Cleaning first would merge lines at separators that JSON strings may hold.
            yield from read_json_lines(text, location=location, stem=stem)
        case ".json":
            yield from read_document(text, location=location, stem=stem)
        case ".csv" | ".tsv":
            yield from read_csv(text, location=location, stem=stem)
        case ".html" | ".htm" | ".xhtml":
            yield from read_html(text, location=location, stem=stem)
        case ".md" | ".markdown" | ".mdx":
            yield from read_markdown(_words(text, location), location=location, stem=stem)
        case ".rst":
            words = _words(text, location)
            yield from read_restructured_text(words, location=location, stem=stem)
        case ".adoc" | ".asciidoc":
            yield from read_asciidoc(_words(text, location), location=location, stem=stem)
        case ".txt":
            yield from read_text(_words(text, location), location=location, stem=stem)
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
