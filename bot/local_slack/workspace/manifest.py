"""What an app manifest allows the app to do and hear."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRights:
    """The part of a manifest that decides what reaches the app and what it may call."""

    scopes: frozenset[str]
    events: frozenset[str]
    commands: frozenset[str] | None
    """None lets any command through."""

    @classmethod
    def from_manifest(cls, manifest: Mapping[str, Any]) -> Self:
        """Read the rights from a manifest, optional scopes included."""
        scopes = manifest.get("oauth_config", {}).get("scopes", {})
        subscriptions = manifest.get("settings", {}).get("event_subscriptions", {})
        commands = manifest.get("features", {}).get("slash_commands", ())
        return cls(
            scopes=frozenset([*scopes.get("bot", ()), *scopes.get("bot_optional", ())]),
            events=frozenset(subscriptions.get("bot_events", ())),
            commands=frozenset(command["command"] for command in commands),
        )


DEFAULT_RIGHTS = AppRights(
    scopes=frozenset(
        {
            "app_mentions:read",
            "assistant:write",
            "channels:history",
            "channels:read",
            "chat:write",
            "commands",
            "groups:history",
            "groups:read",
            "im:history",
            "im:read",
            "im:write",
            "reactions:write",
            "usergroups:read",
            "users:read",
        }
    ),
    events=frozenset({"app_home_opened", "app_mention", "message.im"}),
    commands=None,
)
