import datetime as dt

import pytest

from bot.record.journal import Journal, StoredAnswer
from knowledge.domain import Chat, Outcome, Turn
from knowledge.record.database import Database
from tests.fakes import START, make_answer, make_refusal


@pytest.fixture
def journal(database: Database) -> Journal:
    return Journal(database)


def _receive(journal: Journal, event_id: str = "Ev1", message_key: str = "T:C:1") -> bool:
    return journal.receive(
        event_id=event_id, message_key=message_key, payload={"text": "what is BPO?"}, at=START
    )


def _stored(answer_id: str = "a1", **changes: object) -> StoredAnswer:
    values: dict[str, object] = {
        "answer_id": answer_id,
        "conversation": "T:C:1",
        "user_id": "U1",
        "question": f"question {answer_id}",
        "text": f"answer {answer_id}",
        "outcome": make_answer(),
        "total_ms": 12.5,
        "created_at": START,
    }
    return StoredAnswer(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("event_id", "message_key", "is_new"),
    [
        ("Ev1", "T:C:2", False),
        ("Ev2", "T:C:1", False),
        ("Ev2", "T:C:2", True),
    ],
    ids=["same event", "twin of the message", "another message"],
)
def test_an_event_and_its_twin_are_received_once(
    journal: Journal, event_id: str, message_key: str, is_new: bool
) -> None:
    assert _receive(journal)

    assert _receive(journal, event_id, message_key) is is_new


def test_events_wait_in_order_until_they_are_finished(journal: Journal) -> None:
    for n in (1, 2, 3):
        _receive(journal, f"Ev{n}", f"T:C:{n}")

    journal.take("Ev2")
    journal.finish("Ev2")

    assert [event.event_id for event in journal.waiting()] == ["Ev1", "Ev3"]
    assert journal.waiting()[0].payload == {"text": "what is BPO?"}


def test_attempts_are_counted_and_sending_is_noted(journal: Journal, database: Database) -> None:
    _receive(journal)

    earlier = Journal(database)
    with earlier.at_work():
        earlier.take("Ev1")
    journal.take("Ev1")
    before = journal.waiting()[0]
    journal.begin_sending("Ev1")

    assert (before.attempts, before.is_sending) == (2, False)
    assert journal.waiting()[0].is_sending


def test_a_finished_event_is_still_known(journal: Journal) -> None:
    _receive(journal)
    journal.take("Ev1")
    journal.finish("Ev1")

    assert not _receive(journal)


def test_a_forgotten_event_can_be_received_again(journal: Journal) -> None:
    _receive(journal)
    journal.forget("Ev1")

    assert _receive(journal)


@pytest.mark.parametrize(
    "outcome",
    [make_answer(), make_answer(kind="comparison"), make_refusal(), Chat(text="Hello!")],
    ids=["answer", "comparison", "refusal", "chat"],
)
def test_an_outcome_comes_back_as_it_was_saved(journal: Journal, outcome: Outcome) -> None:
    answer = _stored(outcome=outcome)

    journal.save_answer(answer)

    assert journal.find_answer("a1") == answer


def test_an_unknown_answer_is_not_found(journal: Journal) -> None:
    assert journal.find_answer("a1") is None


@pytest.mark.parametrize(
    ("limit", "texts"),
    [
        (0, []),
        (1, ["answer a2"]),
        (2, ["question a2", "answer a2"]),
        (3, ["answer a1", "question a2", "answer a2"]),
        (9, ["question a1", "answer a1", "question a2", "answer a2"]),
    ],
)
def test_recent_turns_are_the_last_ones_oldest_first(
    journal: Journal, limit: int, texts: list[str]
) -> None:
    journal.save_answer(_stored("a0", created_at=START - dt.timedelta(days=2)))
    journal.save_answer(_stored("a1", created_at=START))
    journal.save_answer(_stored("a2", created_at=START + dt.timedelta(minutes=1)))
    journal.save_answer(_stored("a3", conversation="T:C:9"))

    turns = journal.recent_turns("T:C:1", limit=limit, not_before=START - dt.timedelta(days=1))

    assert [turn.text for turn in turns] == texts
    assert all(turn == Turn(role=turn.role, text=turn.text) for turn in turns)


def test_the_last_vote_of_each_person_counts(journal: Journal) -> None:
    journal.save_answer(_stored())

    for user_id, vote in (("U1", "up"), ("U2", "up"), ("U1", "down")):
        assert journal.vote("a1", user_id=user_id, vote=vote, at=START)  # type: ignore[arg-type]

    assert journal.votes("a1") == {"up": 1, "down": 1}


def test_a_vote_on_an_unknown_answer_is_not_taken(journal: Journal) -> None:
    assert not journal.vote("a1", user_id="U1", vote="up", at=START)


def test_a_purge_deletes_what_is_older_and_nothing_else(journal: Journal) -> None:
    journal.save_answer(_stored("old", created_at=START - dt.timedelta(days=31)))
    journal.save_answer(_stored("new"))
    for answer_id in ("old", "new"):
        journal.vote(answer_id, user_id="U1", vote="up", at=START)
    _receive(journal)

    purged = journal.purge(before=START - dt.timedelta(days=30))

    assert purged == 1
    assert journal.find_answer("old") is None
    assert journal.votes("old") == {"up": 0, "down": 0}
    assert journal.votes("new") == {"up": 1, "down": 0}
    assert not _receive(journal)


def test_questions_that_are_not_answered_survive_a_clock_that_jumps(journal: Journal) -> None:
    _receive(journal, "Ev1", "T:C:1")
    _receive(journal, "Ev2", "T:C:2")
    journal.take("Ev2")
    journal.finish("Ev2")

    journal.purge(before=START + dt.timedelta(days=31))

    assert [event.event_id for event in journal.waiting()] == ["Ev1"]


def test_what_could_not_be_sent_waits_again_and_is_not_held_against_the_event(
    journal: Journal,
) -> None:
    _receive(journal)
    journal.take("Ev1")
    journal.begin_sending("Ev1")

    journal.put_back("Ev1")

    [event] = journal.waiting()
    assert (event.attempts, event.is_sending) == (0, False)
