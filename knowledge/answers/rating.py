"""Pure: how much speaks for saying each sentence of the passages found."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from knowledge.domain import Chunk, SearchResult
from knowledge.glossary.vocabulary import Vocabulary
from knowledge.questions.understanding import Concept, Query, QuestionKind
from knowledge.text.language import stem, stems_of
from knowledge.text.passages import Unit
from knowledge.text.read_chunks import ReadChunk, read_chunk
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

LEAST_RELEVANCE = -8.0
LIMIT = 6.0
"""Log-odds beyond which reading is not believed to be surer."""
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
    read: float
    """Log-odds that it answers, by reading, each within `LIMIT` of 0.0; with the sentences that it
    points back at, which would be said too, the mean. 0.0 when its passage was not read."""
    unread: float
    """1.0 when its passage was not read."""
    fits: float
    """How well its form fits the kind of question, in [0, 1]."""


# Fitted by `python -m training.fit_choice` on the tuning half of the golden questions: a
# conditional logit of which of the sentences found hold a fact that is asked for. `adds` was fitted
# to be 1.7; a smaller weight changes nothing there and chooses better on other subjects (CLAPNQ).
WEIGHTS = UnitSignals(
    relevance=0.8,
    framed=0.2,
    adds=1.0,
    similarity=2.5,
    opens=0.75,
    item=0.9,
    announces=-4.8,
    hypothetical=-2.15,
    read=0.86,
    unread=-1.55,
    fits=2.8,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A unit of a passage that could be part of the answer."""

    result: SearchResult
    inside: ReadChunk
    """The chunk that the unit stands in."""
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
        return self.inside.chunk

    @property
    def unit(self) -> Unit:
        """What is said."""
        return self.inside.units[self.place]

    @property
    def stems(self) -> frozenset[str]:
        """The stems of the unit's own words."""
        return self.inside.stems[self.place]


def rate(query: Query, results: Sequence[SearchResult], vocabulary: Vocabulary) -> list[Candidate]:
    """Return every unit of the results with its score, best first."""
    weights = {concept: weigh(concept, vocabulary) for concept in query.concepts}
    total = sum(weights.values()) or 1.0
    rated = []
    for result in results:
        frame = frozenset(stems_of(result.chunk.frame))
        framed = _covered(weights, frame) / total
        inside = read_chunk(result.chunk)
        similarities = result.unit_similarities or (0.0,) * len(inside.units)
        readings = [min(max(odds, -LIMIT), LIMIT) for odds in result.unit_readings]
        readings = readings or [0.0] * len(inside.units)
        for place, unit in enumerate(inside.units):
            context = inside.context(place)
            stems = frozenset[str]().union(*(inside.stems[at] for at in context))
            signals = UnitSignals(
                relevance=max(math.log(max(result.score, 1e-9)), LEAST_RELEVANCE),
                framed=framed,
                adds=_covered(weights, stems | frame) / total - framed,
                similarity=similarities[place],
                opens=float(place == 0),
                item=float(unit.kind == "item"),
                announces=float(unit.text.endswith(":")),
                hypothetical=float(INVENTED.search(unit.text) is not None),
                read=fmean(readings[at] for at in context),
                unread=float(not result.unit_readings),
                fits=_fit(query, unit, stems),
            )
            rated.append(
                Candidate(
                    result=result,
                    inside=inside,
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
    subject = frozenset(stems_of(unit.text[: verb.start()]))
    return (
        bool(subject)
        and len(subject) <= 9
        and any(concept.is_named_by(subject) for concept in query.concepts)
        and all(
            concept.is_named_by(subject | frozenset(stems_of(unit.text)))
            for concept in query.concepts
        )
    )


def _covered(weights: dict[Concept, float], stems: frozenset[str]) -> float:
    return sum(weight for concept, weight in weights.items() if concept.is_named_by(stems))


def names_side(side: str, stems: frozenset[str]) -> bool:
    """Whether a text of these stems names one side of a comparison."""
    wanted = frozenset(stem(word) for word in side.split())
    return bool(wanted) and wanted <= stems
