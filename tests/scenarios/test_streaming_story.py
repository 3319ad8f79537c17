"""Answers of a chat model appear in Slack as they are written, and only what the articles say."""

import time
from collections.abc import Callable, Iterator

import pytest

from bot.local_slack import Message
from knowledge.answers.trace import Reply
from knowledge.answers.written.writing import Writer
from knowledge.domain import Answer, Question
from knowledge.errors import GenerationError, StoreError
from tests.fakes import SteppedChatModel, make_answer
from tests.scenarios.world import MEMBER, Start, World
from tests.workbench import Workbench, open_workbench, write_article

PLACE = "A canteen is the place in which agents eat."
HOURS = "Every canteen of a centre opens at noon & closes before midnight."
FOOD = "The food of a canteen, which <!channel> and @everyone eat, is told to @here."
SHOWN_FOOD = "which &lt;!channel&gt; and \uff20everyone eat, is told to \uff20here."
SHOWN_HOURS = HOURS.replace("&", "&amp;")
FALSE = "A canteen is free of charge."
ASKED = "What is a canteen?"


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """Hold two articles on canteens."""
    folder = tmp_path_factory.mktemp("canteen")
    with open_workbench(folder / "data") as bench:
        bench.ingest(
            write_article(folder, "canteen", PLACE, title="What is a canteen?"),
            write_article(folder, "hours", f"{HOURS} {FOOD}", title="The hours of a canteen"),
        )
        yield bench


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.replying.streaming.PACE_S", 0.01)


@pytest.fixture
def begin(start: Start, bench: Workbench) -> Iterator[Callable[[SteppedChatModel], World]]:
    """Return what starts a bot with a chat model; the model comes to its end with the story."""
    models = []

    def begin_with(model: SteppedChatModel) -> World:
        models.append(model)
        return start(answers=bench.answerer(writer=Writer(model)))

    yield begin_with
    for model in models:
        model.finish()


Begin = Callable[[SteppedChatModel], World]


def _growing(world: World, ts: str, text: str) -> Message:
    """Return the reply in a thread once it shows a text."""
    world.slack.wait_for(
        lambda: any(text in reply.shown_text for reply in world.slack.transcript.replies(ts))
    )
    return world.slack.transcript.unique_reply(ts)


def _check_whole(message: Message, *sentences: str) -> None:
    """Check that a message says each sentence once, in order, over the sources and buttons."""
    shown = message.shown_text
    assert not message.is_streaming
    assert [shown.count(sentence) for sentence in sentences] == [1] * len(sentences), shown
    assert sorted((*sentences, "\n[1] "), key=shown.index) == [*sentences, "\n[1] "]
    assert message.blocks[-1]["type"] == "context_actions"


@pytest.mark.parametrize("way", ["mention", "direct message"])
def test_sentences_appear_while_the_model_writes_and_false_ones_never(
    way: str, begin: Begin
) -> None:
    model = SteppedChatModel(f"{PLACE} [1]", f" {FALSE} [1] ", f"{HOURS} [2]", " And")
    world = begin(model)
    ts = (
        world.slack.mention("member", "general", ASKED)
        if way == "mention"
        else world.slack.direct_message("member", ASKED)
    )

    model.go_on(2)
    first = _growing(world, ts, PLACE)
    model.go_on(2)
    second = _growing(world, ts, SHOWN_HOURS)
    model.finish()
    last = world.slack.wait_for_reply(ts)

    assert first.is_streaming
    assert second.is_streaming
    assert first.ts == second.ts == last.ts
    assert second.blocks[: len(first.blocks)] == first.blocks
    assert f"{PLACE} [1]" in last.shown_text
    assert f"{SHOWN_HOURS} [2]" in last.shown_text
    _check_whole(last, PLACE, "2 of 4 statements verified.")
    assert "Written by a language model" in last.shown_text
    assert FALSE not in str(world.slack.transcript.entries)
    assert world.slack.transcript.rejections == ()
    world.slack.wait_until_idle()
    world.slack.transcript.unique_reply(ts)
    assert world.journal.waiting() == []


def test_what_is_kept_of_an_answer_is_what_was_shown(begin: Begin) -> None:
    model = SteppedChatModel(f"{PLACE} [1] {FALSE} [1] ", f"{HOURS} [2] And")
    world = begin(model)
    ts = world.slack.mention("member", "general", ASKED)
    model.go_on()
    _growing(world, ts, PLACE)
    model.finish()
    reply = world.slack.wait_for_reply(ts)

    vote = reply.blocks[-1]["elements"][0]["positive_button"]["value"]
    kept = world.journal.find_answer(vote.removeprefix("up:"))

    assert kept is not None
    assert kept.text == f"{PLACE} [1] {HOURS} [2]"


def test_when_the_model_fails_half_way_the_articles_say_the_rest_harmlessly(begin: Begin) -> None:
    model = SteppedChatModel(f"{PLACE} [1] Every ", "canteen", error=GenerationError("late"))
    world = begin(model)
    ts = world.slack.mention("member", "general", ASKED)
    model.go_on()
    first = _growing(world, ts, PLACE)

    model.finish()

    last = world.slack.wait_for_reply(ts)
    assert last.ts == first.ts
    _check_whole(last, PLACE, SHOWN_FOOD, "The language model did not finish: written by")
    assert "Partly written by a language model" in last.shown_text
    everything = str((last, *last.history))
    assert all(ping not in everything for ping in ("<!", "<@", "@everyone", "@here"))


