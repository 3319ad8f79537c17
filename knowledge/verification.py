"""Does this passage support this sentence? One judgement for composer, model path and tests."""

import re
from dataclasses import dataclass

from knowledge.language import numbers, terms

__all__ = ["Support", "check_support"]

ENOUGH = 0.75
"""Share of a sentence's stems that its passage must hold."""
NAME = re.compile(r"(?<![.?!]\s)(?<!^)\b[A-Z][\w&-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """How far a passage says what a sentence says."""

    containment: float
    """Share of the sentence's stems that the passage holds, in [0, 1]."""
    missing_numbers: frozenset[str]
    missing_names: frozenset[str]

    @property
    def is_enough(self) -> bool:
        """Whether the sentence may be said and the passage cited for it."""
        has_all = not self.missing_numbers and not self.missing_names
        return has_all and self.containment >= ENOUGH


def check_support(sentence: str, passage: str, *, frame: str = "") -> Support:
    """Compare a sentence with a passage; `frame` is the passage's title and heading.

    Every number and every name must occur as it is; of the other words, most must. The frame may
    lend names and words, since a heading names what the text under it speaks of, but no numbers.
    """
    wanted = set(terms(sentence))
    held = set(terms(f"{frame} {passage}"))
    containment = len(wanted & held) / len(wanted) if wanted else 0.0
    names = frozenset(NAME.findall(sentence))
    return Support(
        containment=containment,
        missing_numbers=frozenset(numbers(sentence) - numbers(passage)),
        missing_names=frozenset(name for name in names if not set(terms(name)) <= held),
    )
