"""Votes that ask why, and what administrators learn of it."""

import pytest

from bot.local_slack import Message
from bot.local_slack.workspace.values import Json, block_texts
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
    shown = _gaps(world)
    assert "*“what is BPO?”*\n1 of 1 votes: not helpful" in shown
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
        world.clock.advance(seconds=1)

    shown = _gaps(world)

    assert "3 questions without an answer in 30 days, on 2 subjects." in shown
    assert "*“unknown widgets?”*\nalso “what is an unknown widget”\nAsked 2 times" in shown
    assert "*“how does the unknown gadget of Peru work”*\nAsked once" in shown
    assert "_Add a section that answers it._" in shown


@pytest.mark.parametrize(("user", "user_id"), [("member", MEMBER), ("guest", "U0GUEST01")])
def test_only_administrators_see_the_gaps(start: Start, user: str, user_id: str) -> None:
    world = start()

    world.slack.command(user, "/kb", "gaps")

    assert "Only the assistant's administrators" in world.private_reply(user_id).shown_text


def test_without_gaps_it_says_so(start: Start) -> None:
    world = start()

    assert "Nothing is on record" in _gaps(world)


def _ask(world: World, question: str, *, user: str = "member") -> None:
    world.slack.wait_for_reply(world.slack.mention(user, "general", question))


def _listed(world: World) -> Message:
    seen = len(world.slack.transcript.ephemerals(ADMIN))
    world.slack.command("admin", "/kb", "gaps")
    return world.private_reply(ADMIN, number=seen + 1)


def _press(world: World, message: Message, action_id: str) -> str:
    """Press the first button of a kind, and return what stands in the message's place then."""
    told = len(world.slack.transcript.entries)
    world.slack.press("admin", message, action_id)
    world.slack.wait_for(lambda: len(world.slack.transcript.entries) > told)
    world.slack.wait_until_idle()
    return world.slack.transcript.ephemerals(ADMIN)[-1].shown_text


def test_a_gap_that_is_dismissed_stays_away_until_somebody_asks_again(start: Start) -> None:
    world = start()
    _ask(world, "what is an unknown widget")

    after = _press(world, _listed(world), "gap_dismiss")
    world.clock.advance(hours=1)
    still = _gaps(world)
    _ask(world, "unknown widgets?")
    back = _gaps(world)

    assert "Dismissed, until somebody asks it again." in after
    assert "Nothing is on record" in after
    assert "Nothing is on record" in still
    assert "*“unknown widgets?”* (asked again since it was dismissed)" in back
    assert "Asked 2 times" in back
    assert (ADMIN, "dismiss gap", "1 questions") in world.audit.entries


def test_what_is_asked_while_the_list_is_looked_at_is_not_dismissed_unseen(start: Start) -> None:
    world = start()
    _ask(world, "what is an unknown widget")
    listed = _listed(world)
    world.clock.advance(minutes=5)
    _ask(world, "unknown widgets?")

    assert "*“unknown widgets?”*" in _press(world, listed, "gap_dismiss")


def test_a_vote_after_it_was_dismissed_brings_a_gap_back(start: Start) -> None:
    world = start()
    _vote_down(world)
    _press(world, _listed(world), "gap_dismiss")
    world.clock.advance(hours=1)
    answer = world.slack.transcript.messages(channel="C0GENERAL")[-1]
    down = answer.blocks[-1]["elements"][0]["negative_button"]["value"]

    world.slack.press("guest", answer, "feedback", down)
    world.until(lambda: world.journal.votes(down.partition(":")[2])["down"] == 2)

    assert "2 of 2 votes: not helpful" in _gaps(world)


def test_a_gap_is_passed_on_without_a_name_and_answered_to_the_administrator(start: Start) -> None:
    world = start(experts="C0EXPERTS")
    _ask(world, "what is an unknown widget")

    after = _press(world, _listed(world), "gap_pass")
    (asked,) = world.slack.transcript.messages(channel="C0EXPERTS")
    world.services.expert_questions.waiting()
    world.bot.experts.answer(
        world.services.expert_questions.waiting()[0].answer_id, by=ADMIN, reply="Ask Petra."
    )

    assert "Passed on to the experts." in after
    assert "With the experts." in after
    assert "'gap_pass'" not in str(world.slack.transcript.ephemerals(ADMIN)[-1].blocks)
    assert MEMBER not in str(asked.blocks)
    assert "what is an unknown widget" in asked.shown_text
    (told,) = world.slack.transcript.messages(channel=f"D{ADMIN[1:]}")
    assert "Ask Petra." in told.shown_text
    assert [entry[1] for entry in world.audit.entries].count("pass on gap") == 1
    assert "An expert has answered it: put that into an article." in _gaps(world)


def test_who_asks_the_experts_after_an_administrator_did_gets_the_answer(start: Start) -> None:
    world = start(experts="C0EXPERTS")
    ts = world.slack.mention("member", "general", "what is an unknown widget")
    refusal = world.slack.wait_for_reply(ts)
    _press(world, _listed(world), "gap_pass")

    world.slack.press("member", refusal, "ask_expert")
    (waiting,) = world.services.expert_questions.waiting()
    world.until(lambda: world.services.expert_questions.waiting()[0].asked_by == MEMBER)
    world.bot.experts.answer(waiting.answer_id, by=ADMIN, reply="Ask Petra.")

    assert len(world.slack.transcript.messages(channel="C0EXPERTS")) == 1
    replies = world.slack.transcript.messages(channel="C0GENERAL")
    assert any("Ask Petra." in reply.shown_text and reply.thread_ts == ts for reply in replies)


def test_without_experts_nothing_is_passed_on(start: Start) -> None:
    world = start()
    _ask(world, "what is an unknown widget")

    assert "'gap_pass'" not in str(_listed(world).blocks)


def test_gaps_stand_on_the_home_tab_and_are_dismissed_there(start: Start) -> None:
    world = start()
    _ask(world, "what is an unknown widget")
    world.slack.open_app("admin", "home")

    def views() -> list[Json]:
        entries = world.slack.transcript.entries
        return [entry.data["view"] for entry in entries if entry.kind == "view"]

    world.slack.wait_for(views)
    home = views()[-1]
    world.slack.press_in_view("admin", home, "gap_dismiss")
    world.slack.wait_for(lambda: len(views()) == 2)

    assert "*“what is an unknown widget”*" in "\n".join(block_texts(home["blocks"]))
    after = "\n".join(block_texts(views()[-1]["blocks"]))
    assert "Dismissed, until" in after
    assert "unknown widget" not in after
    assert world.slack.transcript.rejections == ()


def test_a_long_list_of_gaps_fits_and_no_button_stands_alone(start: Start) -> None:
    world = start(experts="C0EXPERTS")
    for number in range(20):
        _ask(world, f"unknown{number} " + f"thing{number} " * 90)

    listed = _listed(world)

    kinds = [block["type"] for block in listed.blocks]
    assert kinds.count("section") == kinds.count("actions") == 15
    assert "… and 5 more" in listed.shown_text
    assert world.slack.transcript.rejections == ()
