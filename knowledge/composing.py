"""Picks and orders sentences of the passages found, so that they read as one answer."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.language import stem, terms
from knowledge.models import Chunk, SearchResult
from knowledge.passages import Unit, row_cells, units
from knowledge.understanding import Concept, Query, QuestionKind
from knowledge.vocabulary import Vocabulary

__all__ = ["Candidate", "Pick", "compose", "rate"]

MAX_WORDS = 105
"""A sentence that would make the answer longer than this is left out."""
MAX_SENTENCES = 7
MAX_ITEMS = 8
BEHIND = 2.5
"""A sentence whose score is this far behind the best one's is left out."""
SAME = 0.7
"""Overlap of two sentences' stems above which the second one repeats the first."""

# Fitted by logistic regression on the tuning half of the golden questions: how well each signal
# tells the sentences that hold a fact asked for from the others in the passages found.
OWN_COVERAGE = 0.4
FRAMED_COVERAGE = 0.7
FUSED_SCORE = 1.6
SIMILARITY = 1.2
UNIT_SIMILARITY = 2.9
RANK = 2.0
OPENS = 0.5
ITEM = 0.4
ANNOUNCES = -0.9
LENGTH = 0.5
BEST_SECTION = 1.0

DANGLING = re.compile(
    r"^(?:this|that|these|those|it|its|they|them|their|such|he|she|his|her|here|there|both|"
    r"the (?:former|latter|same|above|result|reason|difference|others?)|another|others?|"
    r"however|but|so|and|or|also|then|thus|therefore|hence|instead|by contrast|in contrast|"
    r"for (?:example|instance)|in addition|moreover|as a result|similarly|likewise|"
    r"either way|the (?:two|three|first|second|third)|one|some of (?:these|them))\b",
    re.IGNORECASE,
)
DEFINES = re.compile(r"\b(?:is|are|means|refers to|stands for|describes|covers|denotes)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A unit of a passage that could be part of the answer."""

    result: SearchResult
    unit: Unit
    place: int
    """Index of the unit in its chunk."""
    score: float
    coverage: float
    """Share of the question's weight that the unit itself names."""

    @property
    def chunk(self) -> Chunk:
        """The chunk that the unit stands in."""
        return self.result.chunk


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A piece of the answer and the units of one chunk that say it."""

    text: str
    chunk: Chunk
    units: tuple[Unit, ...]
    is_item: bool = False


def rate(query: Query, results: Sequence[SearchResult], vocabulary: Vocabulary) -> list[Candidate]:
    """Return every unit of the results with its score, best first."""
    weights = {concept: weigh(concept, vocabulary) for concept in query.concepts}
    total = sum(weights.values()) or 1.0
    rated = []
    best = results[0].chunk if results else None
    for result in results:
        frame = frozenset(terms(f"{result.chunk.title} {result.chunk.heading}"))
        base = FUSED_SCORE * result.score + SIMILARITY * result.similarity + RANK / result.rank
        if best is not None and _section(result.chunk) == _section(best):
            base += BEST_SECTION
        inside = units(result.chunk.text)
        near = result.unit_similarities or (0.0,) * len(inside)
        for place, (unit, similarity) in enumerate(zip(inside, near, strict=True)):
            stems = frozenset(terms(unit.text))
            own = _covered(weights, stems) / total
            score = (
                base
                + OWN_COVERAGE * own
                + FRAMED_COVERAGE * _covered(weights, stems | frame) / total
                + UNIT_SIMILARITY * similarity
                + _form(unit, place)
                + _fit(query, unit, stems)
            )
            rated.append(
                Candidate(result=result, unit=unit, place=place, score=score, coverage=own)
            )
    return sorted(rated, key=lambda candidate: (-candidate.score, candidate.result.rank))


def _form(unit: Unit, place: int) -> float:
    """Return what a unit's place and form add, whatever the question."""
    score = LENGTH * min(len(unit.text.split()) / 30, 1.0)
    if place == 0:
        score += OPENS
    if unit.kind == "item":
        score += ITEM
    if unit.text.endswith(":"):
        score += ANNOUNCES
    return score


def _section(chunk: Chunk) -> tuple[str, str]:
    return chunk.article_id, chunk.heading


def weigh(concept: Concept, vocabulary: Vocabulary) -> float:
    """Return how much of a question a concept makes up: the rarest word of its own name."""
    return max(vocabulary.idf(term) for term in concept.ways[0])


def compose(query: Query, candidates: Sequence[Candidate]) -> tuple[Pick, ...]:
    """Return the pieces of an answer in reading order; empty when nothing can be said."""
    pickable = [candidate for candidate in candidates if _can_lead(candidate.unit)]
    if not pickable:
        return ()
    if query.kind is QuestionKind.COMPARISON and query.sides is not None:
        pickable = _both_sides_first(query.sides, pickable)
    best = pickable[0]
    chosen = _choose(pickable, best)
    if query.kind is QuestionKind.COMPARISON and query.sides is not None:
        chosen = _even(query.sides, chosen, pickable)
    picks: list[Pick] = []
    for candidate in _reading_order(chosen):
        picks += _say(candidate)
    return _within(picks)


def _fit(query: Query, unit: Unit, stems: frozenset[str]) -> float:
    """Return what the unit's form adds for the kind of question."""
    match query.kind:
        case QuestionKind.DEFINITION:
            return 0.35 if _is_definition(query, unit) else 0.0
        case QuestionKind.FIGURE:
            return 0.15 if re.search(r"\d", unit.text) else 0.0
        case QuestionKind.LIST:
            return 0.12 if unit.text.endswith(":") or unit.kind == "item" else 0.0
        case QuestionKind.REASON:
            reasons = {"becaus", "sinc", "reason", "due", "therefor", "caus"}
            because = re.search(r"\b(?:because|since|so that|due to|as they|reason)\b", unit.text)
            return 0.1 if because or stems & reasons else 0.0
        case QuestionKind.COMPARISON | QuestionKind.GENERAL:
            return 0.0


def _is_definition(query: Query, unit: Unit) -> bool:
    """Whether the unit has the form `<what is asked for> is ...`."""
    if unit.kind != "sentence" or (verb := DEFINES.search(unit.text)) is None:
        return False
    subject = frozenset(terms(unit.text[: verb.start()]))
    return (
        bool(subject)
        and len(subject) <= 9
        and any(concept.is_named_by(subject) for concept in query.concepts)
        and all(
            concept.is_named_by(subject | frozenset(terms(unit.text))) for concept in query.concepts
        )
    )


def _can_lead(unit: Unit) -> bool:
    return unit.kind != "row" and len(unit.text) >= 20 and not unit.text.endswith("?")


def _choose(candidates: Sequence[Candidate], best: Candidate) -> list[Candidate]:
    """Return the best candidate and those that add to it, best first."""
    chosen: list[Candidate] = []
    seen: list[frozenset[str]] = []
    count = 0
    for candidate in candidates:
        if candidate.score < best.score - BEHIND or len(chosen) >= MAX_SENTENCES:
            break
        stems = frozenset(terms(candidate.unit.text))
        size = _size(candidate)
        if chosen and count + size > MAX_WORDS:
            continue
        if any(_overlap(stems, other) > SAME for other in seen):
            continue
        chosen.append(candidate)
        seen.append(stems)
        count += size
    return chosen


def _size(candidate: Candidate) -> int:
    """Return the words that a candidate takes, with the list that it announces."""
    return sum(len(pick.text.split()) for pick in _say(candidate))


def _both_sides_first(sides: tuple[str, str], candidates: Sequence[Candidate]) -> list[Candidate]:
    def names_both(candidate: Candidate) -> bool:
        stems = frozenset(terms(candidate.unit.text))
        return all(_names(side, stems) for side in sides)

    return sorted(candidates, key=lambda candidate: not names_both(candidate))


def _even(
    sides: tuple[str, str], chosen: list[Candidate], candidates: Sequence[Candidate]
) -> list[Candidate]:
    """Add the best sentence on a side of which the chosen ones say nothing."""
    for side in sides:
        if any(_names(side, frozenset(terms(one.unit.text))) for one in chosen):
            continue
        for candidate in candidates:
            if _names(side, frozenset(terms(candidate.unit.text))):
                chosen.append(candidate)
                break
    return chosen


def _names(side: str, stems: frozenset[str]) -> bool:
    wanted = frozenset(stem(word) for word in side.split())
    return bool(wanted) and wanted <= stems


def _reading_order(chosen: Sequence[Candidate]) -> list[Candidate]:
    """Keep sections in order of their best sentence, and sentences in the order of the text."""
    first: dict[tuple[str, str], int] = {}
    for rank, candidate in enumerate(chosen):
        first.setdefault((candidate.chunk.article_id, candidate.chunk.heading), rank)
    return sorted(
        chosen,
        key=lambda candidate: (
            first[(candidate.chunk.article_id, candidate.chunk.heading)],
            candidate.chunk.position,
            candidate.place,
        ),
    )


def _say(candidate: Candidate) -> list[Pick]:
    """Return the pieces that a candidate becomes: with what it leans on and what it announces."""
    inside = units(candidate.chunk.text)
    start = candidate.place
    while start > 0 and _leans(inside[start], inside[start - 1]):
        start -= 1
    if _leans_on_nothing(inside[start]):
        return []
    pieces = [_pick(candidate.chunk, unit) for unit in inside[start : candidate.place + 1]]
    if candidate.unit.text.endswith(":"):
        pieces += _items(candidate, inside)
        if len(pieces) == 1:
            return []
    return pieces


def _leans(unit: Unit, before: Unit) -> bool:
    if unit.kind == "item":
        return before.kind == "item" or before.text.endswith(":")
    return (
        DANGLING.match(unit.text) is not None
        and before.kind == "sentence"
        and before.paragraph == unit.paragraph
    )


def _leans_on_nothing(unit: Unit) -> bool:
    return unit.kind == "sentence" and DANGLING.match(unit.text) is not None


def _items(candidate: Candidate, inside: Sequence[Unit]) -> list[Pick]:
    following: list[Unit] = []
    for unit in inside[candidate.place + 1 :]:
        if unit.kind == "sentence":
            break
        following.append(unit)
    rows = [unit for unit in following if unit.kind == "row"]
    if rows:
        return _rows(candidate.chunk, rows)
    return [_pick(candidate.chunk, unit) for unit in following[:MAX_ITEMS]]


def _rows(chunk: Chunk, rows: Sequence[Unit]) -> list[Pick]:
    """Return the rows of a table as items that name their columns."""
    head, *body = rows
    columns = row_cells(head.text)
    items = []
    for row in body[:MAX_ITEMS]:
        cells = row_cells(row.text)
        named = [
            f"{column}: {cell}" if column else cell
            for column, cell in zip(columns[1:], cells[1:], strict=False)
        ]
        text = f"{cells[0]}. {'; '.join(named)}." if named else cells[0]
        items.append(Pick(text=text, chunk=chunk, units=(head, row), is_item=True))
    return items


def _pick(chunk: Chunk, unit: Unit) -> Pick:
    return Pick(text=unit.text, chunk=chunk, units=(unit,), is_item=unit.kind == "item")


def _within(picks: Iterable[Pick]) -> tuple[Pick, ...]:
    """Drop what was picked twice."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for pick in picks:
        key = (pick.chunk.chunk_id, pick.text)
        if key not in seen:
            seen.add(key)
            kept.append(pick)
    return tuple(kept)


def _covered(weights: dict[Concept, float], stems: frozenset[str]) -> float:
    return sum(weight for concept, weight in weights.items() if concept.is_named_by(stems))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(min(len(one), len(other)), 1)
