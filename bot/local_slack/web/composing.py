"""Where messages are written: the field, its completions, and the suggested questions."""

import json
from collections.abc import Iterator

from bot.local_slack.web.drawing.markup import Html, tag
from bot.local_slack.web.places import Places
from bot.local_slack.web.visits import Visit
from bot.local_slack.workspace.values import BOT_USER_ID, Json

_MAX_CHARS = 3_000
_ARROW = Html(
    '<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
    '<path d="M3.4 20.4 21 12 3.4 3.6l-.01 6.5L15 12 3.39 13.9z"/></svg>'
)


def composer(
    visit: Visit,
    places: Places,
    *,
    thread: str,
    label: str,
    hint: str,
    ident: str = "text",
    has_mention: bool = False,
) -> Html:
    """Return the field for a message; what begins with / or @ is completed from what it holds."""
    mention = f"@{places.app_name} "
    field = tag(
        "textarea",
        name="text",
        id=ident,
        rows=1,
        placeholder=hint,
        required=True,
        autocomplete="off",
        aria_autocomplete="list",
        aria_controls=f"{ident}-offered",
        data_offered=json.dumps(list(_offered(places, mention if has_mention else ""))),
        maxlength=_MAX_CHARS,
    )
    at = tag(
        "button",
        "@",
        type="button",
        class_="at",
        aria_label="Mention the assistant",
        data_inserts=mention,
        data_into=ident,
    )
    send = tag("button", _ARROW, type="submit", class_="send", aria_label="Send")
    keys = (tag("kbd", "/"), " for commands, ", tag("kbd", "Enter"), " to send")
    offered = tag(
        "ul",
        id=f"{ident}-offered",
        role="listbox",
        aria_label="Suggestions",
        class_="offered",
        hidden=True,
    )
    return tag(
        "form",
        tag("input", type="hidden", name="place", value=visit.place),
        tag("input", type="hidden", name="thread", value=thread),
        tag("label", label, for_=ident, class_="hidden"),
        offered,
        tag("div", field, at if has_mention else None, send, class_="box"),
        tag("p", *keys, class_="keys"),
        method="post",
        action=f"/{visit.user.name}/write",
        class_="composer",
        id=f"{ident}-composer",
    )


def prompts(visit: Visit, places: Places, *, mention: bool) -> Html:
    """Return the suggested questions as buttons that ask them."""
    before = f"<@{BOT_USER_ID}> " if mention else ""
    buttons = [
        tag(
            "button",
            tag("strong", prompt["title"]),
            tag("span", prompt["message"]),
            type="submit",
            name="text",
            value=before + prompt["message"],
        )
        for prompt in places.prompts(visit.user)
    ]
    return tag(
        "form",
        tag("input", type="hidden", name="place", value=visit.place),
        *buttons,
        method="post",
        action=f"/{visit.user.name}/write",
        class_="prompts",
        aria_label="Suggested questions",
    )


def _offered(places: Places, mention: str) -> Iterator[Json]:
    """Yield what completes a beginning: commands, their words, and the app's name."""
    for command in places.commands():
        name, hint = command["command"], command.get("usage_hint", "")
        yield {"insert": f"{name} ", "label": f"{name} {hint}", "about": command["description"]}
        words = hint.split(" | ")
        for word in words if len(words) > 1 else ():
            yield {"insert": f"{name} {word}", "label": f"{name} {word}", "about": ""}
    if mention:
        yield {"insert": mention, "label": mention.strip(), "about": "ask the assistant"}
