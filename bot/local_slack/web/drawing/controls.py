"""What is pressed, chosen and typed: the controls of blocks as parts of a form."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rich.emoji import Emoji

from bot.local_slack.web.drawing.markup import Html, joined, tag
from bot.local_slack.workspace.values import Json

_ICONS = {"positive_button": "👍", "negative_button": "👎", "trash": "🗑"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The form in which controls stand, and what their menus offer."""

    prefix: str
    """Makes the ids of fields unique on the page."""
    people: Mapping[str, str]
    """Users by id, for menus of users."""
    channels: Mapping[str, str]
    """Channels by id, for menus of channels."""


def deed(*parts: object) -> str:
    """Return the value of a button that says what is to be done."""
    return json.dumps(parts)


def field_name(block_id: str, action_id: str) -> str:
    """Return the name of a field in the form."""
    return json.dumps(["field", block_id, action_id])


def control(element: Json, block_id: str, form: Form) -> Html:
    """Return what stands in a row of buttons, or beside a text.

    A menu has a button beside it: choosing with the arrow keys must not press anything.
    """
    if element["type"] in _PRESSED:
        return _PRESSED[element["type"]](element, block_id)
    action_id = element["action_id"]
    go = tag(
        "button",
        "Choose",
        type="submit",
        name="do",
        value=deed("choose", block_id, action_id),
        class_="button small",
        formnovalidate=True,
    )
    ident = f"{form.prefix}-{block_id}-{action_id}"
    label = _text(element.get("placeholder")) or "Choose"
    menu = menu_or_field(element, block_id, form, ident=ident, label=label)
    return tag("span", menu, go, class_="menu")


def menu_or_field(
    element: Json, block_id: str, form: Form, *, ident: str, label: str = "", required: bool = False
) -> Html:
    """Return what is filled in; `label` names it where no label element does."""
    common: dict[str, Any] = {
        "name": field_name(block_id, element["action_id"]),
        "autofocus": bool(element.get("focus_on_load")),
        "aria_label": label or None,
        "required": required,
    }
    match element["type"]:
        case "static_select":
            chosen = (element.get("initial_option") or {}).get("value")
            offered = {o["value"]: _text(o["text"]) for o in element["options"]}
            return _select(offered, chosen, element, ident, common)
        case "users_select":
            return _select(form.people, element.get("initial_user"), element, ident, common)
        case "conversations_select":
            chosen = element.get("initial_conversation")
            return _select(form.channels, chosen, element, ident, common)
        case "radio_buttons" | "checkboxes":
            return _marks(element, ident, common)
        case "file_input":
            return joined(
                tag("input", type="file", id=ident, disabled=True, aria_label=label or None),
                tag("small", "Files cannot be sent in the local Slack."),
            )
        case _:
            return _typed(element, ident, common)


def _select(
    offered: Mapping[str, str], chosen: object, element: Json, ident: str, common: dict[str, Any]
) -> Html:
    first = tag("option", _text(element.get("placeholder")) or "Choose…", value="")
    options = [
        tag("option", label, value=value, selected=value == chosen)
        for value, label in offered.items()
    ]
    return tag("select", first, *options, id=ident, **common)


def _marks(element: Json, ident: str, common: dict[str, Any]) -> Html:
    is_radio = element["type"] == "radio_buttons"
    initial = [element.get("initial_option") or {}, *(element.get("initial_options") or ())]
    chosen = {option.get("value") for option in initial}
    rows = []
    for number, option in enumerate(element["options"]):
        mark = tag(
            "input",
            type="radio" if is_radio else "checkbox",
            name=common["name"],
            value=option["value"],
            id=f"{ident}-{number}",
            checked=option["value"] in chosen,
            autofocus=common["autofocus"] and number == 0,
            # All of a group of radio buttons are one field; each checkbox is one of its own.
            required=common["required"] and is_radio,
        )
        more = option.get("description")
        small = tag("small", _text(more)) if more else None
        rows.append(
            tag("label", mark, tag("span", _text(option["text"]), small), for_=f"{ident}-{number}")
        )
    role = "radiogroup" if is_radio else "group"
    # The legend of the fieldset around it is its name, unless it stands alone.
    return tag("span", *rows, class_="marks", role=role, aria_label=common["aria_label"])


