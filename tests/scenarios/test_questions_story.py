import json
import logging
import time

import pytest

from bot.local_slack import LocalSlack
from bot.record.journal import Journal
from knowledge.domain import Turn
from knowledge.errors import RecordError
from tests.scenarios.world import MEMBER, Start

WITH_TWINS = frozenset({"app_mention", "message.channels", "message.im", "app_home_opened"})


def test_a_mention_is_answered_once_in_its_thread_with_sources(start: Start) -> None:
    world = start(connection="socket")

    ts = world.slack.mention("member", "general", "what is BPO?")

    reply = world.slack.wait_for_reply(ts)
    assert reply.channel == "C0GENERAL"
    assert "About what is BPO?." in reply.shown_text
    assert "<https://articles.example/what-is-bpo|[1]>" in reply.shown_text
    assert "[1] <https://articles.example/what-is-bpo|What is BPO?> \u203a Definition" in (
        reply.shown_text
    )
    assert reply.text.startswith("About what is BPO?. [1]")
    assert world.slack.transcript.rejections == ()


def test_a_mention_in_a_thread_is_answered_in_that_thread(start: Start) -> None:
    world = start()
    root = world.slack.say("admin", "general", "Let us talk about outsourcing.")

    world.slack.mention("member", "general", "what is BPO?", thread_ts=root)

    assert world.slack.wait_for_reply(root).thread_ts == root


def test_a_direct_message_is_answered_in_its_thread(start: Start) -> None:
    world = start()

    ts = world.slack.direct_message("member", "what is KPO?")

    assert world.slack.wait_for_reply(ts).thread_ts == ts


def test_an_unanswerable_question_ends_in_a_refusal_with_the_nearest_sections(
    start: Start,
) -> None:
    world = start()

    ts = world.slack.mention("member", "general", "something unknown")

    shown = world.slack.wait_for_reply(ts).shown_text
    assert "The articles do not say." in shown
    assert "*Nearest sections*" in shown


def test_a_mention_without_a_question_gets_help(start: Start) -> None:
    world = start()

    ts = world.slack.mention("member", "general", "")

    assert "`/define`" in world.slack.wait_for_reply(ts).shown_text
    assert world.answerer.questions == []


def test_the_same_event_delivered_again_is_answered_once(start: Start) -> None:
    world = start()
    ts = world.slack.mention("member", "general", "what is BPO?")
    world.slack.wait_for_reply(ts)

    world.slack.redeliver(world.slack.events("app_mention", ts=ts)[0])

    world.slack.wait_until_idle()
    world.slack.transcript.unique_reply(ts)
    assert len(world.answerer.questions) == 1


def test_the_two_events_of_one_mention_are_answered_once(start: Start) -> None:
    world = start(events=WITH_TWINS)

    ts = world.slack.mention("member", "general", "what is BPO?")

    world.slack.wait_for_reply(ts)
    world.slack.wait_until_idle()
    assert len(world.slack.events("message", ts=ts)) == 1
    world.slack.transcript.unique_reply(ts)


def test_bots_edits_and_deletions_are_ignored_and_acknowledged(start: Start) -> None:
    world = start(events=WITH_TWINS)

    world.slack.bot_message("general", f"<@{world.slack.bot_user_id}> what is BPO?")
    ts = world.slack.say("member", "general", "BPO is interesting")
    world.slack.edit_message("general", ts, "KPO is interesting")
    world.slack.delete_message("general", ts)

    world.slack.wait_until_idle()
    assert world.answerer.questions == []
    assert {delivery.state for delivery in world.slack.deliveries} == {"acknowledged"}


def test_a_follow_up_comes_with_the_turns_before_it(start: Start) -> None:
    world = start()
    ts = world.slack.mention("member", "general", "what is BPO?")
    world.slack.wait_for_reply(ts)
    world.clock.advance(minutes=1)

    world.slack.mention("member", "general", "and its risks?", thread_ts=ts)

    world.slack.wait_for(lambda: len(world.slack.transcript.replies(ts)) == 2)
    asked, answered = world.answerer.questions[1].history
    assert asked == Turn(role="user", text="what is BPO?")
    assert answered == Turn(role="assistant", text="About what is BPO?. [1]")


