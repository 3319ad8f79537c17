"""Pure: the units of a chunk's text that can be quoted, in order and with their places."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from knowledge.language import sentence_spans

__all__ = ["ITEM_MARK", "ROW_MARK", "Unit", "row_cells", "units"]

ITEM_MARK = "- "
ROW_MARK = "| "

UnitKind: TypeAlias = Literal["sentence", "item", "row"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A sentence, list item or table row of a chunk: `chunk.text[start:end] == text`."""

    kind: UnitKind
    text: str
    """Without the mark of a list item or table row."""
    start: int
    end: int
    paragraph: int
    """Which block of lines it stands in, from 0; a list belongs to the paragraph before it."""


@lru_cache(maxsize=4_096)
def units(text: str) -> tuple[Unit, ...]:
    """Return the units of a chunk's text in reading order; empty for an empty text."""
    found: list[Unit] = []
    start, paragraph = 0, -1
    for line in text.split("\n"):
        begin, start = start, start + len(line) + 1
        if line.startswith(ITEM_MARK):
            found.append(_whole(line, "item", begin, len(ITEM_MARK), max(paragraph, 0)))
        elif line.startswith(ROW_MARK):
            found.append(_whole(line, "row", begin, 0, max(paragraph, 0)))
        else:
            paragraph += 1
            found += [
                Unit(
                    kind="sentence",
                    text=span.text,
                    start=begin + span.start,
                    end=begin + span.end,
                    paragraph=paragraph,
                )
                for span in sentence_spans(line)
            ]
    return tuple(found)


def row_cells(row: str) -> tuple[str, ...]:
    """Return the cells of a table row such as `| a | b |`."""
    return tuple(cell.strip() for cell in row.strip().strip("|").split("|"))


def _whole(line: str, kind: UnitKind, begin: int, skip: int, paragraph: int) -> Unit:
    text = line[skip:].rstrip()
    return Unit(
        kind=kind,
        text=text,
        start=begin + skip,
        end=begin + skip + len(text),
        paragraph=paragraph,
    )
