"""The title of a saved page: the line above the article that the article is about."""

import re
from collections import Counter
from collections.abc import Sequence

from ingest.reading.saved_pages.furniture import LabelKind
from ingest.reading.saved_pages.metadata import is_name
from ingest.reading.saved_pages.text_blocks import (
    Block,
    content_stems,
    is_isolated,
    is_list_item,
    is_prose,
)

__all__ = ["find_title"]

_MAX_WORDS, _MAX_CHARS = 25, 200
_MIN_SCORE = 1.0
_URL_WORDS = re.compile(r"https?://[^\s/]+/(\S+)")


def find_title(
    blocks: Sequence[Block], labels: Sequence[LabelKind], *, start: int, end: int
) -> str:
    """Return the best title for the article at `start:end`, or an empty string.

    Candidates are the unlabelled short lines above it and its own first line. Each earns points
    for words that the article or the page's address repeats, and for what stands next to it: a
    byline below is a good sign, and a menu around is a bad one. When none earns enough, a page
    whose article begins with a line between blank lines is named by it.
    """
    article = content_stems(" ".join(block.text for block in blocks[start:end] if is_prose(block)))
    address = _address_stems(blocks)
    counts = Counter(block.text for block in blocks)
    best, best_score = "", _MIN_SCORE
    for at in range(min(start + 1, len(blocks))):
        text = blocks[at].text
        if labels[at] or not _can_be_title(blocks[at]):
            continue
        stems = content_stems(text)
        score = 2.0 * _share(stems, article) + 1.5 * _share(stems, address)
        score += _surroundings(blocks, labels, at)
        score += 0.3 * min(counts[text] - 1, 2) + 0.4 * text.endswith("?")
        score += 0.02 * min(len(text.split()), 10) - 0.02 * (start - at)
        if score > best_score:
            best, best_score = text, score
    if (
        not best
        and not labels[start]
        and is_isolated(blocks[start])
        and _can_be_title(blocks[start])
    ):
        best = blocks[start].text
    return best.strip("# ")


def _can_be_title(block: Block) -> bool:
    text = block.text
    return (
        len(text) <= _MAX_CHARS
        and block.word_count <= _MAX_WORDS
        and not is_list_item(text)
        and text[-1] not in ".,;:"
        and any(char.isalpha() for char in text)
    )


def _surroundings(blocks: Sequence[Block], labels: Sequence[LabelKind], at: int) -> float:
    """Return points for the lines around a candidate."""
    below = at + 1
    if below >= len(blocks):
        return 0.0
    # A byline may begin with the bare name, its label or date below.
    byline = below + is_name(blocks[below].text)
    if "meta" in labels[byline : byline + 1]:
        return 1.0
    if blocks[at].gap_after or is_prose(blocks[below]):
        return 0.5
    return -1.5


def _share(stems: frozenset[str], of: frozenset[str]) -> float:
    return len(stems & of) / len(stems) if stems else 0.0


def _address_stems(blocks: Sequence[Block]) -> frozenset[str]:
    paths = " ".join(_URL_WORDS.findall(" ".join(block.text for block in blocks)))
    return content_stems(re.sub(r"[^A-Za-z]+", " ", paths))
