"""Several processes on one record: who takes what, and what the late writes of one are worth."""

import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import select

import knowledge.record.database as database_module
from bot.record import schema
from bot.record.inbox import Inbox, InboxEvent
from bot.record.journal import Journal
from knowledge.errors import LeaseLostError, RecordError
from knowledge.record.database import Database, open_database
from tests.bot.record.test_journal import _stored
from tests.fakes import START

SHORT_S = 0.3


def _receive(inbox: Inbox, event_id: str, *, user_id: str = "U1") -> bool:
    return inbox.receive(
        event_id=event_id,
        message_key=event_id,
        payload={"text": "what is BPO?", "user_id": user_id, "channel_id": "C1"},
        at=START,
    )


@pytest.fixture
def postgresql(new_postgresql_url: str) -> Iterator[Database]:
    opened = open_database(new_postgresql_url)
    yield opened
    opened.close()


def test_of_several_processes_each_event_is_taken_by_one(postgresql: Database) -> None:
    inboxes = [Inbox(postgresql) for _ in range(3)]
    for n in range(60):
        _receive(inboxes[0], f"Ev{n}")
    taken: list[str] = []

    def work(inbox: Inbox) -> None:
        while events := inbox.take_free(limit=2):
            for event in events:
                taken.append(event.event_id)
                inbox.begin_sending(event.event_id)
                inbox.finish(event.event_id)

    threads = [threading.Thread(target=work, args=(inbox,)) for inbox in inboxes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(taken) == {f"Ev{n}": 1 for n in range(60)}
    assert inboxes[0].queue().length == 0


def test_people_are_taken_in_turns_from_the_inbox(database: Database) -> None:
    inbox = Inbox(database)
    for event_id, user_id in [("a1", "A"), ("a2", "A"), ("a3", "A"), ("b1", "B"), ("c1", "C")]:
        _receive(inbox, event_id, user_id=user_id)

    assert [event.event_id for event in inbox.take_free(limit=4)] == ["a1", "b1", "c1", "a2"]


def test_what_a_living_process_holds_is_left_to_it(postgresql: Database) -> None:
    first, second = Inbox(postgresql, lease_s=SHORT_S), Inbox(postgresql, lease_s=SHORT_S)
    _receive(first, "Ev1")

    with first.at_work():
        assert first.take("Ev1")
        time.sleep(2 * SHORT_S)

        assert second.take("Ev1") is None
        assert second.take_free(limit=9) == []
        assert len(second.processes()) == 2
    assert [event.event_id for event in second.take_free(limit=9)] == ["Ev1"]


def test_a_process_that_was_silent_for_too_long_writes_nothing_that_counts(
    postgresql: Database,
) -> None:
    frozen, other = Journal(postgresql, lease_s=SHORT_S), Journal(postgresql, lease_s=SHORT_S)
    _receive(frozen, "Ev1")
    assert frozen.take("Ev1")
    time.sleep(2 * SHORT_S)

    [event] = other.take_free(limit=9)
    for late in (
        lambda: frozen.begin_sending("Ev1"),
        lambda: frozen.put_back("Ev1"),
        lambda: frozen.finish("Ev1"),
        lambda: frozen.save_answer(_stored(), event_id="Ev1"),
    ):
        with pytest.raises(LeaseLostError):
            late()

    assert (event.event_id, event.attempts) == ("Ev1", 1)
    assert [(open_.event_id, open_.is_sending) for open_ in other.waiting()] == [("Ev1", False)]
    assert other.find_answer("a1") is None
    other.save_answer(_stored(), event_id="Ev1")
    other.finish("Ev1")
    assert other.waiting() == []


def test_a_process_that_was_silent_and_missed_by_nobody_goes_on(postgresql: Database) -> None:
    inbox = Inbox(postgresql, lease_s=SHORT_S)
    _receive(inbox, "Ev1")
    assert inbox.take("Ev1")
    time.sleep(2 * SHORT_S)

    inbox.begin_sending("Ev1")

    # From the note on, nobody takes it while it is being sent.
    assert Inbox(postgresql).take_free(limit=9) == []
    inbox.finish("Ev1")
    assert inbox.waiting() == []


def test_an_event_taken_without_learning_of_it_is_found_again(database: Database) -> None:
    inbox = Inbox(database)
    _receive(inbox, "Ev1")
    inbox.take_free(limit=1)
    inbox._turns.clear()

    assert [event.event_id for event in inbox.take_free(limit=1)] == ["Ev1"]
    assert inbox.take_free(limit=1) == []


def test_who_takes_an_event_again_has_not_begun_it_twice(database: Database) -> None:
    inbox = Inbox(database)
    _receive(inbox, "Ev1")

    begun = [event.attempts for event in (*inbox.take_free(limit=1), inbox.take("Ev1")) if event]

    assert begun == [0, 0]
    assert [event.attempts for event in Inbox(database).waiting()] == [1]


def test_what_was_taken_with_others_is_counted_when_it_is_begun(database: Database) -> None:
    inbox = Inbox(database)
    for event_id in ("Ev1", "Ev2"):
        _receive(inbox, event_id)
    with inbox.at_work():
        inbox.take_free(limit=2)
        inbox.begin("Ev1")
        inbox.begin("Ev1")

    left = Inbox(database).take_free(limit=2)

    assert [(event.event_id, event.attempts) for event in left] == [("Ev1", 1), ("Ev2", 0)]


def test_threads_of_a_process_that_take_at_once_take_no_event_twice(database: Database) -> None:
    inbox = Inbox(database)
    for n in range(40):
        _receive(inbox, f"Ev{n}")
    taken: list[str] = []

    def work() -> None:
        while events := inbox.take_free(limit=1):
            taken.extend(event.event_id for event in events)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == sorted(f"Ev{n}" for n in range(40))


def test_a_process_frozen_within_a_transaction_keeps_nothing_from_the_others(
    new_postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "IDLE_IN_TRANSACTION_S", 1)
    frozen, other = open_database(new_postgresql_url), open_database(new_postgresql_url)
    _receive(Inbox(frozen), "Ev1")
    inbox = Inbox(other)
    begun, taken = time.monotonic(), list[InboxEvent]()

    def take_from_the_frozen() -> None:
        with frozen.write() as connection:
            connection.execute(select(schema.inbox).with_for_update())
            while not taken:
                assert time.monotonic() < begun + 20
                taken.extend(inbox.take_free(limit=1))
                time.sleep(0.1)
            connection.execute(select(schema.inbox))

    with pytest.raises(RecordError):
        take_from_the_frozen()

    assert [event.event_id for event in taken] == ["Ev1"]
    frozen.close()
    other.close()


def test_who_asked_is_forgotten_when_it_is_of_no_more_use(database: Database) -> None:
    inbox = Inbox(database)
    for event_id in ("done", "open"):
        _receive(inbox, event_id)
    inbox.take("done")
    inbox.finish("done")

    inbox.forget_names(before=START.replace(year=START.year + 1))

    with database.read() as connection:
        rows = connection.exec_driver_sql("SELECT event_id, user_id FROM inbox").all()
    assert dict(map(tuple, rows)) == {"done": "", "open": "U1"}
