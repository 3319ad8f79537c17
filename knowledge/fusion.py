"""Pure: one ranking out of a dense and a lexical one."""

from collections.abc import Sequence

from knowledge.models import ChunkId

__all__ = ["fuse"]

DENSE_WEIGHT = 0.45
"""Share of the dense score in the fused one."""

Ranking = Sequence[tuple[ChunkId, float]]


def fuse(dense: Ranking, lexical: Ranking) -> list[tuple[ChunkId, float]]:
    """Return the union of two rankings, best first, with scores in [0, 1].

    Each ranking's scores are scaled to [0, 1] (min-max) and added with one weight: the convex
    combination of Bruch et al. 2023, "An Analysis of Fusion Functions for Hybrid Retrieval",
    which keeps how far ahead a result is, as reciprocal ranks do not. With one ranking empty,
    the other's order stays.
    """
    scores: dict[ChunkId, float] = {}
    for ranking, weight in ((dense, DENSE_WEIGHT), (lexical, 1 - DENSE_WEIGHT)):
        for chunk_id, score in _scaled(ranking):
            scores[chunk_id] = scores.get(chunk_id, 0.0) + weight * score
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def _scaled(ranking: Ranking) -> list[tuple[ChunkId, float]]:
    if not ranking:
        return []
    lowest = min(score for _, score in ranking)
    reach = max(score for _, score in ranking) - lowest
    if reach <= 0:
        return [(chunk_id, 1.0) for chunk_id, _ in ranking]
    return [(chunk_id, (score - lowest) / reach) for chunk_id, score in ranking]
