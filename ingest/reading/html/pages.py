"""A web page to an article: its main content as Markdown, its metadata, nothing hidden."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import trafilatura

from ingest.reading.heads.dates import find_date
from ingest.reading.heads.slugs import slugify, title_from_stem
from ingest.reading.html.fragments import element_to_markdown
from ingest.reading.html.page_tree import drop_hidden, show_accordions
from ingest.reading.html.surroundings import main_part
from ingest.reading.hygiene import clean_text
from ingest.reading.markdown.documents import take_heading
from ingest.reading.remarks import Remark
from ingest.reading.saved_pages.furniture import label_kind
from ingest.reading.saved_pages.metadata import find_author, find_updated
from ingest.reading.saved_pages.text_blocks import Block, is_list_item
from knowledge.domain import Article, ArticleId
from knowledge.errors import ArticleError

__all__ = ["declared_encoding", "read_html"]

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,40})", re.IGNORECASE)
_MODIFIED = (
    "//meta[@property='article:modified_time' or @property='og:updated_time'"
    " or @name='last-modified' or @itemprop='dateModified']/@content",
    "//*[@itemprop='dateModified']/@datetime",
)
_JSON_MODIFIED = re.compile(r"\"dateModified\"\s*:\s*\"([^\"]{4,40})\"")


def declared_encoding(data: bytes) -> str:
    """Return the encoding that the page itself names near its top, or an empty string."""
    match = _CHARSET.search(data[:2048])
    return "" if match is None else match[1].decode("ascii")


def read_html(text: str, *, location: str, stem: str) -> Iterator[Article | Remark]:
    """Yield the article of a page, and a remark on how much around it was left out.

    Raises:
        ArticleError: when the page cannot be parsed or has no main text.
    """
    tree = _load(text, location)
    # The dates and the author may stand in a script that is about to be dropped.
    meta = trafilatura.extract_metadata(tree, date_config={"original_date": True})
    updated = _modified(tree)
    show_accordions(tree)
    hidden = drop_hidden(tree)
    title = _one_line(meta.title)
    part, cut = main_part(tree, title=_one_line(tree.findtext(".//title")))
    body = clean_text(element_to_markdown(part))
    heading, body = take_heading(body, title=title)
    body, trimmed = _trim_edges(body, title=title)
    cut += [line for line in trimmed if line and line.strip("#* ") != title]
    if not any(char.isalnum() for char in body):
        raise ArticleError(
            "is empty: the page has no main text; save the article itself", location=location
        )
    title = title or heading or title_from_stem(stem)
    if hidden or cut:
        yield Remark(text=_left_out(hidden, len(cut)), location=location)
    yield Article(
        article_id=ArticleId(slugify(title)),
        title=title,
        body=body,
        location=location,
        url=_one_line(meta.url),
        author=_one_line(meta.author) or find_author(cut, title=title),
        summary=_one_line(meta.description),
        published=find_date(meta.date or ""),
        updated=updated or find_updated(cut),
    )


def _left_out(hidden: int, around: int) -> str:
    parts = []
    if hidden:
        parts.append(f"{hidden} hidden passages (buttons among them)")
    if around:
        parts.append(f"{around} pieces around the article (menus, labels, links to other pages)")
    return f"{' and '.join(parts)} in it are left out"


def _load(text: str, location: str) -> Any:
    # An encoding named inside text that is decoded already makes the parser refuse or guess again.
    text = re.sub(r"^\s*<\?xml[^>]{0,500}\?>", "", text)
    tree = trafilatura.load_html(text)
    if tree is None:
        raise ArticleError("is not an HTML page; check what was saved", location=location)
    return tree


def _trim_edges(body: str, *, title: str) -> tuple[str, list[str]]:
    """Return the body without labels above and below it, and the lines that were cut off."""
    paragraphs = body.split("\n\n")
    start, end = 0, len(paragraphs)
    while start < end and _is_furniture(paragraphs[start], title):
        start += 1
    while end > start and _is_furniture(paragraphs[end - 1], title):
        end -= 1
    trimmed = "\n".join([*paragraphs[:start], *paragraphs[end:]])
    return "\n\n".join(paragraphs[start:end]), trimmed.split("\n")


def _is_furniture(paragraph: str, title: str) -> bool:
    if "\n" in paragraph or is_list_item(paragraph):
        return False
    block = Block(text=paragraph, gap_before=True, gap_after=True)
    return paragraph.strip("#* ") == title or label_kind(block) != ""


def _modified(tree: Any) -> dt.date | None:
    values = [str(value) for path in _MODIFIED for value in tree.xpath(path)]
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        values += _JSON_MODIFIED.findall(str(script))
    return next((date for value in values if (date := find_date(value))), None)


def _one_line(text: str | None) -> str:
    return " ".join(clean_text(text or "").split())
