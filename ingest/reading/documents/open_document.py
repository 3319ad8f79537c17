"""OpenDocument texts, slides and spreadsheets to articles."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from ingest.reading.documents.grids import MAX_CELLS, MAX_COLUMNS, grid_blocks
from ingest.reading.documents.packages import Package, as_article, one_line, open_package
from ingest.reading.letters import escape_line, escape_text, rows_to_table
from ingest.reading.remarks import Remark
from knowledge.domain import Article
from knowledge.errors import ArticleError

__all__ = ["read_open_document"]

_URN = "urn:oasis:names:tc:opendocument:xmlns"
_TEXT = f"{{{_URN}:text:1.0}}"
_TABLE = f"{{{_URN}:table:1.0}}"
_OFFICE = f"{{{_URN}:office:1.0}}"
_DRAW = f"{{{_URN}:drawing:1.0}}"
_SHOW = f"{{{_URN}:presentation:1.0}}"
_STYLE = f"{{{_URN}:style:1.0}}"
_META = f"{{{_URN}:meta:1.0}}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_KINDS = {".odt": "an OpenDocument text", ".odp": "an OpenDocument presentation"}
# They are counted where they stand in a text, and their words left out.
_LEFT_OUT = {
    f"{_OFFICE}annotation": "comments",
    f"{_TEXT}tracked-changes": "lists of changes",
    f"{_SHOW}notes": "pages of notes",
}
_SPACES = {f"{_TEXT}s": " ", f"{_TEXT}tab": " ", f"{_TEXT}line-break": " "}
# They stand within a paragraph, and hold blocks of their own.
_OWN_BLOCKS = frozenset({f"{_TEXT}note", f"{_DRAW}frame", f"{_DRAW}custom-shape"})
_MAX_DEPTH = 100


def read_open_document(
    data: bytes, *, suffix: str, location: str, stem: str
) -> Iterator[Article | Remark]:
    """Yield the article of an `.odt`, `.odp` or `.ods` file, and remarks on what was left out.

    Raises:
        ArticleError: when it is none, is encrypted, or holds no text.
    """
    kind = _KINDS.get(suffix, "an OpenDocument spreadsheet")
    with open_package(data, kind=kind, location=location) as package:
        body = package.tree("content.xml")
        about = _about(package)
    content = body.find(f"{_OFFICE}body")
    if content is None:
        raise ArticleError(f"cannot be read as {kind}; save it again", location=location)
    reader = _Reader(location, hidden_styles=_hidden_styles(body))
    blocks = list(reader.blocks(content))
    for what, count in sorted(reader.left_out.items()):
        yield Remark(text=f"{count} {what} in it are left out", location=location)
    yield as_article(blocks, about, title=reader.title, location=location, stem=stem)


class _Reader:
    """Makes Markdown of the elements of a body, and counts what it leaves out."""

    def __init__(self, location: str, *, hidden_styles: set[str]) -> None:
        self._location = location
        self._hidden_styles = hidden_styles
        self._cells = 0
        self.title = ""
        self.left_out: Counter[str] = Counter()

    def blocks(self, parent: Any, depth: int = 0) -> Iterator[str]:
        """Yield the blocks in an element."""
        for element in parent if depth < _MAX_DEPTH else ():
            if element.tag in _LEFT_OUT:
                self.left_out[_LEFT_OUT[element.tag]] += 1
            elif element.tag == f"{_TEXT}h":
                yield from self._heading(element)
            elif element.tag == f"{_TEXT}p":
                yield from self._paragraph(element, depth)
            elif element.tag == f"{_TEXT}list":
                yield from self._list(element, depth)
            elif element.tag == f"{_TABLE}table":
                yield from self._table(element)
            elif element.tag == f"{_DRAW}page":
                yield from self._slide(element, depth)
            else:
                yield from self.blocks(element, depth + 1)

    def _heading(self, element: Any) -> Iterator[str]:
        level = element.get(f"{_TEXT}outline-level", "1")
        if text := self._line(element):
            yield f"{'#' * min(int(level) + 1 if level.isdigit() else 2, 6)} {escape_text(text)}"

    def _paragraph(self, element: Any, depth: int) -> Iterator[str]:
        text = self._line(element)
        if element.get(f"{_TEXT}style-name") == "Title" and text and not self.title:
            self.title = text
        elif text:
            yield escape_line(text)
        for note in element.iter(f"{_TEXT}note-body"):
            yield from self.blocks(note, depth + 1)
        for box in element.iterchildren(f"{_DRAW}frame", f"{_DRAW}custom-shape"):
            yield from self.blocks(box, depth + 1)

    def _list(self, element: Any, depth: int, indent: int = 0) -> Iterator[str]:
        for item in element if depth < _MAX_DEPTH else ():
            for part in item:
                if part.tag == f"{_TEXT}list":
                    yield from self._list(part, depth + 1, indent + 1)
                elif part.tag == f"{_TEXT}h":
                    yield from self._heading(part)
                elif text := self._line(part):
                    yield f"{'  ' * min(indent, 8)}- {escape_text(text)}"

    def _slide(self, page: Any, depth: int) -> Iterator[str]:
        if page.get(f"{_DRAW}style-name") in self._hidden_styles:
            self.left_out["hidden slides"] += 1
            return
        number = 1 + sum(1 for _ in page.itersiblings(f"{_DRAW}page", preceding=True))
        heading, blocks = "", list[str]()
        for frame in page:
            kind = frame.get(f"{_SHOW}class", "")
            if kind == "title" and not heading:
                heading = " ".join(self._line(part) for part in frame.iter(f"{_TEXT}p"))
            elif frame.tag in _LEFT_OUT:
                self.left_out[_LEFT_OUT[frame.tag]] += 1
            else:
                blocks += self.blocks(frame, depth + 1)
        if blocks or heading:
            yield f"## Slide {number}{f': {escape_text(heading)}' if heading else ''}"
        yield from blocks

    def _table(self, table: Any) -> Iterator[str]:
        if table.get(f"{_TABLE}style-name") in self._hidden_styles:
            self.left_out["hidden sheets"] += 1
            return
        is_sheet = table.getparent().tag == f"{_OFFICE}spreadsheet"
        grid: list[list[str]] = []
        for row in table.iter(f"{_TABLE}table-row"):
            cells = self._row(row)
            if any(cells) and row.get(f"{_TABLE}visibility") in ("collapse", "filter"):
                self.left_out["hidden rows"] += 1
                continue
            grid.append(cells)
        if is_sheet:
            found = list(grid_blocks(grid))
            name = one_line(table.get(f"{_TABLE}name", ""))
            yield from [f"## {escape_text(name)}", *found] if found else ()
        elif any(map(any, grid)):
            rows = [
                "| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in grid
            ]
            yield rows_to_table(rows)

    def _row(self, row: Any) -> list[str]:
        cells: list[str] = []
        for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            lines = (self._line(part) for part in cell.iter(f"{_TEXT}p", f"{_TEXT}h"))
            text = "; ".join(filter(None, lines))
            repeated = cell.get(f"{_TABLE}number-columns-repeated", "1")
            times = int(repeated) if repeated.isdigit() else 1
            cells += [text] * min(times, MAX_COLUMNS - len(cells))
            self._cells += min(times, MAX_COLUMNS) if text else 0
        if self._cells > MAX_CELLS:
            raise ArticleError(
                f"has more than {MAX_CELLS:,} cells; split it", location=self._location
            )
        while cells and not cells[-1]:
            cells.pop()
        return cells

    def _line(self, element: Any) -> str:
        parts: list[str] = []
        self._collect(element, parts)
        return one_line("".join(parts))

    def _collect(self, element: Any, parts: list[str], depth: int = 0) -> None:
        parts.append(element.text or "")
        for child in element if depth < _MAX_DEPTH else ():
            if child.tag in _LEFT_OUT:
                self.left_out[_LEFT_OUT[child.tag]] += 1
            elif child.tag in _SPACES:
                parts.append(_SPACES[child.tag])
            elif isinstance(child.tag, str) and child.tag not in _OWN_BLOCKS:
                self._collect(child, parts, depth + 1)
            parts.append(child.tail or "")


def _hidden_styles(document: Any) -> set[str]:
    """Return the names of the styles of tables and slides that are not shown."""
    found = set()
    for style in document.iter(f"{_STYLE}style"):
        for properties in style:
            is_hidden_table = properties.get(f"{_TABLE}display") == "false"
            if is_hidden_table or properties.get(f"{_SHOW}visibility") == "hidden":
                found.add(style.get(f"{_STYLE}name", ""))
    return found


def _about(package: Package) -> dict[str, str]:
    meta = package.tree_if_there("meta.xml")
    if meta is None:
        return {}
    names = {
        f"{_DC}title": "title",
        f"{_META}initial-creator": "creator",
        f"{_DC}creator": "creator",
        f"{_META}creation-date": "date",
        f"{_DC}date": "modified",
    }
    found: dict[str, str] = {}
    for element in meta.iter(*names):
        found.setdefault(names[element.tag], one_line(element.text or ""))
    return found
