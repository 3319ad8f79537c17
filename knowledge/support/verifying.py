"""Is a statement of a chat model said in the passages? Verified, quoted instead, or left out."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, TypeAlias

from knowledge.domain import Chunk
from knowledge.errors import KnowledgeError
from knowledge.ports import SupportModel
from knowledge.support.contradiction import contradicts, is_half_of
from knowledge.support.evidence import Evidence, nearest
from knowledge.support.exactness import differs_exactly
from knowledge.text.language import stems_of, words

__all__ = ["Fate", "Verdict", "Verifier", "as_read"]

logger = logging.getLogger(__name__)

EVIDENCE = 3
"""Units that the judge reads with a statement, as it was fitted."""
SURE = 1.2
"""Least log-odds, about, that nothing speaks against a statement. Of 260 false statements that the
judge was not fitted to, 0.01 pass it and what is compared exactly; of 208 true ones 0.3, most of
the others being quoted (`python -m training.fit_judge --held-out 40`)."""
COPIED, RUN = 0.7, 2
"""Share of a statement's words from which on it is a near copy, in runs of so many words."""
SHUFFLED = 0.85
"""The same for words in another order, and for runs that are taken from several units."""
SPEAKS = 0.45
"""Share of a statement's words from which on a unit says what the statement tried to say."""
ADDS = 0.12
"""Share of a statement's words that a second or third unit must add to be cited as well."""

Fate: TypeAlias = Literal["verified", "quoted", "dropped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a statement, and what it rests on, or what is quoted in its place."""

    fate: Fate
    evidence: tuple[Evidence, ...] = ()
    why: str = ""
    """What is wrong with it, for the log: figure, name, denial, judge or nothing near."""


class Verifier:
    """Judges by meaning, with figures, names and denials compared exactly."""

    def __init__(self, judge: SupportModel, *, sure: float = SURE) -> None:
        """`sure` is the least log-odds at which a statement counts as said."""
        self._judge = judge
        self._sure = sure

    def verify(
        self,
        statement: str,
        evidence: Sequence[Evidence],
        *,
        cited: Sequence[Chunk] = (),
        asked: str = "",
        lead: str = "",
        may_be_said: bool = True,
    ) -> Verdict:
        """Return what becomes of a statement; one that may not be said can still be quoted.

        An item of a list that says little alone is read after its `lead`.
        """
        read = f"{lead} {statement}".strip()
        found = nearest(read, evidence, limit=EVIDENCE, cited=cited)
        if not found:
            return Verdict(fate="dropped", why="nothing near")
        if (copied := _copied(statement, [one for one, _ in found])) is not None:
            # So near a copy and yet not one, for which nobody would need a judge: what differs is
            # the point, and a judge of meaning hardly sees a single word.
            return Verdict(fate="quoted", evidence=(copied,), why="near copy")
        bound = _bound(statement, [one for one, _ in found])
        why = "context" if not may_be_said else _inexact(statement, bound, asked)
        if not why and self._is_said(read, [one for one, _ in found]):
            return Verdict(fate="verified", evidence=bound)
        best, share = found[0]
        if share >= SPEAKS:
            return Verdict(fate="quoted", evidence=(best,), why=why or "judge")
        return Verdict(fate="dropped", why=why or "judge")

    def _is_said(self, statement: str, evidence: Sequence[Evidence]) -> bool:
        try:
            (doubt,) = self._judge.judge([(statement, as_read(evidence))])
        except KnowledgeError as exc:
            logger.warning("a statement counts as unsupported: %s", exc)
            return False
        return -max(doubt) >= self._sure


def _copied(statement: str, evidence: Sequence[Evidence]) -> Evidence | None:
    """Return the unit of which a statement is nearly a copy, if any.

    That is one that has most of its words in their order, or nearly all in another; or the nearest
    one when runs of words of several units make up the statement.
    """
    said = words(statement)
    spliced: set[int] = set()
    shares = []
    for one in evidence:
        held = words(one.text)
        blocks = SequenceMatcher(None, said, held, autojunk=False).get_matching_blocks()
        taken = sum(block.size for block in blocks if block.size >= RUN)
        for block in blocks:
            if block.size > RUN:
                spliced |= set(range(block.a, block.a + block.size))
        shuffled = sum((Counter(said) & Counter(held)).values())
        shares.append((taken >= COPIED * len(said) or shuffled >= SHUFFLED * len(said), taken, one))
    is_copy, _, copied = max(shares, key=lambda share: share[:2])
    return copied if is_copy or len(spliced) >= SHUFFLED * len(said) else None


def as_read(evidence: Sequence[Evidence]) -> tuple[tuple[str, str], ...]:
    """Return the frame and text of each, in the order of the text within each chunk."""
    order = {one.chunk.chunk_id: place for place, one in reversed(list(enumerate(evidence)))}
    ordered = sorted(evidence, key=lambda one: (order[one.chunk.chunk_id], one.units[-1].start))
    return tuple((one.chunk.heading or one.chunk.title, one.text) for one in ordered)


def _bound(statement: str, evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Return what a statement rests on: the best unit, and others that hold more of its words."""
    wanted = set(stems_of(statement))
    bound = [evidence[0]]
    held = evidence[0].stems & wanted
    for one in evidence[1:]:
        if len((one.stems & wanted) - held) >= max(ADDS * len(wanted), 1):
            bound.append(one)
            held |= one.stems & wanted
    return tuple(bound)


def _inexact(statement: str, bound: Sequence[Evidence], asked: str) -> str:
    """Return what can be seen to be wrong, without a judge; "" for nothing."""
    said = [one.text for one in bound]
    frame = " ".join(one.chunk.frame for one in bound)
    why = differs_exactly(statement, " ".join(said), frame=frame, asked=asked)
    return why or contradicts(statement, said) or ("half" if is_half_of(statement, said[0]) else "")
