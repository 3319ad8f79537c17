"""Votes that ask why, and what administrators learn of it."""

import pytest

from bot.local_slack.workspace.values import Json
from tests.scenarios.world import ADMIN, MEMBER, Start, World


def _form(world: World) -> Json:
    def shown() -> list[Json]:
        entries = world.slack.transcript.entries
        return [entry.data["view"] for entry in entries if entry.kind == "view"]

    world.slack.wait_for(shown)
    return shown()[-1]


def _filled(reason: str, words: str = "") -> Json:
    return {
        "reason": {
            "chosen": {"type": "radio_buttons", "selected_option": {"value": reason}},
        },
        "words": {"typed": {"type": "plain_text_input", "value": words or None}},
    }


def _vote_down(world: World, *, user: str = "member", question: str = "what is BPO?") -> Json:
    ts = world.slack.mention(user, "general", question)
    reply = world.slack.wait_for_reply(ts)
    down = reply.blocks[-1]["elements"][0]["negative_button"]["value"]
    world.slack.press(user, reply, "feedback", down)
    return _form(world)


def _gaps(world: World) -> str:
    seen = len(world.slack.transcript.ephemerals(ADMIN))
    world.slack.command("admin", "/kb", "gaps")
    return world.private_reply(ADMIN, number=seen + 1).shown_text


def test_a_vote_against_an_answer_asks_why_and_counts_without_a_reason(start: Start) -> None:
    world = start()

    form = _vote_down(world)

    labels = [option["value"] for option in form["blocks"][0]["element"]["options"]]
    assert labels == ["wrong", "outdated", "incomplete", "source", "other"]
    assert "1 of 1 votes on “what is BPO?”" in _gaps(world)
    assert world.slack.transcript.rejections == ()


def test_a_reason_and_words_reach_the_administrators_without_a_name(start: Start) -> None:
    world = start()
    form = _vote_down(world)

    world.slack.submit_view("member", form, _filled("outdated", "the law changed"))

    assert "noted why" in world.private_reply(MEMBER).shown_text
    shown = _gaps(world)
    assert "outdated 1" in shown
    assert "“the law changed”" in shown
    assert MEMBER not in shown
    assert "member" not in shown


def test_the_last_reason_of_a_person_counts(start: Start) -> None:
    world = start()
    form = _vote_down(world)

    for reason in ("wrong", "source"):
        world.slack.submit_view("member", form, _filled(reason))
        world.slack.wait_until_idle()

    shown = _gaps(world)
    assert "wrong source 1" in shown
    assert "wrong 1" not in shown


def test_a_reason_for_a_purged_answer_is_answered_honestly(start: Start) -> None:
    world = start()
    form = _vote_down(world)
    world.clock.advance(days=1)
    world.journal.purge(before=world.clock())

    world.slack.submit_view("member", form, _filled("wrong"))

    assert "no longer on record" in world.private_reply(MEMBER).shown_text


def test_a_form_that_slack_does_not_open_loses_no_vote(start: Start) -> None:
    world = start()
    world.slack.fail_next("views.open", error="expired_trigger_id")
    ts = world.slack.mention("member", "general", "what is BPO?")
    reply = world.slack.wait_for_reply(ts)
    down = reply.blocks[-1]["elements"][0]["negative_button"]["value"]

    world.slack.press("member", reply, "feedback", down)

    assert "noted that this did not help" in world.private_reply(MEMBER).shown_text
    assert world.journal.votes(down.partition(":")[2]) == {"up": 0, "down": 1}


def test_questions_in_vain_are_grouped_by_what_they_ask_for(start: Start) -> None:
    world = start()
    for question in (
        "what is an unknown widget",
        "unknown widgets?",
        "how does the unknown gadget of Peru work",
    ):
        world.slack.wait_for_reply(world.slack.mention("member", "general", question))

    shown = _gaps(world)

    assert "*Not answered: 3*" in shown
    assert "• 2 × “unknown widgets?”; also “what is an unknown widget”" in shown  # noqa: RUF001
    assert "• 1 × “how does the unknown gadget of Peru work”" in shown  # noqa: RUF001


@pytest.mark.parametrize(("user", "user_id"), [("member", MEMBER), ("guest", "U0GUEST01")])
def test_only_administrators_see_the_gaps(start: Start, user: str, user_id: str) -> None:
    world = start()

    world.slack.command(user, "/kb", "gaps")

    assert "Only the assistant's administrators" in world.private_reply(user_id).shown_text


def test_without_gaps_it_says_so(start: Start) -> None:
    world = start()

    assert "Nothing is on record" in _gaps(world)
