"""Stored vectors: made once by a model, kept so that no index ever needs it again."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, Table, delete, select

from knowledge.domain import ChunkId
from knowledge.ports import Vectors
from knowledge.record import schema
from knowledge.record.database import Database, insert_for
from knowledge.record.parameters import slices

__all__ = ["StoredVectors", "as_stored", "drop_vectors", "text_hash"]


class StoredVectors:
    """Reads and keeps vectors: of texts by hash, and of chunks' units and questions by chunk."""

    def __init__(self, database: Database) -> None:
        """Take an open database."""
        self._database = database

    def of_texts(self, hashes: Iterable[str], *, embedder: str) -> dict[str, Vectors]:
        """Return the stored vectors among `hashes` that `embedder` made, by hash."""
        table = schema.embedding
        found: dict[str, Vectors] = {}
        with self._database.read() as connection:
            for part in slices(sorted(set(hashes))):
                query = select(table.c.text_hash, table.c.vector).where(
                    table.c.text_hash.in_(part), table.c.embedder == embedder
                )
                for row in connection.execute(query):
                    found[row.text_hash] = np.frombuffer(row.vector, dtype="<f4")
        return found

    def keep_texts(self, vectors: dict[str, Vectors], *, embedder: str) -> None:
        """Keep the vectors of texts, by the texts' hash."""
        if not vectors:
            return
        rows = [
            {"text_hash": key, "embedder": embedder, "vector": vector.astype("<f4").tobytes()}
            for key, vector in sorted(vectors.items(), key=lambda one: one[0])
        ]
        with self._database.write() as connection:
            connection.execute(
                insert_for(self._database)(schema.embedding).on_conflict_do_nothing(), rows
            )

    def of_units(self, chunk_ids: Sequence[ChunkId], *, embedder: str) -> dict[ChunkId, Vectors]:
        """Return the vectors of the chunks' units, one row a unit, by chunk."""
        return self._matrices(schema.unit_vectors, chunk_ids, embedder)

    def keep_units(self, vectors: dict[ChunkId, Vectors], *, embedder: str) -> None:
        """Keep the vectors of chunks' units; chunks that are gone by now are left out."""
        self._keep_matrices(schema.unit_vectors, vectors, embedder)

    def of_questions(
        self, chunk_ids: Sequence[ChunkId], *, embedder: str
    ) -> dict[ChunkId, Vectors]:
        """Return the vectors of what the chunks are asked as, one row a text, by chunk."""
        return self._matrices(schema.question_vectors, chunk_ids, embedder)

    def keep_questions(self, vectors: dict[ChunkId, Vectors], *, embedder: str) -> None:
        """Keep the vectors of chunks' questions; chunks that are gone by now are left out."""
        self._keep_matrices(schema.question_vectors, vectors, embedder)

    def _matrices(
        self, table: Table, chunk_ids: Sequence[ChunkId], embedder: str
    ) -> dict[ChunkId, Vectors]:
        found: dict[ChunkId, Vectors] = {}
        with self._database.read() as connection:
            for part in slices(chunk_ids):
                query = select(table.c.chunk_id, table.c.vectors).where(
                    table.c.chunk_id.in_(part), table.c.embedder == embedder
                )
                for row in connection.execute(query):
                    found[ChunkId(row.chunk_id)] = _matrix(row.vectors)
        return found

    def _keep_matrices(self, table: Table, vectors: dict[ChunkId, Vectors], embedder: str) -> None:
        with self._database.write() as connection:
            # In one order, so that processes that keep the same never wait in a circle.
            for part in slices(sorted(vectors)):
                present = connection.execute(
                    select(schema.chunk.c.chunk_id).where(schema.chunk.c.chunk_id.in_(part))
                ).scalars()
                rows = [
                    {"chunk_id": key, "embedder": embedder, "vectors": _bytes(vectors[key])}
                    for key in sorted(map(ChunkId, present))
                ]
                if rows:
                    connection.execute(
                        insert_for(self._database)(table).on_conflict_do_nothing(), rows
                    )


def drop_vectors(connection: Connection, chunk_ids: Select[Any]) -> None:
    """Forget the vectors of units and questions of the chunks that a query selects."""
    for table in (schema.unit_vectors, schema.question_vectors):
        connection.execute(delete(table).where(table.c.chunk_id.in_(chunk_ids)))


def as_stored(matrix: Vectors) -> Vectors:
    """Return vectors of units or questions as they will be read again: in half precision.

    Whoever makes them uses these, so that an answer is the same before and after they are stored.
    """
    return np.asarray(matrix.astype("<f2"), dtype=np.float32)


def text_hash(text: str) -> str:
    """Return the key under which a text's vector is stored."""
    return hashlib.sha256(text.encode()).hexdigest()


def _matrix(stored: bytes) -> Vectors:
    # Half precision and a leading column count: a few hundred bytes a sentence.
    columns = int.from_bytes(stored[:2], "little")
    halves = np.frombuffer(stored[2:], dtype="<f2")
    return np.asarray(halves.reshape(-1, columns), dtype=np.float32)


def _bytes(matrix: Vectors) -> bytes:
    return int(matrix.shape[1]).to_bytes(2, "little") + matrix.astype("<f2").tobytes()
