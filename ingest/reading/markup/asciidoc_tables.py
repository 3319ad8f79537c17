"""Tables of AsciiDoc to rows."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence

from ingest.reading.letters import rows_to_table

__all__ = ["table_rows"]

_CELL = re.compile(
    r"(?:^|(?<=\s))(?:(\d{1,3})([*+]))?(?:\.\d+\+)?[<^>]?(?:\.[<^>])?[adehlmsv]?(?<!\\)\|"
)
_COLS = re.compile(r"cols=\"?([^\"\]]{1,300})\"?")
_COLUMN = re.compile(r"(?:(\d{1,3})\*)?[^,;]{0,20}")


def table_rows(
    lines: Sequence[str], style: str, *, plain: Callable[[str], str], is_csv: bool
) -> Iterator[str]:
    """Yield the table between two fences as Markdown; `plain` makes the text of a cell."""
    if is_csv or "format=csv" in style or 'format="csv"' in style:
        rows = list(csv.reader([line for line in lines if line.strip()]))
    else:
        cells_of = [_cells(line) for line in lines]
        width = _width(style) or next((len(cells) for cells in cells_of if len(cells) > 1), 0)
        cells = _joined(lines)
        width = width or 1
        rows = [cells[at : at + width] for at in range(0, len(cells), width)]
    shown = [[plain(cell).replace("|", "/") for cell in row] for row in rows]
    shown = [row for row in shown if any(row)]
    if shown:
        yield rows_to_table([f"| {' | '.join(row)} |" for row in shown])


def _width(style: str) -> int:
    found = _COLS.search(style)
    if found is None:
        return 0
    if re.fullmatch(r"\d+\*?", found[1].strip()) and found[1].strip().endswith("*"):
        return int(found[1].strip().rstrip("*"))
    total = 0
    for column in re.split(r"[,;]", found[1]):
        many = _COLUMN.match(column.strip())
        total += int(many[1]) if many and many[1] else 1
    return total


def _joined(lines: Sequence[str]) -> list[str]:
    """Return the cells in order; a line without a bar goes on with the cell above."""
    cells: list[str] = []
    for line in lines:
        found = _cells(line)
        before = _before(line)
        if before and cells:
            cells[-1] = f"{cells[-1]} {before}".strip()
        cells += found
    return cells


def _before(line: str) -> str:
    first = _CELL.search(line)
    return (line if first is None else line[: first.start()]).strip()


def _cells(line: str) -> list[str]:
    marks = list(_CELL.finditer(line))
    cells = []
    for at, mark in enumerate(marks):
        end = marks[at + 1].start() if at + 1 < len(marks) else len(line)
        text = line[mark.end() : end].replace("\\|", "/").strip()
        times = int(mark[1]) if mark[1] else 1
        cells += [text] * times if mark[2] == "*" else [text, *[""] * (times - 1)]
    return cells
