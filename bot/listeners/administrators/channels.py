"""`/kb channel`: what the assistant hears in a channel."""

import datetime as dt
from collections.abc import Callable

from bot.access.authorization import Action
from bot.access.directory import Directory
from bot.incoming import SlashCommand
from bot.record.channels import MODES, Channels
from bot.rendering import RenderedMessage, render_channel, render_no_channel
from bot.services import AuditTrail

__all__ = ["ChannelChoice"]

HISTORY = {True: "groups:history", False: "channels:history"}


class ChannelChoice:
    """Shows and keeps the choice of an administrator for the channel where it is typed."""

    def __init__(
        self,
        channels: Channels,
        *,
        directory: Directory,
        audit: AuditTrail,
        scopes: frozenset[str] | None,
        clock: Callable[[], dt.datetime],
    ) -> None:
        """`scopes` are those granted; None where Slack does not tell."""
        self._channels = channels
        self._directory = directory
        self._audit = audit
        self._scopes = scopes
        self._clock = clock

    def reply(self, request: SlashCommand) -> RenderedMessage:
        """Do what an administrator typed, and tell what holds now."""
        channel_id = request.channel_id
        if not channel_id.startswith(("C", "G")):
            return render_no_channel()
        word = request.text.partition(" ")[2].strip().casefold()
        chosen = next((mode for mode in MODES if mode == word), None)
        if chosen is not None:
            self._channels.choose(channel_id, chosen, by=request.user_id, at=self._clock())
            self._audit.write_audit(
                actor=request.user_id, action=str(Action.CHANNEL), result=f"{chosen} {channel_id}"
            )
        place = self._directory.place(channel_id)
        needed = HISTORY[place.is_private]
        is_granted = self._scopes is None or needed in self._scopes
        return render_channel(
            self._channels.mode(channel_id),
            is_new=chosen is not None,
            lacking="" if is_granted else needed,
            is_member=place.is_member,
        )
