"""The bytes of a PDF document to its printed lines, with their places and sizes."""

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from ingest.reading.hygiene import clean_text
from knowledge.errors import ArticleError

__all__ = ["Document", "Line", "open_document"]

_LINE_END = frozenset({0x0A, 0x0D})
_NO_TEXT = frozenset({0, 0xFFFE, 0xFFFF})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A printed line; lengths are points, counted from the bottom left of the page."""

    text: str
    """Clean, not blank, without a hyphen that only breaks a word."""
    size: float
    """The height of its letters' font."""
    left: float
    right: float
    bottom: float
    is_broken: bool = False
    """Whether it ends in a hyphen that was left out, within a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a PDF document shows and says of itself."""

    pages: tuple[tuple[Line, ...], ...]
    """The lines of each page in the order of the document, which is mostly that of reading."""
    title: str
    author: str
    changed: str
    """In the form `D:20250402080000Z`, as the other properties perhaps empty."""


def open_document(data: bytes, *, location: str) -> Document:
    """Return the lines of a PDF document.

    Raises:
        ArticleError: when it is none, is damaged, or needs a password.
    """
    try:
        with pdfium.PdfDocument(data) as document:
            about = document.get_metadata_dict()
            return Document(
                pages=tuple(tuple(_lines_of(document[at])) for at in range(len(document))),
                title=_property(about, "Title"),
                author=_property(about, "Author"),
                changed=_property(about, "ModDate"),
            )
    except pdfium.PdfiumError as exc:
        if exc.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise ArticleError(
                "is encrypted; save it without a password", location=location
            ) from exc
        raise ArticleError(
            "cannot be read as a PDF document, it is damaged; open it and save it again",
            location=location,
        ) from exc


def _property(about: dict[str, str], name: str) -> str:
    return " ".join(clean_text(about.get(name, "")).split())


def _lines_of(page: Any) -> Iterator[Line]:
    text_page = page.get_textpage()
    try:
        codes, start = list[int](), 0
        for at in range(text_page.count_chars()):
            code = raw.FPDFText_GetUnicode(text_page, at)
            is_hyphen = raw.FPDFText_IsHyphen(text_page, at) == 1
            # PDFium joins what a hyphen breaks, and marks the place.
            if code in _LINE_END or is_hyphen:
                yield from _line(text_page, codes, start, is_broken=is_hyphen)
                codes, start = [], at + 1
            else:
                codes.append(code)
        yield from _line(text_page, codes, start, is_broken=False)
    finally:
        text_page.close()
        page.close()


def _line(text_page: Any, codes: list[int], start: int, *, is_broken: bool) -> Iterator[Line]:
    letters = ["" if code in _NO_TEXT else chr(code) for code in codes]
    text = " ".join(clean_text("".join(letters)).split())
    printed = [start + at for at, letter in enumerate(letters) if letter.strip()]
    if not text or not printed:
        return
    first, last = text_page.get_charbox(printed[0], True), text_page.get_charbox(printed[-1], True)
    some = (printed[0], printed[len(printed) // 2], printed[-1])
    yield Line(
        text=text,
        size=round(median(_size(text_page, at) for at in some), 1),
        left=first[0],
        right=last[2],
        bottom=first[1],
        is_broken=is_broken,
    )


def _size(text_page: Any, at: int) -> float:
    """Return the size as printed: many programs write all text at size 1 and enlarge it."""
    matrix = raw.FS_MATRIX()
    size = float(raw.FPDFText_GetFontSize(text_page, at))
    if not raw.FPDFText_GetMatrix(text_page, at, ctypes.byref(matrix)):
        return size
    return size * math.hypot(matrix.c, matrix.d)
