"""Articles from the moment they are staged until they are swept: how they become visible."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from knowledge.domain import Article, Chunk, ChunkId
from knowledge.record import schema
from knowledge.record.database import Database, insert_for
from knowledge.record.history import KEPT, Earlier, keep_versions, note_before, unnoted
from knowledge.record.lexical import add_entries, entry_of, remove_entries
from knowledge.record.parameters import slices, time_now
from knowledge.record.vectors import drop_vectors, text_hash
from knowledge.record.visible import CHUNK_COLUMNS, VisibleArticles, chunk_of

__all__ = ["Catalog", "StagedVersion"]

STAGED_AT_ONCE = 50
"""So many chunks are written in one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedVersion:
    """A version of an article with its chunks, complete but not yet visible."""

    version_id: str
    article: Article
    source_location: str
    chunks: tuple[Chunk, ...]


class Catalog(VisibleArticles):
    """Reads and writes articles; a version becomes visible in one transaction."""

    def __init__(self, database: Database, *, kept: int = KEPT) -> None:
        """Take an open database; `kept` publications can be taken back."""
        super().__init__(database)
        self._kept = kept

    def stage(self, versions: Sequence[StagedVersion]) -> None:
        """Write versions and their chunks, unseen; what was staged of them before is replaced.

        A few chunks at a time, since whoever else writes, such as a bot that takes a question in,
        waits for the end of a transaction.
        """
        if not versions:
            return
        with self._database.write() as connection:
            _drop_versions(connection, [version.version_id for version in versions])
            connection.execute(insert(schema.article_version), [*map(_version_row, versions)])
        for version in versions:
            for start in range(0, len(version.chunks), STAGED_AT_ONCE):
                self._stage_chunks(version, version.chunks[start : start + STAGED_AT_ONCE])

    def _stage_chunks(self, version: StagedVersion, chunks: Sequence[Chunk]) -> None:
        rows = [_chunk_row(chunk, version_id=version.version_id) for chunk in chunks]
        is_sqlite = self._database.is_sqlite
        analysed = {
            chunk.chunk_id: entry_of(chunk).analysed(is_sqlite=is_sqlite) for chunk in chunks
        }
        with self._database.write() as connection:
            connection.execute(insert(schema.chunk), rows)
            query = select(schema.chunk.c.seq, schema.chunk.c.chunk_id).where(
                schema.chunk.c.chunk_id.in_([*analysed]),
                schema.chunk.c.version_id == version.version_id,
            )
            added = connection.execute(query).all()
            add_entries(connection, {row.seq: analysed[row.chunk_id] for row in added})

    def activate(self, versions: Sequence[StagedVersion]) -> None:
        """Make staged versions visible and retire their predecessors, all at once."""
        if not versions:
            return
        now = time_now()
        with self._database.write() as connection:
            changed = [version.article.article_id for version in versions]
            self._note(connection, changed)
            for version in versions:
                connection.execute(
                    update(schema.article_version)
                    .where(schema.article_version.c.article_id == version.article.article_id)
                    .where(schema.article_version.c.state == "active")
                    .values(state="retired")
                )
                connection.execute(
                    update(schema.article_version)
                    .where(schema.article_version.c.version_id == version.version_id)
                    .values(state="active")
                )
                row = {
                    "article_id": version.article.article_id,
                    "location": version.article.location,
                    "source_location": version.source_location,
                    "active_version_id": version.version_id,
                    "updated_at": now,
                }
                upsert = insert_for(self._database)(schema.article).values(row)
                connection.execute(
                    upsert.on_conflict_do_update(index_elements=["article_id"], set_=row)
                )

    def move(self, articles: Sequence[Article], *, source_location: str) -> None:
        """Record that visible articles, otherwise unchanged, are now read from another place."""
        if not articles:
            return
        with self._database.write() as connection:
            self._note(connection, [one.article_id for one in articles])
            for article in articles:
                connection.execute(
                    update(schema.article)
                    .where(schema.article.c.article_id == article.article_id)
                    .values(location=article.location, source_location=source_location)
                )

    def remove(self, article_ids: Sequence[str]) -> None:
        """Make articles invisible, all at once; unknown ids are ignored."""
        if not article_ids:
            return
        with self._database.write() as connection:
            self._remove(connection, article_ids)

    def restore(self, earlier: Sequence[Earlier]) -> None:
        """Make visible what was so earlier, all at once; its versions are staged or visible."""
        now, table = time_now(), schema.article_version
        with self._database.write() as connection:
            self._remove(connection, [one.article_id for one in earlier])
            for one in earlier:
                if not one.version_id:
                    continue
                connection.execute(
                    update(table).where(table.c.version_id == one.version_id).values(state="active")
                )
                connection.execute(
                    insert(schema.article).values(
                        article_id=one.article_id,
                        location=one.location,
                        source_location=one.source_location,
                        active_version_id=one.version_id,
                        updated_at=now,
                    )
                )

    def version_chunks(self, version_ids: Sequence[str]) -> list[Chunk]:
        """Return the chunks of some versions, seen or not, in the order they were stored in."""
        version = schema.article_version
        rows: list[Any] = []
        with self._database.read() as connection:
            for ids in slices(version_ids):
                query = (
                    select(*CHUNK_COLUMNS, schema.chunk.c.seq)
                    .join(version, version.c.version_id == schema.chunk.c.version_id)
                    .where(schema.chunk.c.version_id.in_(ids))
                )
                rows += connection.execute(query).all()
        return [chunk_of(row) for row in sorted(rows, key=lambda row: int(row.seq))]

    def unseen_chunk_ids(self) -> set[ChunkId]:
        """Return chunks of staged and retired versions: what a sweep has to delete."""
        query = (
            select(schema.chunk.c.chunk_id)
            .join(
                schema.article_version,
                schema.article_version.c.version_id == schema.chunk.c.version_id,
            )
            .where(schema.article_version.c.state != "active")
        )
        with self._database.read() as connection:
            return {ChunkId(chunk_id) for chunk_id in connection.execute(query).scalars()}

    def sweep(self) -> bool:
        """Put away the versions that may come back, and delete all others that are unseen.

        Their chunks go with them, and vectors that nothing uses. Return whether versions were
        deleted that had been put away before.
        """
        state = schema.article_version.c.state
        query = select(schema.article_version.c.version_id).where(state.in_(("staged", "retired")))
        with self._database.read() as connection:
            is_clean = connection.execute(query.limit(1)).first() is None
            may_drop = connection.execute(unnoted().limit(1)).first() is not None
            noted = select(func.count(schema.before_run.c.run_id.distinct()))
            # More were kept when more were to be.
            is_over = connection.execute(noted).scalar_one() > self._kept
            if is_clean and not may_drop and not is_over:
                return False
        with self._database.write() as connection:
            has_dropped = keep_versions(connection, kept=self._kept)
            _drop_versions(connection, list(connection.execute(query).scalars()))
            used = select(schema.chunk.c.text_hash).union(select(schema.kept_chunk.c.text_hash))
            connection.execute(
                delete(schema.embedding).where(schema.embedding.c.text_hash.not_in(used))
            )
        return has_dropped

    def forget_deleted(self) -> None:
        """Take what was swept out of the files of the database too."""
        self._database.forget_deleted()

    def _note(self, connection: Connection, article_ids: Sequence[str]) -> None:
        if self._kept:
            note_before(connection, self._database, article_ids)

    def _remove(self, connection: Connection, article_ids: Sequence[str]) -> None:
        self._note(connection, article_ids)
        for ids in slices(article_ids):
            connection.execute(
                update(schema.article_version)
                .where(schema.article_version.c.article_id.in_(ids))
                .where(schema.article_version.c.state == "active")
                .values(state="retired")
            )
            connection.execute(delete(schema.article).where(schema.article.c.article_id.in_(ids)))


