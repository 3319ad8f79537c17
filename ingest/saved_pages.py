"""Text files to articles: plainly written ones whole, saved web pages without their furniture.

A saved page is read in four steps. Each block is judged by itself (`furniture`); the stretch of
blocks with the most prose and the least furniture is the article, found as a maximum subarray;
inserts inside it are dropped; and what stands around it gives title, author, dates and address.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from ingest.furniture import LabelKind, is_biography, is_site_prose, label_kind
from ingest.page_metadata import find_author, find_published, find_updated, find_url
from ingest.page_titles import find_title
from ingest.slugs import slugify, title_from_stem
from ingest.text_blocks import (
    Block,
    content_stems,
    is_isolated,
    is_list_item,
    is_prose,
    split_blocks,
)
from knowledge.errors import ArticleError
from knowledge.models import Article, ArticleId

__all__ = ["read_text"]

_MIN_LABELS = 3
_TOPIC_SHARE = 0.3
_MAX_HEADING_WORDS = 14


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
    _Role.LABEL: -1.0,
    _Role.BOX: -1.0,
    _Role.SITE: -2.0,
    _Role.END: -6.0,
}
_MAX_PROSE_WEIGHT = 6.0


@dataclass(frozen=True, slots=True)
class _Judged:
    block: Block
    role: _Role
    label: LabelKind


def read_text(text: str, *, location: str, stem: str) -> Article:
    """Return the article in clean `text`.

    Raises:
        ArticleError: when a saved page holds furniture and no article.
    """
    blocks = split_blocks(text)
    labels = [label_kind(block) for block in blocks]
    if not _has_furniture(labels):
        return _plain_article(blocks, location=location, stem=stem)
    lines = [block.text for block in blocks]
    judged = _judge(blocks, labels, author=find_author(lines, title=""))
    start, end = _main_run(judged)
    if start == end:
        raise ArticleError(
            "is empty: the page has menus but no article; save the article itself",
            location=location,
        )
    title = find_title(blocks, labels, start=start, end=end)
    kept = _drop_inserts(judged[start:end], title=title)
    title = title or title_from_stem(stem)
    around = [line for line, one in zip(lines, judged, strict=True) if one.block not in kept]
    return Article(
        article_id=ArticleId(slugify(title)),
        title=title,
        body=_to_markdown(kept),
        location=location,
        url=find_url(around, title=title),
        author=find_author(around, title=title),
        published=find_published(lines[:start]),
        updated=find_updated(around),
    )


def _has_furniture(labels: Sequence[LabelKind]) -> bool:
    """Return whether a text is a saved page: several labels, and of more than one kind."""
    found = [label for label in labels if label]
    return len(found) >= _MIN_LABELS and len(set(found)) > 1


def _plain_article(blocks: Sequence[Block], *, location: str, stem: str) -> Article:
    first = blocks[0]
    has_title = len(blocks) > 1 and _is_heading(first) and first.gap_after
    title = first.text.strip("# ") if has_title else title_from_stem(stem)
    return Article(
        article_id=ArticleId(slugify(title)),
        title=title,
        body=_to_markdown(blocks[1:] if has_title else blocks),
        location=location,
    )


def _judge(blocks: Sequence[Block], labels: Sequence[LabelKind], *, author: str) -> list[_Judged]:
    topic = _topic(blocks)
    counts = Counter(block.text for block in blocks)
    return [
        _Judged(
            block, _role(block, label, topic=topic, author=author, count=counts[block.text]), label
        )
        for block, label in zip(blocks, labels, strict=True)
    ]


def _role(
    block: Block, label: LabelKind, *, topic: frozenset[str], author: str, count: int
) -> _Role:
    if label:
        return {"end": _Role.END, "box": _Role.BOX}.get(label, _Role.LABEL)
    if is_prose(block):
        if count > 1 or is_biography(block.text, author=author):
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


def _main_run(judged: Sequence[_Judged]) -> tuple[int, int]:
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


def _weight(one: _Judged) -> float:
    if one.role is _Role.PROSE:
        return min(max(one.block.word_count / 10, 1.0), _MAX_PROSE_WEIGHT)
    return _WEIGHT[one.role]


def _opens(one: _Judged) -> bool:
    """Return whether a block just above the article is its first heading or list."""
    is_heading = one.role is _Role.SHORT and is_isolated(one.block)
    return one.role is _Role.ITEM or is_heading


def _drop_inserts(run: Sequence[_Judged], *, title: str) -> list[Block]:
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


def _is_boxed(run: Sequence[_Judged], at: int) -> bool:
    """Return whether prose hangs on the label of a box, with no blank line between."""
    block = run[at].block
    return (
        at > 0 and not block.gap_before and run[at - 1].role is _Role.BOX and block.word_count < 60
    )


def _is_in_box(one: _Judged, following: _Judged | None, *, in_box: bool) -> bool:
    """Return whether a short line belongs to an insert: it follows one or leads into one."""
    attached = (
        following is not None
        and not one.block.gap_after
        and following.role in {_Role.BOX, _Role.SITE}
    )
    return attached or (in_box and not is_isolated(one.block))


def _is_heading(block: Block) -> bool:
    text = block.text
    return (
        block.word_count <= _MAX_HEADING_WORDS
        and not is_list_item(text)
        and not text.startswith("|")
        and text[-1] not in ".,;:!"
        and (text[0].isupper() or text[0].isdigit() or not text[0].isascii())
    )


def _to_markdown(blocks: Sequence[Block]) -> str:
    """Return blocks as Markdown: short lines of their own become headings, lists stay together."""
    parts: list[str] = []
    for at, block in enumerate(blocks):
        is_last = at + 1 == len(blocks)
        if _is_heading(block) and is_isolated(block) and not is_prose(block) and not is_last:
            text = f"## {block.text.lstrip('# ')}"
        else:
            text = block.text
        tight = at > 0 and not block.gap_before and not (is_prose(block) and not is_list_item(text))
        parts += ["\n" if tight else "\n\n", text]
    return "".join(parts[1:])
