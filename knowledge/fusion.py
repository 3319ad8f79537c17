"""Pure: one ranking out of a dense and a lexical one."""

from collections.abc import Sequence

from knowledge.models import ChunkId

__all__ = ["fuse"]

DENSE_WEIGHT = 0.5
"""Share of the dense score in the fused one."""

Ranking = Sequence[tuple[ChunkId, float]]


def fuse(dense: Ranking, lexical: Ranking) -> list[tuple[ChunkId, float]]:
    """Return the union of two rankings, best first, with scores in [0, 1].

    Each ranking's scores are divided by its best one and added with one weight: the convex
    combination with theoretical minimum of Bruch et al. 2023, "An Analysis of Fusion Functions
    for Hybrid Retrieval". It keeps how far ahead a result is, as reciprocal ranks do not, and
    does not blow up small differences between few results, as the smallest score found would.
    With one ranking empty, the other's order stays.
    """
    scores: dict[ChunkId, float] = {}
    for ranking, weight in ((dense, DENSE_WEIGHT), (lexical, 1 - DENSE_WEIGHT)):
        best = max((score for _, score in ranking), default=0.0)
        for chunk_id, score in ranking:
            share = max(score / best, 0.0) if best > 0 else 0.0
            scores[chunk_id] = scores.get(chunk_id, 0.0) + weight * share
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))
