"""Printed lines to paragraphs and headings, by their places and sizes."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import quantiles

from ingest.reading.pdf.document import Line

__all__ = ["Block", "body_size_of", "find_blocks"]

_MIN_HEADING_RATIO = 1.15
_MAX_HEADING_CHARS = 160
_MAX_LARGE_SHARE = 0.3
_MAX_GAP_RATIO = 1.3
_BULLET = re.compile(r"[•‣◦·▪]\s*\S")
_ITEM = re.compile(r"[-*+]\s+\S|\(?\d{1,3}[.)]\s+\S")
"""An item, or a line of a sentence that happens to begin with a dash or number."""
_SENTENCE_END = re.compile(r"[.!?:;][\"'”’)\]]*$")  # noqa: RUF001
_LEADER = re.compile(r"(?:\s?\.){5,}\s*\w+$")
"""The dots of a table of contents, to the number of the page."""
_COMPOUND = re.compile(r"\w+(?:-\w+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, an item of a list, or a heading, on one line."""

    text: str
    page: int
    """Counts from 1; of its beginning."""
    size: float
    is_heading: bool


def body_size_of(pages: Sequence[Sequence[Line]]) -> float:
    """Return the size that most letters have; 0 when there are none."""
    sizes: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            sizes[line.size] += len(line.text)
    return max(sizes, key=lambda size: sizes[size], default=0.0)


def find_blocks(pages: Sequence[Sequence[Line]], *, body_size: float) -> list[Block]:
    """Return the blocks of all pages in order.

    Without a clear body, when much of the text is large, nothing is taken for a heading. A
    paragraph that goes on in the next column or on the next page is one, of its first page.
    """
    every = [line for lines in pages for line in lines]
    compounds = {word.casefold() for line in every for word in _COMPOUND.findall(line.text)}
    smallest = body_size * _MIN_HEADING_RATIO
    large = sum(len(line.text) for line in every if line.size >= smallest)
    if large > _MAX_LARGE_SHARE * sum(len(line.text) for line in every):
        smallest = float("inf")
    gap = _usual_gap(pages)
    blocks: list[Block] = []
    for number, lines in enumerate(pages, start=1):
        for run in _runs(lines, max_gap=gap * _MAX_GAP_RATIO):
            is_heading = run[0].size >= smallest and _can_be_heading(run)
            for part in [run] if is_heading else _paragraphs(run):
                text, is_broken = _join(part, compounds)
                block = Block(text=text, page=number, size=run[0].size, is_heading=is_heading)
                if blocks and _goes_on(blocks[-1], block):
                    both = _join_two(blocks[-1].text, text, broken=False, compounds=compounds)
                    blocks[-1] = replace(blocks[-1], text=both)
                else:
                    blocks.append(replace(block, text=f"{text}-") if is_broken else block)
    return blocks


def _usual_gap(pages: Sequence[Sequence[Line]]) -> float:
    """Return the distance of lines within paragraphs, as a multiple of their size."""
    gaps = [
        (above.bottom - line.bottom) / line.size
        for lines in pages
        for above, line in pairwise(lines)
        if above.size == line.size > 0 and 0 < above.bottom - line.bottom < 3 * line.size
    ]
    # The lower quarter: a document of short paragraphs has more gaps between than within them.
    return min(quantiles(gaps, n=4)[0] if len(gaps) > 1 else 1.2, 2.0)


def _runs(lines: Sequence[Line], *, max_gap: float) -> Iterator[list[Line]]:
    """Yield lines of one size that follow each other closely in one column."""
    run: list[Line] = []
    for line in lines:
        if run and not (
            abs(line.size - run[-1].size) <= 0.05 * line.size
            and 0 < run[-1].bottom - line.bottom <= max_gap * line.size
            and line.left < run[-1].right
            and run[-1].left < line.right
        ):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _can_be_heading(run: Sequence[Line]) -> bool:
    text = " ".join(line.text for line in run)
    if any(_LEADER.search(line.text) for line in run):
        return False
    return len(text) <= _MAX_HEADING_CHARS and any(char.isalpha() for char in text)


def _paragraphs(run: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield the paragraphs of a run: a line that ends early ends one, and an item begins one."""
    right = max(line.right for line in run)
    part = [run[0]]
    for line in run[1:]:
        above = part[-1]
        word = line.text.partition(" ")[0]
        width = (line.right - line.left) * len(word) / len(line.text)
        # Its first word had found room above, so the line was ended on purpose.
        is_new = above.right + width + 0.5 * line.size < right and not above.is_broken
        if is_new or _LEADER.search(above.text) or _begins_item(line.text, part):
            yield part
            part = []
        part.append(line)
    yield part


def _begins_item(text: str, part: Sequence[Line]) -> bool:
    if _BULLET.match(text):
        return True
    is_after_item = _ITEM.match(part[0].text) is not None
    ends = _SENTENCE_END.search(part[-1].text) is not None
    return _ITEM.match(text) is not None and (is_after_item or ends)


def _join(part: Sequence[Line], compounds: set[str]) -> tuple[str, bool]:
    """Return the text of lines, and whether its last word is broken."""
    text = part[0].text
    for above, line in pairwise(part):
        text = _join_two(text, line.text, broken=above.is_broken, compounds=compounds)
    return text, part[-1].is_broken


def _join_two(text: str, more: str, *, broken: bool, compounds: set[str]) -> str:
    if not broken:
        # The hyphen of a block's end stands there still.
        if not re.search(r"\w-$", text):
            return f"{text} {more}"
        text = text[:-1]
    head, tail = text.split()[-1] if text.split() else "", more.partition(" ")[0]
    whole = re.match(r"[\w-]*", f"{head.lstrip('([')}-{tail}")
    is_compound = whole is not None and whole[0].casefold() in compounds
    # Hyphenation goes on in lower case: a capital or a digit was joined by the writer's hyphen.
    return f"{text}-{more}" if is_compound or not tail[:1].islower() else f"{text}{more}"


def _goes_on(block: Block, more: Block) -> bool:
    return (
        not block.is_heading
        and not more.is_heading
        and block.size == more.size
        and (block.page != more.page or block.text.endswith("-"))
        and more.text[:1].islower()
        and not _SENTENCE_END.search(block.text)
    )
