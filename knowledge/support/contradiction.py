"""Pure: contradictions that can be seen word by word, between a statement and what it rests on.

A judge of meaning is weakest where the words are all there and one of them is turned around. Each
of these checks errs to the safe side: what it stops is quoted instead.
"""

import itertools
import re
from collections.abc import Sequence

from knowledge.text.language import NUMBER, WORD, names, stem, stems_of, words

__all__ = ["contradicts", "is_half_of"]

DENIAL = re.compile(
    r"\b(?:not|no|never|none|neither|nor|cannot|without|rather than|instead of|unlike)\b|n[’']t\b",  # noqa: RUF001
    re.IGNORECASE,
)
STOP = re.compile(r"[.;:!?]|,\s|\s(?:but|while|whereas|and|or|because|since|so)\s")
SCOPE = 4
"""Words that a denial reaches."""
CONTRAST = re.compile(
    r",? (?:but|unless|except|although|though|provided that|only if|as long as|however) |; ",
    re.IGNORECASE,
)
PARTIES = frozenset(
    stem(word)
    for word in """
    client customer buyer user consumer provider vendor supplier seller contractor employer employee
    worker staff agent parent subsidiary insurer policyholder bank sponsor owner tenant landlord
    manager controller processor licensor licensee team company
    """.split()  # noqa: SIM905 (a list of so many words is easier to read as text)
)
SAME = {stem("vendor"): stem("provider"), stem("supplier"): stem("provider")}
SURE = {
    "always": "all", "all": "all", "every": "all", "entirely": "all", "completely": "all",
    "fully": "all", "any": "all", "each": "all", "whole": "all", "only": "only", "solely": "only",
    "exclusively": "only", "never": "never", "guarantees": "sure", "guarantee": "sure",
    "guaranteed": "sure", "definitely": "sure", "certainly": "sure", "ensures": "sure",
    "eliminates": "sure", "eliminate": "sure", "must": "must", "mandatory": "must",
    "required": "must", "requires": "must", "exactly": "exact", "most": "most",
    "best": "top", "largest": "top", "biggest": "top", "cheapest": "top", "guaranteeing": "sure",
}  # fmt: skip
"""Words that claim much, by what they claim."""
LOOSER = {
    "must": re.compile(
        r"\b(?:needs?|ha(?:s|ve) to|oblig\w+|require\w*|shall|should)\b", re.IGNORECASE
    )
}


def contradicts(statement: str, evidence: Sequence[str]) -> str:
    """Return what is turned around: figure, denial, order or hedge; "" when nothing is seen.

    `evidence` are the units that the statement rests on, the best one first.
    """
    said = " ".join(evidence)
    if _pairs_other_figures(statement, evidence):
        return "figure"
    if _denies_other_things(statement, evidence[0]):
        return "denial"
    if _other_order(statement, evidence[0]):
        return "order"
    if _claims_more(statement, said):
        return "hedge"
    return ""


def is_half_of(statement: str, unit: str) -> bool:
    """Whether a statement says what stands before a "but" or "unless", and not what follows."""
    wanted = set(stems_of(statement))
    for found in CONTRAST.finditer(unit):
        before, after = set(stems_of(unit[: found.start()])), set(stems_of(unit[found.end() :]))
        rest = after - before
        if len(before) < 3 or not rest:
            continue
        is_before = len(wanted & before) >= 0.5 * len(wanted)
        if is_before and len(wanted & rest) <= 0.25 * len(rest):
            return True
    return False


def _pairs_other_figures(statement: str, evidence: Sequence[str]) -> bool:
    """Whether two figures stand side by side that no unit has side by side."""
    said = _figures(statement)
    held = [_figures(unit) for unit in evidence]
    for one, other in itertools.pairwise(said):
        both = [figures for figures in held if one in figures and other in figures]
        if both and not any(
            {one, other} == set(pair) for figures in both for pair in itertools.pairwise(figures)
        ):
            return True
    return False


def _figures(text: str) -> list[str]:
    return [found.replace(",", "") for found in NUMBER.findall(text)]


def _denied(text: str) -> tuple[set[str], set[str]]:
    """Return the stems that denials reach, and the others."""
    reached: set[str] = set()
    rest = ""
    start = 0
    for found in DENIAL.finditer(text):
        rest += text[start : found.start()] + " "
        stop = STOP.search(text, found.end() + 1)
        scope = text[found.end() : stop.start() if stop else len(text)]
        near = stems_of(scope)[:SCOPE]
        reached |= set(near)
        start = found.end()
    rest += text[start:]
    return reached, set(stems_of(rest)) - reached


def _denies_other_things(statement: str, unit: str) -> bool:
    """Whether something is denied on one side only that both sides speak of."""
    here, here_free = _denied(statement)
    there, there_free = _denied(unit)
    return bool((here & there_free) - there) or bool((there & here_free) - here)


def _other_order(statement: str, unit: str) -> bool:
    """Whether the parties and names that both sides hold come in another order."""
    said, held = _parties(statement), _parties(unit)
    shared = set(said) & set(held)
    if len(shared) < 2:
        return False
    first = [one for one in dict.fromkeys(said) if one in shared]
    second = [one for one in dict.fromkeys(held) if one in shared]
    return first != second


def _parties(text: str) -> list[str]:
    named = {word for name in names(text) for word in words(name)}
    found = []
    for match in WORD.finditer(text):
        (word,) = words(match[0])
        root = SAME.get(stem(word), stem(word))
        if root in PARTIES or word in named or (match[0].isupper() and len(match[0]) > 1):
            found.append(root)
    return found


def _claims_more(statement: str, said: str) -> bool:
    """Whether a statement is surer than what it rests on."""
    claimed = {SURE[word] for word in words(statement) if word in SURE}
    held = {SURE[word] for word in words(said) if word in SURE}
    missing = {
        claim for claim in claimed - held if claim not in LOOSER or not LOOSER[claim].search(said)
    }
    return bool(missing)
