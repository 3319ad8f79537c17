"""Messages, threads and modals as the page draws them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zlib import adler32

from rich.emoji import Emoji

from bot.local_slack.web.drawing.blocks import draw_blocks
from bot.local_slack.web.drawing.controls import Form, deed
from bot.local_slack.web.drawing.markup import NOTHING, Html, joined, tag
from bot.local_slack.web.drawing.spans import Reader, mrkdwn
from bot.local_slack.workspace.values import BOT_USER_ID, SLACKBOT, Json, Message

_LOGO = Html(
    '<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
    '<path d="M4 5.5c2.8-.9 5.6-.6 8 1v12c-2.4-1.6-5.2-1.9-8-1z"/>'
    '<path d="M20 5.5c-2.8-.9-5.6-.6-8 1v12c2.4-1.6 5.2-1.9 8-1z" opacity=".62"/></svg>'
)
_COLOURS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What stands around the content of a message."""

    reactions: Sequence[str] = ()
    thread_link: str = ""
    """Where its thread is shown; empty where it is shown already."""
    replies: Sequence[Message] = ()
    shortcuts: Sequence[Json] = ()


def draw_message(
    message: Message,
    reader: Reader,
    *,
    action: str,
    menus: Mapping[str, Mapping[str, str]],
    extras: Extras,
) -> Html:
    """Return a message; what is pressed in it is posted to `action`."""
    ident = f"m-{message.ts}"
    form = Form(prefix=ident, people=menus["people"], channels=menus["channels"])
    name = reader.names.get(message.user, message.user)
    at = datetime.fromtimestamp(message.at).astimezone()
    head = tag(
        "div",
        tag("strong", name, class_="name"),
        tag("span", "app", class_="badge") if message.bot_id else None,
        tag("time", at.strftime("%H:%M"), datetime=at.isoformat(timespec="seconds")),
        tag("span", "(edited)", class_="edited") if _is_edited(message) else None,
        class_="head",
    )
    private = tag("p", "Only visible to you", class_="private") if message.visible_to else None
    body = tag(
        "form",
        _hidden("channel", message.channel),
        _hidden("ts", message.ts),
        _content(message, reader, form),
        tag("p", "Writing…", class_="growing") if message.is_streaming else None,
        _shortcuts(extras.shortcuts) if extras.shortcuts else None,
        method="post",
        action=action,
    )
    parts = [private, head, body, _reactions(extras.reactions), _replies(extras, reader)]
    return tag(
        "article",
        avatar(message.user, name),
        tag("div", *parts, class_="body"),
        id=ident,
        class_="message only-you" if message.visible_to else "message",
        aria_label=f"{name}, {at.strftime('%H:%M')}",
    )


def draw_dialog(
    view: Json,
    reader: Reader,
    *,
    action: str,
    menus: Mapping[str, Mapping[str, str]],
    errors: Mapping[str, str],
) -> Html:
    """Return an open modal, with what the app said against its fields, by block id."""
    ident = f"dialog-{view['id']}"
    form = Form(prefix=ident, people=menus["people"], channels=menus["channels"])
    submit, close = view.get("submit"), view.get("close")
    close_label = close["text"] if close else "Cancel" if submit else "Close"
    send = (
        tag(
            "button",
            submit["text"],
            type="submit",
            name="do",
            value=deed("submit"),
            class_="button primary",
        )
        if submit
        else None
    )
    # What Enter does in a field: the first button of a form in its order.
    default = (
        tag(
            "button",
            "Submit",
            type="submit",
            name="do",
            value=deed("submit"),
            class_="default",
            tabindex=-1,
            aria_hidden="true",
        )
        if submit
        else None
    )
    leave = tag(
        "button",
        close_label,
        type="submit",
        name="do",
        value=deed("close"),
        class_="button",
        formnovalidate=True,
        data_close=True,
    )
    cross = tag(
        "button",
        tag("span", "✕", aria_hidden="true"),
        type="submit",
        name="do",
        value=deed("close"),
        class_="cross",
        formnovalidate=True,
        aria_label="Close the dialog",
    )
    return tag(
        "dialog",
        tag(
            "form",
            _hidden("view", view["id"]),
            default,
            tag("header", tag("h2", view["title"]["text"], id=f"{ident}-title"), cross),
            tag(
                "div",
                draw_blocks(view["blocks"], reader, form, errors=errors),
                class_="blocks",
                tabindex=0,
                role="group",
                aria_labelledby=f"{ident}-title",
            ),
            tag("footer", leave, send),
            method="post",
            action=action,
        ),
        id=ident,
        open=True,
        aria_labelledby=f"{ident}-title",
        data_version=view["hash"],
    )


def draw_home(
    view: Json, reader: Reader, *, action: str, menus: Mapping[str, Mapping[str, str]]
) -> Html:
    """Return a Home tab."""
    form = Form(prefix="home", people=menus["people"], channels=menus["channels"])
    return tag(
        "form",
        _hidden("view", view["id"]),
        draw_blocks(view["blocks"], reader, form),
        method="post",
        action=action,
        class_="blocks",
    )


def avatar(user_id: str, name: str, *, size: str = "") -> Html:
    """Return the picture of a person, or of the app."""
    if user_id == BOT_USER_ID:
        return tag("span", _LOGO, class_=f"avatar app {size}".rstrip(), aria_hidden="true")
    initials = "".join(word[0] for word in name.split()[:2]).upper() or "?"
    colour = "grey" if user_id == SLACKBOT else f"c{adler32(user_id.encode()) % _COLOURS}"
    classes = f"avatar {colour} {size}".rstrip()
    return tag("span", initials, class_=classes, aria_hidden="true")


def _content(message: Message, reader: Reader, form: Form) -> Html:
    if message.blocks and message.bot_id:
        return tag("div", draw_blocks(message.blocks, reader, form), class_="blocks")
    return tag("div", mrkdwn(message.text, reader), class_="text")


def _is_edited(message: Message) -> bool:
    return bool(message.history) and message.via != "stream"


def _shortcuts(shortcuts: Sequence[Json]) -> Html:
    buttons = [
        tag(
            "button",
            shortcut["name"],
            type="submit",
            name="do",
            value=deed("shortcut", shortcut["callback_id"]),
            class_="button quiet",
        )
        for shortcut in shortcuts
    ]
    more = tag(
        "summary",
        tag("span", "⋯", aria_hidden="true"),
        tag("span", "More actions", class_="hidden"),
    )
    return tag("details", more, tag("span", *buttons, class_="overflow"), class_="more corner")


def _reactions(names: Sequence[str]) -> Html:
    if not names:
        return NOTHING
    signs = [tag("span", Emoji.replace(f":{name}:"), title=name) for name in names]
    return tag("div", *signs, class_="reactions")


def _replies(extras: Extras, reader: Reader) -> Html:
    if not extras.thread_link:
        return NOTHING
    number = len(extras.replies)
    if not number:
        return tag("a", "Reply in a thread", href=extras.thread_link, class_="reply-link")
    authors = dict.fromkeys(reply.user for reply in extras.replies)
    pictures = [avatar(user, reader.names.get(user, user), size="tiny") for user in authors]
    label = f"{number} {'reply' if number == 1 else 'replies'}"
    return tag("a", *pictures, tag("span", label), href=extras.thread_link, class_="replies")


def _hidden(name: str, value: str) -> Html:
    return joined(tag("input", type="hidden", name=name, value=value))
