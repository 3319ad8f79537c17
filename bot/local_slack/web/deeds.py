"""What people do on the page, done in the local Slack."""

import json
import re
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from bot.local_slack.server import LocalSlack
from bot.local_slack.web.dialogs import OpenDialogs
from bot.local_slack.web.drawing.controls import field_name
from bot.local_slack.web.filling import Fields, state_values
from bot.local_slack.web.places import ASSISTANT, HOME, Places
from bot.local_slack.workspace.deliveries import Delivery
from bot.local_slack.workspace.errors import ApiError
from bot.local_slack.workspace.values import BOT_USER_ID, Message, User

ACK_WAIT_S = 4.0
"""The local Slack gives up a press after three seconds."""
LATE = "The bot did not answer in time. Please try again."


class BadDeedError(ValueError):
    """What was posted is nothing that the page offers."""


class Deeds:
    """Does one thing a call and says where to look next; safe to use from any thread."""

    def __init__(self, slack: LocalSlack, places: Places, dialogs: OpenDialogs) -> None:
        self._slack = slack
        self._places = places
        self._dialogs = dialogs
        self._lock = threading.Lock()
        self._notes: dict[str, str] = {}

    def note(self, user: User) -> str:
        """Return what is to be told to a person, once."""
        with self._lock:
            return self._notes.pop(user.id, "")

    def visit(self, user: User, place: str) -> None:
        """Tell the app that somebody looks at one of its tabs."""
        if place == HOME:
            self._slack.open_app(user.id, "home")
        elif place == ASSISTANT:
            self._slack.open_app(user.id, "messages")

    def write(self, user: User, fields: Fields) -> str:
        """Write a message or use a slash command; return the address of where it stands.

        Raises:
            BadDeedError: The form is not complete.
            ApiError: There is no such place.
        """
        place, text = _one(fields, "place"), _one(fields, "text").strip()
        thread = next(iter(fields.get("thread", ())), "")
        channel = self._places.channel(user, place)
        is_direct = place in {ASSISTANT, HOME}
        address = self._places.address(user, place, thread="" if is_direct else thread)
        if not text:
            return address
        if text.startswith("/"):
            self._command(user, channel.id, text)
            return address
        text = self._with_mentions(text)
        if is_direct:
            self._slack.direct_message(user.id, text, thread_ts=thread or None)
            return self._places.address(user, ASSISTANT)
        ts = self._slack.say(user.id, channel.id, text, thread_ts=thread or None)
        opens = thread or (ts if f"<@{BOT_USER_ID}>" in text else "")
        return self._places.address(user, place, thread=opens)

    def act(self, user: User, fields: Fields) -> None:
        """Press, choose, submit or close what stands in a message or view.

        Raises:
            BadDeedError: The form is none of the page's.
        """
        verb, *parts = _deed(fields)
        try:
            if "view" in fields:
                self._in_view(user, _one(fields, "view"), verb, parts, fields)
            else:
                self._in_message(user, verb, parts, fields)
        except (LookupError, ApiError) as exc:
            self._tell(user, f"That cannot be done any more: {exc}")

    def _command(self, user: User, channel_id: str, text: str) -> None:
        name, _, rest = text.partition(" ")
        try:
            self._settled(user, self._slack.command(user.id, name, rest.strip(), channel_id))
        except ValueError as exc:
            self._tell(user, str(exc))

    def _in_message(self, user: User, verb: str, parts: Sequence[Any], fields: Fields) -> None:
        message = self._message(fields)
        match verb, parts:
            case "press", [_block_id, action_id, value]:
                self._settled(user, self._slack.press(user.id, message, action_id, value))
            case "choose", [block_id, action_id]:
                if (chosen := self._chosen(user, fields, block_id, action_id)) is not None:
                    self._settled(user, self._slack.press(user.id, message, action_id, chosen))
            case "shortcut", [callback_id]:
                self._settled(user, self._slack.message_shortcut(user.id, callback_id, message))
            case _:
                raise BadDeedError("unknown deed")

    def _in_view(
        self, user: User, view_id: str, verb: str, parts: Sequence[Any], fields: Fields
    ) -> None:
        dialog = self._dialogs.top(user.id)
        home = self._places.home(user)
        if dialog is not None and dialog.view["id"] == view_id:
            view = dialog.view
        elif home is not None and home["id"] == view_id:
            view, dialog = home, None
        else:
            raise LookupError("it has been closed")
        filled = view | {"state": {"values": state_values(view, fields)}}
        match verb, parts:
            case "close", []:
                self._dialogs.close(user.id, view_id)
            case "submit", [] if dialog is not None:
                values = filled["state"]["values"]
                delivery = self._slack.submit_view(user.id, view, values)
                if self._settled(user, delivery):
                    self._dialogs.settle(user.id, dialog, delivery)
            case "press", [_block_id, action_id, value]:
                self._settled(user, self._slack.press_in_view(user.id, filled, action_id, value))
            case "choose", [block_id, action_id]:
                if (chosen := self._chosen(user, fields, block_id, action_id)) is not None:
                    pressed = self._slack.press_in_view(user.id, filled, action_id, chosen)
                    self._settled(user, pressed)
            case _:
                raise BadDeedError("unknown deed")

    def _message(self, fields: Fields) -> Message:
        found = self._slack.transcript.find(_one(fields, "channel"), _one(fields, "ts"))
        if found is None:
            raise LookupError("the message is not there")
        return found

    def _chosen(self, user: User, fields: Fields, block_id: str, action_id: str) -> str | None:
        chosen = next(iter(fields.get(field_name(block_id, action_id), ())), "")
        if not chosen:
            self._tell(user, "Choose something first.")
        return chosen or None

    def _settled(self, user: User, delivery: Delivery) -> bool:
        """Wait for the app, and tell the person if it did not answer."""
        self._slack.transcript.wait_for(lambda: delivery.state != "pending", ACK_WAIT_S)
        if delivery.state != "acknowledged":
            self._tell(user, LATE)
        return delivery.state == "acknowledged"

    def _tell(self, user: User, note: str) -> None:
        with self._lock:
            self._notes[user.id] = note

    def _with_mentions(self, text: str) -> str:
        """Return `text` with the names after `@` as mentions."""
        people = {person.name: person.id for person in self._places.people}
        people |= {self._places.app_name: BOT_USER_ID, "bot": BOT_USER_ID, "assistant": BOT_USER_ID}
        return _mentions(text, people)


def _mentions(text: str, people: Mapping[str, str]) -> str:
    names = "|".join(re.escape(name) for name in sorted(people, key=len, reverse=True))
    known = {name.lower(): ident for name, ident in people.items()}
    return re.sub(
        rf"(?<![\w@<])@({names})(?!\w)",
        lambda match: f"<@{known[match[1].lower()]}>",
        text,
        flags=re.IGNORECASE,
    )


def _one(fields: Fields, name: str) -> str:
    values = fields.get(name, ())
    if len(values) != 1:
        raise BadDeedError(f"one {name} is needed")
    return values[0]


def _deed(fields: Fields) -> list[Any]:
    try:
        deed = json.loads(_one(fields, "do"))
    except ValueError as exc:
        raise BadDeedError("unknown deed") from exc
    if not isinstance(deed, list) or not deed:
        raise BadDeedError("unknown deed")
    return deed
