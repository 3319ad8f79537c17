"""Text that is no Markdown, written so that Markdown gives it back letter by letter."""

import re
from collections.abc import Sequence

__all__ = ["escape_line", "escape_text", "is_separator", "rows_to_table"]

_SPECIAL = re.compile(r"[\\`*_\[\]<~]|&(?=#?\w{1,32};)")
_OPENS_BLOCK = re.compile(r"(?:#{1,6}(?=\s|$)|>|[+-](?=\s|$)|=+\s*$|\|)")
_NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_SEPARATOR = re.compile(r"[\W_]*")
_BULLET = re.compile(r"[-*+•‣◦·]\s+")
_NUMBERED = re.compile(r"\(?\d{1,3}[.)]\s+\S")
_RULE = re.compile(r"\|?(?:\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?")


def escape_text(text: str) -> str:
    """Return `text` without what Markdown takes for a mark within a line."""
    return _SPECIAL.sub(lambda mark: f"\\{mark[0]}", text)


def escape_line(line: str) -> str:
    """Return a line of its own as Markdown; a bullet or number makes it a list item."""
    if bullet := _BULLET.match(line):
        return f"- {_start(line[bullet.end() :])}"
    if _NUMBERED.match(line):
        # The number is part of the text: rules and clauses are known by theirs.
        return f"- {_start(line)}"
    return _start(line)


def is_separator(line: str) -> bool:
    """Return whether a line has no letter or digit."""
    return _SEPARATOR.fullmatch(line) is not None


def rows_to_table(rows: Sequence[str]) -> str:
    """Return rows such as `| a | b |` as one table of Markdown, no cell cut off."""
    cells = [
        [escape_text(cell.strip()) for cell in row.strip().strip("|").split("|")]
        for row in rows
        if not _RULE.fullmatch(row)
    ]
    width = max(map(len, cells), default=0)
    lines = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in cells]
    return "\n".join([*lines[:1], "|" + "---|" * width, *lines[1:]]) if lines else ""


def _start(line: str) -> str:
    escaped = escape_text(line)
    if _OPENS_BLOCK.match(escaped):
        return f"\\{escaped}"
    return _NUMBER.sub(r"\1\\\2", escaped, count=1) if _NUMBER.match(escaped) else escaped
