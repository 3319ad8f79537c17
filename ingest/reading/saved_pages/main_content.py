"""The article within the blocks of a saved page, without what the page put around and into it.

Each block is judged by itself and by its neighbours. The stretch with the most prose and the
least furniture is the article, found as a maximum subarray; inserts inside it are dropped.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from ingest.reading.saved_pages.furniture import (
    LabelKind,
    is_biography,
    is_site_prose,
    speaks_as_site,
)
from ingest.reading.saved_pages.text_blocks import (
    Block,
    content_stems,
    is_isolated,
    is_list_item,
    is_prose,
)

__all__ = ["JudgedBlock", "drop_inserts", "judge_blocks", "main_run"]

_TOPIC_SHARE = 0.3


class _Role(Enum):
    PROSE = "prose"
    ITEM = "item"
    SHORT = "short"
    LABEL = "label"
    BOX = "box"
    SITE = "site"
    END = "end"


# Ten words of prose outweigh one menu line; the start of the comments outweighs a long comment.
_WEIGHT = {
    _Role.ITEM: 0.5,
    _Role.SHORT: -0.3,
    _Role.LABEL: -0.7,
    _Role.BOX: -0.7,
    _Role.SITE: -1.0,
    _Role.END: -6.0,
}
_MAX_PROSE_WEIGHT = 6.0


@dataclass(frozen=True, slots=True)
class JudgedBlock:
    """A block and the part it plays on the page."""

    block: Block
    role: _Role


def judge_blocks(
    blocks: Sequence[Block], labels: Sequence[LabelKind], *, author: str
) -> list[JudgedBlock]:
    """Return each block with its role; `author` is the name in the page's byline, if any."""
    topic = _topic(blocks)
    counts = Counter(block.text for block in blocks)
    judged = [
        JudgedBlock(
            block,
            _role(block, label, topic=topic, author=author, is_repeated=counts[block.text] > 1),
        )
        for block, label in zip(blocks, labels, strict=True)
    ]
    return [_in_context(judged, at) for at in range(len(judged))]


def _in_context(judged: Sequence[JudgedBlock], at: int) -> JudgedBlock:
    """Return a block judged anew by its neighbours, as jusText does.

    A paragraph in the site's words but not in its voice, right between two paragraphs of the
    article, is of the article.
    """
    one = judged[at]
    around = {near.role for near in judged[max(at - 1, 0) : at + 2] if near is not one}
    if one.role is _Role.SITE and around == {_Role.PROSE} and not speaks_as_site(one.block.text):
        return JudgedBlock(one.block, _Role.PROSE)
    return one


def _role(
    block: Block, label: LabelKind, *, topic: frozenset[str], author: str, is_repeated: bool
) -> _Role:
    if label:
        return {"end": _Role.END, "box": _Role.BOX}.get(label, _Role.LABEL)
    if is_prose(block):
        if is_repeated or is_biography(block.text, author=author):
            return _Role.END
        return _Role.SITE if is_site_prose(block.text, topic=topic) else _Role.PROSE
    return _Role.ITEM if is_list_item(block.text) else _Role.SHORT


def _topic(blocks: Sequence[Block]) -> frozenset[str]:
    """Return the stems of the words that recur through the page's neutral prose."""
    prose = [
        content_stems(block.text)
        for block in blocks
        if is_prose(block) and not is_site_prose(block.text, topic=frozenset())
    ]
    counts = Counter(stem for stems in prose for stem in stems)
    return frozenset(
        stem for stem, count in counts.items() if count >= max(2, _TOPIC_SHARE * len(prose))
    )


def main_run(judged: Sequence[JudgedBlock]) -> tuple[int, int]:
    """Return start and end of the heaviest stretch of blocks (Kadane's maximum subarray)."""
    best, best_sum = (0, 0), 0.0
    start, current = 0, 0.0
    for at, one in enumerate(judged):
        if current <= 0:
            start, current = at, 0.0
        current += _weight(one)
        if current > best_sum:
            best, best_sum = (start, at + 1), current
    start, end = best
    while start > 0 and _opens(judged[start - 1]):
        start -= 1
    while end < len(judged) and judged[end].role is _Role.ITEM:
        end += 1
    return start, end


def _weight(one: JudgedBlock) -> float:
    if one.role is _Role.PROSE:
        return min(max(one.block.word_count / 10, 1.0), _MAX_PROSE_WEIGHT)
    return _WEIGHT[one.role]


def _opens(one: JudgedBlock) -> bool:
    """Return whether a block just above the article is its first heading or list."""
    is_heading = one.role is _Role.SHORT and is_isolated(one.block)
    return one.role is _Role.ITEM or is_heading


def drop_inserts(run: Sequence[JudgedBlock], *, title: str) -> list[Block]:
    """Return the blocks of the article, without labels, boxes and the title."""
    kept: list[Block] = []
    in_box = False
    for at, one in enumerate(run):
        following = run[at + 1] if at + 1 < len(run) else None
        if one.role in {_Role.LABEL, _Role.BOX, _Role.SITE, _Role.END}:
            in_box = one.role is not _Role.LABEL or in_box
        elif one.block.text == title:
            continue
        elif one.role is _Role.PROSE and not _is_boxed(run, at):
            in_box = False
            kept.append(one.block)
        elif one.role is _Role.SHORT and (_is_in_box(one, following, in_box=in_box)):
            continue
        elif one.role is not _Role.PROSE:
            in_box = False
            kept.append(one.block)
    return kept


def _is_boxed(run: Sequence[JudgedBlock], at: int) -> bool:
    """Return whether prose hangs on the label of a box, with no blank line between."""
    block = run[at].block
    return (
        at > 0 and not block.gap_before and run[at - 1].role is _Role.BOX and block.word_count < 60
    )


def _is_in_box(one: JudgedBlock, following: JudgedBlock | None, *, in_box: bool) -> bool:
    """Return whether a short line belongs to an insert: it follows one or leads into one."""
    attached = (
        following is not None
        and not one.block.gap_after
        and following.role in {_Role.BOX, _Role.SITE}
    )
    return attached or (in_box and not is_isolated(one.block))
