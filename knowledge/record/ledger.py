"""Sources, index generations, runs of ingestion and the audit trail."""

import datetime as dt
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from sqlalchemy import Row, delete, insert, select, update

from knowledge.domain import IngestReport
from knowledge.record import schema
from knowledge.record.database import Database, insert_for
from knowledge.record.parameters import in_utc, time_now

__all__ = [
    "AuditState",
    "Generation",
    "Ledger",
    "RegisteredSource",
    "RunRow",
    "RunState",
]

AUDIT_LOCK = 6022142
RunState = Literal["running", "done", "partly", "failed", "interrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One build of the vector index; its id names its directory or collection."""

    generation_id: str
    embedder: str
    replaced: int
    """Chunks deleted from it since it was built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredSource:
    """A folder, file or web address that a run without arguments reads again."""

    location: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run of ingestion, as it was recorded."""

    run_id: int
    actor: str
    state: str
    started_at: dt.datetime
    ended_at: dt.datetime | None
    report: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditState:
    """What a check of the audit trail found."""

    entries: int
    last_digest: str
    """Names the whole trail up to its last entry; empty when there is none."""
    broken_at: int | None
    """The first entry that was changed, or before which one was taken out."""


class Ledger:
    """Keeps track of what was done to the index, by whom and with what outcome."""

    def __init__(self, database: Database) -> None:
        """Take an open database."""
        self._database = database

    # Generations

    def active_generation(self) -> Generation | None:
        """Return the generation that questions are asked of."""
        table = schema.generation
        query = select(table.c.generation_id, table.c.embedder, table.c.replaced).where(
            table.c.state == "active"
        )
        with self._database.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else Generation(**row)

    def begin_generation(self, *, embedder: str) -> Generation:
        """Record a new generation that is being built, unseen."""
        generation = Generation(generation_id=secrets.token_hex(8), embedder=embedder, replaced=0)
        row = {**asdict(generation), "state": "building", "created_at": time_now()}
        with self._database.write() as connection:
            connection.execute(insert(schema.generation), row)
        return generation

    def switch_generation(self, generation_id: str) -> None:
        """Make a generation the active one and retire all others, at once."""
        table = schema.generation
        with self._database.write() as connection:
            connection.execute(
                update(table).where(table.c.generation_id != generation_id).values(state="retired")
            )
            connection.execute(
                update(table).where(table.c.generation_id == generation_id).values(state="active")
            )

    def stale_generations(self) -> list[str]:
        """Return the ids of generations that are retired or were never finished."""
        table = schema.generation
        query = select(table.c.generation_id).where(table.c.state != "active")
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def forget_generation(self, generation_id: str) -> None:
        """Forget a generation that no longer exists."""
        table = schema.generation
        with self._database.write() as connection:
            connection.execute(delete(table).where(table.c.generation_id == generation_id))

    def count_replaced(self, generation_id: str, number: int) -> None:
        """Add `number` deleted chunks to a generation's count."""
        table = schema.generation
        with self._database.write() as connection:
            connection.execute(
                update(table)
                .where(table.c.generation_id == generation_id)
                .values(replaced=table.c.replaced + number)
            )

    def confirm(self) -> None:
        """Raise `LeaseLostError` when this thread may write no more of what it is about to."""
        self._database.confirm()

    # Sources

    def sources(self) -> list[RegisteredSource]:
        """Return the registered sources, by location."""
        query = select(schema.source.c.location, schema.source.c.kind).order_by(
            schema.source.c.location
        )
        with self._database.read() as connection:
            return [RegisteredSource(**row) for row in connection.execute(query).mappings()]

    def register_source(self, source: RegisteredSource, *, actor: str) -> None:
        """Remember a source; one that is known already stays as it is."""
        row = {**asdict(source), "added_at": time_now(), "added_by": actor}
        statement = insert_for(self._database)(schema.source).on_conflict_do_nothing()
        with self._database.write() as connection:
            connection.execute(statement, row)

    def forget_source(self, location: str) -> bool:
        """Forget a source; return whether it was known."""
        pages = schema.web_page
        with self._database.write() as connection:
            connection.execute(delete(pages).where(pages.c.source_location == location))
            result = connection.execute(
                delete(schema.source).where(schema.source.c.location == location)
            )
            return result.rowcount > 0

    # Runs and audit

    def begin_run(self, *, actor: str) -> int:
        """Record that a run starts; runs left open by a crash are marked as interrupted."""
        table = schema.run
        with self._database.write() as connection:
            connection.execute(
                update(table)
                .where(table.c.state == "running")
                .values(state="interrupted", ended_at=time_now())
            )
            result = connection.execute(
                insert(table).values(actor=actor, state="running", started_at=time_now())
            )
            key = result.inserted_primary_key
        return int(key[0]) if key else 0

    def end_run(
        self,
        run_id: int,
        *,
        state: RunState,
        report: IngestReport | None,
        is_idle: bool = False,
    ) -> None:
        """Record how a run ended; an idle one is done and has changed nothing at all."""
        with self._database.write() as connection:
            connection.execute(
                update(schema.run)
                .where(schema.run.c.run_id == run_id)
                .values(
                    state=schema.UNCHANGED if is_idle else state,
                    ended_at=time_now(),
                    report=None if report is None else _noted(report),
                )
            )

    def runs(self, *, limit: int) -> list[RunRow]:
        """Return the latest runs, newest first."""
        query = select(schema.run).order_by(schema.run.c.run_id.desc()).limit(limit)
        with self._database.read() as connection:
            return [_run(row) for row in connection.execute(query)]

    def write_audit(self, *, actor: str, action: str, result: str) -> None:
        """Record an administrator's act, or a refused one."""
        table, at = schema.audit, time_now()
        latest = select(table.c.digest).order_by(table.c.audit_id.desc()).limit(1)
        with self._database.write() as connection:
            # Two entries after the same one would break the chain.
            self._database.lock_until_end(connection, AUDIT_LOCK)
            before = connection.execute(latest).scalar() or ""
            digest = _digest(before, at, actor, action, result)
            connection.execute(
                insert(table).values(
                    at=at, actor=actor, action=action, result=result, digest=digest
                )
            )

    def verify_audit(self) -> AuditState:
        """Return whether the audit trail is as it was written.

        Whoever can write the database can still cut off its end: compare the last digest and the
        number of entries with what you noted before.
        """
        table = schema.audit
        total, before, broken = 0, "", None
        with self._database.read() as connection:
            for row in connection.execute(select(table).order_by(table.c.audit_id)):
                total += 1
                is_older = not row.digest and not before
                right = _digest(before, in_utc(row.at), row.actor, row.action, row.result)
                if not is_older and row.digest != right and broken is None:
                    broken = int(row.audit_id)
                before = row.digest or before
        return AuditState(entries=total, last_digest=before, broken_at=broken)


def _digest(before: str, at: dt.datetime, actor: str, action: str, result: str) -> str:
    # Lengths are part of what is hashed, so that no two entries read the same.
    moment = at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    parts = json.dumps([before, moment, actor, action, result])
    return hashlib.sha256(parts.encode()).hexdigest()


def _noted(report: IngestReport) -> dict[str, Any]:
    """Return a report without the names of all that stayed as it was: a corpus of them a run."""
    return {**asdict(replace(report, unchanged=())), "unchanged": len(report.unchanged)}


def _run(row: Row[Any]) -> RunRow:
    return RunRow(
        run_id=row.run_id,
        actor=row.actor,
        state="done" if row.state == schema.UNCHANGED else row.state,
        started_at=in_utc(row.started_at),
        ended_at=None if row.ended_at is None else in_utc(row.ended_at),
        report=row.report,
    )
