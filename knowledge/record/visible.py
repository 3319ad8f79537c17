"""What can be seen of the record: the visible articles, their chunks and words."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select

from knowledge.domain import ArticleId, Chunk, ChunkId, last_heading
from knowledge.glossary.abbreviations import Abbreviations
from knowledge.glossary.vocabulary import Vocabulary
from knowledge.record import schema
from knowledge.record.database import Database
from knowledge.record.lexical import query_entries, term_frequencies
from knowledge.record.parameters import SLICE, slices
from knowledge.record.vectors import StoredVectors
from knowledge.text.language import stem, words

__all__ = ["CHUNK_COLUMNS", "ArticleRow", "VisibleArticles", "chunk_of"]

CHUNK_COLUMNS = (
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


class VisibleArticles:
    """Reads the articles that a run has made visible."""

    def __init__(self, database: Database) -> None:
        """Take an open database."""
        self._database = database
        self.vectors = StoredVectors(database)

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
                found.update((row.chunk_id, chunk_of(row)) for row in connection.execute(query))
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
            return [chunk_of(row) for row in connection.execute(query)]

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
            yield [chunk_of(row) for row in rows]

    def active_chunk_ids(self) -> set[ChunkId]:
        """Return the ids of all visible chunks."""
        return set(self.chunk_order())

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
        select(*CHUNK_COLUMNS)
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


def chunk_of(row: Row[Any]) -> Chunk:
    """Return the chunk that a row of `CHUNK_COLUMNS` holds."""
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