def _typed(element: Json, ident: str, common: dict[str, Any]) -> Html:
    limits = {
        "minlength": element.get("min_length"),
        "maxlength": element.get("max_length"),
        "placeholder": _text(element.get("placeholder")) or None,
    }
    value = element.get("initial_value", "")
    if element.get("multiline"):
        return tag("textarea", value, id=ident, rows=4, **limits, **common)
    kind = "url" if element["type"] == "url_text_input" else "text"
    return tag("input", type=kind, id=ident, value=value, autocomplete="off", **limits, **common)


def _button(element: Json, block_id: str) -> Html:
    style = element.get("style", "")
    value = deed("press", block_id, element["action_id"], element.get("value"))
    press = tag(
        "button",
        _text(element["text"]),
        type="submit",
        name="do",
        value=value,
        class_=f"button {style}".rstrip(),
        aria_label=element.get("accessibility_label"),
        formnovalidate=True,
        **_confirmation(element),
    )
    url = element.get("url", "")
    if not url.startswith(("https://", "http://")):
        return press
    away = tag("a", _text(element["text"]), href=url, target="_blank", rel="noopener noreferrer")
    return tag("span", press, tag("small", away), class_="menu")


def _feedback(element: Json, block_id: str) -> Html:
    pair = [
        tag(
            "button",
            tag("span", _ICONS[side], aria_hidden="true"),
            tag("span", _text(element[side]["text"])),
            type="submit",
            name="do",
            value=deed("press", block_id, element["action_id"], element[side]["value"]),
            class_="button quiet",
            aria_label=element[side].get("accessibility_label"),
            formnovalidate=True,
        )
        for side in ("positive_button", "negative_button")
    ]
    return tag("span", *pair, class_="votes")


def _icon_button(element: Json, block_id: str) -> Html:
    icon = _ICONS.get(element["icon"], "•")
    return tag(
        "button",
        tag("span", icon, aria_hidden="true"),
        tag("span", _text(element["text"])),
        type="submit",
        name="do",
        value=deed("press", block_id, element["action_id"], element.get("value")),
        class_="button quiet",
        formnovalidate=True,
        **_confirmation(element),
    )


def _overflow(element: Json, block_id: str) -> Html:
    rows = [
        tag(
            "button",
            _text(option["text"]),
            type="submit",
            name="do",
            value=deed("press", block_id, element["action_id"], option["value"]),
            class_="button quiet",
            formnovalidate=True,
            **_confirmation(element),
        )
        for option in element["options"]
    ]
    more = tag(
        "summary", tag("span", "⋯", aria_hidden="true"), tag("span", "More", class_="hidden")
    )
    return tag("details", more, tag("span", *rows, class_="overflow"), class_="more")


def _image(element: Json, _block_id: str) -> Html:
    return image(element)


def image(element: Json) -> Html:
    """Return a picture; only one from the web is loaded."""
    url = element["image_url"]
    if not url.startswith(("https://", "http://")):
        return tag("span", f"[{element['alt_text']}]", class_="no-picture")
    return tag(
        "img", src=url, alt=element["alt_text"], loading="lazy", referrerpolicy="no-referrer"
    )


def _confirmation(element: Json) -> dict[str, str]:
    """Return what the script asks before it presses."""
    confirm = element.get("confirm")
    if not confirm:
        return {}
    asked = {name: _text(confirm[name]) for name in ("title", "text", "confirm", "deny")}
    return {"data_confirm": json.dumps(asked | {"style": confirm.get("style", "")})}


def _text(text: Json | None) -> str:
    return Emoji.replace(text["text"]) if text else ""


_PRESSED: dict[str, Callable[[Json, str], Html]] = {
    "button": _button,
    "feedback_buttons": _feedback,
    "icon_button": _icon_button,
    "overflow": _overflow,
    "image": _image,
}
