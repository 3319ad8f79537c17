"""A question to ranked chunks: found by meaning and by words, checked against the record."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from knowledge.domain import ArticleId, Chunk, ChunkId, SearchResult
from knowledge.errors import CrossEncoderError, StoreError
from knowledge.ports import Embedder, PassageReader, Reranker, Vectors
from knowledge.questions.understanding import Query
from knowledge.record.catalog import Catalog
from knowledge.record.vectors import text_hash
from knowledge.search.index import VectorIndex
from knowledge.search.question_vectors import QuestionVectors
from knowledge.search.ranking import RankSignals, relevance, scaled, shares
from knowledge.search.remoteness import Remoteness
from knowledge.search.sentence_vectors import SentenceVectors

__all__ = ["Retrieval", "Retriever"]

logger = logging.getLogger(__name__)

POOL = 80
"""Chunks that each way of searching brings in."""
RERANKED = 32
"""Best chunks whose sentences are compared with the question one by one."""
READ = 5
"""Best chunks that are read with the question, which takes some 20 ms each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """What was found for a query."""

    results: tuple[SearchResult, ...]
    """Best first."""
    articles: tuple[ArticleId, ...]
    """Article of each chunk that was found, best first, be it among the results or not."""
    vector: Vectors
    """The query's unit vector."""
    is_degraded: bool
    """Whether the vector index did not answer and only words were compared."""
    far_similarity: float = 0.0
    """Similarity that a question on another subject has with the passage nearest to it."""


