"""What was filled into a form of the page, as Slack sends it."""

from collections.abc import Mapping, Sequence

from bot.local_slack.blocks.rules import elements, flat_blocks
from bot.local_slack.web.drawing.controls import field_name
from bot.local_slack.workspace.values import Json

Fields = Mapping[str, Sequence[str]]
"""All values of each field of a form."""


def state_values(view: Json, fields: Fields) -> Json:
    """Return the `state.values` of a view: what stands in each of its fields now."""
    values: Json = {}
    for block in flat_blocks(view["blocks"]):
        for element in elements(block):
            if element["type"] in _READ_AS:
                name = field_name(block["block_id"], element["action_id"])
                filled = _value(element, [value for value in fields.get(name, ()) if value])
                values.setdefault(block["block_id"], {})[element["action_id"]] = filled
    return values


def _value(element: Json, given: Sequence[str]) -> Json:
    key = _READ_AS[element["type"]]
    chosen = [option for option in element.get("options", ()) if option["value"] in given]
    value: object
    match key:
        case "selected_option":
            value = chosen[0] if chosen else None
        case "selected_options":
            value = chosen
        case "files":
            value = []
        case _:
            value = given[0] if given else None
    return {"type": element["type"], key: value}


_READ_AS = {
    "plain_text_input": "value",
    "url_text_input": "value",
    "static_select": "selected_option",
    "radio_buttons": "selected_option",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "file_input": "files",
}
