"""An accepted question stays accepted until a message went out, whatever is away meanwhile."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from bot.incoming import IncomingQuestion
from bot.record.inbox import InboxEvent
from knowledge.answers.trace import Reply
from knowledge.domain import Answer, Question
from knowledge.errors import RecordError
from tests.fakes import FakeAnswerer
from tests.outage import Door
from tests.scenarios.world import MEMBER, Start, World


def _is_settled(world: World, ts: str) -> None:
    """Check that there is one reply, and that nothing of the question is left to do."""
    world.until(lambda: not world.journal.waiting(), timeout_s=20)
    world.slack.wait_until_idle()
    world.slack.transcript.unique_reply(ts)


def _failing(call: Callable[..., Any], times: int) -> Callable[..., Any]:
    left = iter(range(times))

    def fail(*args: Any, **values: Any) -> Any:
        if next(left, None) is not None:
            raise RecordError("the server does not answer")
        return call(*args, **values)

    return fail


def test_questions_are_answered_once_slack_takes_messages_again(start: Start) -> None:
    before = start(connection="none")
    before.bot.workers.close(timeout_s=1)
    with Door(int(before.slack.url.rpartition(":")[2])) as door:
        world = start(slack=before.slack, api_url=f"http://127.0.0.1:{door.port}/api/")
        door.shut()
        asked = [world.slack.direct_message("member", f"question {n}") for n in range(6)]
        world.until(lambda: len(world.answerer.questions) == 6, timeout_s=20)
        time.sleep(2)
        assert len(world.journal.waiting()) == 6
        door.open()

        for ts in asked:
            world.slack.wait_for_reply(ts, timeout_s=60)
            _is_settled(world, ts)
    assert len(world.answerer.questions) == 6


def test_a_question_taken_up_by_two_threads_at_once_is_worked_out_once(start: Start) -> None:
    world = start()
    fetch, desk = world.journal.take_free, world.bot.desk

    def take_late(*, limit: int) -> list[InboxEvent]:
        """Take what has just come in, and be back only when another thread is at work on it."""
        events = fetch(limit=limit)
        if events:
            world.slack.fail_next("chat.postMessage", retry_after_s=4)
            desk.answer(IncomingQuestion(**events[0].payload))
        return events

    world.journal.take_free = take_late  # type: ignore[method-assign]
    world.bot.workers.submit = lambda question: None  # type: ignore[method-assign]
    ts = world.slack.direct_message("member", "what is BPO?")

    world.until(lambda: len(world.answerer.questions) == 1)
    (event,) = world.journal.waiting()
    time.sleep(2)
    assert desk.answer(IncomingQuestion(**event.payload)) is None
    _is_settled(world, ts)
    assert len(world.answerer.questions) == 1


def test_an_answer_is_kept_for_as_long_as_slack_wants_to_be_left_alone(start: Start) -> None:
    world = start()
    world.slack.fail_next("chat.postMessage", retry_after_s=4)
    began = time.monotonic()

    ts = world.slack.direct_message("member", "what is BPO?")

    world.slack.wait_for_reply(ts, timeout_s=20)
    assert time.monotonic() - began >= 4
    _is_settled(world, ts)
    assert len(world.answerer.questions) == 1


def test_who_has_to_wait_long_is_told_once(start: Start) -> None:
    world = start()
    world.slack.fail_next("chat.postMessage", retry_after_s=9)

    ts = world.slack.mention("member", "general", "what is BPO?")

    assert "as soon as that works" in world.private_reply(MEMBER).shown_text
    world.slack.wait_for_reply(ts, timeout_s=30)
    assert len(world.slack.transcript.ephemerals(MEMBER)) == 1


@pytest.mark.parametrize("is_applied", [True, False], ids=["taken", "not taken"])
def test_where_the_thread_can_be_read_an_unconfirmed_reply_is_looked_for(
    start: Start, is_applied: bool
) -> None:
    world = start()
    world.slack.fail_next("chat.postMessage", status=503, is_applied=is_applied)

    ts = world.slack.direct_message("member", "what is BPO?")

    world.slack.wait_for_reply(ts, timeout_s=20)
    _is_settled(world, ts)
    assert world.slack.transcript.ephemerals(MEMBER) == ()


@pytest.mark.parametrize("method", ["take", "recent_turns", "begin_sending", "finish"])
def test_a_database_that_is_away_delays_a_reply_and_nothing_else(
    start: Start, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    world = start()
    call = getattr(world.journal, method)
    monkeypatch.setattr(world.journal, method, _failing(call, times=2))

    ts = world.slack.direct_message("member", "what is BPO?")

    assert "About what is BPO?" in world.slack.wait_for_reply(ts, timeout_s=20).shown_text
    _is_settled(world, ts)
    assert "went wrong" not in world.seen()


def test_after_a_restart_a_reply_that_arrived_is_not_called_interrupted(start: Start) -> None:
    before = start()
    ts = before.slack.direct_message("member", "what is BPO?")
    before.slack.wait_for_reply(ts)
    before.until(lambda: not before.journal.waiting())
    # As if the program had ended before it could note that the reply was out.
    event_id = before.slack.events("message", ts=ts)[0].payload["event_id"]
    with before.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE inbox SET state = 'sending', payload = :payload WHERE event_id = :event",
            {"payload": _payload(before, ts, event_id), "event": event_id},
        )
    before.bot.workers.close(timeout_s=1)

    after = start(slack=before.slack, connection="none")

    _is_settled(after, ts)
    assert after.answerer.questions == []


def test_questions_that_were_in_hand_when_processes_ended_are_worked_out_one_at_a_time(
    start: Start,
) -> None:
    before = start()
    before.bot.workers.close(timeout_s=1)
    asked = [before.slack.direct_message(name, f"{name}?") for name in ("member", "admin")]
    bad = before.slack.direct_message("member", "what ended it?")
    before.until(lambda: len(before.journal.waiting()) == 3)
    with before.database.write() as connection:
        connection.exec_driver_sql("UPDATE inbox SET attempts = 2")
        connection.exec_driver_sql(
            "UPDATE inbox SET attempts = 5 WHERE payload LIKE '%what ended it%'"
        )
    before.bot.close()
    answerer = _CountingAnswerer()

    after = start(slack=before.slack, connection="none", answers=answerer)

    for ts in asked:
        assert "About" in after.slack.wait_for_reply(ts).shown_text
        _is_settled(after, ts)
    assert "this number" in after.slack.wait_for_reply(bad).shown_text
    assert answerer.most_at_once == 1


class _CountingAnswerer(FakeAnswerer):
    def __init__(self) -> None:
        super().__init__()
        self.most_at_once = 0
        self._at_once = 0
        self._counting = threading.Lock()

    def answer(
        self, question: Question, /, *, watch: Callable[[Answer], None] | None = None
    ) -> Reply:
        with self._counting:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        time.sleep(0.2)
        reply = super().answer(question, watch=watch)
        with self._counting:
            self._at_once -= 1
        return reply


def _payload(world: World, ts: str, event_id: str) -> str:
    import json

    channel = world.slack.transcript.replies(ts)[0].channel
    return json.dumps(
        {
            "event_id": event_id,
            "message_key": f"{world.slack.team_id}:{channel}:{ts}",
            "conversation": f"{world.slack.team_id}:{channel}:{ts}",
            "text": "what is BPO?",
            "user_id": MEMBER,
            "team_id": world.slack.team_id,
            "channel_id": channel,
            "thread_ts": ts,
            "is_direct": True,
        }
    )