def test_a_failure_ends_in_a_fixed_sentence_with_an_id_that_is_in_the_log(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    world = start()
    world.answerer.error = RuntimeError("secret detail about what is BPO")

    with caplog.at_level(logging.DEBUG, logger="bot"):
        ts = world.slack.mention("member", "general", "what is BPO?")
        reply = world.slack.wait_for_reply(ts)

    failure_id = reply.shown_text.rstrip(".").rsplit(" ", 1)[1]
    assert reply.shown_text.startswith("Sorry, something went wrong")
    assert failure_id in caplog.text
    assert "RuntimeError" in caplog.text
    assert "secret detail" not in world.seen() + caplog.text


def test_the_text_of_a_question_is_never_logged(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        world = start(connection="socket")
        ts = world.slack.mention("member", "general", "what is pineapple outsourcing?")
        world.slack.wait_for_reply(ts)
        world.slack.command("member", "/ask", "what is pineapple outsourcing?")
        world.private_reply(MEMBER)

    assert "pineapple" not in caplog.text


def test_forty_questions_at_once_are_all_acknowledged_in_time_and_answered_once(
    start: Start,
) -> None:
    world = start(connection="socket", ack_timeout_s=3.0)

    asked = [world.slack.mention("member", "general", f"question {n}") for n in range(40)]

    for ts in asked:
        world.slack.wait_for_reply(ts, timeout_s=20)
    world.slack.wait_until_idle()
    assert all(len(world.slack.transcript.replies(ts)) == 1 for ts in asked)
    assert len(world.answerer.questions) == 40
    assert max(world.slack.transcript.acks.values()) < 3


def test_an_event_that_cannot_be_committed_is_not_acknowledged_and_answered_later(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = start(connection="socket", ack_timeout_s=0.3)
    commit, failures = world.journal.receive, iter([True, False])

    def receive(**values: object) -> bool:
        if next(failures, False):
            raise RecordError("the disk is full")
        return commit(**values)  # type: ignore[arg-type]

    monkeypatch.setattr(world.journal, "receive", receive)

    ts = world.slack.mention("member", "general", "what is BPO?")

    world.slack.wait_for_reply(ts)
    assert next(failures, None) is None
    assert len(world.answerer.questions) == 1


def test_a_question_acknowledged_before_a_crash_is_answered_after_the_restart(
    start: Start,
) -> None:
    before = start()
    before.bot.workers.close(timeout_s=1)
    ts = before.slack.mention("member", "general", "what is BPO?")
    before.slack.wait_until_idle()
    assert before.slack.transcript.replies(ts) == ()

    after = start(slack=before.slack, connection="none")

    after.slack.wait_for_reply(ts)
    after.slack.wait_until_idle()
    after.until(lambda: not after.journal.waiting())


def test_a_reply_interrupted_while_it_was_sent_is_not_sent_twice(start: Start) -> None:
    before = start()
    before.bot.workers.close(timeout_s=1)
    ts = before.slack.mention("member", "general", "what is BPO?")
    before.slack.wait_until_idle()
    before.journal.take(before.journal.waiting()[0].event_id)
    before.journal.begin_sending(before.journal.waiting()[0].event_id)

    _hide_threads(before.slack)
    after = start(slack=before.slack, connection="none")

    assert "I was interrupted" in after.slack.wait_for_reply(ts).shown_text
    assert after.answerer.questions == []


def test_what_an_interrupted_share_left_in_the_inbox_is_cleared(start: Start) -> None:
    before = start()
    before.journal.receive(
        event_id="share:a1", message_key="share:a1", payload={}, at=before.clock()
    )

    after = start(slack=before.slack)

    after.until(lambda: not after.journal.waiting())


def test_a_question_that_brings_the_program_down_is_given_up(start: Start) -> None:
    before = start()
    before.bot.workers.close(timeout_s=1)
    ts = before.slack.mention("member", "general", "what is BPO?")
    before.slack.wait_until_idle()
    for _ in range(5):
        ended = Journal(before.database)
        with ended.at_work():
            ended.take(before.journal.waiting()[0].event_id)

    after = start(slack=before.slack, connection="none")

    assert "something went wrong" in after.slack.wait_for_reply(ts).shown_text
    after.until(lambda: not after.journal.waiting())


def test_a_channel_shared_with_another_company_gets_only_a_private_notice(start: Start) -> None:
    world = start()

    ts = world.slack.mention("member", "shared", "what is BPO?")

    notice = world.private_reply(MEMBER)
    assert "shared with another company" in notice.shown_text
    world.slack.wait_until_idle()
    assert world.slack.transcript.replies(ts) == ()
    assert world.answerer.questions == []
    assert world.audit.entries == [(MEMBER, "ask", "external_channel")]


def test_a_reply_that_slack_may_have_taken_is_not_sent_again(start: Start) -> None:
    world = start()
    _hide_threads(world.slack)
    world.slack.fail_next("chat.postMessage", status=503, is_applied=True)

    ts = world.slack.mention("member", "general", "what is BPO?")

    assert "did not confirm" in world.private_reply(MEMBER).shown_text
    world.slack.wait_until_idle()
    world.slack.transcript.unique_reply(ts)


def test_a_reply_that_stands_in_the_thread_is_found_and_nothing_is_said_of_it(
    start: Start,
) -> None:
    world = start()
    world.slack.fail_next("chat.postMessage", status=503, is_applied=True)

    ts = world.slack.mention("member", "general", "what is BPO?")

    world.slack.wait_for_reply(ts)
    world.until(lambda: not world.journal.waiting(), timeout_s=10)
    world.slack.transcript.unique_reply(ts)
    assert world.slack.transcript.ephemerals(MEMBER) == ()


def test_a_rate_limit_is_waited_out(start: Start) -> None:
    world = start()
    world.slack.fail_next("chat.postMessage", retry_after_s=1)
    began = time.monotonic()

    ts = world.slack.mention("member", "general", "what is BPO?")

    world.slack.wait_for_reply(ts)
    assert time.monotonic() - began >= 1


def test_a_slow_answer_shows_that_the_assistant_is_at_work(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.replying.questions.STATUS_AFTER_S", 0.05)
    world = start()
    world.answerer.gate.clear()

    ts = world.slack.mention("member", "general", "what is BPO?")

    world.slack.wait_for(lambda: world.slack.transcript.statuses(ts))
    world.answerer.gate.set()
    world.slack.wait_for_reply(ts)


def test_nothing_of_a_question_stays_in_the_inbox_once_it_is_answered(start: Start) -> None:
    world = start()

    ts = world.slack.mention("member", "general", "what is BPO?")

    world.slack.wait_for_reply(ts)
    world.until(lambda: not world.journal.waiting())
    with world.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT payload, state FROM inbox").all()
    assert [(row.payload, row.state) for row in rows] == [(None, "done")]


def test_malformed_events_are_acknowledged_and_answered_by_nothing(start: Start) -> None:
    world = start()
    payloads = [
        {"type": "app_mention", "event_ts": "1.0"},
        {"type": "message", "event_ts": "1.0", "channel_type": "im", "text": 7, "user": ["x"]},
        {"type": "message", "event_ts": "1.0", "channel": "C1", "subtype": "channel_join"},
        {"type": "app_mention", "event_ts": "1.0", "channel": "C1", "ts": "1", "user": "USLACKBOT"},
        {"type": "never_heard_of", "event_ts": "1.0"},
    ]

    for payload in payloads:
        world.slack.send_event(json.loads(json.dumps(payload)))

    world.slack.wait_until_idle()
    assert {delivery.state for delivery in world.slack.deliveries} == {"acknowledged"}
    assert world.slack.transcript.entries == ()


def _hide_threads(slack: LocalSlack) -> None:
    """Let the app read no thread, as without the optional scopes."""
    slack.fail_next("conversations.replies", error="missing_scope", times=9)
