"""The workspace that the app is installed in: who and what there is, and the tickets it issues."""

import secrets
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.local_slack.workspace.errors import ApiError
from bot.local_slack.workspace.transcript import Transcript
from bot.local_slack.workspace.values import (
    BOT_USER_ID,
    Channel,
    Json,
    Message,
    User,
)

TRIGGER_LIFETIME_S = 3.0
RESPONSE_URL_LIFETIME_S = 30 * 60.0
RESPONSE_URL_USES = 5
STREAM_LIFETIME_S = 5 * 60.0
"""Observed, not documented: Slack ends a stream after about five minutes."""

DEFAULT_USERS = (
    User(id="U0ADMIN01", name="admin", real_name="Ada Admin", is_admin=True),
    User(id="U0MEMBER1", name="member", real_name="Max Member"),
    User(id="U0GUEST01", name="guest", real_name="Gus Guest", is_guest=True),
)
BOT_USER = User(id=BOT_USER_ID, name="bot", real_name="Assistant", is_bot=True)
_EVERYONE = frozenset(user.id for user in (*DEFAULT_USERS, BOT_USER))
DEFAULT_CHANNELS = (
    Channel(id="C0GENERAL", name="general", members=_EVERYONE),
    Channel(id="C0EXPERTS", name="experts", members=_EVERYONE),
    Channel(id="C0PRIVATE", name="private", kind="private", members=_EVERYONE),
    Channel(id="C0SHARED1", name="shared", members=_EVERYONE, is_ext_shared=True),
    Channel(id="C0NOBOT01", name="without-bot", members=_EVERYONE - {BOT_USER_ID}),
)


@dataclass(slots=True, kw_only=True)
class ResponseTicket:
    """A `response_url`: who it answers, and how often it has been used."""

    channel: str
    user: str
    issued_at: float
    original: Message | None
    """What `replace_original` and `delete_original` act on."""
    uses: int = 0


@dataclass(slots=True, kw_only=True)
class _Trigger:
    user: str
    issued_at: float
    is_used: bool = False


class Workspace:
    """Users, channels, timestamps and tickets; safe to use from any thread."""

    def __init__(
        self,
        *,
        transcript: Transcript,
        users: Sequence[User] = DEFAULT_USERS,
        channels: Sequence[Channel] = DEFAULT_CHANNELS,
        usergroups: Mapping[str, Sequence[str]] | None = None,
        scopes: Collection[str],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`usergroups` maps an id to the ids of its users; `clock` counts seconds."""
        self.transcript = transcript
        self.scopes = frozenset(scopes)
        self.clock = clock
        self.usergroups = dict(usergroups or {})
        self.views: dict[str, Json] = {}
        self._lock = threading.RLock()
        self._users = {user.id: user for user in (*users, BOT_USER)}
        self._channels = {channel.id: channel for channel in channels}
        self._last_ts = 0
        self._triggers: dict[str, _Trigger] = {}
        self._tickets: dict[str, ResponseTicket] = {}

    @property
    def users(self) -> tuple[User, ...]:
        """Everybody, the app's own user last."""
        return tuple(self._users.values())

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Channels and the direct messages opened so far."""
        with self._lock:
            return tuple(self._channels.values())

    def user(self, name_or_id: str) -> User:
        """Return a user by id or name (`admin`, `@admin`).

        Raises:
            ApiError: Nobody is called so.
        """
        name = name_or_id.removeprefix("@")
        for user in self._users.values():
            if name in {user.id, user.name}:
                return user
        raise ApiError("user_not_found")

    def channel(self, name_or_id: str) -> Channel:
        """Return a channel by id or name (`general`, `#general`), or the DM with a user id.

        Raises:
            ApiError: There is no such channel.
        """
        name = name_or_id.removeprefix("#")
        with self._lock:
            for channel in self._channels.values():
                if name in {channel.id, channel.name}:
                    return channel
            if name in self._users:
                return self.direct_channel(name)
        raise ApiError("channel_not_found")

    def direct_channel(self, user_id: str) -> Channel:
        """Return the direct message between a user and the app, opened if need be."""
        user = self.user(user_id)
        with self._lock:
            channel = Channel(
                id=f"D{user.id[1:]}",
                name="directmessage",
                kind="im",
                members=frozenset({user.id, BOT_USER_ID}),
            )
            return self._channels.setdefault(channel.id, channel)

    def partner(self, channel: Channel) -> User:
        """Return the person in a direct message."""
        return next(self._users[member] for member in channel.members if member != BOT_USER_ID)

    def mint_ts(self) -> str:
        """Return a message timestamp later than every one before."""
        with self._lock:
            self._last_ts = max(self._last_ts + 1, int(self.clock() * 1_000_000))
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def message(self, channel: Channel, ts: str) -> Message:
        """Return a message that everyone in `channel` can see.

        Raises:
            ApiError: There is none with that timestamp.
        """
        message = self.transcript.find(channel.id, ts)
        if message is None or message.visible_to or message.is_deleted:
            raise ApiError("message_not_found")
        return message

    def is_growing(self, message: Message) -> bool:
        """Whether a streamed message can still be appended to."""
        started_at = message.history[0].at if message.history else message.at
        return message.is_streaming and self.clock() - started_at <= STREAM_LIFETIME_S

    def revised(self, old: Message, **changes: Any) -> Message:
        """Return the next version of a message, which remembers the ones before."""
        earlier = (*old.history, replace(old, history=()))
        return replace(old, **changes, at=self.clock(), history=earlier)

    def issue_trigger(self, user_id: str) -> str:
        """Return a trigger id that opens one modal within three seconds."""
        trigger_id = (
            f"{secrets.randbelow(10**12)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        )
        with self._lock:
            self._triggers[trigger_id] = _Trigger(user=user_id, issued_at=self.clock())
        return trigger_id

    def use_trigger(self, trigger_id: str) -> str:
        """Spend a trigger id and return the user it stands for.

        Raises:
            ApiError: It was never issued, is too old or has been used.
        """
        with self._lock:
            trigger = self._triggers.get(trigger_id)
            if trigger is None:
                raise ApiError("invalid_trigger_id")
            if trigger.is_used:
                raise ApiError("exchanged_trigger_id")
            if self.clock() - trigger.issued_at > TRIGGER_LIFETIME_S:
                raise ApiError("expired_trigger_id")
            trigger.is_used = True
            return trigger.user

    def issue_ticket(self, *, channel: str, user: str, original: Message | None = None) -> str:
        """Return the secret part of a new `response_url`."""
        secret = secrets.token_urlsafe(18)
        with self._lock:
            self._tickets[secret] = ResponseTicket(
                channel=channel, user=user, issued_at=self.clock(), original=original
            )
        return secret

    def ticket(self, secret: str) -> ResponseTicket:
        """Return whom a `response_url` answers, without using it."""
        with self._lock:
            return self._tickets[secret]

    def use_ticket(self, secret: str) -> ResponseTicket:
        """Count one use of a `response_url` and return whom it answers.

        Raises:
            ApiError: It was never issued, is too old or has been used five times.
        """
        with self._lock:
            ticket = self._tickets.get(secret)
            if ticket is None or self.clock() - ticket.issued_at > RESPONSE_URL_LIFETIME_S:
                raise ApiError("expired_url")
            if ticket.uses >= RESPONSE_URL_USES:
                raise ApiError("used_url")
            ticket.uses += 1
            return ticket