def _version_row(version: StagedVersion) -> dict[str, Any]:
    article = version.article
    return {
        "version_id": version.version_id,
        "article_id": article.article_id,
        "content_hash": article.content_hash,
        "state": "staged",
        "title": article.title,
        "url": article.url,
        "details": {
            "author": article.author,
            "summary": article.summary,
            "published": str(article.published or ""),
            "updated": str(article.updated or ""),
            "tags": list(article.tags),
        },
        "body": article.body,
        "created_at": time_now(),
    }


def _chunk_row(chunk: Chunk, *, version_id: str) -> dict[str, Any]:
    columns = set(schema.chunk.c.keys())
    return {
        **{name: value for name, value in asdict(chunk).items() if name in columns},
        "questions": list(chunk.questions),
        "version_id": version_id,
        "text_hash": text_hash(chunk.embedding_text),
    }


def _drop_versions(connection: Any, version_ids: Sequence[str]) -> None:
    for ids in slices(version_ids):
        seqs = connection.execute(
            select(schema.chunk.c.seq).where(schema.chunk.c.version_id.in_(ids))
        )
        remove_entries(connection, list(seqs.scalars()))
        dropped = select(schema.chunk.c.chunk_id).where(schema.chunk.c.version_id.in_(ids))
        drop_vectors(connection, dropped)
        connection.execute(delete(schema.chunk).where(schema.chunk.c.version_id.in_(ids)))
        connection.execute(delete(schema.kept_chunk).where(schema.kept_chunk.c.version_id.in_(ids)))
        connection.execute(
            delete(schema.article_version).where(schema.article_version.c.version_id.in_(ids))
        )
