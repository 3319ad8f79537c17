"""A PDF document to an article, whose headings name the pages."""

import re
from collections.abc import Iterator, Sequence

from ingest.reading.heads.dates import parse_date
from ingest.reading.heads.slugs import slugify, title_from_stem
from ingest.reading.letters import escape_line, escape_text
from ingest.reading.pdf.document import open_document
from ingest.reading.pdf.paragraphs import Block, body_size_of, find_blocks
from ingest.reading.pdf.running_heads import without_running_heads
from ingest.reading.remarks import Remark
from knowledge.domain import Article, ArticleId
from knowledge.errors import ArticleError

__all__ = ["read_pdf"]

_MAX_LEVEL = 4
_MAX_PAGES_NAMED = 10
_FILE_NAME = re.compile(
    r"(?:microsoft )?(?:word|powerpoint|excel) - |untitled|(?:document|presentation)\d*$"
    r"|\S*\.(?:docx?|pptx?|xlsx?|odt|rtf|pdf|indd|tex|dvi|html?)$",
    re.IGNORECASE,
)
_DAY = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)")


def read_pdf(data: bytes, *, location: str, stem: str) -> Iterator[Article | Remark]:
    """Yield the article of a PDF document, and remarks on what of it was left out.

    Its title is the document's own, else its first large line, else the words of `stem`.

    Raises:
        ArticleError: when it is no PDF document, needs a password, or holds no text.
    """
    document = open_document(data, location=location)
    body_size = body_size_of(document.pages)
    pages, cut = without_running_heads(document.pages, body_size=body_size)
    blocks = find_blocks(pages, body_size=body_size)
    if not any(char.isalnum() for block in blocks for char in block.text):
        raise ArticleError(
            "has no text: it is a scan; save it with text recognition", location=location
        )
    if cut:
        yield Remark(
            text=f"{cut} running heads and page numbers of its pages are left out",
            location=location,
        )
    if blank := [number for number, lines in enumerate(pages, 1) if not lines]:
        yield _no_text(blank, location)
    title = "" if _FILE_NAME.match(document.title) else document.title
    title, blocks = _take_title(title, blocks)
    title = title or title_from_stem(stem)
    day = _DAY.match(document.changed)
    yield Article(
        article_id=ArticleId(slugify(title)),
        title=title,
        body="\n\n".join(_markdown(blocks)),
        location=location,
        author=document.author,
        updated=parse_date("-".join(day.groups())) if day else None,
    )


def _no_text(pages: Sequence[int], location: str) -> Remark:
    named = ", ".join(map(str, pages[:_MAX_PAGES_NAMED]))
    more = ", ..." if len(pages) > _MAX_PAGES_NAMED else ""
    return Remark(
        text=f"{len(pages)} of its pages have no text, they are blank or scans: {named}{more}",
        location=location,
    )


def _take_title(title: str, blocks: list[Block]) -> tuple[str, list[Block]]:
    """Return the title and what stands below: the first heading, if large, is no heading twice."""
    first = blocks[0]
    largest = max(block.size for block in blocks)
    is_title = first.is_heading and first.size == largest and len(blocks) > 1
    if is_title and (not title or title.casefold() == first.text.casefold()):
        return title or first.text, blocks[1:]
    return title, blocks


def _markdown(blocks: Sequence[Block]) -> Iterator[str]:
    """Yield the blocks as Markdown, each page's text under its number and the heading above."""
    sizes = sorted({block.size for block in blocks if block.is_heading}, reverse=True)
    level, page = 1, 0
    for block in blocks:
        if block.is_heading:
            level, page = min(2 + sizes.index(block.size), _MAX_LEVEL), 0
            yield f"{'#' * level} {escape_text(block.text)}"
            continue
        if block.page != page:
            page = block.page
            yield f"{'#' * (level + 1)} Page {page}"
        yield escape_line(block.text)
