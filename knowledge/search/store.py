"""The only module that knows Chroma: one collection of our vectors, derived from the record."""

import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import chromadb
import httpx
import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.models.Collection import Collection
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings
from chromadb.errors import ChromaError, NotFoundError

from knowledge.domain import Chunk, ChunkId
from knowledge.errors import StoreError
from knowledge.ports import Vectors
from knowledge.search.servers import ChromaServer

__all__ = ["ChromaChunkStore", "drop_generation", "open_store"]

logger = logging.getLogger(__name__)

WRITE_BATCH = 200
"""Records in one write: Chroma holds the interpreter lock for some 130 ms meanwhile."""
READ_BATCH = 50_000
"""Ids in one answer: Chroma passes over all those before them each time."""
COLLECTION_PREFIX = "knowledge-"
VECTORS_PREFIX = "vectors-"
"""Of embedded collections without texts."""
SERVER_WAIT_S = 10.0
# A client that was closed has lost its bindings: an AttributeError.
CHROMA_FAILURES = (
    ChromaError,
    httpx.HTTPError,
    ValueError,
    RuntimeError,
    OSError,
    AttributeError,
)


class ChromaChunkStore:
    """A Chroma collection with our own vectors; Chroma never embeds anything."""

    def __init__(
        self, client: ClientAPI, collection: Collection, *, place: str, keeps_text: bool = True
    ) -> None:
        """`place` names the index in messages; without `keeps_text` only vectors are written."""
        self._client = client
        self._collection = collection
        self._place = place
        self._keeps_text = keeps_text

    @property
    def keeps_text(self) -> bool:
        """Whether the texts of chunks are written too, for other clients of Chroma to read."""
        return self._keeps_text

    def upsert(self, chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Write chunks with their vectors, in batches that other threads can bear."""
        for start in range(0, len(chunks), WRITE_BATCH):
            batch = chunks[start : start + WRITE_BATCH]
            with _translated(self._place):
                self._collection.upsert(
                    ids=[chunk.chunk_id for chunk in batch],
                    embeddings=np.asarray(vectors[start : start + WRITE_BATCH]),
                    **_texts(batch) if self._keeps_text else {},
                )

    def delete(self, chunk_ids: Sequence[ChunkId]) -> None:
        """Forget chunks; unknown ids are ignored."""
        for start in range(0, len(chunk_ids), WRITE_BATCH):
            with _translated(self._place):
                self._collection.delete(ids=list(chunk_ids[start : start + WRITE_BATCH]))

    def query(self, vector: Vectors, *, limit: int) -> list[tuple[ChunkId, float]]:
        """Return up to `limit` nearest chunks with their cosine similarity, best first."""
        with _translated(self._place):
            found = self._collection.query(
                query_embeddings=np.asarray([vector]), n_results=limit, include=["distances"]
            )
        distances = (found["distances"] or [[]])[0]
        return [
            (ChunkId(chunk_id), 1.0 - float(distance))
            for chunk_id, distance in zip(found["ids"][0], distances, strict=True)
        ]

    def ids(self) -> set[ChunkId]:
        """Return every stored id."""
        found: set[ChunkId] = set()
        offset = 0
        while True:
            with _translated(self._place):
                page = self._collection.get(include=[], limit=READ_BATCH, offset=offset)["ids"]
            found.update(ChunkId(chunk_id) for chunk_id in page)
            if len(page) < READ_BATCH:
                return found
            offset += READ_BATCH

    def count(self) -> int:
        """Return how many chunks are stored."""
        with _translated(self._place):
            return int(self._collection.count())

    def close(self) -> None:
        """Release the index."""
        _close(self._client)


def open_store(generation_id: str, *, directory: Path, server: ChromaServer) -> ChromaChunkStore:
    """Open, or create, the collection of one generation of the index.

    Embedded, each generation has its own directory, since Chroma never gives back the disk space
    of a deleted collection; and it holds no text, since Chroma leaves in its files what it deletes.
    One that an earlier version made does. Raises `StoreError` when Chroma does not answer.
    """
    path = directory / generation_id
    place = server.url or str(path)
    with _translated(place):
        client = _client(path, server)
        try:
            old_name = f"{COLLECTION_PREFIX}{generation_id}"
            keeps_text = bool(server.url) or any(
                one.name == old_name for one in client.list_collections()
            )
            collection = client.get_or_create_collection(
                old_name if keeps_text else f"{VECTORS_PREFIX}{generation_id}",
                embedding_function=None,
                configuration={
                    "hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 100}
                },
            )
        except CHROMA_FAILURES:
            _close(client)
            raise
    return ChromaChunkStore(client, collection, place=place, keeps_text=keeps_text)


def drop_generation(generation_id: str, *, directory: Path, server: ChromaServer) -> None:
    """Delete one generation, which must be closed; one that is gone already is no error."""
    if server.url:
        with _translated(server.url):
            client = _client(directory, server)
            try:
                client.delete_collection(f"{COLLECTION_PREFIX}{generation_id}")
            except NotFoundError:
                logger.debug("generation %s is gone already", generation_id)
            finally:
                _close(client)
        return
    shutil.rmtree(directory / generation_id, ignore_errors=True)


def _client(path: Path, server: ChromaServer) -> ClientAPI:
    # A client keeps and changes the settings it is given, so each gets its own.
    settings = Settings(anonymized_telemetry=False, allow_reset=False)
    url = server.url
    if not url:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            return chromadb.PersistentClient(path=str(path), settings=settings)
        except CHROMA_FAILURES:
            # Chroma would hand out again what failed to start, until the process ends.
            SharedSystemClient._identifier_to_system.pop(str(path), None)  # noqa: SLF001
            raise
    # Chroma's client waits for ever and has no setting for it.
    heartbeat = httpx.get(f"{url}/api/v2/heartbeat", headers=server.headers, timeout=SERVER_WAIT_S)
    if heartbeat.status_code in (401, 403):
        raise ValueError("the server refuses KB_CHROMA_TOKEN or KB_CHROMA_BASIC, or wants one")
    parts = urlsplit(url)
    client = chromadb.HttpClient(
        host=parts.hostname or "localhost",
        port=parts.port or (443 if parts.scheme == "https" else 80),
        ssl=parts.scheme == "https",
        headers=dict(server.headers),
        tenant=server.tenant,
        database=server.database,
        settings=settings,
    )
    client._server._session.timeout = httpx.Timeout(SERVER_WAIT_S)  # type: ignore[attr-defined]  # noqa: SLF001
    return client


def _close(client: Any) -> None:
    client.close()
    # Chroma leaves the connections to a server open: its own and those of a client within it.
    for part in (client, client._admin_client):  # noqa: SLF001
        if (session := getattr(part._server, "_session", None)) is not None:  # noqa: SLF001
            session.close()


def _texts(chunks: Sequence[Chunk]) -> dict[str, Any]:
    return {
        "documents": [chunk.text for chunk in chunks],
        "metadatas": [_metadata(chunk) for chunk in chunks],
    }


def _metadata(chunk: Chunk) -> dict[str, Any]:
    return {
        "article_id": chunk.article_id,
        "title": chunk.title,
        "url": chunk.url,
        "heading": chunk.heading,
        "position": chunk.position,
    }


@contextmanager
def _translated(place: str) -> Iterator[None]:
    try:
        yield
    except CHROMA_FAILURES as exc:
        # A client that fails to start fails once more when it is stopped.
        first = (isinstance(exc, AttributeError) and exc.__context__) or exc
        detail = (str(first).strip().splitlines() or [type(first).__name__])[0]
        if place.startswith("http"):
            advice = "check KB_CHROMA_URL and that the server runs"
        else:
            # Chroma does not always say that the disk is full.
            advice = (
                "if the disk is full, free some space and run again; otherwise "
                "`python -m ingest rebuild` makes the index anew from the database"
            )
        raise StoreError(f"vector index {place}: {detail} ({advice})") from exc
