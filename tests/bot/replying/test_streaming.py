"""A reply that grows in Slack, and what becomes of it when Slack does not take a piece."""

from collections.abc import Iterator

import pytest

from bot.incoming import IncomingQuestion
from bot.local_slack import LocalSlack, Message
from bot.rendering import render_failure, render_outcome
from bot.replying.delivery import Delivery, DeliveryError, create_client
from bot.replying.streaming import GrowingReply
from knowledge.domain import Answer, AnswerSentence
from tests.fakes import make_answer, make_source


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack() as running:
        yield running


class _Desk:
    """Opens a reply to a mention, shows answers of so many sentences, and closes it."""

    def __init__(self, slack: LocalSlack) -> None:
        self.slack = slack
        self.slept: list[float] = []
        self.opened = 0
        self.ts = slack.say("member", "general", "what is BPO?")
        client = create_client(token=slack.bot_token, base_url=slack.api_url)
        self.reply = GrowingReply(
            Delivery(client, sleep=self.slept.append),
            IncomingQuestion(
                event_id="E1",
                message_key="m",
                conversation="c",
                text="what is BPO?",
                user_id="U0MEMBER1",
                team_id=slack.team_id,
                channel_id="C0GENERAL",
                thread_ts=self.ts,
            ),
            before_opening=self._note_opening,
        )

    def show(self, number: int) -> None:
        """Show so many sentences, and wait until Slack shows the last of them."""
        self.reply.show(_answer(number))
        self.slack.wait_for(lambda: f"Sentence {number}." in self.shown)

    def wait_until_given_up(self) -> None:
        """Wait until the reply shows nothing more by itself."""
        thread = self.reply._thread
        assert thread is not None
        thread.join(5)
        assert self.reply._is_spoilt

    def close(self, number: int, **changes: object) -> Message:
        """Close with an answer of so many sentences; return the last message in the thread."""
        answer = _answer(number, **changes)
        self.reply.end_with(render_outcome(answer, answer_id="a1", shown=self.reply.settle()))
        self.reply.close(render_outcome(answer, answer_id="a1"))
        return self.slack.transcript.replies(self.ts)[-1]

    @property
    def replies(self) -> list[str]:
        return [reply.shown_text for reply in self.slack.transcript.replies(self.ts)]

    @property
    def shown(self) -> str:
        return "\n".join(self.replies)

    def _note_opening(self) -> None:
        assert self.replies == []
        self.opened += 1


@pytest.fixture
def desk(slack: LocalSlack, monkeypatch: pytest.MonkeyPatch) -> _Desk:
    monkeypatch.setattr("bot.replying.streaming.PACE_S", 0.01)
    return _Desk(slack)


def _answer(number: int, **changes: object) -> Answer:
    sentences = tuple(
        AnswerSentence(text=f"Sentence {n}.", citations=(n,)) for n in range(1, number + 1)
    )
    sources = tuple(make_source(n) for n in range(1, number + 1))
    return make_answer(sentences=sentences, sources=sources, mode="model", **changes)


def _is_whole(message: Message, number: int) -> bool:
    """Whether a message holds each sentence once, its sources, and the buttons."""
    shown = message.shown_text
    return (
        not message.is_streaming
        and all(shown.count(f"Sentence {n}.") == 1 for n in range(1, number + 1))
        and shown.count("\u203a Definition") == 1
        and message.blocks[-1]["type"] == "context_actions"
    )


def test_a_reply_grows_sentence_by_sentence_and_ends_with_the_sources(desk: _Desk) -> None:
    desk.show(1)
    desk.show(2)

    message = desk.close(3, note="3 of 3 statements verified.")

    assert desk.opened == 1
    assert _is_whole(message, 3)
    assert len(desk.replies) == 1
    shown = message.shown_text
    order = [
        "Sentence 1.",
        "Sentence 2.",
        "Sentence 3.",
        "3 of 3",
        "\u203a Definition",
        "Written by",
    ]
    assert sorted(order, key=shown.index) == order
    assert message.via == "stream"
    assert [len(version.blocks) for version in message.history] == [1, 2]
    assert desk.slack.transcript.rejections == ()


def test_sentences_that_come_fast_are_shown_together(
    desk: _Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.replying.streaming.PACE_S", 60.0)
    desk.show(1)

    desk.reply.show(_answer(2))
    desk.reply.show(_answer(3))
    message = desk.close(4)

    assert _is_whole(message, 4)
    assert len(message.history) == 1


def test_whoever_writes_does_not_wait_for_slack(desk: _Desk) -> None:
    desk.slack.fail_next("chat.startStream", delay_s=0.3)

    desk.reply.show(_answer(1))

    assert desk.replies == []
    desk.slack.wait_for(lambda: desk.replies)
    assert _is_whole(desk.close(1), 1)


def test_a_reply_that_was_never_shown_is_not_open(desk: _Desk) -> None:
    assert desk.reply.settle() == 0


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"error": "unknown_method"}, id="unsupported"),
        pytest.param({"error": "channel_type_not_supported"}, id="refused"),
        pytest.param({"retry_after_s": 30}, id="rate-limit"),
        pytest.param({"status": 503}, id="down"),
    ],
)
def test_a_stream_that_cannot_be_opened_is_tried_once(
    fault: dict[str, object], desk: _Desk
) -> None:
    desk.slack.fail_next("chat.startStream", **fault)  # type: ignore[arg-type]
    desk.reply.show(_answer(1))
    desk.wait_until_given_up()

    desk.reply.show(_answer(2))

    assert desk.reply.settle() == 0
    assert desk.replies == []
    assert desk.slept == []


