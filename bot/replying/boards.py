"""Shows an answer again, with its used buttons replaced by what was done."""

import datetime as dt
from collections.abc import Callable
from contextlib import suppress

from bot.interactions import ButtonPress
from bot.record.journal import Journal
from bot.record.remarks import Deed, Remarks
from bot.rendering import Used, render_outcome, render_private_outcome
from bot.replying.delivery import Delivery, DeliveryError

__all__ = ["AnswerBoard"]


class AnswerBoard:
    """Knows what was done with an answer, and puts it in the answer's place."""

    def __init__(
        self,
        *,
        journal: Journal,
        remarks: Remarks,
        delivery: Delivery,
        clock: Callable[[], dt.datetime],
        can_escalate: bool,
    ) -> None:
        """`can_escalate` is whether questions are passed on to experts here."""
        self._journal = journal
        self._remarks = remarks
        self._delivery = delivery
        self._clock = clock
        self._can_escalate = can_escalate

    def note(self, press: ButtonPress, answer_id: str, deed: Deed) -> None:
        """Keep that a button was used, and show it; an answer that is gone stays as it is."""
        if self._remarks.note_deed(answer_id, deed, at=self._clock()):
            self.show(press, answer_id)

    def show(self, press: ButtonPress, answer_id: str) -> None:
        """Show the answer on which a button was pressed as it stands now.

        A courtesy: what was asked for is done already, so a failure is nobody's business.
        """
        answer = self._journal.find_answer(answer_id)
        if answer is None:
            return
        with suppress(DeliveryError):
            if press.is_ephemeral:
                message = render_private_outcome(
                    answer.outcome,
                    question=answer.question,
                    answer_id=answer_id,
                    can_escalate=self._can_escalate,
                    used=self._used(answer_id, voter=press.user_id),
                )
                self._delivery.respond(message, response_url=press.response_url, replaces=True)
            elif press.place:
                message = render_outcome(
                    answer.outcome,
                    answer_id=answer_id,
                    can_escalate=self._can_escalate,
                    used=self._used(answer_id),
                )
                self._delivery.update(message, place=press.place)

    def _used(self, answer_id: str, *, voter: str = "") -> Used:
        deeds = {deed.kind: deed for deed in self._remarks.deeds(answer_id)}
        asked = deeds.get("asked")
        vote = self._remarks.vote_of(answer_id, user_id=voter) if voter else ""
        return Used(
            asked=asked.detail if asked else "",
            asked_by=asked.user_id if asked else "",
            is_shared="shared" in deeds,
            is_passed_on="passed_on" in deeds,
            vote="up" if vote == "up" else "down" if vote else "",
        )
