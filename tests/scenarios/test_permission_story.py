"""People of other companies, retention, and what becomes of replies that do not arrive."""

import pytest

from bot.access.identity import SlackAwayError
from bot.local_slack import DEFAULT_CHANNELS, DEFAULT_USERS, Channel, User
from knowledge.errors import ConfigError, RecordError
from tests.scenarios.world import MEMBER, Start, World

STRANGER = User(id="U0STRANGE", name="stranger", team_id="T0ELSE001")


def _with_stranger(start: Start) -> World:
    everyone = frozenset({*DEFAULT_CHANNELS[0].members, STRANGER.id})
    general = Channel(id="C0GENERAL", name="general", members=everyone)
    return start(users=(*DEFAULT_USERS, STRANGER), channels=(general, *DEFAULT_CHANNELS[1:]))


def test_somebody_of_another_workspace_gets_only_a_private_notice(start: Start) -> None:
    world = _with_stranger(start)

    ts = world.slack.mention("stranger", "general", "what is BPO?")

    notice = world.private_reply(STRANGER.id)
    assert "people of the workspace" in notice.shown_text
    world.slack.wait_until_idle()
    assert world.slack.transcript.replies(ts) == ()
    assert world.answerer.questions == []


def test_a_stranger_who_writes_directly_is_told_so_there(start: Start) -> None:
    world = _with_stranger(start)

    ts = world.slack.direct_message("stranger", "what is BPO?")

    assert "people of the workspace" in world.slack.wait_for_reply(ts).shown_text


def test_a_stranger_can_neither_vote_nor_share(start: Start) -> None:
    world = _with_stranger(start)
    ts = world.slack.mention("member", "general", "what is BPO?")
    reply = world.slack.wait_for_reply(ts)
    up = reply.blocks[-1]["elements"][0]["positive_button"]["value"]

    world.slack.press("stranger", reply, "feedback", up)

    assert "people of the workspace" in world.private_reply(STRANGER.id).shown_text
    assert world.journal.votes(up.partition(":")[2]) == {"up": 0, "down": 0}


def test_an_answer_that_slack_refuses_ends_in_a_private_word(start: Start) -> None:
    world = start()
    world.slack.fail_next("chat.postMessage", error="restricted_action")

    ts = world.slack.mention("member", "general", "what is BPO?")

    assert "something went wrong" in world.private_reply(MEMBER).shown_text
    assert world.slack.transcript.replies(ts) == ()
    world.until(lambda: not world.journal.waiting())


def test_a_word_that_cannot_be_whispered_comes_as_a_direct_message(start: Start) -> None:
    world = start()
    world.slack.fail_next("chat.postMessage", error="restricted_action")
    world.slack.fail_next("chat.postEphemeral", error="restricted_action")

    world.slack.mention("member", "general", "what is BPO?")

    place = f"D{MEMBER[1:]}"
    world.slack.wait_for(lambda: world.slack.transcript.messages(channel=place))
    assert "something went wrong" in world.slack.transcript.messages(channel=place)[0].shown_text


def test_an_answer_that_cannot_be_recorded_is_given_without_buttons(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = start()

    def fail(_: object, *, event_id: str) -> None:
        raise RecordError("the disk is full")

    monkeypatch.setattr(world.journal, "save_answer", fail)

    ts = world.slack.mention("member", "general", "what is BPO?")

    reply = world.slack.wait_for_reply(ts)
    assert "About what is BPO?." in reply.shown_text
    assert "context_actions" not in {block["type"] for block in reply.blocks}


def test_a_share_that_slack_refuses_can_be_tried_again(start: Start) -> None:
    world = start()
    world.slack.command("member", "/ask", "what is BPO?")
    answer = world.private_reply(MEMBER)
    world.slack.fail_next("chat.postMessage", error="restricted_action")

    world.slack.press("member", answer, "share_answer")
    assert "something went wrong" in world.private_reply(MEMBER, number=2).shown_text
    world.slack.press("member", answer, "share_answer")

    world.slack.wait_for(world.slack.transcript.messages)


def test_a_share_that_slack_may_have_taken_is_not_repeated(start: Start) -> None:
    world = start()
    world.slack.command("member", "/ask", "what is BPO?")
    answer = world.private_reply(MEMBER)
    world.slack.fail_next("chat.postMessage", status=500, is_applied=True)

    world.slack.press("member", answer, "share_answer")
    world.private_reply(MEMBER, number=2)
    world.slack.press("member", answer, "share_answer")

    assert "already" in world.private_reply(MEMBER, number=3).shown_text
    assert len(world.slack.transcript.messages()) == 1


def test_old_texts_are_purged_at_the_start(start: Start) -> None:
    before = start()
    ts = before.slack.mention("member", "general", "what is BPO?")
    reply = before.slack.wait_for_reply(ts)
    answer_id = reply.blocks[-1]["elements"][0]["positive_button"]["value"].partition(":")[2]
    before.clock.advance(days=31)

    after = start(slack=before.slack, clock=before.clock, connection="none")

    after.until(lambda: after.journal.find_answer(answer_id) is None)


def test_a_token_that_slack_refuses_is_named_at_the_start(start: Start) -> None:
    world = start()
    world.slack.fail_next("auth.test", error="invalid_auth")

    with pytest.raises(ConfigError, match="SLACK_BOT_TOKEN: Slack refuses it"):
        start(slack=world.slack)


def test_a_slack_that_does_not_answer_is_named_at_the_start(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.access.identity.FIRST_WAIT_S", 0.01)
    with pytest.raises(SlackAwayError, match="Slack does not answer"):
        start(api_url="http://127.0.0.1:9/api/")
