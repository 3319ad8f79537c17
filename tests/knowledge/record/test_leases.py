import threading
import time
from collections.abc import Iterator

import pytest

from knowledge.errors import LeaseLostError
from knowledge.record.catalog import Catalog
from knowledge.record.database import Database, open_database
from knowledge.record.leases import Lease, Leases
from knowledge.record.ledger import Ledger
from tests.workbench import make_article, make_version

SHORT_S = 0.3


@pytest.fixture
def other(database: Database) -> Iterator[Database]:
    """Return the same record, opened by another process as it were."""
    opened = open_database(database._engine.url.render_as_string(hide_password=False))
    yield opened
    opened.close()


def test_a_lease_is_one_owners_until_it_is_given_back(database: Database) -> None:
    first, second = Leases(database), Leases(database)

    lease = first.take("ingestion", detail="U1")

    assert lease is not None
    assert second.take("ingestion") is None
    assert [held.detail for held in second.held("ingest")] == ["U1"]
    first.release(lease)
    assert second.held("ingest") == []
    later = second.take("ingestion")
    assert later is not None
    assert later.fence > lease.fence


def test_a_lease_that_is_held_outlasts_its_term(database: Database) -> None:
    first, second = Leases(database, lease_s=SHORT_S), Leases(database, lease_s=SHORT_S)

    with first.hold("ingestion"):
        time.sleep(3 * SHORT_S)

        assert second.take("ingestion") is None
    assert second.take("ingestion") is not None


def test_a_lease_that_was_just_being_renewed_when_its_work_ended_is_free(
    database: Database,
) -> None:
    first, is_renewing = Leases(database, lease_s=10 * SHORT_S), threading.Event()
    renew = first.renew

    def renew_slowly(lease: Lease) -> bool:
        is_renewing.set()
        time.sleep(SHORT_S)
        return renew(lease)

    first.renew = renew_slowly  # type: ignore[method-assign]
    with first.hold("ingestion"):
        assert is_renewing.wait(20)

    assert Leases(database).take("ingestion") is not None


def test_whoever_was_silent_for_too_long_makes_nothing_visible(
    database: Database, other: Database
) -> None:
    version = make_version(make_article())
    slow = Leases(database, lease_s=SHORT_S)
    slow.renew = lambda _: True  # type: ignore[method-assign]

    with slow.hold("ingestion"):
        Catalog(database).stage([version])
        time.sleep(2 * SHORT_S)
        with Leases(other).hold("ingestion") as taken:
            assert taken is not None
            for write in (
                lambda: Catalog(database).activate([version]),
                lambda: Ledger(database).switch_generation("g"),
                database.confirm,
            ):
                with pytest.raises(LeaseLostError, match="taken over"):
                    write()
            Catalog(other).sweep()

    assert Catalog(other).articles() == []
    assert Catalog(other).unseen_chunk_ids() == set()


def test_other_threads_write_as_before_while_a_lease_is_held(
    database: Database, other: Database
) -> None:
    with Leases(database).hold("ingestion") as lease:
        assert lease is not None
        Ledger(other).write_audit(actor="U1", action="status", result="allowed")
        database.confirm()
