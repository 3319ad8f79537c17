"""Texts built to make a given pattern slow, from the pattern's own pieces, and a clock for it."""

import itertools
import re
import time
from collections.abc import Callable, Iterator, Sequence
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

__all__ = ["UNITS", "best_time", "fragments_of", "repeated"]

CATEGORIES = {
    kinds.CATEGORY_DIGIT: "7",
    kinds.CATEGORY_NOT_DIGIT: "x",
    kinds.CATEGORY_SPACE: " ",
    kinds.CATEGORY_NOT_SPACE: "x",
    kinds.CATEGORY_WORD: "a",
    kinds.CATEGORY_NOT_WORD: ".",
}
UNITS = (
    *("*a ", "_a ", "`", "``` ", "*`_~", "~a~ ", "<", "<a|", "<@a", "<!a> ", "&", "&#", "&#9", "9"),
    *("a", "A", "A-", "AB ", "a_", " ", "\n", "\n>", "> ", "| ", "- ", ":", ":a:", "@here ", "a@"),
    *("a.", "1.", "1,", "'", "a'", "a\u2019s ", "x@a.b ", "http://a ", "[1] ", "(", "a (a) ", "?"),
    *("\u0301", "\u0323\u0301", "e\u0301", "\u200b", "\u00a0", "\ud83d", "👋", "\ufdfa", "İ"),
    *("is a and b ", "what is ", "difference between ", "compare a and ", "so ", "please "),
    *("and what ", "a and what ", "Ignore all ", "Please ", "what is BPO? ", "and for ", "BPO or "),
    *("heyyy ", "hello ", "qzx ", "BPO and KPO ", "how does a ", "define ", "the same as "),
)
"""What a text is filled with that is to be slow to read as a question."""
MAX_BRANCHES = 3
MAX_FRAGMENTS = 7


def fragments_of(pattern: re.Pattern[str]) -> list[str]:
    """Return short texts that a pattern begins to match: its pieces, and runs of these."""
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    found = dict.fromkeys(_pieces(tree))
    whole = _sample(tree)
    # A match that fails at its last step is the one that is tried again from everywhere.
    beginnings = [whole, whole[: len(whole) // 2], whole[:-1]]
    usual = [" ", "a", "a "]
    kept = [piece for piece in dict.fromkeys([*beginnings, *found]) if piece]
    return list(dict.fromkeys([*kept[:MAX_FRAGMENTS], *usual]))


def repeated(fragments: Sequence[str]) -> Iterator[Callable[[int], str]]:
    """Yield functions that make a text of about so many characters out of the fragments."""

    def fill(unit: str, *, before: str = "", after: str = "") -> Callable[[int], str]:
        return lambda size: before + unit * (size // len(unit)) + after

    for one in fragments:
        yield fill(one, after="!")
    for one, other in itertools.permutations(fragments, 2):
        yield fill(one + other, after="!")
        yield fill(other, before=one, after="\x00")


def best_time(call: Callable[[], object], *, times: int = 2) -> float:
    """Return the least processor time, in seconds, of several calls."""
    least = float("inf")
    for _ in range(times):
        began = time.process_time()
        call()
        least = min(least, time.process_time() - began)
    return least


def _pieces(tree: Any) -> Iterator[str]:
    run = ""
    for kind, value in tree:
        run += _sample([(kind, value)])
        if kind is not kinds.LITERAL:
            yield run
        yield from _inner(kind, value)
    yield run


def _inner(kind: Any, value: Any) -> Iterator[str]:
    if kind is kinds.BRANCH:
        for branch in value[1][:MAX_BRANCHES]:
            yield from _pieces(branch)
    elif kind is kinds.SUBPATTERN:
        yield from _pieces(value[3])
    elif kind in {kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT}:
        yield from _pieces(value[2])
    elif kind in {kinds.ASSERT, kinds.ASSERT_NOT}:
        yield from _pieces(value[1])


def _sample(tree: Any) -> str:
    """Return a text that a tree matches, more or less."""
    return "".join(_sample_of(kind, value) for kind, value in tree)


def _sample_of(kind: Any, value: Any) -> str:
    if kind is kinds.LITERAL:
        return chr(value)
    if kind is kinds.NOT_LITERAL:
        return "x" if value != ord("x") else "y"
    if kind is kinds.ANY:
        return "b"
    if kind is kinds.IN:
        return _sample_of_set(value)
    if kind is kinds.BRANCH:
        return _sample(value[1][0])
    if kind is kinds.SUBPATTERN:
        return _sample(value[3])
    if kind in {kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT}:
        return _sample(value[2]) * max(value[0], 1)
    if kind is kinds.ASSERT:
        return _sample(value[1])
    return ""


def _sample_of_set(items: Any) -> str:
    if items[0][0] is kinds.NEGATE:
        taken = {value for kind, value in items if kind is kinds.LITERAL}
        categories = {value for kind, value in items if kind is kinds.CATEGORY}
        if kinds.CATEGORY_NOT_WORD in categories:
            return "a"
        return next(char for char in "a.x " if ord(char) not in taken)
    kind, value = items[0]
    if kind is kinds.LITERAL:
        return chr(value)
    if kind is kinds.RANGE:
        return chr(value[0])
    return CATEGORIES.get(value, "a")
