"""Block Kit as data: which blocks and elements exist, their fields and their limits.

Only what an assistant like this one sends is listed; anything else is refused as an unsupported
type, so a new block is added here in the commit that first uses it.
"""

from bot.local_slack.blocks.checks import (
    Check,
    anything,
    boolean,
    by_type,
    integer,
    items,
    number,
    one_of,
    record,
    string,
    typed,
)

_ID = {"block_id": string(255)}
_ACTION = {"action_id": string(255)}


def plain(max_chars: int) -> Check:
    """Accept a plain_text object."""
    return by_type(typed("plain_text", {"text": string(max_chars)}, {"emoji": boolean}))


def text(max_chars: int) -> Check:
    """Accept a plain_text or an mrkdwn object."""
    return by_type(
        typed("plain_text", {"text": string(max_chars)}, {"emoji": boolean})
        | typed("mrkdwn", {"text": string(max_chars)}, {"verbatim": boolean})
    )


_CONFIRM = record(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
_CONFIRMED = _ACTION | {"confirm": _CONFIRM}
_OPTION = record(
    {"text": text(75), "value": string(150)}, {"description": text(75), "url": string(3000)}
)
_FEEDBACK = record({"text": plain(75), "value": string(2000)}, {"accessibility_label": string(75)})
_PLACEHOLDER = _CONFIRMED | {"placeholder": plain(150), "focus_on_load": boolean}

_BUTTON = typed(
    "button",
    {"text": plain(75)},
    _CONFIRMED
    | {
        "value": string(2000, min_chars=0),
        "url": string(3000),
        "style": one_of("primary", "danger"),
        "accessibility_label": string(75),
    },
)
_MENUS = (
    typed(
        "static_select",
        {"options": items(_OPTION, at_most=100)},
        _PLACEHOLDER | {"initial_option": _OPTION},
    )
    | typed("overflow", {"options": items(_OPTION, at_most=5)}, _CONFIRMED)
    | typed(
        "radio_buttons",
        {"options": items(_OPTION, at_most=10)},
        _CONFIRMED | {"initial_option": _OPTION, "focus_on_load": boolean},
    )
    | typed(
        "checkboxes",
        {"options": items(_OPTION, at_most=10)},
        _CONFIRMED | {"initial_options": items(_OPTION, at_most=10), "focus_on_load": boolean},
    )
    | typed("users_select", {}, _PLACEHOLDER | {"initial_user": string(255)})
    | typed("conversations_select", {}, _PLACEHOLDER | {"initial_conversation": string(255)})
)
_IMAGE_FIELDS = {"image_url": string(3000), "alt_text": string(2000)}
_IMAGE = typed("image", _IMAGE_FIELDS)
_TEXT_INPUTS = (
    typed(
        "plain_text_input",
        {},
        _ACTION
        | {
            "placeholder": plain(150),
            "initial_value": string(3000),
            "multiline": boolean,
            "min_length": integer,
            "max_length": integer,
            "focus_on_load": boolean,
            "dispatch_action_config": anything,
        },
    )
    | typed(
        "url_text_input",
        {},
        _ACTION
        | {"placeholder": plain(150), "initial_value": string(3000), "focus_on_load": boolean},
    )
    | typed(
        "file_input",
        {},
        _ACTION | {"filetypes": items(string(255), at_most=100), "max_files": integer},
    )
)
_CONTEXT_ACTIONS = typed(
    "feedback_buttons",
    {"positive_button": _FEEDBACK, "negative_button": _FEEDBACK},
    _ACTION,
) | typed(
    "icon_button",
    {"icon": string(255), "text": plain(75)},
    _CONFIRMED
    | {
        "value": string(2000),
        "accessibility_label": string(75),
        "visible_to_user_ids": items(string(255), at_most=10),
    },
)

_STYLE = record({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), boolean))
_STYLED = {"style": _STYLE}
_INLINE = by_type(
    typed("text", {"text": string(13_200)}, _STYLED)
    | typed("link", {"url": string(3000)}, _STYLED | {"text": string(), "unsafe": boolean})
    | typed("emoji", {"name": string(255)}, _STYLED | {"unicode": string(255)})
    | typed("user", {"user_id": string(255)}, _STYLED)
    | typed("channel", {"channel_id": string(255)}, _STYLED)
)
_INLINES = {"elements": items(_INLINE, at_most=1000, at_least=0)}
_SECTION = typed("rich_text_section", _INLINES)
_RICH_ELEMENTS = (
    _SECTION
    | typed("rich_text_quote", _INLINES, {"border": integer})
    | typed("rich_text_preformatted", _INLINES, {"border": integer, "language": string(255)})
    | typed(
        "rich_text_list",
        {
            "style": one_of("bullet", "ordered"),
            "elements": items(by_type(_SECTION), at_most=1000),
        },
        {"indent": integer, "offset": integer, "border": integer},
    )
)
_RICH_TEXT = typed("rich_text", {"elements": items(by_type(_RICH_ELEMENTS), at_most=100)}, _ID)
_CELL = by_type(
    typed("raw_text", {"text": string()})
    | typed("raw_number", {"value": number}, {"text": string()})
    | _RICH_TEXT
)
_URL_SOURCE = by_type(typed("url", {"url": string(3000), "text": string()}))
_TASK_CARD = typed(
    "task_card",
    {"task_id": string(255), "title": string(255)},
    _ID
    | {
        "status": one_of("pending", "in_progress", "complete", "error"),
        "details": by_type(_RICH_TEXT),
        "output": by_type(_RICH_TEXT),
        "sources": items(_URL_SOURCE, at_most=50),
    },
)

