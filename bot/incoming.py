"""Pure: Slack's payloads in, frozen values out. No Slack dict goes further than here.

Payloads are other people's data: whatever is missing or of the wrong type makes a value
empty or the payload ignored, never an exception.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.access.authorization import Actor
from bot.forwarded import asked_in
from bot.reading import plain_text

__all__ = [
    "HomeVisit",
    "IncomingQuestion",
    "SlashCommand",
    "mentioned_person",
    "parse_command",
    "parse_home_visit",
    "parse_overheard",
    "parse_question",
    "question_from_command",
]

logger = logging.getLogger(__name__)

Payload = Mapping[str, Any]

TO_SOMEBODY = re.compile(r"<(?:@|!subteam|!here|!channel|!everyone)")
CHANNELS = {"channel", "group"}
PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|\b([UW][A-Z0-9]{6,})\b")
USER_MESSAGE_SUBTYPES = ("file_share", "thread_broadcast")


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingQuestion:
    """A question as it arrived, with where and to whom the answer goes."""

    event_id: str
    message_key: str
    """The same for the two events that Slack makes of one mention."""
    conversation: str
    text: str
    """Plain words; empty when somebody only called."""
    user_id: str
    team_id: str
    channel_id: str
    thread_ts: str = ""
    """The thread to reply in; empty for a slash command."""
    is_direct: bool = False
    is_external: bool = False
    response_url: str = ""
    """Where a private answer goes; empty for an answer in the thread."""
    is_overheard: bool = False
    """Whether it does not mention the assistant, and so may not be meant for it."""

    @property
    def is_private(self) -> bool:
        """Whether only the person who asked sees the answer."""
        return bool(self.response_url)

    @property
    def ts(self) -> str:
        """Slack's timestamp of the message; empty where there is none."""
        return self.message_key.rpartition(":")[2]

    @property
    def is_first(self) -> bool:
        """Whether no thread was there before it."""
        return bool(self.ts) and self.thread_ts == self.ts

    @property
    def actor(self) -> Actor:
        """The person who asked."""
        return Actor(
            user_id=self.user_id, team_id=self.team_id, in_external_channel=self.is_external
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SlashCommand:
    """A slash command."""

    command: str
    text: str
    user_id: str
    team_id: str
    channel_id: str
    response_url: str
    trigger_id: str

    @property
    def actor(self) -> Actor:
        """The person who typed it; the reply is private wherever it was typed."""
        return Actor(user_id=self.user_id, team_id=self.team_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeVisit:
    """Somebody opened the app's Home or Messages tab."""

    user_id: str
    team_id: str
    channel_id: str
    tab: str

    @property
    def actor(self) -> Actor:
        """The person who opened it."""
        return Actor(user_id=self.user_id, team_id=self.team_id)


def parse_question(body: Payload, *, bot_user_id: str) -> IncomingQuestion | None:
    """Return the question in an `app_mention` or `message` event, or None if there is none.

    None for bots, edits, deletions, joins, messages between other people, and payloads that
    are not what Slack documents.
    """
    event = _mapping(body.get("event"))
    why = _why_ignored(event, bot_user_id=bot_user_id)
    if why is None and not _is_addressed(event, bot_user_id=bot_user_id):
        why = "not addressed"
    return _question(body, why, bot_user_id=bot_user_id)


def parse_overheard(body: Payload, *, bot_user_id: str) -> IncomingQuestion | None:
    """Return what a person wrote in a channel to nobody by name, or None if it is not that.

    A mention is never overheard, nor is what mentions another person or everybody.
    """
    event = _mapping(body.get("event"))
    why = _why_ignored(event, bot_user_id=bot_user_id)
    if why is None and TO_SOMEBODY.search(_string(event, "text")):
        why = "addressed to somebody"
    if why is None and (
        _string(event, "type") != "message" or _string(event, "channel_type") not in CHANNELS
    ):
        why = "not in a channel"
    question = _question(body, why, bot_user_id=bot_user_id)
    return replace(question, is_overheard=True) if question is not None else None


def _question(body: Payload, why: str | None, *, bot_user_id: str) -> IncomingQuestion | None:
    event = _mapping(body.get("event"))
    event_id = _string(body, "event_id")
    channel_id, ts, user_id = (_string(event, key) for key in ("channel", "ts", "user"))
    if why is None and not (event_id and channel_id and ts and user_id):
        why = "incomplete"
    if why is not None:
        logger.info("event %s ignored: %s", event_id or "without id", why)
        return None
    team = _string(body, "team_id")
    thread_ts = _string(event, "thread_ts") or ts
    return IncomingQuestion(
        event_id=event_id,
        message_key=f"{team}:{channel_id}:{ts}",
        conversation=f"{team}:{channel_id}:{thread_ts}",
        text=asked_in(event, bot_user_id=bot_user_id),
        user_id=user_id,
        team_id=_first(event, "user_team", "source_team", "team") or team,
        channel_id=channel_id,
        thread_ts=thread_ts,
        is_direct=_string(event, "channel_type") == "im",
        # Whatever is not a plain "no" counts as shared with another company.
        is_external=body.get("is_ext_shared_channel", False) is not False,
    )


def parse_command(payload: Payload) -> SlashCommand:
    """Return a slash command; what is missing is empty."""
    return SlashCommand(
        command=_string(payload, "command"),
        text=plain_text(_string(payload, "text")),
        user_id=_string(payload, "user_id"),
        team_id=_string(payload, "team_id"),
        channel_id=_string(payload, "channel_id"),
        response_url=_string(payload, "response_url"),
        trigger_id=_string(payload, "trigger_id"),
    )


def mentioned_person(payload: Payload) -> str:
    """Return the user id that stands in a slash command, as a mention or bare; empty if none."""
    found = PERSON.search(_string(payload, "text"))
    return (found[1] or found[2]) if found else ""


def question_from_command(command: SlashCommand) -> IncomingQuestion:
    """Return the question in `/ask ...`, to be answered privately."""
    key = f"command:{command.trigger_id}"
    return IncomingQuestion(
        event_id=key,
        message_key=key,
        conversation=f"{command.team_id}:{command.channel_id}:private:{command.user_id}",
        text=command.text,
        user_id=command.user_id,
        team_id=command.team_id,
        channel_id=command.channel_id,
        response_url=command.response_url,
    )


def parse_home_visit(body: Payload) -> HomeVisit:
    """Return who opened which tab; what is missing is empty."""
    event = _mapping(body.get("event"))
    return HomeVisit(
        user_id=_string(event, "user"),
        team_id=_string(body, "team_id"),
        channel_id=_string(event, "channel"),
        tab=_string(event, "tab"),
    )


def _why_ignored(event: Payload, *, bot_user_id: str) -> str | None:
    kind = _string(event, "type")
    if kind not in {"app_mention", "message"}:
        return "not a message"
    if any(event.get(key) for key in ("bot_id", "bot_profile", "app_id")):
        return "from a bot"
    if _string(event, "user") in {"USLACKBOT", bot_user_id}:
        return "from a bot"
    if event.get("subtype") and event["subtype"] not in USER_MESSAGE_SUBTYPES:
        return "not a new message"
    if event.get("edited") or event.get("hidden"):
        return "not a new message"
    return None


def _is_addressed(event: Payload, *, bot_user_id: str) -> bool:
    if _string(event, "type") == "app_mention" or event.get("channel_type") == "im":
        return True
    return f"<@{bot_user_id}" in _string(event, "text")


def _mapping(value: Any) -> Payload:
    return value if isinstance(value, Mapping) else {}


def _string(payload: Payload, key: str) -> str:
    value = payload.get(key)
    return value if isinstance(value, str) else ""


def _first(payload: Payload, *keys: str) -> str:
    return next((value for key in keys if (value := _string(payload, key))), "")
