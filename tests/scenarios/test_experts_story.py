"""Questions that the articles do not answer: to the experts and back."""

import pytest

from bot.local_slack import DEFAULT_CHANNELS, Channel, Message
from bot.local_slack.workspace.values import Json
from tests.scenarios.world import ADMIN, MEMBER, Start, World

GUEST = "U0GUEST01"
QUESTION = "who runs the unknown thing?"


def _experts(world: World) -> Message:
    world.slack.wait_for(lambda: world.slack.transcript.messages(channel="C0EXPERTS"))
    [message] = world.slack.transcript.messages(channel="C0EXPERTS")
    return message


def _pass_on(world: World, *, privately: bool = False) -> str:
    """Ask something that is refused and pass it on; return the thread."""
    if privately:
        world.slack.command("member", "/ask", QUESTION)
        reply, ts = world.private_reply(MEMBER), ""
    else:
        ts = world.slack.mention("member", "general", QUESTION)
        reply = world.slack.wait_for_reply(ts)
    world.slack.press("member", reply, "ask_expert")
    _experts(world)
    world.slack.wait_until_idle()
    return ts


def _form(world: World, user: str = "admin") -> Json:
    world.slack.press(user, _experts(world), "expert_answer")

    def shown() -> list[Json]:
        entries = world.slack.transcript.entries
        return [entry.data["view"] for entry in entries if entry.kind == "view"]

    world.slack.wait_for(shown)
    return shown()[-1]


def _send(world: World, form: Json, reply: str, *, user: str = "admin") -> None:
    typed = {"reply": {"typed": {"type": "plain_text_input", "value": reply}}}
    world.slack.submit_view(user, form, typed)


def test_the_experts_see_the_question_with_a_link_to_its_thread(start: Start) -> None:
    world = start(experts="C0EXPERTS")

    ts = _pass_on(world)

    shown = _experts(world)
    assert f"<@{MEMBER}> asks something" in shown.shown_text
    assert QUESTION in shown.shown_text
    assert f"<https://local.slack.com/archives/C0GENERAL/p{ts.replace('.', '')}|" in str(shown)
    assert [one["text"]["text"] for one in shown.blocks[-1]["elements"]] == [
        *("I'll take it", "Answer", "Not for us")
    ]
    assert world.slack.transcript.rejections == ()


def test_an_answer_comes_back_to_the_thread_with_the_experts_name(start: Start) -> None:
    world = start(experts="C0EXPERTS")
    ts = _pass_on(world)

    _send(world, _form(world), "Petra does. <!channel>")

    world.slack.wait_for(lambda: len(world.slack.transcript.replies(ts)) == 2)
    answer = world.slack.transcript.replies(ts)[1].shown_text
    assert f"<@{MEMBER}>, <@{ADMIN}> answers your question:" in answer
    assert "Petra does." in answer
    assert "<!channel>" not in answer
    world.slack.wait_for(lambda: "answered:" in _experts(world).shown_text)
    assert "expert_answer" not in str(_experts(world).blocks)


def test_a_private_question_is_answered_in_the_direct_message(start: Start) -> None:
    world = start(experts="C0EXPERTS")
    _pass_on(world, privately=True)
    direct = world.slack.workspace.direct_channel(MEMBER).id

    assert "Asked privately" in _experts(world).shown_text
    _send(world, _form(world), "Petra does.")

    world.slack.wait_for(lambda: world.slack.transcript.messages(channel=direct))
    assert "Petra does." in world.slack.transcript.messages(channel=direct)[0].shown_text


def test_a_form_that_is_sent_twice_brings_one_answer(start: Start) -> None:
    world = start(experts="C0EXPERTS")
    ts = _pass_on(world)
    form = _form(world)

    for reply in ("Petra does.", "Paul does."):
        _send(world, form, reply)
        world.slack.wait_until_idle(quiet_s=0.3)

    assert len(world.slack.transcript.replies(ts)) == 2
    direct = world.slack.workspace.direct_channel(ADMIN).id
    said = [one.shown_text for one in world.slack.transcript.messages(channel=direct)]
    assert said == ["This has been answered already."]


def test_one_expert_takes_it_and_the_others_see_who(start: Start) -> None:
    world = start(experts="C0EXPERTS")
    _pass_on(world)
    shown = _experts(world)

    world.slack.press("admin", shown, "expert_take")
    world.slack.wait_for(lambda: f"<@{ADMIN}> takes it." in _experts(world).shown_text)

    assert "expert_take" not in str(_experts(world).blocks)
    assert world.services.expert_questions.waiting()[0].expert_id == ADMIN


