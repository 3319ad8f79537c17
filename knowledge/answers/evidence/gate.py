"""Judges whether what was found is evidence for an answer, before anything is said."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import fmean
from typing import Self

from knowledge.domain import SearchResult
from knowledge.errors import ConfigError
from knowledge.glossary.vocabulary import Vocabulary
from knowledge.questions.understanding import Query
from knowledge.text.language import names, stems_of

__all__ = ["FITTED_GATE", "SHIPPED_GATE", "EvidenceGate", "Signals", "load_gate", "read_signals"]

FITTED_GATE = "evidence.json"
"""Name of the file in a data directory that takes the place of the one that ships."""
SHIPPED_GATE = Path(__file__).parent / FITTED_GATE

LOOKED_AT = 5
"""Best passages that count as evidence."""
WIDELY = 3
NEAR = 0.25
"""Similarity above that of a far question from which a passage is on the question's subject."""
LIMIT = 8.0
"""Log-odds beyond which reading is not believed to be surer."""

# Words that make a question one about the asker's own organisation.
OWN = re.compile(r"\b(?:our|ours|my|mine|we|us|i)\b", re.IGNORECASE)
# What only that organisation's own records hold: dates and sums of its deals, and people's data.
RECORDS = re.compile(
    r"\b(?:salar(?:y|ies)|payslips?|bonus(?:es)?|allowances?|appraisals?|passwords?|leave days|"
    r"(?:account|ticket|invoice|employee) (?:number|no)|hr contact|line manager|expir\w+|"
    r"renew(?:s|ed|al date)?|signed|quoted|quotes? us|invoiced?|headcount|still valid|"
    r"(?:last|this|next|current) (?:month|quarter|year)|today|currently|so far|"
    r"who (?:is|are|runs|owns|manages|leads|signed)|"
    r"(?:contract|deal|agreement|account)s? (?:cost|worth|value|with)|"
    r"(?:client|customer|account|vendor|supplier)s? (?:list|names?)|"
    r"(?:what|when|who|which|how (?:much|many))\b.{0,40}\b(?:did|have|had|were) we|"
    r"(?:pay|paid|charged?|charges|bills?|billed|owes?) us|do we (?:pay|charge|bill)|"
    r"(?:what|which|how (?:much|many|big|high))\b.{0,40}\b(?:margins?|do we have)|"
    r"am i|(?:did|will|have) i)\b|^(?:so )?(?:are|were|have|had|did|will) we\b",
    re.IGNORECASE,
)
# Contact details, and what happened or will happen within days, no article holds for anybody.
PASSING = re.compile(
    r"\b(?:(?:phone|mobile|telephone|cell) (?:number|no)|e-?mail address (?:of|for)|"
    r"yesterday|tomorrow|tonight|right now|(?:last|this|next) (?:week|monday|tuesday|wednesday|"
    r"thursday|friday))\b",
    re.IGNORECASE,
)
# What a handbook says "you" and "we" of is the asker's own organisation.
SPEAKS = re.compile(r"\b(?:you|your|we|our|us)\b", re.IGNORECASE)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What speaks for and against an answer.

    None of them needs anything that only some articles have, such as lists of questions.
    """

    read: float
    """Log-odds, by reading, of the sentence that most likely answers; within `LIMIT` of 0.0.

    0.0 when nothing was read."""
    read_widely: float
    """Mean of the same over the `WIDELY` passages that most likely answer."""
    nearness: float
    """Cosine similarity of the question and the nearest passage, above that of a far question."""
    sentence_nearness: float
    """The same of the sentence that most likely answers."""
    far_off: float
    """How little is near at all: from 0.0 at `NEAR` above a far question to 1.0 at none."""
    unknown_names: float
    """1.0 when the question names something that no passage mentions."""
    missing_years: float
    """1.0 when a year in the question is in none of the best passages."""
    own_records: float
    """1.0 when only the records of the asker's own organisation, or nobody's, can hold it, and the
    passage that most likely answers does not speak for that organisation."""

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
    def open(cls) -> Self:
        """Return a gate that lets every question through, for whoever fits one."""
        return cls(weights=(0.0,) * len(fields(Signals)), bias=0.0, threshold=0.0, fingerprint="")

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
                f"cannot read the decision to refuse from {path}: {exc!r}. Delete the file, or fit "
                f"it anew with `python -m knowledge calibrate FILE.jsonl`"
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
        try:
            path.write_text(json.dumps(saved, indent=2) + "\n", encoding="utf-8")
        except OSError as exc:
            raise ConfigError(f"cannot write {path}: {exc.strerror or exc}") from exc

    def probability(self, signals: Signals) -> float:
        """Return how likely it is that the passages answer the question, in [0, 1]."""
        activation = self.bias + sum(
            weight * value for weight, value in zip(self.weights, signals.vector(), strict=True)
        )
        return 1.0 / (1.0 + math.exp(-activation))

    def is_enough(self, signals: Signals) -> bool:
        """Whether the question should be answered."""
        return self.probability(signals) >= self.threshold


def load_gate(data_dir: Path) -> EvidenceGate:
    """Return the gate fitted to this data directory, or else the one that ships.

    Raises:
        ConfigError: when the file cannot be read or was fitted to other signals.
    """
    own = data_dir / FITTED_GATE
    return EvidenceGate.load(own if own.is_file() else SHIPPED_GATE)


def read_signals(
    query: Query,
    results: Sequence[SearchResult],
    vocabulary: Vocabulary,
    *,
    far_similarity: float,
) -> Signals:
    """Return the signals of a question and what was found for it.

    The words that question and passage share are no signal: the similarities hold what they say,
    and with them the fit told answerable from unanswerable questions less well.
    """
    best = results[:LOOKED_AT]
    text = " ".join(f"{r.chunk.frame} {r.chunk.text}" for r in best)
    read = [result for result in results if result.unit_readings]
    nearness = max((result.similarity for result in results), default=0.0) - far_similarity
    likely = sorted((max(result.unit_readings) for result in read), reverse=True)[:WIDELY]
    return Signals(
        read=_within(likely[0]) if likely else 0.0,
        read_widely=fmean(map(_within, likely)) if likely else 0.0,
        nearness=nearness,
        sentence_nearness=_nearest(read or results) - far_similarity,
        far_off=min(max(NEAR - nearness, 0.0) / NEAR, 1.0),
        unknown_names=float(_has_unknown_name(query.text, vocabulary)),
        missing_years=float(not set(YEAR.findall(query.text)) <= set(YEAR.findall(text))),
        own_records=float(_asks_for_records(query.text) and not _speaks_for_us(read)),
    )


def _within(odds: float) -> float:
    return min(max(odds, -LIMIT), LIMIT)


def _nearest(results: Sequence[SearchResult]) -> float:
    """Return the similarity of the sentence that most likely answers, or else of the nearest."""
    pairs = [
        (odds, similarity)
        for result in results
        for odds, similarity in zip(
            result.unit_readings or result.unit_similarities, result.unit_similarities, strict=False
        )
    ]
    return max(pairs, default=(0.0, 0.0))[1]


def _speaks_for_us(read: Sequence[SearchResult]) -> bool:
    """Whether the passage that most likely answers speaks to or for an organisation's people."""
    if not read:
        return False
    best = max(read, key=lambda result: max(result.unit_readings))
    return SPEAKS.search(best.chunk.text) is not None


def _asks_for_records(question: str) -> bool:
    is_own = OWN.search(question) and RECORDS.search(question)
    return bool(is_own or PASSING.search(question))


def _has_unknown_name(question: str, vocabulary: Vocabulary) -> bool:
    return any(not vocabulary.knows(term) for name in names(question) for term in stems_of(name))
