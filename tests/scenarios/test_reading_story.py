"""Sources that open: from an answer, a definition and a refusal, for everybody who may ask."""

import pytest

from bot.local_slack import DEFAULT_CHANNELS, DEFAULT_USERS, Channel, Message, User
from bot.local_slack.workspace.values import Json, block_texts
from tests.scenarios.world import ADMIN, MEMBER, Start, World

IDS = {"admin": ADMIN, "member": MEMBER, "guest": "U0GUEST01"}


def _views(world: World) -> list[Json]:
    return [entry.data["view"] for entry in world.slack.transcript.entries if entry.kind == "view"]


def _view(world: World, number: int = 1) -> Json:
    """Return the `number`-th view that was shown, once it is there."""
    world.slack.wait_for(lambda: len(_views(world)) >= number)
    return _views(world)[number - 1]


def _reply(world: World, user: str, way: str, text: str) -> Message:
    if way == "mention":
        return world.slack.wait_for_reply(world.slack.mention(user, "general", text))
    if way == "direct message":
        return world.slack.wait_for_reply(world.slack.direct_message(user, text))
    world.slack.command(user, way, text)
    return world.private_reply(IDS[user])


@pytest.mark.parametrize("user", ["admin", "member", "guest"])
@pytest.mark.parametrize(
    ("way", "text"),
    [
        ("mention", "what is BPO?"),
        ("direct message", "what is BPO?"),
        ("/ask", "what is BPO?"),
        ("/define", "SLA"),
        ("mention", "something unknown"),
        ("/ask", "something unknown"),
    ],
)
def test_a_source_opens_for_whoever_asked(start: Start, user: str, way: str, text: str) -> None:
    world = start()
    reply = _reply(world, user, way, text)

    world.slack.press(user, reply, "read")

    view = _view(world)
    assert view["user_id"] == IDS[user]
    shown = block_texts(view["blocks"])
    assert shown[0] == "Definition"
    assert "updated May 2024" in shown[1]
    assert "by Ada Author" in shown[1]
    assert "<https://articles.example/what-is-bpo|Open on the web>" in shown[1]
    assert "invoices" in shown
    assert world.slack.transcript.rejections == ()


def test_the_quoted_sentence_is_bold(start: Start) -> None:
    world = start()
    reply = _reply(world, "member", "mention", "what is BPO?")

    world.slack.press("member", reply, "read")

    [paragraph] = _view(world)["blocks"][2]["elements"]
    bold = [run["text"] for run in paragraph["elements"] if run.get("style", {}).get("bold")]
    assert "".join(bold) == "Business process outsourcing hands a process to a provider."


def test_pages_are_turned_in_the_same_modal_and_the_mark_comes_back(start: Start) -> None:
    world = start()
    reply = _reply(world, "member", "mention", "what is BPO?")
    world.slack.press("member", reply, "read")
    first = _view(world)

    world.slack.press_in_view("member", first, "turn_on")
    second = _view(world, 2)
    world.slack.press_in_view("member", second, "turn_back")
    third = _view(world, 3)

    assert first["id"] == second["id"] == third["id"]
    assert block_texts(second["blocks"])[0] == "History"
    assert third["blocks"] == first["blocks"]


def test_anybody_in_the_channel_can_open_a_source_and_one_of_another_workspace_cannot(
    start: Start,
) -> None:
    stranger = User(id="U0STRANGE", name="stranger", team_id="T0ELSE001")
    everyone = frozenset({*DEFAULT_CHANNELS[0].members, stranger.id})
    general = Channel(id="C0GENERAL", name="general", members=everyone)
    world = start(users=(*DEFAULT_USERS, stranger), channels=(general, *DEFAULT_CHANNELS[1:]))
    reply = _reply(world, "member", "mention", "what is BPO?")

    world.slack.press("stranger", reply, "read")
    refused = world.private_reply(stranger.id)
    world.slack.press("guest", reply, "read")

    assert "people of the workspace" in refused.shown_text
    assert _view(world)["user_id"] == "U0GUEST01"
    assert len(_views(world)) == 1


def test_an_article_that_is_gone_is_said_to_be_gone(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = start()
    reply = _reply(world, "member", "mention", "what is BPO?")
    monkeypatch.setattr("tests.fakes.FakeLibrary.page", lambda *_: None)

    world.slack.press("member", reply, "read")

    assert "not there any more" in str(_view(world)["blocks"])


def test_where_slack_refuses_the_blocks_the_sources_open_all_the_same(start: Start) -> None:
    world = start()
    world.slack.fail_next("chat.postMessage", error="invalid_blocks")
    reply = _reply(world, "member", "mention", "what is BPO?")

    world.slack.press("member", reply, "read_plain1")

    assert block_texts(_view(world)["blocks"])[0] == "Definition"
