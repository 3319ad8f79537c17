"""Pure: the units of a chunk's text that can be quoted, in order and with their places."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from knowledge.text.language import sentence_spans

__all__ = [
    "ITEM_MARK",
    "ROW_MARK",
    "Unit",
    "context_start",
    "is_dangling",
    "row_cells",
    "units",
    "units_in_context",
]

ITEM_MARK = "- "
ROW_MARK = "| "

DANGLING = re.compile(
    r"^(?:this|that|these|those|it|its|they|them|their|such|he|she|his|her|here|there|both|"
    r"the (?:former|latter|same|above|others?)|another|others?|"
    r"the (?:result|reason|difference)(?!\s+(?:between|of|for|in|that|why))|"
    r"however|but|so|and|or|also|then|thus|therefore|hence|instead|by contrast|in contrast|"
    r"for (?:example|instance)|in addition|moreover|as a result|similarly|likewise|"
    r"either way|the (?:two|three|first|second|third)|one|some of (?:these|them))\b",
    re.IGNORECASE,
)
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


def is_dangling(unit: Unit) -> bool:
    """Whether a sentence opens with a word that points at the one before it."""
    return unit.kind == "sentence" and DANGLING.match(unit.text) is not None


def context_start(inside: Sequence[Unit], place: int) -> int:
    """Return the place of the sentence from which the one at `place` can be understood."""
    while (
        place > 0
        and is_dangling(inside[place])
        and inside[place - 1].kind == "sentence"
        and inside[place - 1].paragraph == inside[place].paragraph
    ):
        place -= 1
    return place


def units_in_context(text: str) -> tuple[str, ...]:
    """Return each unit's text, led by the sentences that it points back at."""
    inside = units(text)
    return tuple(
        " ".join(unit.text for unit in inside[context_start(inside, place) : place + 1])
        for place in range(len(inside))
    )


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
