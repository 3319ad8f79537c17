"""The digest of a week: where it is wanted, once, and without a name."""

import datetime as dt

import pytest

from bot.local_slack import Channel, Message
from bot.record.digests import Digests
from bot.replying.administrators.digest import next_digest
from tests.fakes import START
from tests.scenarios.world import ADMIN, MEMBER, Start, World

MONDAY = dt.datetime(2026, 11, 9, 8, 0, tzinfo=dt.UTC)


def _quiet(world: World) -> World:
    """Let nothing be posted but what a test asks for."""
    world.bot.weekly.close()
    return world


def _say(world: World, words: str, *, user: str = "admin", channel: str = "general") -> str:
    user_id = world.slack.workspace.user(user).id
    seen = len(world.slack.transcript.ephemerals(user_id))
    world.slack.command(user, "/kb", f"digest {words}", channel=channel)
    return world.private_reply(user_id, number=seen + 1).shown_text


def _posted(world: World) -> list[Message]:
    found = world.slack.transcript.messages(channel="C0GENERAL")
    return [message for message in found if "The week in questions" in message.text]


def test_a_digest_comes_once_a_week_to_where_it_is_wanted(start: Start) -> None:
    world = _quiet(start())
    told = _say(world, "on")
    for question in ("what is an unknown widget", "unknown widgets?", "what is BPO?"):
        world.slack.wait_for_reply(world.slack.mention("member", "general", question))
        world.clock.advance(seconds=1)
    before = world.bot.weekly.look()
    world.clock.now = MONDAY

    sent = [world.bot.weekly.look() for _ in range(3)]
    world.clock.advance(days=7)
    later = world.bot.weekly.look()

    assert f"<!date^{int(MONDAY.timestamp())}^" in told
    assert (before, sent, later) == (0, [1, 0, 0], 1)
    digest, last = _posted(world)
    assert "3 questions, 2 without an answer; the week before 0." in digest.shown_text
    assert "• “unknown widgets?”, 2 times" in digest.shown_text
    assert "0 questions, 0 without an answer; the week before 3." in last.shown_text
    assert digest.thread_ts is None
    assert MEMBER not in str(digest.blocks)
    assert ADMIN not in str(digest.blocks)
    assert world.slack.transcript.rejections == ()
    assert (ADMIN, "digest", "on C0GENERAL") in world.audit.entries


def test_a_digest_is_turned_off_again(start: Start) -> None:
    world = _quiet(start())
    _say(world, "on")

    assert "No digest comes to this channel any more." in _say(world, "off")
    world.clock.now = MONDAY
    assert world.bot.weekly.look() == 0


def test_two_processes_post_one_digest(start: Start) -> None:
    world = _quiet(start())
    _say(world, "on")
    other = _quiet(start(slack=world.slack, connection="none", clock=world.clock))
    world.clock.now = MONDAY

    with other.journal.leases.hold("digest"):
        held = world.bot.weekly.look()
    sent = world.bot.weekly.look() + other.bot.weekly.look()

    assert (held, sent) == (0, 1)


def test_questions_of_private_places_are_counted_and_not_quoted(start: Start) -> None:
    secret = Channel(
        id="C0SECRET", name="secret", kind="private", members=frozenset({MEMBER, "U0LOCALBOT"})
    )
    general = Channel(
        id="C0GENERAL", name="general", members=frozenset({ADMIN, MEMBER, "U0LOCALBOT"})
    )
    world = _quiet(start(channels=(general, secret)))
    _say(world, "on")
    world.slack.wait_for_reply(world.slack.mention("member", "secret", "unknown layoffs"))
    world.slack.wait_for_reply(world.slack.direct_message("member", "unknown salary of Ben"))
    world.slack.command("member", "/ask", "unknown lawsuit")
    world.private_reply(MEMBER)
    world.clock.now = MONDAY

    world.bot.weekly.look()

    (digest,) = _posted(world)
    assert "3 more, not quoted here." in digest.shown_text
    for word in ("layoffs", "salary", "lawsuit"):
        assert word not in digest.shown_text


@pytest.mark.parametrize(
    ("error", "wait_s", "again"), [("ratelimited", 60, 1), ("is_archived", None, 0)]
)
def test_what_slack_does_not_take_is_tried_again_only_where_that_may_help(
    start: Start, error: str, wait_s: int | None, again: int
) -> None:
    world = _quiet(start())
    _say(world, "on")
    world.clock.now = MONDAY
    world.slack.fail_next("chat.postMessage", error=error, retry_after_s=wait_s)

    assert [world.bot.weekly.look() for _ in range(2)] == [0, again]


def test_a_digest_comes_to_no_channel_that_others_read(start: Start) -> None:
    shared = Channel(
        id="C0SHARED", name="shared", members=frozenset({ADMIN, "U0LOCALBOT"}), is_ext_shared=True
    )
    world = _quiet(start(channels=(shared,)))
    Digests(world.database).turn_on("C0SHARED", by=ADMIN, at=START)
    world.clock.now = MONDAY

    assert "shared with another company" in _say(world, "on", channel="shared")
    assert world.bot.weekly.look() == 0


def test_the_next_digest_is_on_a_monday_morning() -> None:
    assert next_digest(MONDAY - dt.timedelta(seconds=1)) == MONDAY
    assert next_digest(MONDAY) == MONDAY + dt.timedelta(days=7)
    assert next_digest(MONDAY + dt.timedelta(days=6)) == MONDAY + dt.timedelta(days=7)
