import pytest

from bot.local_slack.blocks.rules import is_too_long, message_problems, view_problems, with_ids
from bot.local_slack.workspace.values import Json


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def _button(**changes: object) -> Json:
    return {"type": "button", "text": _plain("Go"), "action_id": "go"} | changes


def _section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def _markdown(chars: int) -> Json:
    return {"type": "markdown", "text": "m" * chars}


def _table(rows: int, cells: int = 1) -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * cells] * rows}


def _feedback() -> Json:
    return {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "vote",
                "positive_button": {"text": _plain("Good"), "value": "up"},
                "negative_button": {"text": _plain("Bad"), "value": "down"},
            }
        ],
    }


def _rich_text() -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": "quoted"}]}
    quote = {"type": "rich_text_quote", "elements": [{"type": "text", "text": "quoted"}]}
    listing = {"type": "rich_text_list", "style": "bullet", "elements": [section]}
    return {"type": "rich_text", "elements": [section, quote, listing]}


def _modal(**changes: object) -> Json:
    return {"type": "modal", "title": _plain("Add"), "blocks": []} | changes


def _input() -> Json:
    element = {"type": "plain_text_input", "action_id": "a"}
    return {"type": "input", "label": _plain("Address"), "element": element}


@pytest.mark.parametrize(
    "blocks",
    [
        pytest.param([], id="none"),
        pytest.param([_section("x" * 3000)], id="section of 3,000 characters"),
        pytest.param([{"type": "divider"}] * 50, id="50 blocks"),
        pytest.param([_section("a") | {"accessory": _button()}], id="accessory"),
        pytest.param([{"type": "header", "text": _plain("h" * 150)}], id="header of 150"),
        pytest.param([_actions(*(_button(action_id=f"a{n}") for n in range(25)))], id="25 buttons"),
        pytest.param([_feedback()], id="feedback buttons"),
        pytest.param([_rich_text()], id="rich text"),
        pytest.param([_table(100, 20)], id="table of 100 rows"),
        pytest.param([_markdown(6000), _markdown(6000)], id="markdown of 12,000 together"),
        pytest.param([_actions(_button()), _actions(_button())], id="action id in two blocks"),
    ],
)
def test_blocks_within_the_limits_are_accepted(blocks: list[Json]) -> None:
    assert message_problems(blocks) == []


@pytest.mark.parametrize(
    ("blocks", "problem"),
    [
        pytest.param(
            [{"type": "divider"}] * 51,
            "no more than 50 items allowed [json-pointer:/blocks]",
            id="51",
        ),
        pytest.param(
            [_section("x" * 3001)],
            "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
            id="section text",
        ),
        pytest.param([_section("")], "must be more than 0 characters", id="empty text"),
        pytest.param([{"type": "section"}], "must provide `text` or `fields`", id="empty section"),
        pytest.param(
            [{"type": "section", "fields": [_plain("f" * 2001)]}],
            "must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]",
            id="field text",
        ),
        pytest.param(
            [{"type": "section", "fields": [_plain("f")] * 11}], "no more than 10", id="11 fields"
        ),
        pytest.param([{"type": "header", "text": _plain("h" * 151)}], "less than 151", id="header"),
        pytest.param(
            [{"type": "context", "elements": [_plain("c")] * 11}], "no more than 10", id="context"
        ),
        pytest.param(
            [_actions(*(_button(action_id=str(n)) for n in range(26)))],
            "no more than 25",
            id="26 buttons",
        ),
        pytest.param([_actions(_button(text=_plain("b" * 76)))], "less than 76", id="button text"),
        pytest.param([_actions(_button(value="v" * 2001))], "less than 2001", id="button value"),
        pytest.param([_actions(_button(url="u" * 3001))], "less than 3001", id="button url"),
        pytest.param([_actions(_button(action_id="a" * 256))], "less than 256", id="action id"),
        pytest.param([{"type": "divider", "block_id": "b" * 256}], "less than 256", id="block id"),
        pytest.param([_actions(_button(), _button())], "`action_id` 'go'", id="same action id"),
        pytest.param(
            [{"type": "divider", "block_id": "b"}] * 2, "`block_id` 'b'", id="same block id"
        ),
        pytest.param(
            [_section("a"), {"type": "sectoin"}],
            "unsupported type: sectoin [json-pointer:/blocks/1/type]",
            id="unknown block",
        ),
        pytest.param(
            [_actions({"type": "knob"})],
            "unsupported type: knob [json-pointer:/blocks/0/elements/0/type]",
            id="unknown element",
        ),
        pytest.param(
            [{"type": "divider", "colour": "red"}], "additional property: colour", id="property"
        ),
        pytest.param([{"type": "header"}], "missing required field: text", id="missing field"),
        pytest.param(
            [_actions(_button(text={"type": "mrkdwn", "text": "*Go*"}))],
            "unsupported type: mrkdwn",
            id="mrkdwn on a button",
        ),
        pytest.param([_markdown(12_001)], "less than 12001", id="markdown"),
        pytest.param([_markdown(6000), _markdown(6001)], "together", id="markdown together"),
        pytest.param([_table(1), _table(1)], "only_one_table_allowed", id="two tables"),
        pytest.param([_table(101)], "no more than 100", id="table rows"),
        pytest.param([_table(1, 21)], "no more than 20", id="table cells"),
        pytest.param("text", "must be an array", id="no list"),
    ],
)
def test_blocks_beyond_a_limit_are_refused_with_a_pointer(blocks: list[Json], problem: str) -> None:
    problems = message_problems(blocks)

    assert [line for line in problems if problem in line], problems


@pytest.mark.parametrize(
    ("view", "problem"),
    [
        pytest.param(_modal(title=_plain("t" * 25)), "less than 25", id="title"),
        pytest.param(_modal(private_metadata="p" * 3001), "less than 3001", id="metadata"),
        pytest.param(_modal(blocks=[{"type": "divider"}] * 101), "more than 100", id="101 blocks"),
        pytest.param(_modal(blocks=[_input()]), "missing required field: submit", id="submit"),
        pytest.param(_modal(blocks=[_markdown(1)]), "unsupported type: markdown", id="markdown"),
        pytest.param({"type": "home"}, "missing required field: blocks", id="blocks"),
    ],
)
def test_views_beyond_a_limit_are_refused(view: Json, problem: str) -> None:
    problems = view_problems(view)

    assert [line for line in problems if problem in line], problems


def test_a_modal_with_inputs_and_a_submit_button_is_accepted() -> None:
    view = _modal(blocks=[_input()], submit=_plain("Add"), callback_id="add")

    assert view_problems(view) == []


def test_text_of_all_blocks_together_has_a_limit() -> None:
    blocks = [_section("x" * 2640)] * 5

    assert not is_too_long(blocks)
    assert is_too_long([*blocks, _section("x")])


def test_missing_ids_are_filled_in_and_given_ones_kept() -> None:
    given = [_actions(_button(), _button(action_id="own") | {"value": "1"}), {"type": "divider"}]

    blocks = with_ids(given)

    assert [element["action_id"] for element in blocks[0]["elements"]] == ["go", "own"]
    assert len({block["block_id"] for block in blocks}) == 2
    assert "block_id" not in given[1]
