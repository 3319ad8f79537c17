"""The payloads of events, commands and interactions, as Slack sends them."""

import re
import secrets
from typing import Any

from bot.local_slack.blocks.rules import elements, flat_blocks
from bot.local_slack.workspace.values import (
    APP_ID,
    BOT_USER_ID,
    TEAM_ID,
    Channel,
    Json,
    Message,
    User,
)
from bot.local_slack.workspace.wire import message_json

VERIFICATION_TOKEN = "local-verification-token"  # noqa: S105 (deprecated by Slack, checked by nobody)
_TEAM = {"id": TEAM_ID, "domain": "local"}
_SPECIAL = re.compile(r"(<[@#!][^<>\s|]+(?:\|[^<>]*)?>|<https?://[^<>]+>)")


def typed_text(text: str) -> str:
    """Return what Slack makes of typed text: `&`, `<` and `>` escaped, mentions and links kept."""
    pieces = _SPECIAL.split(text)
    return "".join(
        piece
        if index % 2
        else piece.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        for index, piece in enumerate(pieces)
    )


def typed_blocks(text: str) -> tuple[Json, ...]:
    """Return the rich text that Slack puts beside the `text` of a person's message."""
    parts: list[Json] = []
    for piece in filter(None, _SPECIAL.split(text)):
        if piece.startswith("<@"):
            parts.append({"type": "user", "user_id": piece[2:-1].split("|")[0]})
        else:
            plain = piece.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
            parts.append({"type": "text", "text": plain})
    section = {"type": "rich_text_section", "elements": parts}
    return ({"type": "rich_text", "block_id": secrets.token_hex(3), "elements": [section]},)


def event_callback(event: Json, *, channel: Channel | None) -> Json:
    """Return the envelope of the Events API around one event."""
    authorization = {
        "enterprise_id": None,
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "context_team_id": TEAM_ID,
        "context_enterprise_id": None,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(float(event["event_ts"])),
        "authorizations": [authorization],
        "is_ext_shared_channel": channel is not None and channel.is_ext_shared,
        "event_context": f"4-{secrets.token_hex(16)}",
    }


def message_event(message: Message, channel: Channel, author: User) -> Json:
    """Return the `message` event about a new message."""
    event = message_json(message) | {"team": author.team_id, "channel": channel.id}
    if not message.bot_id:
        event["client_msg_id"] = secrets.token_hex(16)
    if author.team_id != TEAM_ID:
        event |= {"user_team": author.team_id, "source_team": author.team_id}
    return event | {"event_ts": message.ts, "channel_type": _channel_type(channel)}


def shared_message(message: Message) -> Json:
    """Return the attachment that a forwarded message is in the message that carries it."""
    shown: Json = {
        "fallback": f"[today] {message.user}: {message.text}",
        "ts": message.ts,
        "author_id": message.user,
        "channel_id": message.channel,
        "is_msg_unfurl": True,
        "is_share": True,
        "text": message.text,
        "message_blocks": [
            {
                "team": TEAM_ID,
                "channel": message.channel,
                "ts": message.ts,
                "message": {"blocks": list(message.blocks)},
            }
        ],
    }
    return shown


def mention_event(message: Message, channel: Channel, author: User) -> Json:
    """Return the `app_mention` event, the twin of the `message` event."""
    event = message_event(message, channel, author)
    del event["channel_type"]
    return event | {"type": "app_mention"}


def changed_event(message: Message, channel: Channel, *, event_ts: str) -> Json:
    """Return the `message` event about an edited or deleted message."""
    event: Json = {
        "type": "message",
        "channel": channel.id,
        "ts": event_ts,
        "event_ts": event_ts,
        "channel_type": _channel_type(channel),
        "hidden": True,
        "previous_message": message_json(message.history[-1]),
    }
    if message.is_deleted:
        return event | {"subtype": "message_deleted", "deleted_ts": message.ts}
    return event | {"subtype": "message_changed", "message": message_json(message)}


def command_payload(
    *, user: User, channel: Channel, command: str, text: str, response_url: str, trigger_id: str
) -> Json:
    """Return the payload of a slash command, which is typed in the person's own workspace."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": user.team_id,
        "team_domain": "local",
        "channel_id": channel.id,
        "channel_name": "privategroup" if channel.kind == "private" else channel.name,
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def interaction(kind: str, *, user: User, trigger_id: str, **fields: Any) -> Json:
    """Return the part that all interaction payloads share, with `fields` added."""
    return {
        "type": kind,
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": user.team_id,
        },
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "trigger_id": trigger_id,
        "team": _TEAM,
        "enterprise": None,
        "is_enterprise_install": False,
        **fields,
    }


def message_fields(message: Message, channel: Channel) -> Json:
    """Return where a click on a message happened.

    For an ephemeral message Slack says where it was but does not repeat it.
    """
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.visible_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    fields: Json = {
        "container": container,
        "channel": {"id": channel.id, "name": channel.name},
        "state": {"values": {}},
    }
    if message.visible_to is None:
        fields["message"] = message_json(message)
    return fields


def find_action(blocks: tuple[Json, ...], action_id: str, value: str | None, *, at: str) -> Json:
    """Return the entry of `actions` for pressing a control, as a person could.

    Raises:
        LookupError: There is no such control, or several and `value` does not tell them apart.
    """
    controls = [(block, e) for block in flat_blocks(blocks) for e in elements(block)]
    found = [
        action
        for block, element in controls
        if element.get("action_id") == action_id
        and (action := _pressed(block, element, value)) is not None
    ]
    if len(found) != 1:
        there = [f"{e.get('action_id')}={_values(e)}" for _, e in controls]
        message = f"{len(found)} controls {action_id!r} with value {value!r}; there are {there}"
        raise LookupError(message)
    return found[0] | {"action_ts": at}


def _pressed(block: Json, element: Json, value: str | None) -> Json | None:
    """Return the action of choosing `value` on a control, None if it offers no such value."""
    values = _values(element)
    if value is not None and value not in values:
        return None
    base: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
    }
    if element["type"] == "feedback_buttons":
        sides = (element["positive_button"], element["negative_button"])
        side = next(s for s in sides if value in {None, s["value"]})
        return base | {"text": side["text"], "value": side["value"]}
    if "options" in element:
        option = next(o for o in element["options"] if value in {None, o["value"]})
        return base | {"selected_option": option}
    return base | {name: element[name] for name in ("text", "value", "url") if name in element}


def _values(element: Json) -> list[str | None]:
    if element["type"] == "feedback_buttons":
        return [element[side]["value"] for side in ("positive_button", "negative_button")]
    if "options" in element:
        return [option["value"] for option in element["options"]]
    return [element.get("value")]


def _channel_type(channel: Channel) -> str:
    return {"public": "channel", "private": "group", "im": "im"}[channel.kind]
