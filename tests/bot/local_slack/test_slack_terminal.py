import io
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from rich.console import Console
from slack_bolt import Ack, App, Respond, Say
from slack_sdk import WebClient

from bot.local_slack import LocalSlack, Message
from bot.local_slack.terminal.chat import TerminalChat
from bot.local_slack.terminal.filling import filled
from bot.local_slack.terminal.rendering import controls, render_message, render_view
from bot.local_slack.terminal.typed_lines import TypedLine, read_line
from bot.local_slack.workspace.values import BOT_ID, BOT_USER_ID, Json

NAMES = {BOT_USER_ID: "Assistant", "U1": "Ada"}


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def _mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def _button(text: str, value: str = "") -> Json:
    return {"type": "button", "text": _plain(text), "action_id": text.lower(), "value": value}


def _rich(kind: str, text: str) -> Json:
    return {"type": kind, "elements": [{"type": "text", "text": text}]}


def _message(*blocks: Json, text: str = "text", **changes: object) -> Message:
    values = {"channel": "C1", "ts": "1.000001", "user": BOT_USER_ID, "bot_id": BOT_ID} | changes
    return Message(text=text, blocks=blocks, **values)  # type: ignore[arg-type]


def _shown(message: Message, *, styles: bool = False) -> str:
    console = Console(width=60, record=True, file=io.StringIO(), force_terminal=styles)
    console.print(render_message(message, names=NAMES))
    return console.export_text(styles=styles)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        pytest.param(
            {"type": "section", "text": _mrkdwn("*a* &amp; <https://e.x|b>")}, "a & b", id="section"
        ),
        pytest.param(
            {"type": "section", "fields": [_mrkdwn("*l*"), _plain("*r*")]}, "*r*", id="fields"
        ),
        pytest.param({"type": "header", "text": _plain("Head")}, "Head", id="header"),
        pytest.param({"type": "divider"}, "───", id="divider"),
        pytest.param({"type": "context", "elements": [_mrkdwn("<@U1>")]}, "@Ada", id="context"),
        pytest.param({"type": "markdown", "text": "# T\n\n- **x**"}, "• x", id="markdown"),
        pytest.param(
            {
                "type": "table",
                "rows": [[{"type": "raw_text", "text": "h"}], [{"type": "raw_text", "text": "c"}]],
            },
            "───",
            id="table",
        ),
        pytest.param(
            {"type": "rich_text", "elements": [_rich("rich_text_quote", "q")]}, "▎ q", id="quote"
        ),
        pytest.param(
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_list",
                        "style": "ordered",
                        "elements": [_rich("rich_text_section", "x")],
                    }
                ],
            },
            "1. x",
            id="list",
        ),
        pytest.param(
            {"type": "image", "image_url": "u", "alt_text": "a map"}, "[image: a map]", id="image"
        ),
        pytest.param(
            {"type": "task_card", "task_id": "1", "title": "Read", "status": "complete"},
            "● Read",
            id="task",
        ),
        pytest.param(
            {
                "type": "container",
                "title": _plain("Sources"),
                "child_blocks": [{"type": "header", "text": _plain("one")}],
            },
            "Sources\n  one",
            id="container",
        ),
        pytest.param({"type": "novelty"}, "[novelty]", id="unknown"),
    ],
)
def test_blocks_are_shown_as_slack_shows_them(block: Json, expected: str) -> None:
    assert expected in _shown(_message(block))


def test_buttons_are_numbered_in_reading_order() -> None:
    feedback = {
        "type": "feedback_buttons",
        "action_id": "vote",
        "positive_button": {"text": _plain("Good"), "value": "up"},
        "negative_button": {"text": _plain("Bad"), "value": "down"},
    }
    message = _message(
        {"type": "section", "text": _plain("s"), "accessory": _button("First")},
        {"type": "actions", "elements": [_button("Second")]},
        {"type": "context_actions", "elements": [feedback]},
    )

    shown = _shown(message)

    found = controls(message.blocks)
    assert [control.label for control in found] == ["First", "Second", "Good", "Bad"]
    assert all(f" {n}  {c.label}" in shown for n, c in enumerate(found, 1))
    assert found[3].value == "down"


def test_a_private_message_an_edit_and_a_reply_are_marked() -> None:
    message = _message(visible_to="U1", thread_ts="1.000000", history=(_message(),))

    shown = _shown(message)

    assert "Only visible to you" in shown
    assert "(edited)" in shown
    assert all(line.startswith("  │ ") for line in shown.splitlines())


def test_control_characters_do_not_reach_the_terminal() -> None:
    link = _mrkdwn("\x1b[2J\x9b2J<https://e.x/\x1b]8|a\x1bb>")

    shown = _shown(_message({"type": "section", "text": link}), styles=True)

    assert "[2J2Ja" not in shown
    assert "\x1b[2J" not in shown
    assert "\x9b" not in shown


def test_a_view_is_shown_with_its_title() -> None:
    console = Console(width=40, record=True, file=io.StringIO())

    console.print(
        render_view({"type": "modal", "title": _plain("Add"), "blocks": [{"type": "divider"}]})
    )

    assert console.export_text().startswith("Add ─")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", TypedLine("nothing")),
        ("what is BPO?", TypedLine("write", "what is BPO?")),
        ("@bot what is BPO?", TypedLine("mention", "what is BPO?")),
        ("/ask BPO", TypedLine("command", "/ask BPO")),
        ("!3", TypedLine("press", "3")),
        (":press 3", TypedLine("press", "3")),
        (":user admin", TypedLine("user", "admin")),
        (":nope", TypedLine("unknown", ":nope")),
        ("!important", TypedLine("write", "!important")),
        (":-)", TypedLine("write", ":-)")),
    ],
)
def test_a_typed_line_is_understood(line: str, expected: TypedLine) -> None:
    assert read_line(f" {line} ") == expected


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack() as running:
        client = WebClient(token=running.bot_token, base_url=running.api_url)
        running.deliver_to(_echo_app(App(client=client)))
        yield running