_CONTEXT_TEXT = {kind: text(3000) for kind in ("plain_text", "mrkdwn")}

SHARED_BLOCKS: dict[str, Check] = (
    typed("divider", {}, _ID)
    | typed("header", {"text": plain(150)}, _ID)
    | typed(
        "section",
        {},
        _ID
        | {
            "text": text(3000),
            "fields": items(text(2000), at_most=10),
            "accessory": by_type(_BUTTON | _MENUS | _IMAGE),
            "expand": boolean,
        },
    )
    | typed(
        "context",
        {"elements": items(by_type(_IMAGE | _CONTEXT_TEXT), at_most=10)},
        _ID,
    )
    | typed("actions", {"elements": items(by_type(_BUTTON | _MENUS), at_most=25)}, _ID)
    | typed("image", _IMAGE_FIELDS, _ID | {"title": plain(2000)})
    | typed(
        "input",
        {"label": plain(2000), "element": by_type(_TEXT_INPUTS | _MENUS)},
        _ID | {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    )
    | _RICH_TEXT
)
"""Blocks that messages, modals and the Home tab may hold."""

MESSAGE_BLOCKS: dict[str, Check] = (
    SHARED_BLOCKS
    | typed("markdown", {"text": string(12_000)}, _ID)
    | typed("context_actions", {"elements": items(by_type(_CONTEXT_ACTIONS), at_most=5)}, _ID)
    | typed(
        "table",
        {"rows": items(items(_CELL, at_most=20), at_most=100)},
        _ID | {"column_settings": items(anything, at_most=20)},
    )
    | _TASK_CARD
    | typed("plan", {"title": string(255)}, _ID | {"tasks": items(by_type(_TASK_CARD), at_most=50)})
    | typed(
        "container",
        {"title": plain(150), "child_blocks": items(by_type(SHARED_BLOCKS), at_most=10)},
        _ID
        | {
            "subtitle": plain(150),
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
            "width": one_of("narrow", "standard", "wide", "full"),
        },
    )
)
"""Blocks that a message may hold."""

_VIEW_FIELDS = {
    "blocks": items(by_type(SHARED_BLOCKS), at_most=100, at_least=0),
}
_VIEW_OPTIONS = {
    "callback_id": string(255),
    "private_metadata": string(3000, min_chars=0),
    "external_id": string(255),
}
VIEW = by_type(
    typed("home", _VIEW_FIELDS, _VIEW_OPTIONS)
    | typed(
        "modal",
        _VIEW_FIELDS | {"title": plain(24)},
        _VIEW_OPTIONS
        | {
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
    )
)
"""A modal or a Home tab."""
