"""Vectors of single sentences, for judging which of them speak to a question.

They are made at ingestion, so that no question waits for them, and else when a chunk is first
found; the record keeps them, and a bounded cache keeps the most recent ones at hand.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence

from knowledge.domain import Chunk, ChunkId
from knowledge.ports import Embedder, Vectors
from knowledge.record.catalog import Catalog
from knowledge.record.vectors import as_stored
from knowledge.text.passages import units_in_context

__all__ = ["SentenceVectors"]

HELD = 4_000
"""Chunks kept at hand: some 40 MB."""
WARM_BATCH = 16


class SentenceVectors:
    """Gives the vectors of chunks' units; safe to share between threads."""

    def __init__(self, *, catalog: Catalog, embedder: Embedder) -> None:
        """Nothing is loaded yet."""
        self._catalog = catalog
        self._embedder = embedder
        self._held: OrderedDict[ChunkId, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, chunks: Sequence[Chunk]) -> list[Vectors]:
        """Return a matrix for each chunk, with a unit row for each of its units in order."""
        with self._lock:
            found = {
                chunk.chunk_id: self._held[chunk.chunk_id]
                for chunk in chunks
                if chunk.chunk_id in self._held
            }
        missing = [chunk for chunk in chunks if chunk.chunk_id not in found]
        if missing:
            found |= self._fetch(missing)
        with self._lock:
            for chunk in chunks:
                self._held[chunk.chunk_id] = found[chunk.chunk_id]
                self._held.move_to_end(chunk.chunk_id)
            while len(self._held) > HELD:
                self._held.popitem(last=False)
        return [found[chunk.chunk_id] for chunk in chunks]

    def keep(self, chunks: Sequence[Chunk]) -> None:
        """Store the vectors of chunks that are about to be seen.

        Those of a text that stands in the article as it is seen now are taken over, not made anew.
        """
        name = self._embedder.name
        seen = {
            (before.article_id, before.text): before.chunk_id
            for article_id in {chunk.article_id for chunk in chunks}
            for before in self._catalog.article_chunks(article_id)
        }
        same = {
            chunk.chunk_id: seen[chunk.article_id, chunk.text]
            for chunk in chunks
            if (chunk.article_id, chunk.text) in seen
        }
        stored = self._catalog.vectors.of_units([*same.values()], embedder=name)
        taken = {new: stored[old] for new, old in same.items() if old in stored}
        if taken:
            self._catalog.vectors.keep_units(taken, embedder=name)
        self._fetch([chunk for chunk in chunks if chunk.chunk_id not in taken])

    def warm(self, stop: threading.Event) -> None:
        """Make the vectors that visible chunks lack, so that no question has to wait for them.

        What is kept is not read: most of it would fall out of the cache again. Ends early when
        `stop` is set; a question that comes meanwhile gets its turn.
        """
        missing = self._catalog.chunks_without_units(embedder=self._embedder.name)
        for start in range(0, len(missing), WARM_BATCH):
            if stop.is_set():
                return
            self.of([*self._catalog.chunks(missing[start : start + WARM_BATCH]).values()])

    def _fetch(self, chunks: Sequence[Chunk]) -> dict[ChunkId, Vectors]:
        name = self._embedder.name
        found = self._catalog.vectors.of_units([chunk.chunk_id for chunk in chunks], embedder=name)
        missing = [chunk for chunk in chunks if chunk.chunk_id not in found]
        if missing:
            made = self._embed(missing)
            self._catalog.vectors.keep_units(made, embedder=name)
            found |= made
        return found

    def _embed(self, chunks: Sequence[Chunk]) -> dict[ChunkId, Vectors]:
        texts = [units_in_context(chunk.text) for chunk in chunks]
        vectors = self._embedder.embed_documents([text for part in texts for text in part])
        made: dict[ChunkId, Vectors] = {}
        start = 0
        for chunk, part in zip(chunks, texts, strict=True):
            made[chunk.chunk_id] = as_stored(vectors[start : start + len(part)])
            start += len(part)
        return made
