"""What a person finds where: channels, conversations, threads, and what is new in them."""

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.local_slack.web.drawing.spans import Reader
from bot.local_slack.workspace.errors import ApiError
from bot.local_slack.workspace.values import (
    BOT_USER_ID,
    SLACKBOT,
    Channel,
    Json,
    Message,
    User,
)
from bot.local_slack.workspace.workspace import Workspace

ASSISTANT = "assistant"
HOME = "home"
_PERMALINK = re.compile(
    r"https://local\.slack\.com/archives/(?P<channel>\w+)/p(?P<seconds>\d+)(?P<micros>\d{6})"
    r"(?:\?thread_ts=(?P<thread>[\d.]+).*)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A message that everyone in the channel sees, or only one person, with its replies."""

    root: Message
    replies: tuple[Message, ...] = ()


class Places:
    """One workspace as its people see it; safe to use from any thread."""

    def __init__(self, workspace: Workspace, *, manifest: Mapping[str, Any]) -> None:
        """`manifest` is the app's: its name, its suggested prompts and its shortcuts are shown."""
        self._workspace = workspace
        self._features: Mapping[str, Any] = manifest.get("features", {})
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, str], float] = {}
        self.app_name: str = manifest.get("display_information", {}).get("name", "Assistant")

    @property
    def people(self) -> tuple[User, ...]:
        """Everybody whom one can be."""
        return tuple(user for user in self._workspace.users if not user.is_bot)

    def channels(self, user: User) -> tuple[Channel, ...]:
        """Return the channels that a person is in, without direct messages."""
        return tuple(
            channel
            for channel in self._workspace.channels
            if channel.kind != "im" and user.id in channel.members
        )

    def channel(self, user: User, place: str) -> Channel:
        """Return the channel behind the name of a place.

        Raises:
            ApiError: There is none, or the person is not in it.
        """
        if place in {ASSISTANT, HOME}:
            return self._workspace.direct_channel(user.id)
        for channel in self.channels(user):
            if channel.name == place:
                return channel
        raise ApiError("channel_not_found")

    def reader(self, user: User) -> Reader:
        """Return how names and links are to be shown to a person."""
        names = {person.id: person.real_name or person.name for person in self._workspace.users}
        names |= {BOT_USER_ID: self.app_name, SLACKBOT: "Slackbot"}
        names |= {channel.id: channel.name for channel in self._workspace.channels}
        return Reader(user=user.id, names=names, local_link=lambda url: self._here(url, user))

    def address(self, user: User, place: str, *, thread: str = "", message: str = "") -> str:
        """Return the page's address of a place, of a thread there, or of a message."""
        query = f"?thread={quote(thread)}" if thread else ""
        anchor = f"#m-{quote(message)}" if message else ""
        return f"/{quote(user.name)}/{quote(place)}{query}{anchor}"

    def threads(self, user: User, channel: Channel) -> tuple[Thread, ...]:
        """Return what stands in a channel, oldest first, each message with its replies."""
        replies: dict[str, list[Message]] = {}
        roots: list[Message] = []
        for message in self._messages(user, channel):
            if message.thread_ts and message.thread_ts != message.ts:
                replies.setdefault(message.thread_ts, []).append(message)
            else:
                roots.append(message)
        return tuple(Thread(root=root, replies=tuple(replies.get(root.ts, ()))) for root in roots)

    def reactions(self, message: Message) -> tuple[str, ...]:
        """Return the names of the emoji under a message."""
        return tuple(
            entry.data["name"]
            for entry in self._workspace.transcript.entries
            if entry.kind == "reaction"
            and (entry.data["channel"], entry.data["ts"]) == (message.channel, message.ts)
        )

    def status(self, channel: Channel, thread_ts: str) -> str:
        """Return what the app says that it is doing in a thread; empty when it is done."""
        for entry in reversed(self._workspace.transcript.entries):
            message = entry.message
            if message is not None and message.is_from_app and message.thread_ts == thread_ts:
                return ""
            here = (channel.id, thread_ts)
            if entry.kind == "status" and (entry.data["channel"], entry.data["thread_ts"]) == here:
                return str(entry.data["status"])
        return ""

    def prompts(self, user: User) -> Sequence[Json]:
        """Return the suggested questions: what the app set last, or those of its manifest."""
        direct = self._workspace.direct_channel(user.id).id
        for entry in reversed(self._workspace.transcript.entries):
            if entry.kind == "prompts" and entry.data["channel"] == direct:
                return tuple(entry.data["prompts"])
        return tuple(self._features.get("agent_view", {}).get("suggested_prompts", ()))

    def commands(self) -> Sequence[Json]:
        """Return the slash commands of the manifest."""
        return tuple(self._features.get("slash_commands", ()))

    def shortcuts(self) -> Sequence[Json]:
        """Return the app's entries in the menu of a message."""
        found = self._features.get("shortcuts", ())
        return tuple(shortcut for shortcut in found if shortcut["type"] == "message")

    def home(self, user: User) -> Json | None:
        """Return the Home tab of a person, once the app has published it."""
        return self._workspace.views.get(f"V{user.id}")

    def see(self, user: User, channel: Channel) -> None:
        """Note that a person looks at a channel now."""
        newest = max((float(m.ts) for m in self._messages(user, channel)), default=0.0)
        with self._lock:
            self._seen[user.id, channel.id] = newest

    def news(self, user: User, channel: Channel) -> int:
        """Return how many messages of others a person has not seen in a channel."""
        with self._lock:
            seen = self._seen.get((user.id, channel.id), 0.0)
        others = (m for m in self._messages(user, channel) if m.user != user.id)
        return sum(float(message.ts) > seen for message in others)

    def _messages(self, user: User, channel: Channel) -> list[Message]:
        transcript = self._workspace.transcript
        private = (m for m in transcript.ephemerals(user.id) if m.channel == channel.id)
        everything = [*transcript.messages(channel=channel.id), *private]
        return sorted(everything, key=lambda message: float(message.ts))

    def _here(self, url: str, user: User) -> str | None:
        match = _PERMALINK.fullmatch(url)
        if match is None:
            return None
        ts = f"{match['seconds']}.{match['micros']}"
        if match["channel"] == self._workspace.direct_channel(user.id).id:
            return self.address(user, ASSISTANT, message=ts)
        for channel in self.channels(user):
            if channel.id == match["channel"]:
                return self.address(user, channel.name, thread=match["thread"] or ts)
        # A thread that this person cannot see.
        return self.address(user, ASSISTANT)