class Retriever:
    """Finds the visible chunks that are nearest to a query."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        index: VectorIndex,
        embedder: Embedder,
        sentence_vectors: SentenceVectors,
        question_vectors: QuestionVectors,
        remoteness: Remoteness | None = None,
        reader: PassageReader | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        """All but the reader and the reranker must be of one data directory.

        Without `remoteness` a question on another subject counts as one of no similarity at all.
        """
        self._catalog = catalog
        self._index = index
        self._embedder = embedder
        self._sentence_vectors = sentence_vectors
        self._question_vectors = question_vectors
        self._remoteness = remoteness
        self._reader = reader
        self._reranker = reranker

    def retrieve(self, query: Query, *, top_k: int) -> Retrieval:
        """Return up to `top_k` chunks.

        The best of them are compared sentence by sentence, and ordered by the reranker when there
        is one; what comes first then is read. When the vector index fails, chunks are found by
        words and by what they are asked as, and the result says so.
        """
        vector = self._vector(query)
        found, is_degraded = self._found(query, vector)
        compared = self._compared(vector, found[:RERANKED])
        compared.sort(key=_Found.order)
        results = _results(compared + found[RERANKED:])
        if self._reranker is not None:
            results = (
                _read_again(self._reranker, query.text, results[:RERANKED]) + results[RERANKED:]
            )
        articles = tuple(result.chunk.article_id for result in results)
        results = self._read(query, results[: min(READ, top_k)]) + results[READ:top_k]
        return Retrieval(
            results=results,
            articles=articles,
            vector=vector,
            is_degraded=is_degraded,
            far_similarity=self._remoteness.current() if self._remoteness else 0.0,
        )

    def vector_of(self, text: str) -> Vectors:
        """Return the unit vector that a text is searched for with."""
        return self._embedder.embed_query(text)

    def signals(self, query: Query) -> list[tuple[Chunk, RankSignals]]:
        """Return what speaks for each chunk found, all of them compared sentence by sentence.

        It is what `retrieve` ranks by, for those who fit or explain the ranking. In no order.
        """
        vector = self._vector(query)
        found, _ = self._found(query, vector)
        return [(one.chunk, one.signals) for one in self._compared(vector, found)]

    def _read(self, query: Query, results: tuple[SearchResult, ...]) -> tuple[SearchResult, ...]:
        """Return the results with what reading them says of their sentences."""
        if self._reader is None:
            return results
        readings = self._reader.read(query.text, [result.chunk for result in results])
        return tuple(
            replace(result, unit_readings=odds)
            for result, odds in zip(results, readings, strict=True)
        )

    def _vector(self, query: Query) -> Vectors:
        """Return the unit vector of a question, halfway to those of its other wordings."""
        wordings = (query.text, *query.other_wordings)
        vectors = [self.vector_of(one) for one in wordings]
        if len(vectors) == 1:
            return vectors[0]
        middle = np.mean(vectors, axis=0)
        return np.asarray(middle / np.linalg.norm(middle), dtype=np.float32)

    def _found(self, query: Query, vector: Vectors) -> tuple[list["_Found"], bool]:
        """Return the chunks that any way of searching brings in, and whether one failed.

        Best first, as far as it can be said before sentences are compared.
        """
        is_degraded = False
        try:
            dense = dict(self._index.query(vector, limit=POOL))
        except StoreError:
            logger.exception("the vector index does not answer; searching without it")
            dense, is_degraded = {}, True
        words = shares(self._catalog.search(query.search_terms, limit=POOL))
        asked = self._question_vectors.similarities(vector)
        nearest = asked.best(POOL)
        # A chunk that was retired a moment ago may still be in the vector index.
        chunks = self._catalog.chunks([*dict.fromkeys((*dense, *words, *nearest))])
        similarities = dense | self._similarities(vector, chunks, known=dense)
        found = [
            _Found(
                chunk,
                RankSignals(
                    similarity=similarities.get(key, 0.0),
                    sentence=0.0,
                    asked=asked.of(key).nearest,
                    words=words.get(key, 0.0),
                    explains=float(chunk.section in query.explained_in),
                ),
                listed=asked.of(key).listed,
            )
            for key, chunk in chunks.items()
        ]
        found.sort(key=_Found.order)
        return found, is_degraded

    def _similarities(
        self, vector: Vectors, chunks: dict[ChunkId, Chunk], *, known: dict[ChunkId, float]
    ) -> dict[ChunkId, float]:
        """Return the similarity of the chunks that were not found by it, from stored vectors."""
        hashes = {
            chunk_id: text_hash(chunk.embedding_text)
            for chunk_id, chunk in chunks.items()
            if chunk_id not in known
        }
        stored = self._catalog.vectors.of_texts(hashes.values(), embedder=self._embedder.name)
        return {
            chunk_id: float(stored[key] @ vector)
            for chunk_id, key in hashes.items()
            if key in stored
        }

    def _compared(self, vector: Vectors, found: Sequence["_Found"]) -> list["_Found"]:
        """Return the chunks with the similarity of the question and each of their sentences."""
        matrices = self._sentence_vectors.of([one.chunk for one in found])
        compared = []
        for one, matrix in zip(found, matrices, strict=True):
            near = tuple((matrix @ vector).tolist())
            signals = replace(one.signals, sentence=max(near, default=0.0))
            compared.append(replace(one, signals=signals, near=near))
        return compared


@dataclass(frozen=True, slots=True)
class _Found:
    chunk: Chunk
    signals: RankSignals
    listed: float
    near: tuple[float, ...] = ()
    """Similarity of the question and each sentence; empty when they were not compared."""

    def order(self) -> tuple[float, str]:
        """Sort key: the most relevant first, and always the same way."""
        return -relevance(self.signals), self.chunk.chunk_id


def _results(ranked: Sequence[_Found]) -> tuple[SearchResult, ...]:
    odds = scaled([relevance(one.signals) for one in ranked])
    return tuple(
        SearchResult(
            chunk=one.chunk,
            rank=rank,
            score=round(score, 6),
            similarity=one.signals.similarity,
            listed_similarity=one.listed,
            unit_similarities=one.near,
        )
        for rank, (one, score) in enumerate(zip(ranked, odds, strict=True), start=1)
    )


def _read_again(
    reranker: Reranker, text: str, results: tuple[SearchResult, ...]
) -> tuple[SearchResult, ...]:
    """Return the results in the reranker's order; as they are when it fails.

    The odds go by place, so that what reads them follows the reranker too.
    """
    try:
        scores = reranker.score(text, [result.chunk.embedding_text for result in results])
    except CrossEncoderError as exc:
        logger.warning("passages keep the order that they have without a reranker: %s", exc)
        return results
    order = sorted(range(len(results)), key=lambda place: -scores[place])
    return tuple(
        replace(results[place], rank=before.rank, score=before.score)
        for place, before in zip(order, results, strict=True)
    )