def test_two_who_press_at_once_are_told_apart(start: Start) -> None:
    world = start(experts="C0EXPERTS")
    _pass_on(world)
    [asked] = world.services.expert_questions.waiting()
    world.services.expert_questions.move(asked.answer_id, of=("open",), to="taken", by=ADMIN)

    world.slack.press("guest", _experts(world), "expert_take")

    assert "taken it already" in world.private_reply(GUEST).shown_text


def test_not_for_us_is_told_to_whoever_asked(start: Start) -> None:
    world = start(experts="C0EXPERTS")
    ts = _pass_on(world)

    world.slack.press("admin", _experts(world), "expert_decline")

    world.slack.wait_for(lambda: len(world.slack.transcript.replies(ts)) == 2)
    assert "not for them" in world.slack.transcript.replies(ts)[1].shown_text
    world.slack.wait_for(lambda: "not for us" in _experts(world).shown_text)
    assert world.services.expert_questions.waiting() == []


def test_only_members_of_the_experts_channel_may_press(start: Start) -> None:
    everyone = DEFAULT_CHANNELS[0].members
    experts = Channel(id="C0EXPERTS", name="experts", members=everyone - {GUEST})
    world = start(experts="C0EXPERTS", channels=(DEFAULT_CHANNELS[0], experts))
    _pass_on(world)

    world.slack.press("guest", _experts(world), "expert_take")

    assert "Only members of the experts' channel" in world.private_reply(GUEST).shown_text
    assert world.services.expert_questions.waiting()[0].state == "open"


def test_when_slack_does_not_tell_who_is_an_expert_nobody_is(start: Start) -> None:
    world = start(experts="C0EXPERTS")
    _pass_on(world)
    world.slack.fail_next("conversations.members", error="internal_error")

    world.slack.press("admin", _experts(world), "expert_take")

    assert "could not find out" in world.private_reply(ADMIN).shown_text


def test_an_answer_that_slack_does_not_take_can_be_sent_again(start: Start) -> None:
    world = start(experts="C0EXPERTS")
    ts = _pass_on(world)
    form = _form(world)
    world.slack.fail_next("chat.postMessage", error="is_archived", times=2)

    _send(world, form, "Petra does.")
    direct = world.slack.workspace.direct_channel(ADMIN).id
    world.slack.wait_for(lambda: world.slack.transcript.messages(channel=direct))
    _send(world, form, "Petra does.")

    world.slack.wait_for(lambda: len(world.slack.transcript.replies(ts)) == 2)
    assert "send it again" in world.slack.transcript.messages(channel=direct)[0].shown_text


def test_a_thread_that_is_closed_is_answered_in_the_direct_message(start: Start) -> None:
    world = start(experts="C0EXPERTS")
    _pass_on(world)
    form = _form(world)
    world.slack.fail_next("chat.postMessage", error="is_archived")

    _send(world, form, "Petra does.")

    direct = world.slack.workspace.direct_channel(MEMBER).id
    world.slack.wait_for(lambda: world.slack.transcript.messages(channel=direct))
    assert "Petra does." in world.slack.transcript.messages(channel=direct)[0].shown_text


@pytest.mark.parametrize("arrived", [False, True])
def test_an_answer_that_was_on_its_way_at_the_end_arrives_once(start: Start, arrived: bool) -> None:
    world = start(experts="C0EXPERTS", connection="none")
    world.slack.deliver_to(world.bot.app)
    ts = _pass_on(world)
    [asked] = world.services.expert_questions.waiting()
    if arrived:
        _send(world, _form(world), "Petra does.")
        world.slack.wait_for(lambda: len(world.slack.transcript.replies(ts)) == 2)
        world.slack.wait_until_idle()
    world.services.expert_questions.move(
        asked.answer_id, of=("open", "answered"), to="sending", by=ADMIN, reply="Petra does."
    )

    again = start(experts="C0EXPERTS", slack=world.slack, connection="none")

    again.until(lambda: again.services.expert_questions.unfinished() == [])
    assert len(world.slack.transcript.replies(ts)) == 2


def test_administrators_see_what_waits_without_who_asked(start: Start) -> None:
    world = start(experts="C0EXPERTS")
    _pass_on(world)

    world.slack.command("admin", "/kb", "experts")

    shown = world.private_reply(ADMIN).shown_text
    assert "*With the experts: 1*" in shown
    assert QUESTION in shown
    assert MEMBER not in shown
    assert "<!date^" in shown


def test_a_question_that_was_purged_says_so(start: Start) -> None:
    world = start(experts="C0EXPERTS")
    _pass_on(world)
    world.clock.advance(days=1)
    world.journal.purge(before=world.clock())

    world.slack.press("admin", _experts(world), "expert_take")

    assert "no longer on record" in world.private_reply(ADMIN).shown_text
