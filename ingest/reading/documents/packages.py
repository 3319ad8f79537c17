"""An archive of XML parts, each of them bounded before it is unpacked."""

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from lxml import etree

from ingest.reading.heads.dates import find_date
from ingest.reading.heads.slugs import slugify, title_from_stem
from ingest.reading.hygiene import clean_text
from knowledge.domain import Article, ArticleId
from knowledge.errors import ArticleError

__all__ = ["Package", "as_article", "one_line", "open_package"]

MAX_PART_BYTES = 24 * 2**20
"""A tree of XML takes some ten times its bytes."""
MAX_STREAM_BYTES = 128 * 2**20
MAX_PARTS = 20_000
_MAX_RATIO, _MIN_BOMB_BYTES = 300, 2**20
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    etree.XMLSyntaxError,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class Package:
    """The parts of one document."""

    def __init__(self, archive: zipfile.ZipFile, *, location: str) -> None:
        """Take an open archive; `location` is for errors."""
        self._archive = archive
        self._location = location
        self.names = tuple(archive.namelist()[:MAX_PARTS])

    def tree(self, name: str) -> Any:
        """Return the tree of a part; `KeyError` when it is not there."""
        return etree.fromstring(self.data(name), _parser())

    def tree_if_there(self, name: str) -> Any:
        """Return the tree of a part, or None when it is not there."""
        return self.tree(name) if name in self.names else None

    def data(self, name: str, *, max_bytes: int = MAX_PART_BYTES) -> bytes:
        """Return what a part holds."""
        self._check(name, max_bytes)
        with self._archive.open(name) as part:
            # What the archive says of the size may be wrong.
            data = part.read(max_bytes + 1)
        if len(data) > max_bytes:
            raise self._too_large(name, max_bytes)
        return data

    def elements(self, name: str, *tags: str) -> Iterator[Any]:
        """Yield the elements of a long part one by one; each is emptied when the next is asked."""
        self._check(name, MAX_STREAM_BYTES)
        with self._archive.open(name) as part:
            for _, element in etree.iterparse(
                part, tag=tags, resolve_entities=False, no_network=True, load_dtd=False
            ):
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]

    def _check(self, name: str, max_bytes: int) -> None:
        info = self._archive.getinfo(name)
        is_bomb = info.file_size > max(_MIN_BOMB_BYTES, _MAX_RATIO * info.compress_size)
        if info.file_size > max_bytes or is_bomb:
            raise self._too_large(name, max_bytes)

    def _too_large(self, name: str, max_bytes: int) -> ArticleError:
        return ArticleError(
            f"unpacks to more than can be read ({name}, {max_bytes // 2**20} MiB at most, and "
            f"{_MAX_RATIO} times its size); split it",
            location=self._location,
        )


@contextmanager
def open_package(data: bytes, *, kind: str, location: str) -> Iterator[Package]:
    """Open a document; whatever is wrong with its archive or XML becomes an `ArticleError`.

    `kind` is what it should be, as in "a Word document".
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            yield Package(archive, location=location)
    except _BROKEN as exc:
        raise ArticleError(
            f"cannot be read as {kind}; open it and save it again, without a password",
            location=location,
        ) from exc


def as_article(
    blocks: Sequence[str],
    about: Mapping[str, str],
    *,
    title: str = "",
    location: str,
    stem: str,
) -> Article:
    """Return an article of blocks of Markdown; `about` is what its package says of it.

    Raises:
        ArticleError: when there are no words but headings.
    """
    body = re.sub(r"\n{3,}", "\n\n", "\n\n".join(blocks)).strip("\n")
    if not any(char.isalnum() for block in blocks if not block.startswith("#") for char in block):
        raise ArticleError("is empty: there is no text in it", location=location)
    title = title or about.get("title", "") or title_from_stem(stem)
    return Article(
        article_id=ArticleId(slugify(title)),
        title=title,
        body=body,
        location=location,
        author=about.get("creator", ""),
        published=find_date(about.get("date", "")),
        updated=find_date(about.get("modified", "")),
    )


def one_line(text: str) -> str:
    """Return clean text on one line."""
    return " ".join(clean_text(text).split())


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
