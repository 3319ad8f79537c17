"""The vector index as a whole: which generation is in use, and how a new one takes its place."""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from knowledge.domain import Chunk, ChunkId
from knowledge.errors import (
    FingerprintMismatchError,
    IndexNotReadyError,
    KnowledgeError,
    StoreError,
)
from knowledge.ports import ChunkStore, Vectors
from knowledge.record.catalog import Catalog
from knowledge.record.ledger import Generation, Ledger
from knowledge.record.vectors import text_hash
from knowledge.search.leftovers import clear_leftovers
from knowledge.search.servers import ChromaServer

__all__ = ["StoreFactory", "VectorIndex"]

logger = logging.getLogger(__name__)

CHURN_LIMIT = 0.1
"""Share of replaced chunks after which a generation is built anew: recall is lost."""


class StoreFactory:
    """Opens and drops the stores of generations; keeps Chroma out of this module's imports."""

    def __init__(self, *, directory: Path, server: ChromaServer | None = None) -> None:
        """`directory` holds embedded generations, unless there is a server."""
        self.directory = directory
        self.server = server or ChromaServer()

    @property
    def url(self) -> str:
        """The server's address; empty when the generations are embedded."""
        return self.server.url

    def open(self, generation_id: str) -> ChunkStore:
        """Open, or create, the store of a generation."""
        # Chroma takes a second to import; `/define` does without it.
        from knowledge.search import store  # noqa: PLC0415

        return store.open_store(generation_id, directory=self.directory, server=self.server)

    def drop(self, generation_id: str) -> None:
        """Delete a generation, which must be closed."""
        from knowledge.search import store  # noqa: PLC0415

        store.drop_generation(generation_id, directory=self.directory, server=self.server)


