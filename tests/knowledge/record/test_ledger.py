"""Sources, generations, runs and the audit trail, on SQLite and PostgreSQL."""

import datetime as dt

import pytest
from sqlalchemy import Connection, select

from knowledge.domain import ArticleId, FailedArticle, IngestReport
from knowledge.errors import RecordError
from knowledge.record import schema
from knowledge.record.database import Database
from knowledge.record.ledger import Ledger, RegisteredSource


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database)


def test_a_generation_is_active_only_after_the_switch(ledger: Ledger) -> None:
    first = ledger.begin_generation(embedder="small")
    before = ledger.active_generation()

    ledger.switch_generation(first.generation_id)

    assert before is None
    assert ledger.active_generation() == first
    assert ledger.stale_generations() == []


def test_other_generations_are_stale_until_they_are_forgotten(ledger: Ledger) -> None:
    old, crashed, new = (ledger.begin_generation(embedder="small") for _ in range(3))
    ledger.switch_generation(old.generation_id)

    ledger.switch_generation(new.generation_id)
    stale = set(ledger.stale_generations())
    for generation_id in stale:
        ledger.forget_generation(generation_id)

    assert stale == {old.generation_id, crashed.generation_id}
    assert ledger.stale_generations() == []
    assert ledger.active_generation() == new


def test_replaced_chunks_are_added_up(ledger: Ledger) -> None:
    generation = ledger.begin_generation(embedder="small")
    ledger.switch_generation(generation.generation_id)

    ledger.count_replaced(generation.generation_id, 3)
    ledger.count_replaced(generation.generation_id, 4)

    active = ledger.active_generation()
    assert active is not None
    assert active.replaced == 7


def test_sources_are_kept_once_and_in_order(ledger: Ledger) -> None:
    one, two = (RegisteredSource(location=f"/{name}", kind="folder") for name in ("one", "two"))

    for source in (two, one, two):
        ledger.register_source(source, actor="test")

    assert ledger.sources() == [one, two]
    assert ledger.forget_source("/one")
    assert not ledger.forget_source("/one")
    assert ledger.sources() == [two]


def test_a_run_is_kept_with_its_report(ledger: Ledger) -> None:
    report = IngestReport(
        added=(ArticleId("a"),),
        failed=(FailedArticle(location="/b.md", reason="is empty", line=3),),
        seconds=1.5,
    )

    run_id = ledger.begin_run(actor="U1")
    ledger.end_run(run_id, state="partly", report=report)

    (run,) = ledger.runs(limit=5)
    assert (run.run_id, run.actor, run.state) == (run_id, "U1", "partly")
    assert run.started_at.tzinfo is not None
    assert run.ended_at is not None
    assert dt.timedelta(0) <= run.ended_at - run.started_at < dt.timedelta(minutes=1)
    assert run.report is not None
    assert run.report["added"] == ["a"]
    assert run.report["failed"][0]["line"] == 3


def test_a_run_that_never_ended_is_marked_when_the_next_one_begins(ledger: Ledger) -> None:
    ledger.begin_run(actor="killed")

    ledger.begin_run(actor="next")

    assert [(run.actor, run.state) for run in ledger.runs(limit=5)] == [
        ("next", "running"),
        ("killed", "interrupted"),
    ]


def test_only_the_latest_runs_are_returned(ledger: Ledger) -> None:
    ids = [ledger.begin_run(actor="test") for _ in range(4)]

    assert [run.run_id for run in ledger.runs(limit=2)] == [ids[3], ids[2]]


def test_an_act_is_written_to_the_audit_trail(ledger: Ledger, database: Database) -> None:
    ledger.write_audit(actor="U1", action="ingest", result="refused")

    with database.read() as connection:
        (row,) = connection.execute(select(schema.audit)).all()
    assert (row.actor, row.action, row.result) == ("U1", "ingest", "refused")


def test_the_audit_trail_shows_what_was_changed_or_taken_out(database: Database) -> None:
    ledger = Ledger(database)
    for number in range(4):
        ledger.write_audit(actor="U1", action="ingest", result=str(number))

    whole = ledger.verify_audit()
    with pytest.raises(RecordError, match="append-only"), database.write() as connection:
        connection.exec_driver_sql("DELETE FROM audit WHERE audit_id = 2")
    with database.write() as connection:
        _unprotect(connection, is_sqlite=database.is_sqlite)
        connection.exec_driver_sql("DELETE FROM audit WHERE audit_id = 2")

    assert (whole.entries, whole.broken_at, len(whole.last_digest)) == (4, None, 64)
    assert ledger.verify_audit().broken_at == 3


def _unprotect(connection: Connection, *, is_sqlite: bool) -> None:
    """Do what somebody does who may change the schema."""
    for statement in (
        ["DROP TRIGGER audit_no_delete"]
        if is_sqlite
        else ["ALTER TABLE audit DISABLE TRIGGER audit_no_change"]
    ):
        connection.exec_driver_sql(statement)
