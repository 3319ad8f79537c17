"""What was visible before each of the latest publications, so that it can be made so again."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update

from knowledge.record import schema
from knowledge.record.database import Database, insert_for
from knowledge.record.lexical import add_entries, entry_of, remove_entries
from knowledge.record.parameters import in_utc, slices
from knowledge.record.vectors import drop_vectors

__all__ = ["KEPT", "Earlier", "History", "Publication", "keep_versions", "note_before", "unnoted"]

KEPT = 20
"""Publications that can be taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A run that changed what is visible."""

    run_id: int
    actor: str
    at: dt.datetime
    articles: int
    """How many it added, changed, moved or removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An article as it was: which version of it was visible, and from where it was read."""

    article_id: str
    version_id: str
    """Empty when there was no such article."""
    location: str
    source_location: str


class History:
    """Tells what can be taken back, and brings kept versions into the tables that are asked."""

    def __init__(self, database: Database) -> None:
        """Take an open database."""
        self._database = database

    def publications(self) -> list[Publication]:
        """Return the publications that can be taken back, newest first."""
        table, run = schema.before_run.c, schema.run.c
        query = (
            select(run.run_id, run.actor, run.started_at, func.count().label("articles"))
            .join(schema.before_run, table.run_id == run.run_id)
            .group_by(run.run_id, run.actor, run.started_at)
            .order_by(run.run_id.desc())
            .limit(KEPT)
        )
        with self._database.read() as connection:
            return [
                Publication(
                    run_id=row.run_id,
                    actor=row.actor,
                    at=in_utc(row.started_at),
                    articles=row.articles,
                )
                for row in connection.execute(query)
            ]

    def before(self, run_id: int) -> list[Earlier]:
        """Return what has to change so that all is as it was before a publication."""
        table, article = schema.before_run.c, schema.article.c
        noted = (
            select(table.article_id, table.version_id, table.location, table.source_location)
            .where(table.run_id >= run_id)
            .order_by(table.run_id)
        )
        present = select(
            article.article_id,
            article.active_version_id.label("version_id"),
            article.location,
            article.source_location,
        )
        first: dict[str, Earlier] = {}
        with self._database.read() as connection:
            for row in connection.execute(noted).mappings():
                first.setdefault(row["article_id"], Earlier(**row))
            now = {
                row["article_id"]: Earlier(**row) for row in connection.execute(present).mappings()
            }
        return [
            earlier
            for article_id, earlier in sorted(first.items())
            if earlier != now.get(article_id, _absent(article_id))
        ]

    def unkept(self, version_ids: Sequence[str]) -> set[str]:
        """Return those of some versions that are not there any more."""
        table = schema.article_version.c
        found: set[str] = set()
        with self._database.read() as connection:
            for ids in slices(version_ids):
                query = select(table.version_id).where(table.version_id.in_(ids))
                found.update(connection.execute(query).scalars())
        return set(version_ids) - found

    def stage_kept(self, version_ids: Sequence[str]) -> None:
        """Bring kept versions back as staged ones, letter by letter, unseen.

        One at a time, since whoever else writes, such as a bot that takes a question in, waits for
        the end of a transaction.
        """
        version, kept = schema.article_version, schema.kept_chunk
        is_sqlite = self._database.is_sqlite
        for version_id in version_ids:
            with self._database.read() as connection:
                query = select(kept).where(kept.c.version_id == version_id)
                rows = connection.execute(query).all()
            analysed = {row.seq: entry_of(row).analysed(is_sqlite=is_sqlite) for row in rows}
            with self._database.write() as connection:
                connection.execute(
                    update(version)
                    .where(version.c.version_id == version_id, version.c.state == "kept")
                    .values(state="staged")
                )
                _move(connection, kept, schema.chunk, [version_id])
                add_entries(connection, analysed)

    def kept_articles(self) -> set[tuple[str, str]]:
        """Return the articles of which earlier text is kept, each with where it was read."""
        table = schema.before_run.c
        query = select(table.article_id, table.source_location).where(table.version_id != "")
        with self._database.read() as connection:
            return {(row.article_id, row.source_location) for row in connection.execute(query)}

    def forget(self, article_ids: Sequence[str]) -> None:
        """Forget what some articles were before: nothing brings them back."""
        table = schema.before_run
        with self._database.write() as connection:
            for ids in slices(article_ids):
                connection.execute(delete(table).where(table.c.article_id.in_(ids)))


def note_before(connection: Connection, database: Database, article_ids: Sequence[str]) -> None:
    """Note for the run that is going on what some articles are, before it changes them.

    What was noted of an article earlier in the same run stays.
    """
    running = select(func.max(schema.run.c.run_id)).where(schema.run.c.state == "running")
    run_id = connection.execute(running).scalar()
    if run_id is None:
        return
    article = schema.article
    for ids in slices(article_ids):
        query = select(article).where(article.c.article_id.in_(ids))
        present = {row.article_id: row for row in connection.execute(query)}
        rows = [
            {
                "run_id": run_id,
                "article_id": article_id,
                "version_id": row.active_version_id or "" if row else "",
                "location": row.location if row else "",
                "source_location": row.source_location if row else "",
            }
            for article_id in dict.fromkeys(ids)
            for row in [present.get(article_id)]
        ]
        if rows:
            connection.execute(
                insert_for(database)(schema.before_run).on_conflict_do_nothing(), rows
            )


def keep_versions(connection: Connection, *, kept: int) -> bool:
    """Put away the unseen versions that a publication may be taken back to; drop older ones.

    What is put away is searched and counted no more, and its vectors stay. Return whether
    something was dropped that had been put away before.
    """
    table, version = schema.before_run, schema.article_version
    latest = select(table.c.run_id).distinct().order_by(table.c.run_id.desc()).limit(kept)
    runs = list(connection.execute(latest).scalars())
    connection.execute(delete(table).where(table.c.run_id.not_in(runs)))
    wanted = select(table.c.version_id)
    put_away = select(version.c.version_id).where(
        version.c.state.in_(("staged", "retired")), version.c.version_id.in_(wanted)
    )
    for ids in slices(list(connection.execute(put_away).scalars())):
        seqs = select(schema.chunk.c.seq).where(schema.chunk.c.version_id.in_(ids))
        remove_entries(connection, list(connection.execute(seqs).scalars()))
        _move(connection, schema.chunk, schema.kept_chunk, ids)
        connection.execute(
            update(version).where(version.c.version_id.in_(ids)).values(state="kept")
        )
    gone = list(connection.execute(unnoted()).scalars())
    for ids in slices(gone):
        chunk = schema.kept_chunk.c
        drop_vectors(connection, select(chunk.chunk_id).where(chunk.version_id.in_(ids)))
        connection.execute(delete(schema.kept_chunk).where(chunk.version_id.in_(ids)))
        connection.execute(delete(version).where(version.c.version_id.in_(ids)))
    return bool(gone)


def unnoted() -> Select[Any]:
    """Select the versions that were put away and that nothing leads back to any more."""
    version = schema.article_version.c
    noted = select(schema.before_run.c.version_id)
    return select(version.version_id).where(
        version.state == "kept", version.version_id.not_in(noted)
    )


def _move(connection: Connection, here: Any, there: Any, version_ids: Sequence[str]) -> None:
    names = [column.name for column in here.columns]
    rows: Select[Any] = select(*(here.c[name] for name in names)).where(
        here.c.version_id.in_(version_ids)
    )
    connection.execute(insert(there).from_select(names, rows))
    connection.execute(delete(here).where(here.c.version_id.in_(version_ids)))


def _absent(article_id: str) -> Earlier:
    return Earlier(article_id=article_id, version_id="", location="", source_location="")
