"""Pure: how likely a passage is to answer a question, from all that is known of the two."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from knowledge.domain import ArticleId, ChunkId
from knowledge.weighting import weighted

__all__ = ["WEIGHTS", "RankSignals", "article_words", "relevance", "scaled", "shares"]

BEST_SECTIONS = 3
"""Passages of an article that say how far the article as a whole is about the question."""


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
    article_words: float
    """Mean of `words` over the best passages of its article."""
    explains: float
    """1.0 when the glossary names the section as the one that explains what is asked."""


# Fitted by `python -m training.fit_ranking` to the tuning half of the golden questions: the
# conditional logit of McFadden 1974, "which section answers", over all sections, any right one
# being enough. In two thirds of the fit the listed questions of some or all articles were taken
# away, so that articles without any are ranked well beside those that have them. For the same
# reason the fit is with the embedding model as published: what it was tuned on since are the
# bundled articles, and with it the fit would trust the vectors of all others too much.
WEIGHTS = RankSignals(
    similarity=9.1, sentence=8.1, asked=5.0, words=3.4, article_words=4.2, explains=3.0
)


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


def article_words(
    words: Mapping[ChunkId, float], articles: Mapping[ChunkId, ArticleId]
) -> dict[ArticleId, float]:
    """Return for each article the mean of its best passages' `words`; fewer count as zero."""
    found: dict[ArticleId, list[float]] = {}
    for chunk_id, article_id in articles.items():
        found.setdefault(article_id, []).append(words.get(chunk_id, 0.0))
    return {
        article_id: sum(sorted(values, reverse=True)[:BEST_SECTIONS]) / BEST_SECTIONS
        for article_id, values in found.items()
    }
