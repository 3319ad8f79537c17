"""Judges whether what was found is evidence for an answer, before anything is said."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Self

from knowledge.composing import Candidate, weigh
from knowledge.errors import ConfigError
from knowledge.language import names, numbers, terms
from knowledge.models import SearchResult
from knowledge.understanding import Query, QuestionKind
from knowledge.vocabulary import Vocabulary

__all__ = ["EvidenceGate", "Signals", "read_signals"]

LOOKED_AT = 5
"""Best passages that count as evidence."""

# Words that make a question one about the asker's own organisation.
POSSESSIVE = re.compile(r"\b(?:our|ours|my|mine|we|us)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What speaks for and against an answer; each in [0, 1]."""

    similarity: float
    """Cosine similarity of the question and the nearest passage."""
    best_similarity: float
    """Cosine similarity of the question and the best passage after fusion."""
    agreement: float
    """Share of the best passages that the dense leg found too."""
    passage_coverage: float
    """Share of the question's weight named by the best single passage's body."""
    joint_coverage: float
    """Share of the question's weight named by the best passages together."""
    sentence_coverage: float
    """Share of the question's weight named by the best single sentence."""
    framed_coverage: float
    """As `passage_coverage`, with title and heading."""
    unknown: float
    """Share of the question's weight on words that no passage holds."""
    missing_names: float
    """1.0 when a name in the question is in none of the best passages."""
    missing_numbers: float
    """1.0 when a number in the question is in none of the best passages."""
    missing_figure: float
    """1.0 when a figure is asked for and no sentence that fits holds one."""
    possessive: float
    """1.0 when the question is about the asker's own organisation."""
    possessive_figure: float
    """1.0 when it asks for a figure, date or person of the asker's own organisation."""

    def vector(self) -> list[float]:
        """Return the signals in the order of their declaration."""
        return [float(value) for value in asdict(self).values()]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceGate:
    """A logistic model of "the passages answer this", fitted on golden questions."""

    weights: tuple[float, ...]
    bias: float
    threshold: float
    """Smallest probability at which a question is answered."""
    fingerprint: str
    """Embedder on whose index the weights were fitted."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a gate that was fitted by `python -m knowledge calibrate`."""
        try:
            saved = json.loads(path.read_text(encoding="utf-8"))
            names_in_order = [field.name for field in fields(Signals)]
            return cls(
                weights=tuple(float(saved["weights"][name]) for name in names_in_order),
                bias=float(saved["bias"]),
                threshold=float(saved["threshold"]),
                fingerprint=str(saved["fingerprint"]),
            )
        except (OSError, ValueError, KeyError, TypeError) as exc:
            raise ConfigError(
                f"cannot read the evidence gate {path.name}: {exc!r}; fit it anew with "
                f"`python -m knowledge calibrate`"
            ) from exc

    def save(self, path: Path) -> None:
        """Write the gate in a form that `load` reads."""
        named = {
            field.name: round(weight, 4)
            for field, weight in zip(fields(Signals), self.weights, strict=True)
        }
        saved = {
            "fingerprint": self.fingerprint,
            "threshold": round(self.threshold, 4),
            "bias": round(self.bias, 4),
            "weights": named,
        }
        path.write_text(json.dumps(saved, indent=2) + "\n", encoding="utf-8")

    def probability(self, signals: Signals) -> float:
        """Return how likely it is that the passages answer the question, in [0, 1]."""
        activation = self.bias + sum(
            weight * value for weight, value in zip(self.weights, signals.vector(), strict=True)
        )
        return 1.0 / (1.0 + math.exp(-activation))

    def is_enough(self, signals: Signals) -> bool:
        """Whether the question should be answered."""
        return self.probability(signals) >= self.threshold


def read_signals(
    query: Query,
    results: Sequence[SearchResult],
    candidates: Sequence[Candidate],
    vocabulary: Vocabulary,
) -> Signals:
    """Return the signals of a question and what was found for it.

    Titles and headings count only where a signal says so: that a section is about a subject does
    not mean that its text answers the question.
    """
    best = results[:LOOKED_AT]
    bodies = [frozenset(terms(result.chunk.text)) for result in best]
    framed = [
        body | frozenset(terms(f"{result.chunk.title} {result.chunk.heading}"))
        for body, result in zip(bodies, best, strict=True)
    ]
    text = " ".join(f"{r.chunk.title} {r.chunk.heading} {r.chunk.text}" for r in best)
    asks_figure = query.kind is QuestionKind.FIGURE
    has_possessive = POSSESSIVE.search(query.text) is not None
    return Signals(
        similarity=max((result.similarity for result in results), default=0.0),
        best_similarity=best[0].similarity if best else 0.0,
        agreement=_share([result.similarity > 0 for result in best]),
        passage_coverage=max((_coverage(query, body, vocabulary) for body in bodies), default=0.0),
        joint_coverage=_coverage(query, frozenset().union(*bodies), vocabulary),
        sentence_coverage=max((candidate.coverage for candidate in candidates), default=0.0),
        framed_coverage=max((_coverage(query, body, vocabulary) for body in framed), default=0.0),
        unknown=_unknown_share(query, vocabulary),
        missing_names=float(bool(_missing_names(query.text, text))),
        missing_numbers=float(bool(numbers(query.text) - numbers(text))),
        missing_figure=float(asks_figure and not _holds_figure(candidates)),
        possessive=float(has_possessive),
        possessive_figure=float(has_possessive and asks_figure),
    )


def _coverage(query: Query, stems: frozenset[str], vocabulary: Vocabulary) -> float:
    weights = [
        (weigh(concept, vocabulary), concept.is_named_by(stems)) for concept in query.concepts
    ]
    total = sum(weight for weight, _ in weights)
    return sum(weight for weight, named in weights if named) / total if total else 0.0


def _unknown_share(query: Query, vocabulary: Vocabulary) -> float:
    total = sum(weigh(concept, vocabulary) for concept in query.concepts)
    unknown = vocabulary.idf("") * len(query.unknown_words)
    return min(unknown / total, 1.0) if total else 0.0


def _missing_names(question: str, text: str) -> set[str]:
    held = frozenset(terms(text))
    return {name for name in names(question) if not frozenset(terms(name)) <= held}


def _holds_figure(candidates: Sequence[Candidate]) -> bool:
    best = max((candidate.score for candidate in candidates), default=0.0)
    return any(
        re.search(r"\d", candidate.unit.text) is not None
        for candidate in candidates[:10]
        if candidate.score >= 0.6 * best
    )


def _share(flags: Sequence[bool]) -> float:
    return sum(flags) / len(flags) if flags else 0.0
