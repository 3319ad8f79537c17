"""Choices are buttons: pressed, they ask, and the message says what was chosen."""

from bot.local_slack import Message
from tests.scenarios.world import MEMBER, Start, World


def _now(world: World, message: Message) -> Message:
    found = world.slack.transcript.find(message.channel, message.ts)
    assert found is not None
    return found


def test_a_meaning_that_is_chosen_is_asked_in_the_same_thread(start: Start) -> None:
    world = start()
    ts = world.slack.mention("member", "general", "which RPO?")
    reply = world.slack.wait_for_reply(ts)

    world.slack.press("member", reply, "ask_1")

    world.slack.wait_for(lambda: len(world.slack.transcript.replies(ts)) == 2)
    answer = world.slack.transcript.replies(ts)[1]
    assert "About What is recruitment outsourcing?." in answer.shown_text
    chosen = f"<@{MEMBER}> chose *recruitment*"
    world.slack.wait_for(lambda: chosen in _now(world, reply).shown_text)
    assert "ask_1" not in str(_now(world, reply).blocks)
    assert world.answerer.questions[1].history[0].text == "which RPO?"
    assert world.slack.transcript.rejections == ()


def test_a_choice_that_is_pressed_twice_is_asked_once(start: Start) -> None:
    world = start()
    ts = world.slack.direct_message("member", "which RPO?")
    reply = world.slack.wait_for_reply(ts)

    press = world.slack.press("member", reply, "ask_2")
    world.slack.redeliver(press)

    world.slack.wait_for(lambda: len(world.slack.transcript.replies(ts)) == 2)
    world.slack.wait_until_idle()
    assert len(world.answerer.questions) == 2


def test_a_choice_in_a_private_answer_is_answered_privately(start: Start) -> None:
    world = start()
    world.slack.command("member", "/ask", "which RPO?")
    first = world.private_reply(MEMBER)

    world.slack.press("member", first, "ask_1")

    second = world.private_reply(MEMBER, number=2)
    assert "You asked: What is recruitment outsourcing?" in second.shown_text
    world.slack.wait_for(lambda: "chose *recruitment*" in _now(world, first).shown_text)
    assert world.slack.transcript.messages() == ()


def test_a_choice_is_safe_in_the_inbox_before_it_is_answered(start: Start) -> None:
    world = start()
    reply = world.slack.wait_for_reply(world.slack.mention("member", "general", "which RPO?"))
    world.answerer.gate.clear()

    world.slack.press("member", reply, "ask_1")

    chosen = "What is recruitment outsourcing?"
    world.until(lambda: chosen in [event.payload["text"] for event in world.journal.waiting()])
    world.answerer.gate.set()


def test_a_term_that_was_meant_takes_the_place_of_the_suggestions(start: Start) -> None:
    world = start()
    world.slack.command("member", "/define", "slaa")
    suggested = world.private_reply(MEMBER)

    world.slack.press("member", suggested, "define_near_1")

    world.slack.wait_for(lambda: "service level" in _now(world, suggested).shown_text)
    assert len(world.slack.transcript.ephemerals(MEMBER)) == 1


def test_a_related_term_is_explained_below(start: Start) -> None:
    world = start()
    world.slack.command("member", "/define", "SLA")
    first = world.private_reply(MEMBER)

    world.slack.press("member", first, "define_1")

    assert "I do not know KPI" in world.private_reply(MEMBER, number=2).shown_text
    assert "service level" in _now(world, first).shown_text


def test_a_term_that_the_glossary_lacks_can_be_asked_of_the_articles(start: Start) -> None:
    world = start()
    world.slack.command("member", "/define", "flurble")
    unknown = world.private_reply(MEMBER)

    world.slack.press("member", unknown, "ask_1")

    assert "About What is flurble?." in world.private_reply(MEMBER, number=2).shown_text
