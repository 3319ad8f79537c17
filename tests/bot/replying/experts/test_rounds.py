import threading
from typing import Any

import pytest

from bot.record.experts import LEASES, ExpertQuestion, ExpertQuestions
from bot.record.journal import Journal, StoredAnswer
from bot.replying.experts.desk import ExpertDesk
from bot.replying.experts.rounds import ExpertRounds
from knowledge.record.database import Database
from knowledge.record.leases import Leases
from tests.fakes import START, make_refusal

WAIT_S = 60.0


class _Slack:
    """Takes messages, and can keep whoever looks for one waiting."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.looked = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()
        self.posted = threading.Event()

    def find(self, key: str, **_: Any) -> str:
        self.looked.set()
        assert self.go_on.wait(WAIT_S)
        return "arrived" if key in self.keys else "absent"

    def post(self, _message: object, *, key: str = "", **_: Any) -> str:
        self.keys.append(key)
        self.posted.set()
        return "C1:9.9"

    def permalink(self, *_: str) -> str:
        return ""

    def update(self, *_: object, **__: Any) -> None:
        return None


@pytest.fixture
def slack() -> _Slack:
    return _Slack()


@pytest.fixture
def record(database: Database) -> Database:
    """Return a record in which one answer was on its way when a process ended."""
    Journal(database).save_answer(
        StoredAnswer(
            answer_id="a1",
            conversation="T1:C1:1.1",
            user_id="U1",
            question="who?",
            text="The articles do not say.",
            outcome=make_refusal(),
            total_ms=1.0,
            created_at=START,
        )
    )
    questions = ExpertQuestions(database)
    questions.open(
        ExpertQuestion(
            answer_id="a1",
            question="who?",
            asked_by="U1",
            channel_id="C1",
            thread_ts="1.1",
            place="C2:2.2",
            state="open",
            expert_id="",
            reply="",
            asked_at=START,
        )
    )
    questions.move("a1", of=("open",), to="sending", by="U2", reply="Petra does.")
    return database


def _desk(record: Database, slack: _Slack) -> ExpertDesk:
    """Return the desk of a process of its own."""
    return ExpertDesk(ExpertQuestions(record), delivery=slack, channel_id="C2")  # type: ignore[arg-type]


def test_one_of_two_processes_brings_an_answer_that_a_third_one_left(
    record: Database, slack: _Slack
) -> None:
    slack.go_on.clear()
    first = threading.Thread(target=_desk(record, slack).resume)
    first.start()
    assert slack.looked.wait(WAIT_S)

    _desk(record, slack).resume()
    slack.go_on.set()
    first.join()

    assert slack.keys == ["a1-answered"]
    assert ExpertQuestions(record).unfinished() == []


def test_an_answer_that_is_being_sent_is_left_to_the_thread_that_sends_it(
    record: Database, slack: _Slack
) -> None:
    slack.go_on.clear()
    desk = _desk(record, slack)
    first = threading.Thread(target=desk.resume)
    first.start()
    assert slack.looked.wait(WAIT_S)

    desk.resume()
    slack.go_on.set()
    first.join()

    assert slack.keys == ["a1-answered"]


def test_what_a_process_had_in_hand_when_it_died_is_brought_by_another(
    record: Database, slack: _Slack
) -> None:
    # It renews nothing any more and gives nothing back.
    assert Leases(record, lease_s=2.0).take(f"{LEASES}a1") is not None
    rounds = ExpertRounds(_desk(record, slack), every_s=0.1)

    rounds.start()

    assert slack.posted.wait(WAIT_S)
    rounds.close(timeout_s=WAIT_S)
    assert slack.keys == ["a1-answered"]
    assert ExpertQuestions(record).unfinished() == []


def test_what_another_process_has_in_hand_is_left_to_it(record: Database, slack: _Slack) -> None:
    assert Leases(record, lease_s=600.0).take(f"{LEASES}a1") is not None

    _desk(record, slack).resume()

    assert slack.keys == []
    assert [one.state for one in ExpertQuestions(record).unfinished()] == ["sending"]