def test_a_rate_limit_delays_the_next_sentence_and_loses_none(desk: _Desk) -> None:
    desk.show(1)
    desk.slack.fail_next("chat.appendStream", retry_after_s=1)

    desk.reply.show(_answer(2))
    desk.show(3)

    message = desk.close(3)
    assert _is_whole(message, 3)
    assert message.via == "stream"


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"error": "message_not_in_streaming_state"}, id="expired"),
        pytest.param({"error": "invalid_chunks"}, id="refused"),
        pytest.param({"status": 503}, id="down"),
        pytest.param({"status": 503, "is_applied": True}, id="answer-lost"),
    ],
)
def test_when_a_sentence_is_not_taken_the_reply_is_replaced_by_the_whole(
    fault: dict[str, object], desk: _Desk
) -> None:
    desk.show(1)
    desk.slack.fail_next("chat.appendStream", **fault)  # type: ignore[arg-type]
    desk.reply.show(_answer(2))
    desk.wait_until_given_up()

    message = desk.close(3)

    assert _is_whole(message, 3)
    assert len(desk.replies) == 1


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"error": "message_not_in_streaming_state"}, id="expired"),
        pytest.param({"error": "invalid_blocks"}, id="refused"),
        pytest.param({"status": 503}, id="down"),
        pytest.param({"status": 503, "is_applied": True}, id="answer-lost"),
    ],
)
def test_when_the_end_is_not_taken_the_reply_is_replaced_by_the_whole(
    fault: dict[str, object], desk: _Desk
) -> None:
    desk.show(1)
    desk.slack.fail_next("chat.stopStream", **fault)  # type: ignore[arg-type]

    message = desk.close(2)

    assert _is_whole(message, 2)
    assert len(desk.replies) == 1


def test_a_reply_whose_end_slack_does_not_take_now_can_be_closed_again(desk: _Desk) -> None:
    desk.show(1)
    desk.slack.fail_next("chat.stopStream", retry_after_s=7)

    with pytest.raises(DeliveryError) as caught:
        desk.close(2)
    assert (caught.value.is_passing, caught.value.retry_after_s) == (True, 7)
    assert desk.reply.is_open
    message = desk.close(2)

    assert desk.slept == []
    assert _is_whole(message, 2)
    assert message.via == "stream"


def test_a_reply_that_can_neither_end_nor_be_replaced_is_posted(desk: _Desk) -> None:
    desk.show(1)
    desk.slack.fail_next("chat.stopStream", error="internal", times=2)

    message = desk.close(2)

    assert _is_whole(message, 2)
    assert message.via == "api"
    assert len(desk.replies) == 2


def test_whether_a_reply_was_replaced_may_stay_unknown(desk: _Desk) -> None:
    desk.show(1)
    desk.slack.fail_next("chat.stopStream", status=503)
    desk.slack.fail_next("chat.update", status=503, times=4)

    with pytest.raises(DeliveryError) as caught:
        desk.close(2)

    assert caught.value.is_uncertain
    assert len(desk.replies) == 1


def test_a_reply_too_long_for_a_stream_is_replaced_by_a_shortened_one(desk: _Desk) -> None:
    long = [AnswerSentence(text=f"{n} " + "word " * 200, citations=(1,)) for n in range(14)]

    def answer(number: int) -> Answer:
        return make_answer(sentences=tuple(long[:number]))

    desk.reply.show(answer(1))
    desk.slack.wait_for(lambda: desk.replies)
    desk.reply.show(answer(14))
    desk.wait_until_given_up()
    desk.reply.close(render_outcome(answer(14)))

    [reply] = desk.slack.transcript.replies(desk.ts)
    assert all(f"{n} word" in reply.shown_text for n in range(14))
    assert "\u203a Definition" in reply.shown_text
    assert desk.slack.transcript.rejections == ()


def test_a_failure_stands_under_what_was_shown(desk: _Desk) -> None:
    desk.show(1)
    desk.reply.settle()

    desk.reply.close(render_failure("f00d"))

    [shown] = desk.replies
    assert shown.startswith("Sentence 1.")
    assert "f00d" in shown


def test_a_fault_of_our_own_while_showing_leaves_the_whole_reply(
    desk: _Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.show(1)

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("bot.replying.streaming.render_sentences", broken)
    desk.reply.show(_answer(2))
    desk.wait_until_given_up()

    assert _is_whole(desk.close(2), 2)