class VectorIndex:
    """Chunks' vectors, in the generation that the record names; rebuilt from stored vectors.

    Questions may be asked from any thread while one thread writes.
    """

    def __init__(
        self, *, catalog: Catalog, ledger: Ledger, stores: StoreFactory, embedder_name: str
    ) -> None:
        """Nothing is opened before it is needed."""
        self._catalog = catalog
        self._ledger = ledger
        self._stores = stores
        self._embedder_name = embedder_name
        self._lock = threading.RLock()
        self._open: tuple[Generation, ChunkStore] | None = None
        self._left: list[ChunkStore] = []

    def query(self, vector: Vectors, *, limit: int) -> list[tuple[ChunkId, float]]:
        """Return the nearest chunks, seen or not, with their cosine similarity, best first."""
        opened = self._followed()
        try:
            return opened[1].query(vector, limit=limit)
        except StoreError:
            # A rebuild may have closed this generation meanwhile, here or in another process.
            if (current := self._followed()) is opened:
                raise
            return current[1].query(vector, limit=limit)

    def check_ready(self) -> None:
        """Raise when there is no index, or when another embedder made it."""
        self._checked_generation()

    def check_answers(self) -> None:
        """Raise when there is no index, or it does not answer."""
        _, store = self._followed()
        store.count()

    def prepare(self, embed: Callable[[Sequence[str]], Vectors]) -> bool:
        """Make sure that there is a generation of this embedder, and that it matches the record.

        Returns whether one had to be built, which also mends an embedded index that is damaged.
        `embed` is called only for texts that this embedder has never embedded.
        """
        generation = self._ledger.active_generation()
        if generation is not None and generation.embedder == self._embedder_name:
            try:
                self._match(generation, embed)
            except StoreError as exc:
                if self._stores.url:
                    raise
                logger.warning("the index is damaged and built anew from the database: %s", exc)
                self.close()
            else:
                return False
        self.rebuild(embed)
        return True

    def prepare_or_rebuild(self, embed: Callable[[Sequence[str]], Vectors]) -> bool:
        """Do what `prepare` does; an index that is damaged is built anew from the record.

        Returns whether one had to be built.
        """
        try:
            return self.prepare(embed)
        except StoreError as exc:
            logger.warning("the index is damaged, so it is built anew from the record: %s", exc)
        with suppress(StoreError):
            self.close()
        self.rebuild(embed)
        return True

    def add(self, chunks: Sequence[Chunk], embed: Callable[[Sequence[str]], Vectors]) -> None:
        """Write chunks; they are found, but not yet visible.

        `embed` is called only for texts that this embedder has never embedded.
        """
        _, store = self._followed()
        vectors = self._vectors(chunks, embed)
        self._ledger.confirm()
        store.upsert(chunks, vectors)

    def discard(self, chunk_ids: Sequence[ChunkId]) -> None:
        """Delete chunks that can no longer be seen."""
        generation, store = self._followed()
        self._ledger.confirm()
        store.delete(chunk_ids)
        self._ledger.count_replaced(generation.generation_id, len(chunk_ids))

    def has_replaced(self) -> bool:
        """Whether chunks were deleted since the generation was built."""
        return self._checked_generation().replaced > 0

    def is_worn(self, *, chunks: int) -> bool:
        """Whether the generation should be built anew because of what was replaced in it.

        An embedded one with texts at once: Chroma keeps in its files what it deletes. Else only
        recall counts; on a server nothing but the administrator reaches the files.
        """
        _, store = self._followed()
        generation = self._checked_generation()
        if store.keeps_text and not self._stores.url:
            return generation.replaced > 0
        return generation.replaced > max(CHURN_LIMIT * chunks, 1)

    def is_whole(self) -> bool:
        """Whether the index holds the chunks that can be seen, and no others.

        Chroma may lose what it was given after a write that a full disk cut short.
        """
        return self._contents()[1] == self._catalog.active_chunk_ids()

    def rebuild(self, embed: Callable[[Sequence[str]], Vectors]) -> int:
        """Build a generation beside the present one, switch to it, and return its chunks.

        Stored vectors are used; `embed` is called only for texts without one.
        """
        fresh = self._ledger.begin_generation(embedder=self._embedder_name)
        store = self._stores.open(fresh.generation_id)
        written = 0
        try:
            for chunks in self._catalog.active_chunks():
                self._ledger.confirm()
                store.upsert(chunks, self._vectors(chunks, embed))
                written += len(chunks)
            with self._lock:
                self._ledger.switch_generation(fresh.generation_id)
                old, self._open = self._open, (fresh, store)
        except KnowledgeError:
            store.close()
            raise
        if old is not None:
            old[1].close()
        self._drop_stale()
        logger.info("built index generation %s with %d chunks", fresh.generation_id, written)
        return written

    def forget_leftovers(self) -> None:
        """Clear what an embedded index has in its files beside its vectors.

        On a server nothing but the administrator reaches the files.
        """
        if not self._stores.url:
            clear_leftovers(self._stores.directory)

    def _match(self, generation: Generation, embed: Callable[[Sequence[str]], Vectors]) -> None:
        """Write what the generation lacks of the record, and delete what it has beyond that."""
        self._drop_stale()
        wanted = self._catalog.active_chunk_ids()
        store, stored = self._contents()
        self._ledger.confirm()
        if surplus := sorted(stored - wanted):
            store.delete(surplus)
            self._ledger.count_replaced(generation.generation_id, len(surplus))
        missing = list(self._catalog.chunks(sorted(wanted - stored)).values())
        store.upsert(missing, self._vectors(missing, embed))

    def close(self) -> None:
        """Release the index; it is opened again when it is next used."""
        with self._lock:
            if self._open is not None:
                self._open[1].close()
                self._open = None
            self._close_left()

    def _close_left(self) -> None:
        while self._left:
            self._left.pop().close()

    def _opened(self) -> tuple[Generation, ChunkStore]:
        with self._lock:
            if self._open is None:
                generation = self._checked_generation()
                self._open = (generation, self._stores.open(generation.generation_id))
            return self._open

    def _followed(self) -> tuple[Generation, ChunkStore]:
        """Return the generation that is active now; on a server others build new ones, too."""
        opened = self._opened()
        if not self._stores.url:
            return opened
        active = self._checked_generation()
        with self._lock:
            if self._open is not None and self._open[0].generation_id == active.generation_id:
                return self._open
            fresh = (active, self._stores.open(active.generation_id))
            # The one before is not closed under whoever is asking it, but at the next change.
            self._close_left()
            if self._open is not None:
                self._left.append(self._open[1])
            self._open = fresh
            return fresh

    def _contents(self) -> tuple[ChunkStore, set[ChunkId]]:
        _, store = self._followed()
        try:
            return store, store.ids()
        except StoreError:
            # A server whose data was made anew does not know the collection opened before.
            self.close()
            _, store = self._followed()
            return store, store.ids()

    def _drop_stale(self) -> None:
        # Only generations of this record: others may keep theirs on the same Chroma server.
        for generation_id in self._ledger.stale_generations():
            self._stores.drop(generation_id)
            self._ledger.forget_generation(generation_id)

    def _checked_generation(self) -> Generation:
        generation = self._ledger.active_generation()
        if generation is None:
            raise IndexNotReadyError("nothing has been ingested yet: run `python -m ingest`")
        if generation.embedder != self._embedder_name:
            raise FingerprintMismatchError(
                f"the index was made by the embedder {generation.embedder!r}, but "
                f"{self._embedder_name!r} is configured: run `python -m ingest` to build the "
                f"index anew, or set KB_EMBEDDING_MODEL back"
            )
        return generation

    def _vectors(
        self, chunks: Sequence[Chunk], embed: Callable[[Sequence[str]], Vectors]
    ) -> Vectors:
        texts = {text_hash(chunk.embedding_text): chunk.embedding_text for chunk in chunks}
        known = self._catalog.vectors.of_texts(texts, embedder=self._embedder_name)
        missing = [key for key in texts if key not in known]
        if missing:
            made = embed([texts[key] for key in missing])
            new = dict(zip(missing, made, strict=True))
            self._catalog.vectors.keep_texts(new, embedder=self._embedder_name)
            known |= new
        if not chunks:
            return np.empty((0, 0), dtype=np.float32)
        return np.stack([known[text_hash(chunk.embedding_text)] for chunk in chunks])
