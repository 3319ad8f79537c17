"""What administrators do about gaps: look, dismiss, pass on to the experts."""

import datetime as dt
from collections.abc import Callable

from bot.record.gaps import Gap, Gaps
from bot.rendering import GapList
from bot.replying.delivery import DeliveryError
from bot.replying.experts.desk import ExpertDesk
from bot.services import AuditTrail

__all__ = ["GapDesk"]

DAYS = 30
GONE = "This is no longer on record."
DISMISSED = "Dismissed, until somebody asks it again."
PASSED_ON = "Passed on to the experts. What they answer comes to you in our direct message."
BEFORE = "It is with the experts already."
NO_EXPERTS = "There is no channel of experts."
NOT_TAKEN = "Slack did not take the message to the experts. Please try again."


class GapDesk:
    """Shows gaps and changes what becomes of them; each change is in the audit, without its text.

    Whoever calls it has made sure that an administrator asks.
    """

    def __init__(
        self,
        gaps: Gaps,
        *,
        experts: ExpertDesk,
        can_pass_on: bool,
        audit: AuditTrail,
        clock: Callable[[], dt.datetime],
    ) -> None:
        """`can_pass_on` is whether there is a channel of experts."""
        self._gaps = gaps
        self._experts = experts
        self._can_pass_on = can_pass_on
        self._audit = audit
        self._clock = clock

    def look(self) -> GapList:
        """Return the gaps as they are now."""
        return GapList(
            gaps=tuple(self._gaps.find(not_before=self._since())),
            days=DAYS,
            shown_at=self._clock(),
            can_pass_on=self._can_pass_on,
        )

    def dismiss(self, value: str, *, by: str) -> str:
        """Leave a gap out until it is asked for again; return what to say of it."""
        gap, shown_at = self._read(value)
        if gap is None:
            return GONE
        self._gaps.dismiss(gap.answer_ids, at=shown_at)
        number = len(gap.answer_ids)
        self._audit.write_audit(actor=by, action="dismiss gap", result=f"{number} questions")
        return DISMISSED

    def pass_on(self, value: str, *, by: str) -> str:
        """Ask the experts, in the name of the administrator; return what to say of it."""
        if not self._can_pass_on:
            return NO_EXPERTS
        gap, _ = self._read(value)
        if gap is None:
            return GONE
        if gap.with_experts:
            return BEFORE
        answer_id, question = gap.answer_ids[0], gap.examples[0].text
        try:
            is_new = self._experts.pass_gap(answer_id, question=question, by=by, at=self._clock())
        except DeliveryError as exc:
            if not exc.is_uncertain:
                return NOT_TAKEN
            is_new = True
        self._audit.write_audit(actor=by, action="pass on gap", result=answer_id)
        return PASSED_ON if is_new else BEFORE

    def _read(self, value: str) -> tuple[Gap | None, dt.datetime]:
        """Return the gap that a button is for, and when the button was shown."""
        answer_id, _, seconds = value.partition(":")
        now = self._clock()
        # A button that says another time than a past one is none of ours.
        is_time = seconds.isdecimal() and len(seconds) < 12
        shown = dt.datetime.fromtimestamp(int(seconds), tz=dt.UTC) if is_time else now
        gap = self._gaps.with_answer(answer_id, not_before=self._since())
        return gap, min(shown, now + dt.timedelta(seconds=1))

    def _since(self) -> dt.datetime:
        return self._clock() - dt.timedelta(days=DAYS)
