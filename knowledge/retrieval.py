"""A question to ranked chunks: dense and lexical, fused, and checked against the record."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.errors import StoreError
from knowledge.fusion import fuse
from knowledge.index import VectorIndex
from knowledge.models import Chunk, ChunkId, SearchResult
from knowledge.ports import Embedder, Vectors
from knowledge.record.catalog import Catalog

__all__ = ["Retrieval", "Retriever"]

logger = logging.getLogger(__name__)

POOL = 80
"""Chunks that each leg brings in; more than are returned, since some may be retired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """What was found for a query."""

    results: tuple[SearchResult, ...]
    """Best first."""
    vector: Vectors
    """The query's unit vector."""
    is_degraded: bool
    """Whether the vector index did not answer and only words were compared."""


class Retriever:
    """Finds the visible chunks that are nearest to a query."""

    def __init__(self, *, catalog: Catalog, index: VectorIndex, embedder: Embedder) -> None:
        """All three must be of one data directory."""
        self._catalog = catalog
        self._index = index
        self._embedder = embedder

    def retrieve(self, text: str, terms: Sequence[str], *, top_k: int) -> Retrieval:
        """Return up to `top_k` chunks for a query's text and stemmed terms.

        When the vector index fails, the lexical ranking answers alone and the result says so.
        """
        vector = self._embedder.embed_query(text)
        is_degraded = False
        try:
            dense = self._index.query(vector, limit=POOL)
        except StoreError:
            logger.exception("the vector index does not answer; searching by words only")
            dense, is_degraded = [], True
        lexical = self._catalog.search(terms, limit=POOL)
        fused = fuse(dense, lexical)
        # A chunk that was retired a moment ago may still be in the vector index.
        chunks = self._catalog.chunks([chunk_id for chunk_id, _ in fused])
        similarities = dict(dense)
        return Retrieval(
            results=_ranked(fused, chunks, similarities, top_k=top_k),
            vector=vector,
            is_degraded=is_degraded,
        )


def _ranked(
    fused: Sequence[tuple[ChunkId, float]],
    chunks: dict[ChunkId, Chunk],
    similarities: dict[ChunkId, float],
    *,
    top_k: int,
) -> tuple[SearchResult, ...]:
    visible = [(chunk_id, score) for chunk_id, score in fused if chunk_id in chunks]
    return tuple(
        SearchResult(
            chunk=chunks[chunk_id],
            rank=rank,
            score=round(score, 6),
            similarity=similarities.get(chunk_id, 0.0),
        )
        for rank, (chunk_id, score) in enumerate(visible[:top_k], start=1)
    )
