"""Pure: what people press and submit, out of Slack's payloads, as frozen values.

Payloads are other people's data: whatever is missing or of the wrong type makes a value empty.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.access.authorization import Actor
from bot.forwarded import words_in
from bot.incoming import IncomingQuestion

__all__ = [
    "ButtonPress",
    "Submission",
    "ask_by_button",
    "parse_button",
    "parse_message_shortcut",
    "parse_submission",
]

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonPress:
    """A button that somebody pressed, in a message or in a view."""

    action_id: str
    value: str
    label: str
    user_id: str
    team_id: str
    channel_id: str
    """Empty in a view."""
    response_url: str
    trigger_id: str
    message_ts: str = ""
    thread_ts: str = ""
    """The thread in which the message stands, or which hangs below it."""
    is_ephemeral: bool = False
    view_id: str = ""
    """Empty in a message."""

    @property
    def actor(self) -> Actor:
        """The person who pressed it."""
        return Actor(user_id=self.user_id, team_id=self.team_id)

    @property
    def place(self) -> str:
        """The message as `channel:ts`; empty where the app cannot change it so."""
        is_changeable = self.channel_id and self.message_ts and not self.is_ephemeral
        return f"{self.channel_id}:{self.message_ts}" if is_changeable else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A modal that somebody filled in and submitted."""

    callback_id: str
    private_metadata: str
    user_id: str
    team_id: str
    values: Mapping[str, str] = field(default_factory=dict)
    """What was typed or chosen, by the id of the block."""

    @property
    def actor(self) -> Actor:
        """The person who submitted it."""
        return Actor(user_id=self.user_id, team_id=self.team_id)


def parse_button(body: Payload) -> ButtonPress:
    """Return the first action of a `block_actions` payload; what is missing is empty."""
    actions = body.get("actions")
    action = _mapping(actions[0]) if isinstance(actions, list) and actions else {}
    user, container = _mapping(body.get("user")), _mapping(body.get("container"))
    message = _mapping(body.get("message"))
    message_ts = _string(container, "message_ts") or _string(message, "ts")
    chosen = _mapping(action.get("selected_option"))
    return ButtonPress(
        action_id=_string(action, "action_id"),
        value=_string(action, "value") or _string(chosen, "value"),
        label=_string(_mapping(action.get("text")), "text"),
        user_id=_string(user, "id"),
        team_id=_string(user, "team_id"),
        channel_id=_string(_mapping(body.get("channel")), "id") or _string(container, "channel_id"),
        response_url=_string(body, "response_url"),
        trigger_id=_string(body, "trigger_id"),
        message_ts=message_ts,
        thread_ts=_string(message, "thread_ts") or _string(container, "thread_ts") or message_ts,
        is_ephemeral=container.get("is_ephemeral") is True,
        view_id=_string(_mapping(body.get("view")), "id"),
    )


def parse_submission(body: Payload) -> Submission:
    """Return a `view_submission` payload; what is missing is empty."""
    user, view = _mapping(body.get("user")), _mapping(body.get("view"))
    state = _mapping(_mapping(view.get("state")).get("values"))
    return Submission(
        callback_id=_string(view, "callback_id"),
        private_metadata=_string(view, "private_metadata"),
        user_id=_string(user, "id"),
        team_id=_string(user, "team_id"),
        values={
            block_id: _value(element)
            for block_id, elements in state.items()
            for element in list(_mapping(elements).values())[:1]
        },
    )


def parse_message_shortcut(body: Payload) -> IncomingQuestion:
    """Return what a message says as a question, to be answered to whoever used the shortcut on it.

    Its text is empty when the message holds no words.
    """
    user, channel = _mapping(body.get("user")), _mapping(body.get("channel"))
    user_id, channel_id = _string(user, "id"), _string(channel, "id")
    team_id = _string(user, "team_id")
    key = f"shortcut:{_string(body, 'trigger_id')}"
    return IncomingQuestion(
        event_id=key,
        message_key=key,
        conversation=f"{team_id}:{channel_id}:private:{user_id}",
        text=words_in(_mapping(body.get("message"))),
        user_id=user_id,
        team_id=team_id,
        channel_id=channel_id,
        response_url=_string(body, "response_url"),
    )


def ask_by_button(press: ButtonPress, question: str) -> IncomingQuestion:
    """Return the question that a button asks, to be answered where the button stands."""
    # A second press of the same button in the same message is the same question.
    # Hashed, since keys outlive what they are made of.
    parts = (press.channel_id, press.message_ts, press.user_id, question)
    key = f"choice:{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()}"
    private = press.is_ephemeral
    thread = f"private:{press.user_id}" if private else press.thread_ts
    return IncomingQuestion(
        event_id=key,
        message_key=key,
        conversation=f"{press.team_id}:{press.channel_id}:{thread}",
        text=question,
        user_id=press.user_id,
        team_id=press.team_id,
        channel_id=press.channel_id,
        thread_ts="" if private else press.thread_ts,
        is_direct=press.channel_id.startswith("D"),
        response_url=press.response_url if private else "",
    )


def _value(element: Any) -> str:
    found = _mapping(element)
    chosen = _mapping(found.get("selected_option"))
    return _string(found, "value") or _string(chosen, "value")


def _mapping(value: Any) -> Payload:
    return value if isinstance(value, Mapping) else {}


def _string(payload: Payload, key: str) -> str:
    value = payload.get(key)
    return value if isinstance(value, str) else ""