def _echo_app(app: App) -> App:
    def answer(event: Json, say: Say) -> None:
        blocks = [
            {"type": "section", "text": _mrkdwn(f"*heard* {event['text']}")},
            {"type": "actions", "elements": [_button("More", "m")]},
        ]
        say(text="heard", blocks=blocks, thread_ts=event.get("thread_ts") or event["ts"])

    app.event("app_mention")(answer)
    app.message()(answer)

    @app.action("more")
    def more(ack: Ack, respond: Respond) -> None:
        ack()
        respond("there is more")

    @app.command("/define")
    def define(ack: Ack, command: Json) -> None:
        ack(f"{command['text']} means something")

    return app


def _chat(
    slack: LocalSlack, lines: Sequence[str], *, is_interactive: bool = False, **options: Any
) -> str:
    remaining = iter(lines)

    def ask(_prompt: str) -> str:
        try:
            return next(remaining)
        except StopIteration:
            raise EOFError from None

    console = Console(width=70, record=True, file=io.StringIO(), highlight=False)
    TerminalChat(
        slack,
        console=console,
        ask=ask,
        is_interactive=is_interactive,
        answer_timeout_s=options.pop("answer_timeout_s", 5),
        **options,
    ).run()
    return console.export_text()


def test_a_piped_question_is_answered_before_the_chat_ends(slack: LocalSlack) -> None:
    shown = _chat(slack, ["what is BPO?"])

    assert "Max Member" in shown
    assert "│ heard what is BPO?" in shown


def test_a_session_can_mention_go_on_press_and_use_commands(slack: LocalSlack) -> None:
    lines = ["@bot one", "two", "!2", "/define BPO", "!9", ":user admin", "three", ":quit", "four"]

    shown = _chat(slack, lines, is_interactive=True)

    mentions = slack.events("app_mention")
    assert len({delivery.payload["event"].get("thread_ts") for delivery in mentions}) == 2
    assert "Only visible to you" in shown
    assert "there is more" in shown
    assert "BPO means something" in shown
    assert "there is no button 9" in shown
    assert slack.events("message")[0].payload["event"]["user"] == "U0ADMIN01"
    assert "four" not in shown


FORM = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Why?"},
    "blocks": [
        {
            "type": "input",
            "block_id": "reason",
            "label": {"type": "plain_text", "text": "Reason"},
            "element": {
                "type": "radio_buttons",
                "action_id": "r",
                "options": [
                    {"text": {"type": "plain_text", "text": "It is wrong"}, "value": "wrong"},
                    {"text": {"type": "plain_text", "text": "It is old"}, "value": "old"},
                ],
            },
        },
        {
            "type": "input",
            "block_id": "words",
            "optional": True,
            "label": {"type": "plain_text", "text": "Words"},
            "element": {"type": "plain_text_input", "action_id": "w"},
        },
    ],
}


@pytest.mark.parametrize(
    ("typed", "reason", "words"),
    [
        ("2", "old", None),
        ("wrong | not so", "wrong", "not so"),
        ("it is OLD | of 2019", "old", "of 2019"),
    ],
)
def test_a_dialog_is_filled_in_by_number_value_or_label(
    typed: str, reason: str, words: str | None
) -> None:
    values = filled(FORM, typed)

    assert values["reason"]["r"]["selected_option"]["value"] == reason
    assert values["words"]["w"]["value"] == words


@pytest.mark.parametrize("typed", ["", "nonsense", "1 | a | b"])
def test_a_dialog_that_is_filled_in_wrongly_is_not_sent(typed: str) -> None:
    with pytest.raises(ValueError, match=r"filled in|choices|fields"):
        filled(FORM, typed)


def test_a_dialog_lists_its_choices_and_says_how_to_fill_it_in() -> None:
    console = Console(width=60, record=True, file=io.StringIO())
    console.print(render_view(FORM))

    shown = console.export_text()
    assert "Reason:\n  1. It is wrong\n  2. It is old\n" in shown
    assert "Words (optional): ______\n:submit ... | ..." in shown


def test_a_wrong_user_or_command_is_a_remark_and_not_the_end(slack: LocalSlack) -> None:
    shown = _chat(slack, [":user nobody", ":thread", ":fly", ":help"], is_interactive=True)

    assert "user_not_found" in shown
    assert "You are in no thread." in shown
    assert ":fly is nothing I know" in shown
    assert ":channel NAME" in shown


def test_the_chat_begins_with_questions_to_try_and_says_who_one_is(slack: LocalSlack) -> None:
    shown = _chat(slack, [":user admin"], is_interactive=True, prompts=["What is BPO?"])

    assert "Try: What is BPO?" in shown
    assert "You are Ada Admin now." in shown


def test_a_late_answer_is_said_to_be_still_to_come(slack: LocalSlack) -> None:
    slack.deliver_by_http("http://127.0.0.1:9/")

    shown = _chat(slack, ["what is BPO?"], answer_timeout_s=0.2)

    assert "may still be loading" in shown
