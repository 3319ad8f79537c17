"""What sections are asked as: how near a question is to each heading and listed question."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge.domain import Chunk, ChunkId
from knowledge.ports import Embedder, Vectors
from knowledge.record.catalog import Catalog
from knowledge.record.parameters import slices
from knowledge.record.vectors import as_stored

__all__ = ["NOT_ASKED", "Asked", "QuestionVectors", "Similarities"]

BLOCK = 8_192
"""Rows that are widened to full precision and compared at once; so many are held wide."""


class Asked(NamedTuple):
    """Cosine similarities of a question and what a chunk is asked as."""

    nearest: float
    """To its heading or the nearest listed question."""
    listed: float
    """To the nearest listed question; 0.0 when none is listed."""


NOT_ASKED = Asked(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Similarities:
    """How near a question is to each visible chunk; only those asked for become objects."""

    chunk_ids: Sequence[ChunkId]
    places: Mapping[ChunkId, int]
    nearest: Vectors
    """By the place of the chunk."""
    listed: Vectors

    def of(self, chunk_id: ChunkId) -> Asked:
        """Return how near one chunk is; one that is not visible is not near."""
        place = self.places.get(chunk_id)
        if place is None:
            return NOT_ASKED
        return Asked(float(self.nearest[place]), float(self.listed[place]))

    def best(self, number: int) -> list[ChunkId]:
        """Return the nearest chunks, best first; of equals those that were stored first."""
        if number < len(self.nearest):
            # Whatever is as near as the last of them has to be among those that are sorted.
            last = np.partition(self.nearest, -number)[-number]
            candidates = np.flatnonzero(self.nearest >= last)
        else:
            candidates = np.arange(len(self.nearest))
        order = np.argsort(-self.nearest[candidates], kind="stable")[:number]
        wanted = candidates[order].tolist()
        return [self.chunk_ids[place] for place in wanted]


@dataclass(frozen=True, slots=True)
class _Held:
    revision: int
    chunk_ids: tuple[ChunkId, ...]
    places: dict[ChunkId, int]
    """Place of each chunk among `chunk_ids`."""
    starts: NDArray[np.intp]
    """Row of `vectors` at which each chunk's texts begin, and the number of rows."""
    vectors: NDArray[np.floating[Any]]
    """In half precision, as they are stored, when there are many."""

    def of(self, chunk_id: ChunkId) -> NDArray[np.floating[Any]]:
        place = self.places[chunk_id]
        return self.vectors[self.starts[place] : self.starts[place + 1]]


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

    def similarities(self, vector: Vectors) -> "Similarities":
        """Return how near a question is to what each visible chunk is asked as."""
        held = self._current()
        if not held.chunk_ids:
            return Similarities((), {}, np.empty(0, np.float32), np.empty(0, np.float32))
        starts = held.starts[:-1]
        near = np.concatenate(
            [
                held.vectors[start : start + BLOCK].astype(np.float32, copy=False) @ vector
                for start in range(0, len(held.vectors), BLOCK)
            ]
        )
        nearest = np.maximum.reduceat(near, starts)
        near[starts] = 0.0
        listed = np.maximum.reduceat(near, starts)
        return Similarities(held.chunk_ids, held.places, nearest, listed)

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
                self._held = self._load(revision, self._held)
            return self._held

    def _load(self, revision: int, before: _Held | None) -> _Held:
        """Return what is visible now; what was held before is not read again."""
        chunk_ids = tuple(self._catalog.chunk_order())
        matrices: dict[ChunkId, NDArray[np.floating[Any]]] = {}
        for ids in slices(chunk_ids):
            known = [key for key in ids if before is not None and key in before.places]
            if before is not None:
                matrices.update((key, before.of(key)) for key in known)
            missing = [key for key in ids if key not in matrices]
            stored = self._catalog.vectors.of_questions(missing, embedder=self._embedder.name)
            made = self.keep(
                [*self._catalog.chunks([key for key in missing if key not in stored]).values()]
            )
            # Half precision at once, or all of them would be held at twice their size meanwhile.
            matrices.update((key, _halves(matrix)) for key, matrix in (stored | made).items())
        # One may have been swept since its id was read.
        chunk_ids = tuple(key for key in chunk_ids if key in matrices)
        starts = np.cumsum([0, *(len(matrices[key]) for key in chunk_ids)], dtype=np.intp)
        rows, first = int(starts[-1]), next(iter(matrices.values()), np.empty((0, 0)))
        vectors = np.empty((rows, first.shape[1]), np.float32 if rows <= BLOCK else np.float16)
        for start, key in zip(starts, chunk_ids, strict=False):
            matrix = matrices.pop(key)
            vectors[start : start + len(matrix)] = matrix
        return _Held(
            revision=revision,
            chunk_ids=chunk_ids,
            places={key: place for place, key in enumerate(chunk_ids)},
            starts=starts,
            vectors=vectors,
        )


def _halves(matrix: Vectors) -> NDArray[np.float16]:
    """Return vectors in the precision in which they are stored: nothing is lost."""
    return matrix.astype(np.float16)