def test_when_nothing_is_verified_the_answer_is_posted_as_a_quotation(begin: Begin) -> None:
    model = SteppedChatModel(f"{FALSE} [1] And")
    world = begin(model)
    ts = world.slack.mention("member", "general", ASKED)

    model.finish()

    reply = world.slack.wait_for_reply(ts)
    assert reply.via == "api"
    _check_whole(reply, PLACE, SHOWN_FOOD)
    assert "could not be verified" in reply.shown_text


def test_a_private_answer_does_not_grow(begin: Begin) -> None:
    model = SteppedChatModel(f"{PLACE} [1] {FALSE}")
    world = begin(model)
    model.finish()

    world.slack.command("member", "/ask", ASKED)

    assert PLACE in world.private_reply(MEMBER).shown_text
    assert world.slack.transcript.messages() == ()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"error": "unknown_method"}, id="unsupported"),
        pytest.param({"retry_after_s": 30}, id="rate-limit"),
        pytest.param({"status": 503}, id="down"),
    ],
)
def test_where_no_stream_is_opened_the_answer_is_posted(
    fault: dict[str, object], begin: Begin
) -> None:
    model = SteppedChatModel(f"{PLACE} [1] {HOURS} [2] And")
    world = begin(model)
    world.slack.fail_next("chat.startStream", **fault)  # type: ignore[arg-type]
    model.finish()

    ts = world.slack.mention("member", "general", ASKED)

    reply = world.slack.wait_for_reply(ts)
    assert reply.via == "api"
    _check_whole(reply, PLACE, SHOWN_HOURS)


def test_after_a_stream_that_may_have_been_opened_the_whole_answer_is_posted(begin: Begin) -> None:
    model = SteppedChatModel(f"{PLACE} [1] {HOURS} [2] ", "And")
    world = begin(model)
    world.slack.fail_next("chat.startStream", status=503, is_applied=True)
    ts = world.slack.mention("member", "general", ASKED)
    model.go_on()
    world.slack.wait_for(lambda: world.slack.transcript.replies(ts))

    model.finish()

    world.until(lambda: not world.journal.waiting())
    lost, whole = world.slack.transcript.replies(ts)
    assert lost.shown_text.startswith(PLACE)
    _check_whole(whole, PLACE, SHOWN_HOURS)


@pytest.mark.parametrize("method", ["chat.appendStream", "chat.stopStream"])
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"error": "message_not_in_streaming_state"}, id="expired"),
        pytest.param({"status": 503, "is_applied": True}, id="answer-lost"),
    ],
)
def test_a_stream_that_breaks_still_ends_as_one_whole_answer(
    method: str, fault: dict[str, object], begin: Begin
) -> None:
    model = SteppedChatModel(f"{PLACE} [1] Every", HOURS.removeprefix("Every") + " [2] And")
    world = begin(model)
    world.slack.fail_next(method, **fault)  # type: ignore[arg-type]
    ts = world.slack.mention("member", "general", ASKED)
    model.go_on()
    _growing(world, ts, PLACE)

    model.finish()

    world.until(lambda: not world.journal.waiting())
    reply = world.slack.transcript.unique_reply(ts)
    _check_whole(reply, PLACE, SHOWN_HOURS)
    assert world.slack.transcript.ephemerals() == ()


def test_a_stream_that_can_neither_be_ended_nor_replaced_is_followed_by_the_whole(
    begin: Begin,
) -> None:
    model = SteppedChatModel(f"{PLACE} [1] {HOURS} [2] ", "And")
    world = begin(model)
    world.slack.fail_next("chat.stopStream", error="internal", times=2)
    ts = world.slack.mention("member", "general", ASKED)
    model.go_on()
    world.slack.wait_for(lambda: world.slack.transcript.replies(ts))

    model.finish()

    world.until(lambda: not world.journal.waiting())
    broken, whole = world.slack.transcript.replies(ts)
    assert broken.shown_text.startswith(PLACE)
    _check_whole(whole, PLACE, SHOWN_HOURS)


def test_a_failure_after_the_first_sentence_is_told_under_it(start: Start) -> None:
    class Failing:
        def answer(self, question: Question, /, *, watch: Callable[[Answer], None] | None) -> Reply:
            assert watch is not None
            watch(make_answer(PLACE))
            world.slack.wait_for(lambda: world.slack.transcript.replies(ts))
            raise StoreError("the index is gone")

    world = start(answers=Failing())

    ts = world.slack.mention("member", "general", ASKED)

    shown = world.slack.wait_for_reply(ts).shown_text
    assert shown.startswith(PLACE)
    assert "something went wrong" in shown


def test_a_reply_interrupted_while_it_grew_ends_in_a_notice(begin: Begin, start: Start) -> None:
    model = SteppedChatModel(f"{PLACE} [1] And")
    before = begin(model)
    ts = before.slack.mention("member", "general", ASKED)
    model.go_on()
    _growing(before, ts, PLACE)

    after = start(slack=before.slack, connection="none")

    after.slack.wait_for(lambda: len(after.slack.transcript.replies(ts)) == 2)
    assert "only its beginning" in after.slack.transcript.replies(ts)[1].shown_text
    assert after.answerer.questions == []


def test_nothing_says_that_it_is_at_work_once_the_answer_is_to_be_seen(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Growing:
        def answer(self, question: Question, /, *, watch: Callable[[Answer], None] | None) -> Reply:
            assert watch is not None
            watch(make_answer(PLACE))
            time.sleep(0.4)
            return Reply(outcome=make_answer(PLACE))

    monkeypatch.setattr("bot.replying.questions.STATUS_AFTER_S", 0.3)
    world = start(answers=Growing())

    ts = world.slack.mention("member", "general", ASKED)

    world.slack.wait_for_reply(ts)
    assert world.slack.transcript.statuses(ts) == ()
