"""Tables of HTML: those that hold data, as rows, told from those that place things on a page."""

from typing import Any

__all__ = ["is_layout", "table_rows"]

_MAX_SPAN = 50
_MAX_DEPTH = 120
_MAX_CELLS_IN_ROW = 500
_MAX_CELL_WORDS = 60
_IN_CELL = ".//h1|.//h2|.//h3|.//h4|.//h5|.//h6|.//pre|.//blockquote|.//table"
_NEW_PART = frozenset(
    {"li", "p", "div", "br", "dt", "dd", "tr", "h1", "h2", "h3", "h4", "h5", "h6"}
)
_NOT_SHOWN = frozenset({"script", "style", "template", "noscript", "button", "select", "title"})


def is_layout(table: Any) -> bool:
    """Return whether a table only places blocks: it has no heads, and a cell is a page of its own.

    One with a single column is none of data either.
    """
    if (table.get("role") or "").lower() in ("presentation", "none"):
        return True
    if table.xpath("boolean(.//th)"):
        return bool(table.xpath("boolean(.//table[.//tr])"))
    if table.xpath(f"boolean({_IN_CELL})"):
        return True
    rows = table.xpath("./tr|./tbody/tr|./thead/tr|./tfoot/tr")
    if all(len(row.xpath("./td|./th")) <= 1 for row in rows):
        return True
    return any(
        len("".join(cell.itertext()).split()) > _MAX_CELL_WORDS
        for row in rows
        for cell in row.xpath("./td")
    )


def table_rows(table: Any) -> tuple[str, list[str]]:
    """Return the caption and the rows as `| a | b |`; a cell over many rows is in each of them."""
    captions = [_text(caption) for caption in table.xpath("./caption")]
    below: dict[int, tuple[int, str]] = {}
    rows = []
    for row in table.xpath(".//tr"):
        cells: list[str] = []
        for cell in row.xpath("./td|./th"):
            _fill(cells, below)
            text = _text(cell).replace("|", "/")
            width = _span(cell, "colspan")
            height = _span(cell, "rowspan")
            for at in range(width):
                shown = text if at == 0 else ""
                if height > 1:
                    below[len(cells)] = (height - 1, shown)
                cells.append(shown)
            if len(cells) > _MAX_CELLS_IN_ROW:
                break
        _fill(cells, below)
        if any(cells):
            rows.append(f"| {' | '.join(cells)} |")
    return " ".join(filter(None, captions)), rows


def _fill(cells: list[str], below: dict[int, tuple[int, str]]) -> None:
    """Add the cells that reach down from the rows above."""
    while len(cells) in below:
        left, text = below.pop(len(cells))
        if left > 1:
            below[len(cells)] = (left - 1, text)
        cells.append(text)


def _span(cell: Any, name: str) -> int:
    span = cell.get(name) or ""
    return min(max(int(span), 1), _MAX_SPAN) if span.isascii() and span.isdigit() else 1


def _text(cell: Any) -> str:
    """Return the text of a cell on one line, parted where a reader sees a new line."""
    parts = [cell.text or ""]
    _collect(cell, parts)
    shown = (" ".join(part.split()) for part in parts)
    return "; ".join(part for part in shown if part)


def _collect(element: Any, parts: list[str], depth: int = 0) -> None:
    for child in element:
        if depth > _MAX_DEPTH:
            parts[-1] += " ".join(child.itertext())
        elif isinstance(child.tag, str) and child.tag.lower() not in _NOT_SHOWN:
            is_new = child.tag.lower() in _NEW_PART
            if is_new:
                parts.append("")
            parts[-1] += child.text or ""
            _collect(child, parts, depth + 1)
            if is_new:
                parts.append("")
        parts[-1] += child.tail or ""
