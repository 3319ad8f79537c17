"""`/kb digest`: whether a digest of the week comes to a channel."""

import datetime as dt
from collections.abc import Callable

from bot.access.authorization import Action
from bot.access.directory import Directory
from bot.incoming import SlashCommand
from bot.record.digests import Digests
from bot.rendering import RenderedMessage, render_digest_choice, render_no_digest
from bot.replying.administrators.digest import next_digest
from bot.services import AuditTrail

__all__ = ["DigestChoice"]


class DigestChoice:
    """Shows and keeps the choice of an administrator for the channel where it is typed."""

    def __init__(
        self,
        digests: Digests,
        *,
        directory: Directory,
        audit: AuditTrail,
        clock: Callable[[], dt.datetime],
    ) -> None:
        """The directory tells which channels others read too."""
        self._digests = digests
        self._directory = directory
        self._audit = audit
        self._clock = clock

    def reply(self, request: SlashCommand) -> RenderedMessage:
        """Do what an administrator typed, and tell what holds now."""
        channel_id, now = request.channel_id, self._clock()
        word = request.text.partition(" ")[2].strip().casefold()
        if not channel_id.startswith(("C", "G")):
            return render_no_digest(is_shared=False)
        place = self._directory.place(channel_id)
        if place.is_external and word != "off":
            return render_no_digest(is_shared=True)
        before = self._digests.is_on(channel_id)
        if word == "on":
            self._digests.turn_on(channel_id, by=request.user_id, at=now)
        elif word == "off":
            self._digests.turn_off(channel_id)
        if word in {"on", "off"}:
            self._audit.write_audit(
                actor=request.user_id, action=str(Action.DIGEST), result=f"{word} {channel_id}"
            )
        is_on = self._digests.is_on(channel_id)
        return render_digest_choice(
            is_on=is_on,
            is_new=is_on != before,
            next_at=next_digest(now),
            is_member=place.is_member,
        )
