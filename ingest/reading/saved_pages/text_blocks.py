"""A page of text as blocks, with the shallow features that tell prose from labels.

Length, closing punctuation and function words separate running text from menus nearly as well as
layout does (Kohlschütter, Fankhauser and Nejdl, "Boilerplate Detection using Shallow Text
Features", WSDM 2010; Pomikálek, "Removing Boilerplate and Duplicate Content from Web Corpora",
2011).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = [
    "Block",
    "content_stems",
    "is_isolated",
    "is_list_item",
    "is_prose",
    "is_table_row",
    "split_blocks",
]

_MAX_QUESTION_WORDS = 20
_MIN_WRAP_CHARS, _MAX_WRAP_CHARS = 50, 100
_LIST_ITEM = re.compile(r"(?:[-*+•‣◦·]|\(?\d{1,2}[.)])\s+\S")
_SENTENCE_END = re.compile(r"[.!?:;…。！？][\"'”’)\]»*_]*(?:\s*\[\d+\])*$")  # noqa: RUF001
_LONE_QUESTION = re.compile(r"[^.!?]+\?")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")  # noqa: RUF001
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_FUNCTION_WORDS = frozenset(
    """
    a an and are as at be been but by can could did do does for from had has have he her his how if
    in into is it its may more most must no not of on one or our out she should so some such than
    that the their them then there these they this those to under up was we were what when where
    which while who will with would you your
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A line of the page, or the paragraph that was wrapped into several."""

    text: str
    gap_before: bool
    """Whether a blank line stands before it."""
    gap_after: bool

    @property
    def word_count(self) -> int:
        """Words; scripts without spaces count two characters as one."""
        return len(self.text.split()) + len(_UNSPACED.findall(self.text)) // 2


def split_blocks(text: str) -> list[Block]:
    """Return the blocks of clean `text`, its lines joined where they were wrapped."""
    groups = [group.split("\n") for group in re.split(r"\n\s*\n", text.strip()) if group.strip()]
    width = _wrap_width([line for group in groups for line in group])
    blocks = []
    for group in groups:
        lines = _unwrap(group, width) if width else [line.strip() for line in group]
        last = len(lines) - 1
        blocks += [
            Block(text=line, gap_before=at == 0, gap_after=at == last)
            for at, line in enumerate(lines)
        ]
    return blocks


def is_prose(block: Block) -> bool:
    """Return whether a block is running text: long enough, and ended or built as a sentence.

    A lone question is none: titles, headings and advertisements ask.
    """
    words = block.text.lower().split()
    if _LONE_QUESTION.fullmatch(block.text) and len(words) <= _MAX_QUESTION_WORDS:
        return False
    if _SENTENCE_END.search(block.text):
        functional = sum(word.strip(",.;:!?\"'()") in _FUNCTION_WORDS for word in words)
        return block.word_count >= 10 or (block.word_count >= 5 and functional >= 2)
    return block.word_count >= 25


def is_list_item(text: str) -> bool:
    """Return whether a line begins with a bullet or a number."""
    return _LIST_ITEM.match(text) is not None


def is_table_row(text: str) -> bool:
    """Return whether a line is a row of a Markdown table."""
    return text.startswith("|") and text.endswith("|")


def is_isolated(block: Block) -> bool:
    """Return whether a block stands alone between blank lines, as headings do."""
    return block.gap_before and block.gap_after


def content_stems(text: str) -> frozenset[str]:
    """Return the first five letters of each word that carries meaning."""
    words = (word.lower() for word in _WORD.findall(text))
    return frozenset(word[:5] for word in words if len(word) > 2 and word not in _FUNCTION_WORDS)


def _wrap_width(lines: Sequence[str]) -> int:
    """Return the width at which the text was wrapped, or 0 when lines are whole paragraphs."""
    longest = max(map(len, lines), default=0)
    full = sum(len(line) > 0.75 * longest for line in lines)
    wrapped = _MIN_WRAP_CHARS <= longest <= _MAX_WRAP_CHARS and full * 3 >= len(lines) > 3
    return longest if wrapped else 0


def _unwrap(group: Sequence[str], width: int) -> list[str]:
    lines = [group[0].strip()]
    for previous, line in pairwise(group):
        first_word = line.split(maxsplit=1)[0]
        # A line was broken where it was when the next word would not have fitted.
        is_full = len(previous) + 1 + len(first_word) > width - 8
        if is_full and not is_list_item(line.strip()):
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line.strip())
    return lines
