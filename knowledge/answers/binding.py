"""Binds a statement of a chat model to the passages that say it, or puts their own words there."""

import re
from collections.abc import Iterator, Sequence

from knowledge.answers.composing import Pick
from knowledge.domain import Chunk
from knowledge.ports import GroundingModel
from knowledge.questions.orders import is_told_to_a_writer, without_orders
from knowledge.questions.understanding import ADDRESS
from knowledge.support.entailment import find_entailing
from knowledge.support.evidence import Evidence, evidence_in
from knowledge.support.statements import Statement
from knowledge.support.verifying import Verifier
from knowledge.support.wording import check_statement
from knowledge.text.passages import DANGLING, Unit, is_dangling
from knowledge.text.read_chunks import ReadChunk, read_chunk

__all__ = ["Binder"]

TURNING = re.compile(
    r"\b(?:not|no|never|without|cannot|myths?|mistakes?|wrong|false|avoid|if|unless|only)\b|n't\b",
    re.IGNORECASE,
)
"""What makes a list say something else than its items say."""
ALONE = 5
"""An item of so many words says something without what announces its list."""
POINTS_BACK = re.compile(
    r"^(?:(?:so|but|and|then|however|also|in practice|instead|therefore),? )?"
    r"(?:it|its|they|their|them|this|these|those|both|such|he|she)\b(?! depends\b)",
    re.IGNORECASE,
)


class Binder:
    """Finds what the passages of one request say of each statement, one after the other."""

    def __init__(
        self,
        chunks: Sequence[Chunk],
        *,
        asked: str,
        verifier: Verifier | None = None,
        grounding: GroundingModel | None = None,
    ) -> None:
        """Without a `verifier` only what is nearly word for word in a passage is said.

        `asked` is what the person said; with a `grounding` model, a sentence may say in other words
        what a cited passage says.
        """
        self._chunks = chunks
        self._asked = asked
        self._verifier = verifier
        self._grounding = grounding
        self._evidence = [
            one
            for chunk in chunks
            for one in evidence_in(chunk)
            if not any(_is_foreign(unit, frame=chunk.frame) for unit in one.units)
        ]

    def bind(
        self, statement: Statement, *, before: Pick | None, lead: str = ""
    ) -> tuple[Pick, ...]:
        """Return what is said for a statement: itself, what is quoted in its place, or nothing.

        `before` is what the sentence before it was bound to. A sentence that points back, as "They
        are paid by the hour" does, means the same only after the sentence that it follows. `lead`
        is what announces the list that it stands in.
        """
        if ADDRESS.search(statement.text) or statement.text.rstrip().endswith("?"):
            return ()
        named = [n - 1 for n in statement.cited if 0 < n <= len(self._chunks)]
        if pick := self._said_word_for_word(statement, named, before=before):
            return (pick,)
        if self._verifier is None:
            return ()
        verdict = self._verifier.verify(
            statement.text,
            self._evidence,
            lead=lead if len(statement.text.split()) < ALONE else "",
            cited=[self._chunks[at] for at in named],
            asked=self._asked,
            may_be_said=self._is_understood(statement, before),
        )
        match verdict.fate:
            case "verified":
                return (_pick(statement, verdict.evidence),)
            case "quoted":
                return tuple(_quote(verdict.evidence[0]))
            case _:
                return ()

    def _is_understood(self, statement: Statement, before: Pick | None) -> bool:
        return before is not None or not POINTS_BACK.match(statement.text)

    def _said_word_for_word(
        self, statement: Statement, named: Sequence[int], *, before: Pick | None
    ) -> Pick | None:
        """Return the unit that says a statement in its words, the cited passages first.

        When nothing does, the grounding model may find a unit of a cited passage that entails it.
        """
        sentence = statement.text
        others = [place for place in range(len(self._chunks)) if place not in named]
        for chunk in (self._chunks[place] for place in [*named, *others]):
            for pick in _bindings(statement, chunk, before=before):
                if check_statement(sentence, _said(pick), frame=chunk.frame):
                    return pick
        if self._grounding is None:
            return None
        picks = [
            pick for at in named for pick in _bindings(statement, self._chunks[at], before=before)
        ]
        found = find_entailing(sentence, [_said(pick) for pick in picks], self._grounding)
        return None if found is None else picks[found]


def _pick(statement: Statement, evidence: Sequence[Evidence]) -> Pick:
    """Return a statement with all that it rests on, one source for each chunk."""
    parts: dict[str, list[Evidence]] = {}
    for one in evidence:
        parts.setdefault(one.chunk.chunk_id, []).append(one)
    first, *others = (
        Pick(
            text=statement.text,
            chunk=part[0].chunk,
            units=tuple(unit for one in part for unit in one.units),
            is_item=statement.is_item,
        )
        for part in parts.values()
    )
    return Pick(
        text=first.text,
        chunk=first.chunk,
        units=first.units,
        is_item=first.is_item,
        also=tuple(others),
    )


def _quote(evidence: Evidence) -> Iterator[Pick]:
    """Yield a unit in its own words, after what it needs to be understood."""
    *before, unit = evidence.units
    if unit.kind == "row":
        head, *cells = evidence.text.split("; ")
        text = f"{head.partition(': ')[2] or head}. {'; '.join(cells)}." if cells else head
        yield Pick(text=text, chunk=evidence.chunk, units=evidence.units, is_item=True)
        return
    for one in (*before, unit):
        is_item = one.kind == "item"
        yield Pick(text=one.text, chunk=evidence.chunk, units=(one,), is_item=is_item)


def _is_foreign(unit: Unit, *, frame: str) -> bool:
    """Whether it tells a writer or the program what to do, or asks; such a thing is no evidence."""
    return (
        is_told_to_a_writer(unit, frame=frame)
        or not without_orders(unit.text)
        or unit.text.endswith("?")
        or ADDRESS.search(unit.text) is not None
    )


def _bindings(statement: Statement, chunk: Chunk, *, before: Pick | None) -> Iterator[Pick]:
    """Yield what a sentence can be bound to in a chunk, wherever it stands after what it needs."""
    inside = read_chunk(chunk)
    for place, said in _passages(inside):
        if any(_is_foreign(unit, frame=chunk.frame) for unit in said):
            continue
        points_back = is_dangling(inside.units[place]) or DANGLING.match(statement.text)
        if not points_back or _follows(before, inside, place):
            yield Pick(text=statement.text, chunk=chunk, units=said, is_item=statement.is_item)


def _said(pick: Pick) -> str:
    return " ".join(unit.text for unit in pick.units)


def _passages(inside: ReadChunk) -> Iterator[tuple[int, tuple[Unit, ...]]]:
    """Yield what one sentence can be taken from, with its place: a sentence, or a list item.

    An item is read with the sentence that announces its list, and alone when that one does not
    turn it around. A table's row says nothing without its head, and no sentence is made of both.
    """
    for place, unit in enumerate(inside.units):
        if unit.kind == "sentence":
            yield place, (unit,)
        elif unit.kind == "item":
            lead = inside.lead_in(place)
            if lead is not None:
                yield place, (inside.units[lead], unit)
            if lead is None or not TURNING.search(inside.units[lead].text):
                yield place, (unit,)


def _follows(before: Pick | None, inside: ReadChunk, place: int) -> bool:
    return (
        before is not None
        and place > 0
        and before.chunk.chunk_id == inside.chunk.chunk_id
        and before.units[-1] == inside.units[place - 1]
    )
