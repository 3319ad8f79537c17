"""What sections are asked as: how near a question is to each heading and listed question."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge.domain import Chunk, ChunkId
from knowledge.ports import Embedder, Vectors
from knowledge.record.catalog import Catalog
from knowledge.record.vectors import as_stored

__all__ = ["Asked", "QuestionVectors"]


class Asked(NamedTuple):
    """Cosine similarities of a question and what a chunk is asked as."""

    nearest: float
    """To its heading or the nearest listed question."""
    listed: float
    """To the nearest listed question; 0.0 when none is listed."""


@dataclass(frozen=True, slots=True)
class _Held:
    revision: int
    chunk_ids: tuple[ChunkId, ...]
    starts: NDArray[np.intp]
    """Row of `vectors` at which each chunk's texts begin."""
    vectors: Vectors


class QuestionVectors:
    """Compares a question with what the visible chunks are asked as; safe to share.

    All vectors are held in memory and compared one by one: there are a few short texts for a
    section, and a nearest-neighbour index of its own would have to be kept in step.
    """

    def __init__(self, *, catalog: Catalog, embedder: Embedder) -> None:
        """Nothing is loaded yet."""
        self._catalog = catalog
        self._embedder = embedder
        self._held: _Held | None = None
        self._lock = threading.Lock()

    def similarities(self, vector: Vectors) -> dict[ChunkId, Asked]:
        """Return how near a question is to what each visible chunk is asked as."""
        held = self._current()
        if not held.chunk_ids:
            return {}
        near = held.vectors @ vector
        nearest = np.maximum.reduceat(near, held.starts)
        near[held.starts] = 0.0
        listed = np.maximum.reduceat(near, held.starts)
        pairs = zip(nearest.tolist(), listed.tolist(), strict=True)
        return {key: Asked(*pair) for key, pair in zip(held.chunk_ids, pairs, strict=True)}

    def warm(self) -> None:
        """Make and load all vectors, so that no question has to wait for them."""
        self._current()

    def keep(self, chunks: Sequence[Chunk]) -> dict[ChunkId, Vectors]:
        """Return the vectors of what chunks are asked as; make and keep those that are missing."""
        name = self._embedder.name
        found = self._catalog.vectors.of_questions(
            [chunk.chunk_id for chunk in chunks], embedder=name
        )
        missing = [chunk for chunk in chunks if chunk.chunk_id not in found]
        if missing:
            # Chunks of one section share their texts.
            texts = list(dict.fromkeys(text for chunk in missing for text in chunk.asked_as))
            made = dict(zip(texts, self._embedder.embed_documents(texts), strict=True))
            new = {
                c.chunk_id: as_stored(np.stack([made[text] for text in c.asked_as]))
                for c in missing
            }
            self._catalog.vectors.keep_questions(new, embedder=name)
            found |= new
        return found

    def _current(self) -> _Held:
        revision = self._catalog.revision()
        with self._lock:
            if self._held is None or self._held.revision != revision:
                self._held = self._load(revision)
            return self._held

    def _load(self, revision: int) -> _Held:
        found: dict[ChunkId, Vectors] = {}
        for chunks in self._catalog.active_chunks():
            found |= self.keep(chunks)
        matrices = list(found.values())
        return _Held(
            revision=revision,
            chunk_ids=tuple(found),
            starts=np.cumsum([0, *map(len, matrices[:-1])], dtype=np.intp),
            vectors=np.concatenate(matrices) if matrices else np.empty((0, 0), dtype=np.float32),
        )
