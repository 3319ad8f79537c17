"""The page draws every block that the local Slack takes, and nothing in one is markup."""

from html.parser import HTMLParser
from typing import Any

import pytest

from bot.local_slack.blocks import schema
from bot.local_slack.blocks.rules import message_problems, with_ids
from bot.local_slack.web.drawing.blocks import UndrawableError, draw_blocks
from bot.local_slack.web.drawing.controls import Form
from bot.local_slack.web.drawing.markup import joined, tag
from bot.local_slack.web.drawing.spans import Reader, markdown, mrkdwn
from bot.local_slack.workspace.values import Json, block_texts

READER = Reader(user="U1", names={"U1": "Ada", "U2": "Ben", "C1": "general"})
FORM = Form(prefix="p", people={"U1": "Ada"}, channels={"C1": "#general"})


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def _mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


OPTIONS = [{"text": _plain(f"option {n}"), "value": f"v{n}"} for n in (1, 2)]
IMAGE = {"type": "image", "image_url": "https://e.example/a.png", "alt_text": "a map"}
CONFIRM = {
    "title": _plain("Sure?"),
    "text": _plain("t"),
    "confirm": _plain("Y"),
    "deny": _plain("N"),
}
CONTROLS: dict[str, Json] = {
    "button": {"type": "button", "text": _plain("Press"), "value": "1", "confirm": CONFIRM},
    "static_select": {"type": "static_select", "options": OPTIONS, "placeholder": _plain("Pick")},
    "overflow": {"type": "overflow", "options": OPTIONS},
    "radio_buttons": {"type": "radio_buttons", "options": OPTIONS},
    "checkboxes": {"type": "checkboxes", "options": OPTIONS, "initial_options": OPTIONS[:1]},
    "users_select": {"type": "users_select"},
    "conversations_select": {"type": "conversations_select"},
}
TYPED: dict[str, Json] = {
    "plain_text_input": {"type": "plain_text_input", "multiline": True, "max_length": 9},
    "url_text_input": {"type": "url_text_input", "placeholder": _plain("https://")},
    "file_input": {"type": "file_input"},
}
FEEDBACK = {"text": _plain("Good"), "value": "up"}
SPECIAL: dict[str, Json] = {
    "feedback_buttons": {
        "type": "feedback_buttons",
        "positive_button": FEEDBACK,
        "negative_button": {"text": _plain("Bad"), "value": "down"},
    },
    "icon_button": {"type": "icon_button", "icon": "trash", "text": _plain("Delete"), "value": "d"},
}
INLINE: dict[str, Json] = {
    "text": {"type": "text", "text": "t", "style": {"bold": True, "code": True, "strike": True}},
    "link": {"type": "link", "url": "https://e.example", "text": "l", "style": {"italic": True}},
    "emoji": {"type": "emoji", "name": "tada"},
    "user": {"type": "user", "user_id": "U1"},
    "channel": {"type": "channel", "channel_id": "C1"},
}
SECTION = {"type": "rich_text_section", "elements": list(INLINE.values())}
RICH: dict[str, Json] = {
    "rich_text_section": SECTION,
    "rich_text_quote": SECTION | {"type": "rich_text_quote"},
    "rich_text_preformatted": SECTION | {"type": "rich_text_preformatted"},
    "rich_text_list": {
        "type": "rich_text_list",
        "style": "ordered",
        "offset": 2,
        "indent": 1,
        "elements": [SECTION],
    },
}
RICH_TEXT = {"type": "rich_text", "elements": list(RICH.values())}
CELLS: dict[str, Json] = {
    "raw_text": {"type": "raw_text", "text": "cell"},
    "raw_number": {"type": "raw_number", "value": 7},
    "rich_text": RICH_TEXT,
}
TASK = {
    "type": "task_card",
    "task_id": "1",
    "title": "Read",
    "status": "error",
    "details": RICH_TEXT,
    "output": RICH_TEXT,
    "sources": [{"type": "url", "url": "https://e.example", "text": "source"}],
}
INPUT = {"type": "input", "label": _plain("Label"), "hint": _plain("Hint"), "dispatch_action": True}
BLOCKS: dict[str, Json] = {
    "divider": {"type": "divider"},
    "header": {"type": "header", "text": _plain("Head")},
    "section": {
        "type": "section",
        "text": _mrkdwn("*a* <@U2>"),
        "fields": [_mrkdwn("*l*"), _plain("r")],
        "accessory": IMAGE,
    },
    "context": {"type": "context", "elements": [IMAGE, _mrkdwn("_m_"), _plain("p")]},
    "actions": {"type": "actions", "elements": list(CONTROLS.values())},
    "image": IMAGE | {"title": _plain("Title")},
    "input": INPUT | {"element": TYPED["plain_text_input"]},
    "rich_text": RICH_TEXT,
    "markdown": {
        "type": "markdown",
        "text": "# T\n\n- **x**\n\n> q\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    },
    "context_actions": {"type": "context_actions", "elements": list(SPECIAL.values())},
    "table": {"type": "table", "rows": [[CELLS["raw_text"]], *([cell] for cell in CELLS.values())]},
    "task_card": TASK,
    "plan": {"type": "plan", "title": "Plan", "tasks": [TASK]},
    "container": {
        "type": "container",
        "title": _plain("Sources"),
        "subtitle": _plain("folded"),
        "is_collapsible": True,
        "default_collapsed": True,
        "child_blocks": [{"type": "header", "text": _plain("inside")}],
    },
}


class _Page(HTMLParser):
    """What a browser makes of it: elements well nested, attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in {"br", "hr", "img", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _drawn(*blocks: Json) -> _Page:
    assert message_problems(list(blocks)) == []
    return _Page(draw_blocks(with_ids(blocks), READER, FORM))


def test_there_is_an_example_of_everything_that_the_local_slack_takes() -> None:
    # A kind that is new in the schema must be drawn, and shown here to be.
    menus = schema._BUTTON | schema._MENUS

    assert BLOCKS.keys() == schema.MESSAGE_BLOCKS.keys() | schema.SHARED_BLOCKS.keys()
    assert CONTROLS.keys() == menus.keys()
    assert TYPED.keys() == schema._TEXT_INPUTS.keys()
    assert SPECIAL.keys() == schema._CONTEXT_ACTIONS.keys()
    assert RICH.keys() == schema._RICH_ELEMENTS.keys()


@pytest.mark.parametrize("kind", BLOCKS)
def test_every_block_is_drawn_with_all_its_text(kind: str) -> None:
    page = _drawn(BLOCKS[kind])

    said = " ".join(page.text.split())
    assert page.tags
    for text in {t for t in block_texts(BLOCKS[kind]) if t.isalpha() and len(t) > 1} - {"Sure?"}:
        assert text in said or ("aria-label", text) in page.attributes or text in {"Y", "N"}, text


@pytest.mark.parametrize("kind", [*CONTROLS, *TYPED])
def test_every_field_has_a_name_and_a_label(kind: str) -> None:
    element = (CONTROLS | TYPED)[kind]
    if kind in {"button", "overflow"}:
        pytest.skip("no field")

    page = _drawn(INPUT | {"element": element})

    fields = page.tags.count("input") + page.tags.count("select") + page.tags.count("textarea")
    labelled = page.tags.count("label")
    assert fields >= 1
    assert labelled == fields


@pytest.mark.parametrize("kind", CONTROLS)
def test_every_control_beside_a_text_can_be_pressed(kind: str) -> None:
    page = _drawn({"type": "section", "text": _plain("s"), "accessory": CONTROLS[kind]})

    assert "button" in page.tags
    assert all(value for name, value in page.attributes if name == "name")


def test_a_block_of_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(UndrawableError, match="novelty"):
        draw_blocks([{"type": "novelty"}], READER, FORM)


def _replaced(value: Any, text: str) -> Any:
    """Return a block in which every text that is shown is `text`."""
    if isinstance(value, list):
        return [_replaced(item, text) for item in value]
    if isinstance(value, dict):
        shown = {"text", "alt_text", "title", "initial_value", "value"}
        return {
            key: text if key in shown and isinstance(item, str) else _replaced(item, text)
            for key, item in value.items()
        }
    return value


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' autofocus onfocus='alert(1)",
        "<javascript:alert(1)|press me>",
        "[press me](javascript:alert(1))",
        "<b>&lt;i&gt;",
        "<data:text/html,<script>|x>",
        "</form></dialog><form action='https://evil.example'>",
    ],
)
@pytest.mark.parametrize("kind", BLOCKS)
def test_nothing_in_a_block_is_markup(kind: str, text: str) -> None:
    harmless = _Page(draw_blocks(with_ids([_replaced(BLOCKS[kind], "x")]), READER, FORM))

    page = _Page(draw_blocks(with_ids([_replaced(BLOCKS[kind], text)]), READER, FORM))

    assert {"script", "iframe", "b", "i"}.isdisjoint(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    urls = [value for name, value in page.attributes if name in {"href", "src", "action"}]
    assert all(url.startswith(("https://", "http://")) for url in urls)
    assert page.tags.count("form") == harmless.tags.count("form")
    assert page.tags.count("img") == harmless.tags.count("img")


def test_only_links_to_the_web_can_be_followed() -> None:
    shown = mrkdwn("<https://e.example|good> <javascript:x|bad> <ftp://e.example|other>", READER)

    assert shown.count("<a ") == 1
    assert 'rel="noopener noreferrer nofollow"' in shown
    assert "bad" in shown


def test_markdown_holds_no_raw_html_and_no_pictures() -> None:
    shown = markdown("<b>x</b> ![p](https://e.example/p.png) [l](https://e.example)")

    assert "<b>" not in shown
    assert "<img" not in shown
    assert 'href="https://e.example"' in shown


def test_a_mention_is_told_apart_from_text_that_looks_like_one() -> None:
    shown = mrkdwn("<@U1> <@U2> *@Ben*", READER)

    assert shown.count('class="mention mine"') == 1
    assert shown.count("mention") == 2
    assert "<strong>@Ben</strong>" in shown


def test_text_is_escaped_and_markup_is_not() -> None:
    assert tag("p", "a < b", title='"q"') == '<p title="&quot;q&quot;">a &lt; b</p>'
    assert joined(tag("br"), None, "\x1b&") == "<br>&amp;"
    assert tag("input", required=True, hidden=False, value=0) == '<input required value="0">'
