"""Threads that go on without a mention, where an administrator wants that."""

import pytest

from bot.local_slack import Channel
from bot.local_slack.workspace.workspace import DEFAULT_CHANNELS
from tests.scenarios.world import ADMIN, MEMBER, Start, World

WITHOUT_HISTORY = frozenset({"app_home_opened", "app_mention", "message.im"})


def _choose(world: World, mode: str, *, channel: str = "general") -> str:
    seen = len(world.slack.transcript.ephemerals(ADMIN))
    world.slack.command("admin", "/kb", f"channel {mode}", channel=channel)
    return world.private_reply(ADMIN, number=seen + 1).shown_text


def _asked(world: World, *, channel: str = "general") -> str:
    ts = world.slack.mention("member", channel, "what is BPO?")
    world.slack.wait_for_reply(ts)
    return ts


def _replies(world: World, ts: str) -> list[str]:
    world.slack.wait_until_idle(quiet_s=0.3)
    return [reply.shown_text for reply in world.slack.transcript.replies(ts)]


def test_without_a_choice_only_mentions_are_heard(start: Start) -> None:
    world = start()
    ts = _asked(world)

    world.slack.say("member", "general", "and what is KPO?", thread_ts=ts)

    assert len(_replies(world, ts)) == 1


@pytest.mark.parametrize("channel", ["general", "private"])
def test_a_thread_goes_on_without_a_mention(start: Start, channel: str) -> None:
    world = start()
    shown = _choose(world, "threads", channel=channel)
    ts = _asked(world, channel=channel)

    world.slack.say("member", channel, "and what is KPO?", thread_ts=ts)

    assert "without a new mention" in shown
    world.slack.wait_for(lambda: len(world.slack.transcript.replies(ts)) == 2)
    assert "About and what is KPO?." in _replies(world, ts)[1]
    assert world.answerer.questions[-1].history[0].text == "what is BPO?"
    assert world.slack.transcript.rejections == ()


def test_what_is_asked_of_it_is_refused_aloud_too(start: Start) -> None:
    world = start()
    _choose(world, "threads")
    ts = _asked(world)

    world.slack.say("member", "general", "and an unknown thing?", thread_ts=ts)

    world.slack.wait_for(lambda: len(world.slack.transcript.replies(ts)) == 2)
    assert "do not say" in _replies(world, ts)[1]


def test_people_who_talk_to_each_other_are_left_alone(start: Start) -> None:
    world = start()
    _choose(world, "threads")
    ts = _asked(world)

    for user, text in (
        ("admin", f"<@{MEMBER}> is that what you needed?"),
        ("member", "thanks!"),
        ("member", "did you talk to legal?"),
        ("admin", "not yet"),
        ("member", "how long does it take?"),
    ):
        world.slack.say(user, "general", text, thread_ts=ts)

    assert len(_replies(world, ts)) == 1
    assert len(world.answerer.questions) == 1
    assert world.journal.waiting() == []


def test_what_may_be_for_somebody_else_is_never_refused_aloud(start: Start) -> None:
    world = start()
    _choose(world, "threads")
    ts = _asked(world)

    world.slack.say("admin", "general", "what is an unknown thing?", thread_ts=ts)
    world.slack.wait_until_idle(quiet_s=0.3)
    world.slack.say("admin", "general", "what is LPO?", thread_ts=ts)

    world.slack.wait_for(lambda: len(world.slack.transcript.replies(ts)) == 2)
    assert "About what is LPO?." in _replies(world, ts)[1]


def test_threads_in_which_it_has_not_spoken_are_not_read(start: Start) -> None:
    world = start()
    _choose(world, "threads")
    ts = world.slack.say("member", "general", "what is an SLA?")
    world.slack.say("member", "general", "anybody? what is an SLA?", thread_ts=ts)

    assert _replies(world, ts) == []
    assert world.answerer.questions == []


def test_where_it_is_chosen_a_question_to_nobody_is_answered(start: Start) -> None:
    world = start()
    _choose(world, "sure")

    known = world.slack.say("member", "general", "what is an SLA?")
    unknown = world.slack.say("member", "general", "what is an unknown thing?")
    talk = world.slack.say("member", "general", "who is coming to lunch?")

    assert "About what is an SLA?." in world.slack.wait_for_reply(known).shown_text
    assert _replies(world, unknown) == []
    assert _replies(world, talk) == []


def test_a_mention_that_is_heard_twice_is_answered_once(start: Start) -> None:
    world = start()
    _choose(world, "sure")

    ts = _asked(world)

    assert len(_replies(world, ts)) == 1


def test_a_choice_is_taken_back(start: Start) -> None:
    world = start()
    _choose(world, "threads")
    shown = _choose(world, "mention")
    ts = _asked(world)

    world.slack.say("member", "general", "and what is KPO?", thread_ts=ts)

    assert "only what mentions me" in shown
    assert len(_replies(world, ts)) == 1
    assert ("U0ADMIN01", "channel", "mention C0GENERAL") in world.audit.entries


def test_another_word_shows_what_holds_and_changes_nothing(start: Start) -> None:
    world = start()

    assert "*mention*" in _choose(world, "everything")
    assert world.services.channels.mode("C0GENERAL") == "mention"


def test_a_scope_that_is_lacking_is_named(start: Start) -> None:
    world = start(
        scopes={"chat:write", "channels:read", "commands", "users:read", "app_mentions:read"},
        events=WITHOUT_HISTORY,
    )

    assert "the optional scope channels:history" in _choose(world, "threads")
    ts = _asked(world)
    world.slack.say("member", "general", "and what is KPO?", thread_ts=ts)
    assert len(_replies(world, ts)) == 1


def test_a_direct_message_has_nothing_to_choose(start: Start) -> None:
    world = start()
    channel = world.slack.workspace.direct_channel(ADMIN)

    assert "I answer everything" in _choose(world, "threads", channel=channel.id)


def test_a_channel_shared_with_another_company_is_not_listened_to(start: Start) -> None:
    everybody = DEFAULT_CHANNELS[0].members
    shared = Channel(id="C0SHARED1", name="shared", members=everybody, is_ext_shared=True)
    world = start(channels=(shared, *DEFAULT_CHANNELS[:1]))
    _choose(world, "sure", channel="shared")

    ts = world.slack.say("member", "shared", "what is an SLA?")

    assert _replies(world, ts) == []
    assert world.answerer.questions == []


def test_a_thread_that_slack_does_not_show_is_left_to_people(start: Start) -> None:
    world = start()
    _choose(world, "threads")
    ts = _asked(world)
    world.slack.fail_next("conversations.replies", error="thread_not_found")

    world.slack.say("member", "general", "and what is KPO?", thread_ts=ts)

    assert len(_replies(world, ts)) == 1


def test_what_fails_while_nobody_asked_for_it_is_not_shown(start: Start) -> None:
    world = start()
    _choose(world, "sure")
    world.answerer.error = RuntimeError("broken")

    ts = world.slack.say("member", "general", "what is an SLA?")

    assert _replies(world, ts) == []
    assert world.journal.waiting() == []
