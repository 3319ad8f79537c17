"""A grid of cells to the tables and lines in it."""

from collections.abc import Iterator, Sequence

from ingest.reading.letters import escape_line, rows_to_table

__all__ = ["MAX_CELLS", "MAX_COLUMNS", "grid_blocks"]

MAX_CELLS = 200_000
MAX_COLUMNS = 500


def grid_blocks(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the tables of a grid as Markdown; empty rows part them.

    Rows with one cell only above a table are its title, and paragraphs; a column of single cells
    is a list of paragraphs.
    """
    table: list[list[str]] = []
    for row in [*rows, ()]:
        if any(row):
            table.append([cell.replace("|", "/") for cell in row])
        elif table:
            yield from _table_blocks(table)
            table = []


def _table_blocks(rows: list[list[str]]) -> Iterator[str]:
    first = next((at for at, row in enumerate(rows) if _filled(row) > 1), len(rows))
    for row in rows[:first]:
        yield escape_line(next(cell for cell in row if cell))
    rows = rows[first:]
    if not rows:
        return
    width = max(map(len, rows))
    rows = [[*row, *[""] * (width - len(row))] for row in rows]
    used = [at for at in range(width) if any(row[at] for row in rows)]
    yield rows_to_table([f"| {' | '.join(row[at] for at in used)} |" for row in rows])


def _filled(row: Sequence[str]) -> int:
    return sum(map(bool, row))
