"""What Slack knows of people, groups and channels, kept for a minute."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.access.authorization import Actor, GroupLookupError
from bot.calls import CALL_FAILURES

__all__ = ["Directory", "Place"]

KEPT_S = 60.0
MAX_KEPT = 1_000
PAGE = 200
MAX_PAGES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is known of a channel."""

    is_member: bool
    """Whether the assistant can post there."""
    is_external: bool
    """Whether people of other companies read it; true when that cannot be found out."""
    is_known: bool = True
    """Whether Slack has said so; what is not known is refused, for a reason of its own."""
    is_private: bool = False


class Directory:
    """Looks things up in Slack; an answer that does not come counts as the worst one."""

    def __init__(self, client: WebClient, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds."""
        self._client = client
        self._clock = clock
        self._kept: dict[str, tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def group_members(self, group_id: str) -> frozenset[str]:
        """Return the user ids of a user group, or raise `GroupLookupError`."""

        def look_up() -> frozenset[str]:
            users = self._client.usergroups_users_list(usergroup=group_id).get("users")
            return frozenset(user for user in users or () if isinstance(user, str))

        try:
            members: frozenset[str] = self._cached(f"group {group_id}", look_up)
        except CALL_FAILURES as exc:
            raise GroupLookupError(group_id) from exc
        return members

    def channel_members(self, channel_id: str) -> frozenset[str]:
        """Return the user ids of those in a channel, or raise `GroupLookupError`."""

        def look_up() -> frozenset[str]:
            found: set[str] = set()
            cursor = ""
            for _ in range(MAX_PAGES):
                page = self._client.conversations_members(
                    channel=channel_id, limit=PAGE, cursor=cursor or None
                )
                found.update(user for user in page.get("members") or () if isinstance(user, str))
                cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
                if not cursor:
                    break
            return frozenset(found)

        try:
            members: frozenset[str] = self._cached(f"members {channel_id}", look_up)
        except CALL_FAILURES as exc:
            raise GroupLookupError(channel_id) from exc
        return members

    def with_standing(self, actor: Actor) -> Actor:
        """Return the actor with what `users.info` says of them.

        Without the scope `users:read` the standing stays unknown, since an administrator is
        named by id anyway; after any other failure nothing is known of the person.
        """

        def look_up() -> dict[str, Any]:
            return dict(self._client.users_info(user=actor.user_id).get("user") or {})

        try:
            user = self._cached(f"user {actor.user_id}", look_up)
        except SlackApiError as exc:
            known = exc.response.get("error") == "missing_scope"
            return actor if known else replace(actor, is_unknown=True)
        except CALL_FAILURES:
            return replace(actor, is_unknown=True)
        return replace(
            actor,
            is_bot=bool(user.get("is_bot")),
            is_deactivated=bool(user.get("deleted")),
            is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
            team_id="" if user.get("is_stranger") else actor.team_id,
        )

    def place(self, channel_id: str) -> Place:
        """Return what is known of a channel."""
        if channel_id.startswith("D"):
            return Place(is_member=True, is_external=False)

        def look_up() -> dict[str, Any]:
            return dict(self._client.conversations_info(channel=channel_id).get("channel") or {})

        try:
            channel = self._cached(f"channel {channel_id}", look_up)
        except SlackApiError as exc:
            # A private channel does not exist for an app that is not in it.
            is_hidden = exc.response.get("error") == "channel_not_found"
            return Place(is_member=not is_hidden, is_external=not is_hidden, is_known=is_hidden)
        except CALL_FAILURES:
            return Place(is_member=True, is_external=True, is_known=False)
        is_known = "is_ext_shared" in channel
        shared = channel.get("is_ext_shared", True) or channel.get("is_pending_ext_shared", False)
        return Place(
            is_member=bool(channel.get("is_member")),
            is_external=bool(shared),
            is_known=is_known,
            is_private=bool(channel.get("is_private")),
        )

    def _cached(self, key: str, look_up: Callable[[], Any]) -> Any:
        now = self._clock()
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and now - kept[0] < KEPT_S:
            return kept[1]
        value = look_up()
        with self._lock:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            self._kept[key] = (now, value)
        return value
