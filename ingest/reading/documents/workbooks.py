"""Excel workbooks to articles: a section for each sheet, with its tables."""

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.reading.documents.cell_formats import NumberKind, number_kind, shown_number
from ingest.reading.documents.grids import MAX_CELLS, MAX_COLUMNS, grid_blocks
from ingest.reading.documents.office import core_properties
from ingest.reading.documents.packages import Package, as_article, one_line, open_package
from ingest.reading.letters import escape_text
from ingest.reading.remarks import Remark
from knowledge.domain import Article
from knowledge.errors import ArticleError

__all__ = ["read_xlsx"]

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_MAX_SHARED = 200_000


@dataclass(slots=True)
class _Book:
    """What the cells of all sheets refer to, and what was left out of them."""

    package: Package
    location: str
    shared: list[str]
    kinds: list[NumberKind]
    is_1904: bool
    cells: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def read_xlsx(data: bytes, *, location: str, stem: str) -> Iterator[Article | Remark]:
    """Yield the article of a workbook, and remarks on hidden sheets, rows, columns and the like.

    A formula counts as the value that was last computed for it.

    Raises:
        ArticleError: when it is no workbook, holds no text, or too many cells.
    """
    with open_package(data, kind="an Excel workbook", location=location) as package:
        sheets = _sheets(package)
        is_1904 = package.tree("xl/workbook.xml").find(f"{_S}workbookPr[@date1904='1']") is not None
        book = _Book(package, location, _shared(package), _kinds(package), is_1904)
        blocks: list[str] = []
        for name, part, is_hidden in sheets:
            if is_hidden:
                yield Remark(text=f"its sheet {name!r} is hidden and left out", location=location)
            elif part in package.names:
                found = list(grid_blocks(_grid(part, book)))
                blocks += [f"## {escape_text(name)}", *found] if found else []
        about = core_properties(package)
        comments = sum("comments" in name.lower() for name in package.names)
    for what, count in sorted(book.left_out.items()):
        yield Remark(text=f"{count} {what} of its sheets are left out", location=location)
    if comments:
        yield Remark(
            text=f"the comments on {comments} of its sheets are left out", location=location
        )
    yield as_article(blocks, about, location=location, stem=stem)


def _sheets(package: Package) -> list[tuple[str, str, bool]]:
    """Return name, part, and whether it is hidden, of each sheet in order."""
    parts = {
        one.get("Id"): posixpath.normpath(posixpath.join("xl", one.get("Target", ""))).lstrip("/")
        for one in package.tree("xl/_rels/workbook.xml.rels")
        if isinstance(one.tag, str)
    }
    return [
        (
            one_line(sheet.get("name", "")),
            parts.get(sheet.get(f"{_R}id"), "").removeprefix("xl/xl/"),
            sheet.get("state", "visible") != "visible",
        )
        for sheet in package.tree("xl/workbook.xml").iter(f"{_S}sheet")
    ]


def _shared(package: Package) -> list[str]:
    name = "xl/sharedStrings.xml"
    if name not in package.names:
        return []
    texts: list[str] = []
    for item in package.elements(name, f"{_S}si"):
        if len(texts) >= _MAX_SHARED:
            break
        texts.append(_text(item))
    return texts


def _kinds(package: Package) -> list[NumberKind]:
    """Return how the numbers of each style of a cell are shown."""
    styles = package.tree_if_there("xl/styles.xml")
    if styles is None:
        return []
    codes = {one.get("numFmtId"): one.get("formatCode", "") for one in styles.iter(f"{_S}numFmt")}
    kinds = []
    for style in styles.iterfind(f"{_S}cellXfs/{_S}xf"):
        number = style.get("numFmtId", "0")
        kinds.append(number_kind(int(number), codes.get(number, "")))
    return kinds


def _grid(part: str, book: _Book) -> list[list[str]]:
    rows: list[list[str]] = []
    places: dict[int, int] = {}
    merged: list[str] = []
    hidden: set[int] = set()
    last = 0
    tags = [f"{_S}{name}" for name in ("col", "row", "mergeCell")]
    for element in book.package.elements(part, *tags):
        if element.tag == f"{_S}mergeCell":
            merged.append(element.get("ref", ""))
        elif element.tag == f"{_S}col":
            if element.get("hidden") in ("1", "true"):
                first, end = int(element.get("min", "1")), int(element.get("max", "1"))
                hidden.update(range(first - 1, min(end, MAX_COLUMNS)))
        else:
            number = int(element.get("r") or last + 1)
            # A gap of any length is one empty row: it parts tables.
            rows += [[]] if number > last + 1 else []
            last = number
            cells = _cells(element, book)
            if any(cells.values()) and element.get("hidden") in ("1", "true"):
                book.left_out["hidden rows"] += 1
                continue
            places[number] = len(rows)
            rows.append([cells.get(at, "") for at in range(max(cells, default=-1) + 1)])
    _fill_merged(rows, places, merged)
    used = {at for row in rows for at in hidden if at < len(row) and row[at]}
    book.left_out.update({"hidden columns": len(used)} if used else {})
    return [[cell for at, cell in enumerate(row) if at not in hidden] for row in rows]


def _cells(row: Any, book: _Book) -> Mapping[int, str]:
    cells: dict[int, str] = {}
    at = -1
    for cell in row.iterchildren(f"{_S}c"):
        place = _PLACE.fullmatch(cell.get("r") or "")
        at = _column(place[1]) if place else at + 1
        if at >= MAX_COLUMNS:
            book.left_out[f"cells beyond column {MAX_COLUMNS}"] += 1
            continue
        text = _value(cell, book)
        if text:
            cells[at] = text
            book.cells += 1
    if book.cells > MAX_CELLS:
        raise ArticleError(
            f"has more than {MAX_CELLS:,} cells; split it, or leave out what nobody asks for",
            location=book.location,
        )
    return cells


def _value(cell: Any, book: _Book) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _text(cell)
    value = cell.find(f"{_S}v")
    text = "" if value is None else value.text or ""
    if not text:
        if cell.find(f"{_S}f") is not None and kind == "n":
            book.left_out["formulas without a value"] += 1
        return ""
    if kind == "s":
        return book.shared[int(text)] if int(text) < len(book.shared) else ""
    if kind == "b":
        return "TRUE" if text == "1" else "FALSE"
    if kind != "n":
        return one_line(text)
    style = int(cell.get("s", "0"))
    shown = book.kinds[style] if style < len(book.kinds) else ""
    return shown_number(text, shown, is_1904=book.is_1904)


def _fill_merged(
    rows: Sequence[list[str]], places: Mapping[int, int], merged: Sequence[str]
) -> None:
    """Repeat the text of a cell over several rows in each of them: a row is read alone."""
    for ref in merged:
        first, _, last = ref.partition(":")
        start, end = _PLACE.fullmatch(first), _PLACE.fullmatch(last)
        if start is None or end is None or start[1] != end[1] or int(start[2]) not in places:
            continue
        column, top = _column(start[1]), rows[places[int(start[2])]]
        for number in range(int(start[2]) + 1, min(int(end[2]), max(places)) + 1):
            row = rows[places[number]] if number in places else []
            if column < min(len(top), len(row)) and not row[column]:
                row[column] = top[column]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _text(element: Any) -> str:
    """Return the words of a text, without the readings that Japanese ones have beside them."""
    parts = [one.text or "" for one in element.iter(f"{_S}t") if one.getparent().tag != f"{_S}rPh"]
    return one_line("".join(parts))
