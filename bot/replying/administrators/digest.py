"""Posts the digest of a week where administrators want it, once, whichever process does it."""

import datetime as dt
import logging
from collections.abc import Callable

from bot.access.directory import Directory
from bot.record.activity import Activity
from bot.record.digests import Digests
from bot.record.experts import ExpertQuestions
from bot.record.gaps import Gap, Gaps
from bot.rendering import Digest, DigestGap, render_digest
from bot.replying.delivery import Delivery, DeliveryError
from bot.services import Library

__all__ = ["WeeklyDigest", "next_digest"]

logger = logging.getLogger(__name__)

WEEK = dt.timedelta(days=7)
HOUR = 8
"""On Mondays, in UTC."""


class WeeklyDigest:
    """Gathers a week and posts it."""

    def __init__(
        self,
        digests: Digests,
        *,
        gaps: Gaps,
        activity: Activity,
        expert_questions: ExpertQuestions,
        library: Library,
        directory: Directory,
        delivery: Delivery,
        clock: Callable[[], dt.datetime],
    ) -> None:
        """Take what a digest tells of, and what posts it."""
        self._digests = digests
        self._gaps = gaps
        self._activity = activity
        self._expert_questions = expert_questions
        self._library = library
        self._directory = directory
        self._delivery = delivery
        self._clock = clock

    def send_due(self) -> int:
        """Post every digest that is due; return how many were posted.

        What Slack may have taken is never posted again; what it will take later is tried later.
        """
        now = self._clock()
        due_at = next_digest(now) - WEEK
        sent = 0
        for channel_id in self._digests.due(before=due_at):
            place = self._directory.place(channel_id)
            if place.is_external or not place.is_member:
                # It may be so for a while only; nothing is claimed.
                logger.warning("no digest to %s: not a member, or shared outside", channel_id)
                continue
            # Claimed first: whoever dies within this line posts one digest less, never one more.
            if not self._digests.claim(channel_id, before=due_at, at=now):
                continue
            try:
                key = f"digest-{channel_id}-{due_at:%Y-%m-%d}"
                message = render_digest(self._week(channel_id, now))
                self._delivery.post(message, channel_id=channel_id, key=key)
                sent += 1
            except DeliveryError as exc:
                logger.warning("digest to %s not posted: %s", channel_id, exc.reason)
                if exc.is_passing:
                    self._digests.put_back(channel_id, before=due_at)
        return sent

    def _week(self, channel_id: str, now: dt.datetime) -> Digest:
        found = self._gaps.find(not_before=now - WEEK)
        quoted = [gap for one in found if (gap := self._quoted(one, channel_id)) is not None]
        return Digest(
            activity=self._activity.count(until=now, days=14, stretches=2),
            gaps=tuple(quoted),
            others=len(found) - len(quoted),
            waiting=len(self._expert_questions.waiting()),
            freshness=self._library.freshness(),
        )

    def _quoted(self, gap: Gap, channel_id: str) -> DigestGap | None:
        """Return a gap as the channel may read it; None where it was asked elsewhere in private."""
        open_ones = (
            example.text
            for example in gap.examples
            if example.channel_id == channel_id or self._is_public(example.channel_id)
        )
        question = next(open_ones, None)
        if question is None:
            return None
        return DigestGap(question=question, times=gap.unanswered + gap.down)

    def _is_public(self, channel_id: str) -> bool:
        if not channel_id:
            return False
        place = self._directory.place(channel_id)
        return place.is_known and not place.is_private


def next_digest(now: dt.datetime) -> dt.datetime:
    """Return when the next digest is due: on a Monday morning after `now`, or at it plus a week."""
    monday = (now - dt.timedelta(days=now.weekday())).date()
    at = dt.datetime.combine(monday, dt.time(HOUR), tzinfo=dt.UTC)
    return at if now < at else at + WEEK
