"""What is left of a chat model's answer after the check, and what is said about it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from knowledge.answers.composing import Pick

__all__ = ["Draft", "Ending", "why_quoted"]

LEAST_KEPT = 0.5
"""Share of a model's sentences that must be left; below it the rest is not trusted either."""

Ending: TypeAlias = Literal[
    "whole", "declined", "empty", "echoed", "failed", "late", "cut", "limit", "unusable"
]
WHY_QUOTED: dict[str, str] = {
    "declined": "The language model found no answer in these passages; what is nearest is quoted.",
    "empty": "Quoted from the articles, since the language model wrote nothing.",
    "echoed": "Quoted from the articles, since the language model only repeated what it was told.",
    "failed": "Quoted from the articles, since the language model did not answer.",
    "late": "Quoted from the articles, since the language model took too long.",
    "cut": "Quoted from the articles, since the language model's answer was cut off.",
    "limit": "Quoted from the articles, since today's limit for the language model is reached.",
    "unusable": "Quoted from the articles, since the language model cannot be used now.",
}
UNVERIFIED = "Quoted from the articles, since the language model's answer could not be verified."


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is left of a model's answer after the check."""

    picks: tuple[Pick, ...]
    stated: int
    """How many sentences the model wrote, without repetitions of supported ones."""
    verified: int = 0
    """How many of them are left as the model wrote them."""
    quoted: int = 0
    """In how many places a passage's own sentence stands instead."""
    ending: Ending = "whole"
    answers: bool = True
    """Whether the sentence is left that answers the question."""
    model: str = ""
    fates: tuple[str, ...] = ()
    """What became of each statement in order: `verified`, `quoted`, `repeated` or `dropped`."""

    @property
    def is_complete(self) -> bool:
        """Whether the model came to its end."""
        return self.ending in {"whole", "declined", "empty"}

    @property
    def is_trustworthy(self) -> bool:
        """Whether enough is left to be an answer."""
        is_enough = bool(self.picks) and self.verified + self.quoted >= LEAST_KEPT * self.stated
        return self.ending == "whole" and self.answers and is_enough

    @property
    def fate(self) -> str:
        """In a word what became of it, for counting: `stood`, or why not."""
        if self.is_trustworthy:
            return "stood"
        return "unverified" if self.ending == "whole" else self.ending


def why_quoted(draft: Draft) -> str:
    """Return what is said under an answer that is quoted though a model was asked."""
    return WHY_QUOTED.get(draft.ending, UNVERIFIED)
