"""Pure: how much speaks for saying each sentence of the passages found."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.language import stem, terms
from knowledge.models import Chunk, SearchResult
from knowledge.passages import Unit, context_start, units
from knowledge.understanding import Concept, Query, QuestionKind
from knowledge.vocabulary import Vocabulary
from knowledge.weighting import weighted

__all__ = [
    "UNKNOWN_WEIGHT",
    "WEIGHTS",
    "Candidate",
    "UnitSignals",
    "names_side",
    "rate",
    "weigh",
    "worth",
]

NEAR = 0.85
"""A passage this near to the question, the best one being 1, is meant whatever words it holds."""
LEAST_RELEVANCE = -8.0
HALF = 0.5
UNKNOWN_WEIGHT = 2.0

# A worked example's sums are not facts of the world.
INVENTED = re.compile(r"^suppose\b|\bhypothetical\b", re.IGNORECASE)
CONTRAST = re.compile(
    r"\b(?:differ\w*|whereas|while|unlike|rather than|instead of|compared|both|but)\b",
    re.IGNORECASE,
)
DEFINES = re.compile(r"\b(?:is|are|means|refers to|stands for|describes|covers|denotes)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSignals:
    """What speaks for saying one unit of a passage, or against it."""

    relevance: float
    """Natural logarithm of the passage's odds, down to `LEAST_RELEVANCE`."""
    false_hit: float
    """1.0 when the passage holds a word of the question only as part of another term."""
    framed: float
    """Share of the question's weight that the passage's title and heading name."""
    adds: float
    """Share of the question's weight that the unit names and they do not."""
    similarity: float
    """Cosine similarity of the question and the unit; 0.0 when they were not compared."""
    opens: float
    """1.0 for the first unit of a passage."""
    item: float
    """1.0 for a list item."""
    announces: float
    """1.0 for a unit that announces a list."""
    hypothetical: float
    """1.0 for what is only supposed."""
    fits: float
    """How well its form fits the kind of question, in [0, 1]."""


# Fitted by `python -m benchmarks.fit_choice` on the tuning half of the golden questions: a
# conditional logit of which of the sentences found hold a fact that is asked for. `false_hit` is
# chosen by hand: such passages are too few to tell.
WEIGHTS = UnitSignals(
    relevance=0.62,
    false_hit=-4.0,
    framed=-1.0,
    adds=1.35,
    similarity=2.3,
    opens=0.3,
    item=0.1,
    announces=-2.1,
    hypothetical=-0.9,
    fits=1.4,
)


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
    signals: UnitSignals

    @property
    def similarity(self) -> float:
        """Cosine similarity of the question and the unit."""
        return self.signals.similarity

    @property
    def chunk(self) -> Chunk:
        """The chunk that the unit stands in."""
        return self.result.chunk


def rate(query: Query, results: Sequence[SearchResult], vocabulary: Vocabulary) -> list[Candidate]:
    """Return every unit of the results with its score, best first."""
    weights = {concept: weigh(concept, vocabulary) for concept in query.concepts}
    total = sum(weights.values()) or 1.0
    rated = []
    meant, false_hits = _apart(query, results, weights)
    for rank, result in enumerate((*meant, *false_hits), start=1):
        frame = frozenset(terms(f"{result.chunk.title} {result.chunk.heading}"))
        framed = _covered(weights, frame) / total
        inside = units(result.chunk.text)
        similarities = result.unit_similarities or (0.0,) * len(inside)
        for place, (unit, similarity) in enumerate(zip(inside, similarities, strict=True)):
            start = context_start(inside, place)
            stems = query.stems_of(" ".join(part.text for part in inside[start : place + 1]))
            signals = UnitSignals(
                relevance=max(math.log(max(result.score, 1e-9)), LEAST_RELEVANCE),
                false_hit=float(rank > len(meant)),
                framed=framed,
                adds=_covered(weights, stems | frame) / total - framed,
                similarity=similarity,
                opens=float(place == 0),
                item=float(unit.kind == "item"),
                announces=float(unit.text.endswith(":")),
                hypothetical=float(INVENTED.search(unit.text) is not None),
                fits=_fit(query, unit, stems),
            )
            rated.append(
                Candidate(
                    result=result,
                    unit=unit,
                    place=place,
                    score=worth(signals),
                    coverage=_covered(weights, stems) / total,
                    signals=signals,
                )
            )
    return sorted(rated, key=lambda candidate: (-candidate.score, candidate.result.rank))


def worth(signals: UnitSignals, weights: UnitSignals = WEIGHTS) -> float:
    """Return the log-odds, up to a constant of the query, that a unit holds what is asked for."""
    return weighted(signals, weights)


def _apart(
    query: Query, results: Sequence[SearchResult], weights: dict[Concept, float]
) -> tuple[list[SearchResult], list[SearchResult]]:
    """Set apart the results that hold a word of the question only as part of another term.

    So is what else was found of their articles and names little of what is asked: it came up with
    them. A result that is near to the question all the same counts as meant, whatever words it
    holds.
    """
    near = [max(result.unit_similarities, default=0.0) for result in results]
    enough = NEAR * max(near, default=0.0)
    is_false = [_is_false_hit(query, result.chunk, weights) for result in results]
    articles = {one.chunk.article_id for one, is_so in zip(results, is_false, strict=True) if is_so}
    meant: list[SearchResult] = []
    false_hits: list[SearchResult] = []
    for result, similarity, is_so in zip(results, near, is_false, strict=True):
        came_along = result.chunk.article_id in articles and _named(query, result, weights) < HALF
        is_apart = similarity < enough and (is_so or came_along)
        (false_hits if is_apart else meant).append(result)
    return meant, false_hits


def _named(query: Query, result: SearchResult, weights: dict[Concept, float]) -> float:
    """Return which share of the question's weight a result names, in its meaning."""
    text = f"{result.chunk.heading} {result.chunk.text}"
    return _covered(weights, query.stems_of(text)) / (sum(weights.values()) or 1.0)


def _is_false_hit(query: Query, chunk: Chunk, weights: dict[Concept, float]) -> bool:
    if not query.compounds:
        return False
    text = f"{chunk.heading} {chunk.text}"
    meant, held = query.stems_of(text), frozenset(terms(text))
    return _covered(weights, meant) < _covered(weights, held)


def weigh(concept: Concept, vocabulary: Vocabulary) -> float:
    """Return how much of a question a concept makes up: the rarest word of its own name.

    A word that no passage holds says little by itself: most are the everyday words of a question.
    """
    known = [vocabulary.idf(term) for term in concept.ways[0] if vocabulary.knows(term)]
    return max(known, default=UNKNOWN_WEIGHT)


def _fit(query: Query, unit: Unit, stems: frozenset[str]) -> float:
    """Return how well the unit's form fits the kind of question."""
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
        case QuestionKind.COMPARISON:
            contrasts = CONTRAST.search(unit.text) and query.sides is not None
            return (
                0.8
                if contrasts and all(names_side(side, stems) for side in query.sides or ())
                else 0.0
            )
        case QuestionKind.GENERAL:
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


def _covered(weights: dict[Concept, float], stems: frozenset[str]) -> float:
    return sum(weight for concept, weight in weights.items() if concept.is_named_by(stems))


def names_side(side: str, stems: frozenset[str]) -> bool:
    """Whether a text of these stems names one side of a comparison."""
    wanted = frozenset(stem(word) for word in side.split())
    return bool(wanted) and wanted <= stems
