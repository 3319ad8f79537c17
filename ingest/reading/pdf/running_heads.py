"""Lines that stand at the top or bottom of most pages: running heads, feet, page numbers."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from ingest.reading.pdf.document import Line

__all__ = ["without_running_heads"]

_LINES_AT_EDGE = 2
_NUMBER = re.compile(r"(?<!\w)\d{1,4}(?=\W*$)|^\W*\d{1,4}(?!\w)|\d{1,4}(?= (?:of|/) \d+$)")
_MAX_SHIFT = 6.0
"""In points: a running head stands in one place, which a line of the text does by chance only."""


def without_running_heads(
    pages: Sequence[Sequence[Line]], *, body_size: float
) -> tuple[list[list[Line]], int]:
    """Return the pages without lines that repeat at their edges, and how many were cut.

    A line must stand in one place of half the pages, and of two at least, with the same words; a
    number in it may be that of the page. Lines larger than the body are kept: they are titles.
    """
    places: dict[tuple[str, str], list[tuple[int, int, float]]] = defaultdict(list)
    for number, lines in enumerate(pages):
        for at, edge in _edges(lines):
            if lines[at].size <= body_size:
                for words in _variants(lines[at].text, number):
                    places[edge, words].append((number, at, lines[at].bottom))
    needed = max(2, len(pages) // 2)
    cut: set[tuple[int, int]] = set()
    for found in places.values():
        middle = sorted(bottom for _, _, bottom in found)[len(found) // 2]
        there = {(page, at) for page, at, y in found if abs(y - middle) <= _MAX_SHIFT}
        if len({page for page, _ in there}) >= needed:
            cut |= there
    kept = [
        [line for at, line in enumerate(lines) if (number, at) not in cut]
        for number, lines in enumerate(pages)
    ]
    return kept, len(cut)


def _edges(lines: Sequence[Line]) -> Iterator[tuple[int, str]]:
    """Yield where the highest and lowest lines are: the order of the document may be another."""
    by_height = sorted(range(len(lines)), key=lambda at: -lines[at].bottom)
    for at in by_height[:_LINES_AT_EDGE]:
        yield at, "top"
    for at in by_height[-_LINES_AT_EDGE:]:
        yield at, "bottom"


def _variants(text: str, page: int) -> set[str]:
    """Return the words as they stand, and with a number counted from that of the page.

    Only a number at the beginning or the end can be that: "Rule 3 holds" is none of page 3.
    """
    found = {text}
    for number in _NUMBER.finditer(text):
        start, end = number.span()
        relative = int(re.sub(r"\D", "", number[0])) - page
        found.add(f"{text[:start]}\0{relative}\0{text[end:]}")
    return found
