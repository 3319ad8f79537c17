"""Messages of other people: forwarded to the assistant, or explained by a shortcut."""

from bot.local_slack import Message
from tests.scenarios.world import MEMBER, Start, World


def _message(world: World, text: str = "Is an SLA the same as a KPI?") -> Message:
    ts = world.slack.say("admin", "without-bot", text)
    return world.slack.workspace.message(world.slack.workspace.channel("without-bot"), ts)


def test_a_forwarded_message_is_the_question_in_a_direct_message(start: Start) -> None:
    world = start()

    ts = world.slack.forward("member", _message(world), MEMBER)

    assert "About Is an SLA the same as a KPI?." in world.slack.wait_for_reply(ts).shown_text


def test_a_mention_that_points_at_a_forwarded_message_asks_it(start: Start) -> None:
    world = start()

    ts = world.slack.forward("member", _message(world), "general", "can you explain this?")

    assert "About Is an SLA the same as a KPI?." in world.slack.wait_for_reply(ts).shown_text


def test_the_shortcut_explains_a_message_to_one_person(start: Start) -> None:
    world = start()

    world.slack.message_shortcut("member", "explain_message", _message(world))

    shown = world.private_reply(MEMBER)
    assert "You asked: Is an SLA the same as a KPI?" in shown.shown_text
    assert "About Is an SLA the same as a KPI?." in shown.shown_text
    assert world.slack.transcript.rejections == ()


def test_a_shortcut_that_slack_sends_twice_is_answered_once(start: Start) -> None:
    world = start()
    delivery = world.slack.message_shortcut("member", "explain_message", _message(world))
    world.private_reply(MEMBER)

    world.slack.redeliver(delivery)
    world.slack.wait_until_idle(quiet_s=0.3)

    assert len(world.slack.transcript.ephemerals(MEMBER)) == 1


def test_a_message_without_words_is_told_so(start: Start) -> None:
    world = start()

    world.slack.message_shortcut("member", "explain_message", _message(world, ""))

    assert "holds no words" in world.private_reply(MEMBER).shown_text
