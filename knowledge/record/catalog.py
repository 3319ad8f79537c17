"""Articles, their versions, chunks and vectors: what is known, and what of it can be seen."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from knowledge.domain import Article, ArticleId, Chunk, ChunkId, last_heading
from knowledge.glossary.abbreviations import Abbreviations
from knowledge.glossary.vocabulary import Vocabulary
from knowledge.record import schema
from knowledge.record.database import Database, insert_for
from knowledge.record.history import KEPT, Earlier, keep_versions, note_before
from knowledge.record.lexical import (
    LexicalEntry,
    add_entries,
    query_entries,
    remove_entries,
    term_frequencies,
)
from knowledge.record.parameters import SLICE, slices, time_now
from knowledge.record.vectors import StoredVectors, drop_vectors, text_hash
from knowledge.text.language import stem, words

__all__ = ["ArticleRow", "Catalog", "StagedVersion"]

STAGED_AT_ONCE = 50
"""So many chunks are written in one transaction."""

_CHUNK_COLUMNS = (
    schema.chunk.c.chunk_id,
    schema.chunk.c.article_id,
    schema.chunk.c.title,
    schema.chunk.c.url,
    schema.chunk.c.heading,
    schema.chunk.c.position,
    schema.chunk.c.text,
    schema.chunk.c.questions,
    schema.article_version.c.details["updated"].as_string().label("updated"),
    schema.article_version.c.details["published"].as_string().label("published"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRow:
    """What the record says of one visible article."""

    article_id: ArticleId
    title: str
    url: str
    location: str
    source_location: str
    content_hash: str
    version_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedVersion:
    """A version of an article with its chunks, complete but not yet visible."""

    version_id: str
    article: Article
    source_location: str
    chunks: tuple[Chunk, ...]


class Catalog:
    """Reads and writes articles; a version becomes visible in one transaction."""

    def __init__(self, database: Database, *, kept: int = KEPT) -> None:
        """Take an open database; `kept` publications can be taken back."""
        self._database = database
        self._kept = kept
        self.vectors = StoredVectors(database)

    # Visible articles

    def articles(self) -> list[ArticleRow]:
        """Return every visible article, by id."""
        version = schema.article_version
        query = (
            select(
                schema.article.c.article_id,
                version.c.title,
                version.c.url,
                schema.article.c.location,
                schema.article.c.source_location,
                version.c.content_hash,
                version.c.version_id,
            )
            .join(version, version.c.version_id == schema.article.c.active_version_id)
            .order_by(schema.article.c.article_id)
        )
        with self._database.read() as connection:
            return [ArticleRow(**row) for row in connection.execute(query).mappings()]

    def chunks(self, chunk_ids: Sequence[str]) -> dict[ChunkId, Chunk]:
        """Return the chunks among `chunk_ids` that are visible, by id."""
        found: dict[ChunkId, Chunk] = {}
        with self._database.read() as connection:
            for ids in slices(chunk_ids):
                query = _visible_chunks().where(schema.chunk.c.chunk_id.in_(ids))
                found.update((row.chunk_id, _chunk(row)) for row in connection.execute(query))
        return found

    def dates(self, article_ids: Sequence[ArticleId]) -> dict[ArticleId, str]:
        """Return when each visible article was last changed, as it says; others are left out."""
        version = schema.article_version
        query = (
            select(version.c.article_id, version.c.details)
            .join(schema.article, schema.article.c.active_version_id == version.c.version_id)
            .where(version.c.article_id.in_(set(article_ids)))
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return {
            row.article_id: date
            for row in rows
            if (date := row.details.get("updated") or row.details.get("published"))
        }

    def article_chunks(self, article_id: str) -> list[Chunk]:
        """Return the visible chunks of one article in order; empty when there is none."""
        query = (
            _visible_chunks()
            # Of the chunk's own column there is no index.
            .where(schema.article.c.article_id == article_id)
            .order_by(schema.chunk.c.position)
        )
        with self._database.read() as connection:
            return [_chunk(row) for row in connection.execute(query)]

    def passage(self, article_id: ArticleId, heading: str) -> Chunk | None:
        """Return the first visible chunk under a heading, which may be the end of a trail."""
        for chunk in self.article_chunks(article_id):
            if last_heading(chunk.heading) == heading:
                return chunk
        return None

    def active_chunks(self) -> Iterator[list[Chunk]]:
        """Yield all visible chunks in batches, in the order in which they were stored."""
        last = 0
        while True:
            query = (
                _visible_chunks()
                .add_columns(schema.chunk.c.seq)
                .where(schema.chunk.c.seq > last)
                .order_by(schema.chunk.c.seq)
                .limit(SLICE)
            )
            with self._database.read() as connection:
                rows = connection.execute(query).all()
            if not rows:
                return
            last = rows[-1].seq
            yield [_chunk(row) for row in rows]

    def active_chunk_ids(self) -> set[ChunkId]:
        """Return the ids of all visible chunks."""
        query = _visible_chunks().with_only_columns(schema.chunk.c.chunk_id)
        with self._database.read() as connection:
            return {ChunkId(chunk_id) for chunk_id in connection.execute(query).scalars()}

    def chunk_order(self) -> list[ChunkId]:
        """Return the ids of all visible chunks, in the order in which they were stored."""
        chunk, article = schema.chunk.c, schema.article.c
        query = (
            select(chunk.chunk_id)
            .join(schema.article, article.active_version_id == chunk.version_id)
            .order_by(chunk.seq)
        )
        with self._database.read() as connection:
            return [ChunkId(chunk_id) for chunk_id in connection.execute(query).scalars()]

    def chunks_without_units(self, *, embedder: str) -> list[ChunkId]:
        """Return the visible chunks whose sentences have no vectors, in the order stored."""
        chunk, article, units = schema.chunk.c, schema.article.c, schema.unit_vectors.c
        query = (
            select(chunk.chunk_id)
            .join(schema.article, article.active_version_id == chunk.version_id)
            .where(
                ~select(units.chunk_id)
                .where(units.chunk_id == chunk.chunk_id, units.embedder == embedder)
                .exists()
            )
            .order_by(chunk.seq)
        )
        with self._database.read() as connection:
            return [ChunkId(chunk_id) for chunk_id in connection.execute(query).scalars()]

    def search(self, terms: Sequence[str], *, limit: int) -> list[tuple[ChunkId, float]]:
        """Return visible chunks that hold any of the stemmed terms, best first."""
        with self._database.read() as connection:
            found = query_entries(connection, terms, limit=limit)
        return [(ChunkId(chunk_id), score) for chunk_id, score in found]

    def vocabulary(self) -> Vocabulary:
        """Return how many visible chunks hold each stemmed term, and the names they introduce."""
        with self._database.read() as connection:
            frequencies = term_frequencies(connection)
            chunks = connection.execute(select(func.count()).select_from(schema.chunk))
            texts = connection.execute(_visible_texts(), execution_options={"yield_per": SLICE})
            return Vocabulary(
                frequencies,
                chunks.scalar_one(),
                self._spell_out,
                Abbreviations(_each_once(texts)),
            )

    def _spell_out(self, term: str) -> str:
        """Return a word that has the given stem, as a visible chunk spells it."""
        for chunk in self.chunks(
            [chunk_id for chunk_id, _ in self.search([term], limit=1)]
        ).values():
            held = (chunk.text, chunk.heading, chunk.title, *chunk.questions)
            for word in words(" ".join(held)):
                if stem(word) == term:
                    return word
        return term

    def revision(self) -> int:
        """Return a number that changes with every run that may have changed the corpus.

        Whatever is held in memory of the corpus goes by it, so a run that found nothing to do
        does not count once it has ended, nor does one before it has ended.
        """
        run = schema.run.c
        query = select(func.max(run.run_id), func.count()).where(
            run.ended_at.is_not(None), run.state != schema.UNCHANGED
        )
        with self._database.read() as connection:
            latest, ended = connection.execute(query).one()
        return int(latest or 0) + int(ended or 0)

    # Ingestion: stage, activate, sweep

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
        analysed = {chunk.chunk_id: _entry(chunk).analysed(is_sqlite=is_sqlite) for chunk in chunks}
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
                    select(*_CHUNK_COLUMNS, schema.chunk.c.seq)
                    .join(version, version.c.version_id == schema.chunk.c.version_id)
                    .where(schema.chunk.c.version_id.in_(ids))
                )
                rows += connection.execute(query).all()
        return [_chunk(row) for row in sorted(rows, key=lambda row: int(row.seq))]

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
            may_drop = connection.execute(_unnoted().limit(1)).first() is not None
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

    def counts(self) -> dict[str, int]:
        """Return how many articles and chunks are visible."""
        with self._database.read() as connection:
            articles = connection.execute(select(func.count()).select_from(schema.article))
            chunks = connection.execute(
                select(func.count()).select_from(_visible_chunks().subquery())
            )
            return {"articles": articles.scalar_one(), "chunks": chunks.scalar_one()}


def _visible_chunks() -> Select[Any]:
    version = schema.article_version
    return (
        select(*_CHUNK_COLUMNS)
        .select_from(schema.chunk)
        .join(schema.article, schema.article.c.active_version_id == schema.chunk.c.version_id)
        .join(version, version.c.version_id == schema.chunk.c.version_id)
    )


def _visible_texts() -> Select[Any]:
    chunk = schema.chunk.c
    texts = _visible_chunks().with_only_columns(chunk.title, chunk.heading, chunk.text)
    return texts.order_by(chunk.seq)


def _each_once(rows: Iterable[Row[Any]]) -> Iterator[str]:
    """Yield the texts of rows; one that the row before has in the same place is left out."""
    before: Sequence[str] = ()
    for row in rows:
        texts: tuple[str, ...] = tuple(row)
        for place, text in enumerate(texts):
            if not before or before[place] != text:
                yield text
        before = texts


def _chunk(row: Row[Any]) -> Chunk:
    return Chunk(
        chunk_id=row.chunk_id,
        article_id=row.article_id,
        title=row.title,
        url=row.url,
        heading=row.heading,
        position=row.position,
        text=row.text,
        questions=tuple(row.questions),
        updated=row.updated or row.published or "",
    )


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


def _entry(chunk: Chunk) -> LexicalEntry:
    body = "\n".join((chunk.text, *chunk.questions))
    return LexicalEntry(title=chunk.title, heading=chunk.heading, body=body)


def _unnoted() -> Select[Any]:
    """Select the versions that were put away and that nothing leads back to any more."""
    version = schema.article_version.c
    noted = select(schema.before_run.c.version_id)
    return select(version.version_id).where(
        version.state == "kept", version.version_id.not_in(noted)
    )


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
