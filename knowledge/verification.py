"""Does this passage support this sentence? One judgement for composer, model path and tests."""

import re
from dataclasses import dataclass

from knowledge.language import numbers, terms

__all__ = ["Support", "check_statement", "check_support"]

ENOUGH = 0.75
STRICT = 0.8
NEGATION = re.compile(
    r"\b(?:not|no|never|none|nor|neither|without|cannot|hardly|rarely|seldom|unlike)\b|n't\b",
    re.IGNORECASE,
)
OPPOSITES = (
    ("more", "less"), ("higher", "lower"), ("rise", "fall"), ("increas", "decreas"),
    ("always", "sometimes"), ("before", "after"), ("first", "last"), ("best", "worst"),
    ("expens", "cheap"), ("intern", "extern"), ("largest", "smallest"), ("all", "some"),
    ("must", "may"), ("onshor", "offshor"), ("minimum", "maximum"), ("client", "provid"),
)  # fmt: skip
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


def check_statement(statement: str, sentence: str, *, frame: str = "") -> bool:
    """Whether one sentence of a passage says what a model states, in nearly the same words.

    Stricter than `check_support`, since a model may put true words together to something false:
    the words must come from the one sentence, negations must agree, nothing may be turned into
    its opposite, and what is said of one name must be said of that name.
    """
    support = check_support(statement, sentence, frame=frame)
    if not support.is_enough or support.containment < STRICT:
        return False
    if len(NEGATION.findall(statement)) != len(NEGATION.findall(sentence)):
        return False
    said, held = terms(statement), terms(sentence)
    return not _turns_around(statement, sentence) and _keeps_names(said, held, statement)


def _turns_around(statement: str, sentence: str) -> bool:
    low, source = statement.casefold(), sentence.casefold()
    return any(
        (one in low) != (one in source) and (other in low) != (other in source)
        for one, other in OPPOSITES
    )


def _keeps_names(said: list[str], held: list[str], statement: str) -> bool:
    """Whether each acronym is followed by what the sentence has it followed by."""
    acronyms = {stem for name in re.findall(r"\b[A-Z]{2,}s?\b", statement) for stem in terms(name)}
    shared = [name for name in acronyms if name in held]
    if len(shared) < 2:
        return True
    for place, stem in enumerate(said[:-1]):
        if stem in shared and said[place + 1] not in acronyms:
            after = said[place + 1]
            near = [at for at, other in enumerate(held) if other == stem]
            if after in held and not any(after in held[at + 1 : at + 4] for at in near):
                return False
    return True
