"""EPUB books to articles: their chapters in order, with headings."""

import posixpath
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from ingest.reading.documents.packages import Package, as_article, one_line, open_package
from ingest.reading.html.fragments import html_to_markdown
from ingest.reading.hygiene import decode
from ingest.reading.remarks import Remark
from knowledge.domain import Article
from knowledge.errors import ArticleError

__all__ = ["read_epub"]

_C = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_O = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_MAX_TEXT_BYTES = 32 * 2**20
_HEADING = re.compile(r"^(#{1,5}) (?=\S)", re.MULTILINE)
# The reader of HTML would take such an element of XHTML for one that is open.
_CLOSED = re.compile(
    r"<((?!area|base|br|col|embed|hr|img|input|link|meta|source|wbr)[a-z][a-z0-9]{0,20})\b"
    r"([^<>]{0,2000}?)\s*/>"
)
_FENCE = re.compile(r"^(`{3,}).*?^\1$", re.MULTILINE | re.DOTALL)


def read_epub(data: bytes, *, location: str, stem: str) -> Iterator[Article | Remark]:
    """Yield the article of a book; its table of contents is left out, and what is encrypted.

    Raises:
        ArticleError: when it is no book, or holds no text.
    """
    with open_package(data, kind="an EPUB book", location=location) as package:
        root = package.tree("META-INF/container.xml").find(f".//{_C}rootfile").get("full-path")
        book = package.tree(root)
        if "META-INF/encryption.xml" in package.names and "META-INF/rights.xml" in package.names:
            raise ArticleError(
                "is protected against copying, and cannot be read", location=location
            )
        chapters = list(_chapters(package, book, posixpath.dirname(root), location))
    about = _about(book)
    yield Remark(text="its table of contents and pictures are left out", location=location)
    blocks = [block for chapter in chapters for block in _lowered(chapter).split("\n\n")]
    yield as_article(blocks, about, location=location, stem=stem)


def _chapters(package: Package, book: Any, folder: str, location: str) -> Iterator[str]:
    items = {item.get("id"): item for item in book.iter(f"{_O}item")}
    size = 0
    for place in book.iter(f"{_O}itemref"):
        item = items.get(place.get("idref"))
        if item is None or "nav" in item.get("properties", "").split():
            continue
        name = posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        if name not in package.names or "html" not in item.get("media-type", "html"):
            continue
        page = package.data(name)
        size += len(page)
        if size > _MAX_TEXT_BYTES:
            raise ArticleError(
                f"has more than {_MAX_TEXT_BYTES // 2**20} MiB of text; split it", location=location
            )
        if page.strip():
            yield html_to_markdown(_CLOSED.sub(r"<\1\2></\1>", decode(page, location=location)))


def _lowered(chapter: str) -> str:
    """Return a chapter with its headings one level deeper, since the book is the article."""
    kept, end = list[str](), 0
    for fence in _FENCE.finditer(chapter):
        kept += [_HEADING.sub(r"#\1 ", chapter[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*kept, _HEADING.sub(r"#\1 ", chapter[end:])])


def _about(book: Any) -> dict[str, str]:
    found = {}
    for name in ("title", "creator", "date"):
        texts = [one_line(one.text or "") for one in book.iter(f"{_DC}{name}")]
        found[name] = ", ".join(texts) if name == "creator" else next(iter(texts), "")
    for one in book.iter(f"{_O}meta"):
        if one.get("property") == "dcterms:modified":
            found["modified"] = one.text or ""
    return found
