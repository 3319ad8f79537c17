"""Pure: how likely a passage is to answer a question, from all that is known of the two."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.domain import ChunkId
from knowledge.weighting import weighted

__all__ = ["WEIGHTS", "RankSignals", "relevance", "scaled", "shares"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankSignals:
    """What speaks for one passage; each in [0, 1] or a cosine similarity."""

    similarity: float
    """Of the question and the passage under its title and heading."""
    sentence: float
    """Of the question and the nearest sentence; 0.0 when sentences were not compared."""
    asked: float
    """Of the question and the nearest of the passage's heading and listed questions."""
    words: float
    """Share of the best BM25 score found."""
    explains: float
    """1.0 when the glossary names the section as the one that explains what is asked."""


# Fitted across corpora, each weighing the same: the tuning half of the golden questions, a company
# handbook, small documents of twelve offices, and a single web article. It is the conditional logit
# of McFadden 1974, "which passage holds what is asked for". Fitted without any one of them, the
# weights are about the same and rank that one as well. How far an article as a whole shares words
# with the question is no signal: it helps on articles of one topic each and on nothing else.
WEIGHTS = RankSignals(similarity=11.5, sentence=11.9, asked=2.9, words=2.1, explains=1.2)


def relevance(signals: RankSignals, weights: RankSignals = WEIGHTS) -> float:
    """Return the log-odds, up to a constant of the query, that a passage is the best one."""
    return weighted(signals, weights)


def scaled(relevances: Sequence[float]) -> list[float]:
    """Return each passage's odds against the best one, in (0, 1]; empty for none."""
    best = max(relevances, default=0.0)
    return [math.exp(one - best) for one in relevances]


def shares(ranking: Iterable[tuple[ChunkId, float]]) -> dict[ChunkId, float]:
    """Return scores as shares of the best one, in [0, 1]; zero when none is above zero."""
    scores = dict(ranking)
    best = max(scores.values(), default=0.0)
    return {key: max(score / best, 0.0) if best > 0 else 0.0 for key, score in scores.items()}
