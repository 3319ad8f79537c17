"""Rich Text documents to articles: their words, paragraph by paragraph, and rows of tables."""

import re
from collections.abc import Iterator

from striprtf.striprtf import rtf_to_text

from ingest.reading.documents.packages import as_article, one_line
from ingest.reading.hygiene import clean_text
from ingest.reading.letters import escape_line, rows_to_table
from ingest.reading.remarks import Remark
from knowledge.domain import Article
from knowledge.errors import ArticleError

__all__ = ["read_rtf"]

_INFO = re.compile(rb"\{\\(title|author) ?([^{}\\]{1,300})\}")
_MAX_BYTES = 8 * 2**20
_LEFT_OUT = {
    "pictures and objects": re.compile(rb"\{\\(?:\*\\shppict|pict|object)\b"),
    "comments": re.compile(rb"\{\\\*\\annotation\b"),
    "page headers and footers": re.compile(rb"\{\\(?:header|footer)[lrf]?\b"),
}
_FOOTNOTE = re.compile(rb"\{(?:\\\*)?\\footnote\b")
_PARAGRAPH_END = re.compile(rb"\\par(?![a-z])")
_PICTURE = re.compile(rb"\{\\(?:\*\\shppict|pict|object)\b")


def read_rtf(data: bytes, *, location: str, stem: str) -> Iterator[Article | Remark]:
    """Yield the article of a Rich Text document, and remarks on what of it was left out.

    Raises:
        ArticleError: when it is none, or holds no text.
    """
    if not data.lstrip().startswith(b"{\\rtf"):
        raise ArticleError(
            "cannot be read as a Rich Text document; open it and save it again", location=location
        )
    left_out = {name: len(mark.findall(data)) for name, mark in _LEFT_OUT.items()}
    data = _with_footnotes_below(_without_pictures(data))
    if len(data) > _MAX_BYTES:
        raise ArticleError(
            f"has more than {_MAX_BYTES // 2**20} MiB of text; save it as `.docx`",
            location=location,
        )
    # The bytes of other code pages are written as escapes, which name theirs.
    try:
        text = rtf_to_text(data.decode("latin-1"), errors="replace")  # type: ignore[no-untyped-call]
    except (ValueError, LookupError, IndexError, TypeError) as exc:
        raise ArticleError(
            "cannot be read as a Rich Text document; save it as `.docx`", location=location
        ) from exc
    about = {
        {"title": "title", "author": "creator"}[name.decode()]: one_line(
            value.decode("cp1252", "replace")
        )
        for name, value in _INFO.findall(data[:20_000])
    }
    blocks: list[str] = []
    rows: list[str] = []
    for line in [*clean_text(text).split("\n"), ""]:
        is_row = line.count("|") > 0 and line.rstrip().endswith("|")
        if is_row:
            rows.append(f"| {line.strip().rstrip('|')} |")
            continue
        if rows:
            blocks.append(rows_to_table(rows))
            rows = []
        if line.strip():
            blocks.append(escape_line(" ".join(line.split())))
    for what, count in left_out.items():
        if count:
            yield Remark(text=f"{count} {what} in it are left out", location=location)
    yield as_article(blocks, about, location=location, stem=stem)


def _without_pictures(data: bytes) -> bytes:
    """Return a document without its pictures, which are most of its bytes."""
    kept, at = list[bytes](), 0
    for picture in _PICTURE.finditer(data):
        if picture.start() < at:
            continue
        kept.append(data[at : picture.start()])
        at = _end_of_group(data, picture.start())
    return b"".join([*kept, data[at:]])


def _with_footnotes_below(data: bytes) -> bytes:
    """Return a document whose footnotes are paragraphs below the ones that they belong to."""
    kept, waiting, at = list[bytes](), list[bytes](), 0

    def take(end: int) -> None:
        nonlocal at
        while waiting and (mark := _PARAGRAPH_END.search(data, at, end)):
            kept.append(data[at : mark.end()])
            kept.extend(b"{\\pard" + note + b"\\par}" for note in waiting)
            waiting.clear()
            at = mark.end()
        kept.append(data[at:end])
        at = end

    for footnote in _FOOTNOTE.finditer(data):
        if footnote.start() < at:
            continue
        take(footnote.start())
        at = _end_of_group(data, footnote.start())
        waiting.append(data[footnote.end() : at - 1])
    take(len(data))
    text = b"".join(kept)
    # The last paragraph may have no end but that of the document.
    end = text.rfind(b"}") if waiting else len(text)
    last = [b"\\par{\\pard" + note + b"\\par}" for note in waiting]
    return b"".join([text[:end], *last, text[end:]])


def _end_of_group(data: bytes, start: int) -> int:
    depth = 0
    for mark in re.finditer(rb"\\[{}\\]|[{}]", data[start:]):
        depth += {b"{": 1, b"}": -1}.get(mark[0], 0)
        if depth == 0:
            return start + mark.end()
    return len(data)
