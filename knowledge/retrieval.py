"""A question to ranked chunks: dense and lexical, fused, and checked against the record."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.errors import CrossEncoderError, StoreError
from knowledge.fusion import fuse
from knowledge.index import VectorIndex
from knowledge.models import Chunk, ChunkId, SearchResult
from knowledge.ports import Embedder, Reranker, Vectors
from knowledge.record.catalog import Catalog, text_hash
from knowledge.unit_vectors import UnitVectors

__all__ = ["Retrieval", "Retriever"]

logger = logging.getLogger(__name__)

POOL = 80
"""Chunks that each leg brings in; more than are returned, since some may be retired."""
RERANKED = 24
"""Best chunks whose sentences are compared with the question one by one."""
FUSED_WEIGHT = 0.6
UNIT_WEIGHT = 1.0


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

    def __init__(
        self,
        *,
        catalog: Catalog,
        index: VectorIndex,
        embedder: Embedder,
        unit_vectors: UnitVectors,
        reranker: Reranker | None = None,
    ) -> None:
        """The first four must be of one data directory."""
        self._catalog = catalog
        self._index = index
        self._embedder = embedder
        self._unit_vectors = unit_vectors
        self._reranker = reranker

    def retrieve(self, text: str, terms: Sequence[str], *, top_k: int) -> Retrieval:
        """Return up to `top_k` chunks for a query's text and stemmed terms.

        The best of them are ordered anew, by the reranker when there is one, else by how near
        their nearest sentence is. When the vector index fails, the lexical ranking answers alone
        and the result says so.
        """
        vector = self._embedder.embed_query(text)
        is_degraded = False
        try:
            dense = self._index.query(vector, limit=POOL)
        except StoreError:
            logger.exception("the vector index does not answer; searching by words only")
            dense, is_degraded = [], True
        lexical = self._catalog.search(terms, limit=POOL)
        # A chunk that was retired a moment ago may still be in the vector index.
        chunks = self._catalog.chunks([*dict([*dense, *lexical])])
        similarities = dict(dense) | self._similarities(vector, chunks, known=dict(dense))
        fused = fuse(list(similarities.items()), lexical)
        found = [
            _Found(chunks[chunk_id], score, similarities.get(chunk_id, 0.0))
            for chunk_id, score in fused
            if chunk_id in chunks
        ][: max(top_k, RERANKED)]
        results = self._reranked(text, vector, found[:RERANKED]) + [
            _result(item, rank) for rank, item in enumerate(found[RERANKED:], RERANKED + 1)
        ]
        return Retrieval(results=tuple(results[:top_k]), vector=vector, is_degraded=is_degraded)

    def _similarities(
        self, vector: Vectors, chunks: dict[ChunkId, Chunk], *, known: dict[ChunkId, float]
    ) -> dict[ChunkId, float]:
        """Return the similarity of the chunks that only words have found, from stored vectors."""
        hashes = {
            chunk_id: text_hash(chunk.embedding_text)
            for chunk_id, chunk in chunks.items()
            if chunk_id not in known
        }
        stored = self._catalog.vectors(hashes.values(), embedder=self._embedder.name)
        return {
            chunk_id: float(stored[key] @ vector)
            for chunk_id, key in hashes.items()
            if key in stored
        }

    def _reranked(
        self, text: str, vector: Vectors, found: Sequence["_Found"]
    ) -> list[SearchResult]:
        matrices = self._unit_vectors.of([item.chunk for item in found])
        near = [matrix @ vector for matrix in matrices]
        scores = [
            item.similarity
            + FUSED_WEIGHT * item.score
            + UNIT_WEIGHT * float(values.max(initial=0.0))
            for item, values in zip(found, near, strict=True)
        ]
        order = sorted(range(len(found)), key=lambda place: -scores[place])
        if self._reranker is not None:
            order = _read_again(self._reranker, text, found, order)
        return [
            _result(found[place], rank, tuple(float(value) for value in near[place]))
            for rank, place in enumerate(order, start=1)
        ]


@dataclass(frozen=True, slots=True)
class _Found:
    chunk: Chunk
    score: float
    similarity: float


def _read_again(
    reranker: Reranker, text: str, found: Sequence[_Found], order: list[int]
) -> list[int]:
    """Return the places in the reranker's order; in the one they had when it fails."""
    try:
        scores = reranker.score(text, [found[place].chunk.embedding_text for place in order])
    except CrossEncoderError as exc:
        logger.warning("passages keep the order that they have without a reranker: %s", exc)
        return order
    ranked = sorted(zip(scores, order, strict=True), key=lambda pair: -pair[0])
    return [place for _, place in ranked]


def _result(found: _Found, rank: int, near: tuple[float, ...] = ()) -> SearchResult:
    return SearchResult(
        chunk=found.chunk,
        rank=rank,
        score=round(found.score, 6),
        similarity=found.similarity,
        unit_similarities=near,
    )
