"""Passes questions to the experts' channel, and carries their answers back."""

import datetime as dt
import logging
from contextlib import suppress
from dataclasses import replace

from bot.record.experts import ExpertQuestion, ExpertQuestions, ExpertState
from bot.record.journal import StoredAnswer
from bot.rendering import (
    RenderedMessage,
    render_decline,
    render_expert_answer,
    render_expert_question,
)
from bot.replying.delivery import Delivery, DeliveryError
from knowledge.errors import LeaseLostError

__all__ = ["GONE", "ExpertDesk"]

logger = logging.getLogger(__name__)

UNANSWERED: tuple[ExpertState, ...] = ("open", "taken", "declined")
GONE = "This question is no longer on record."


class ExpertDesk:
    """Knows the way of a question to the experts and back; each step happens once."""

    def __init__(self, questions: ExpertQuestions, *, delivery: Delivery, channel_id: str) -> None:
        """`channel_id` is the experts' channel."""
        self._questions = questions
        self._delivery = delivery
        self._channel_id = channel_id

    def pass_on(self, answer: StoredAnswer, *, channel_id: str, thread_ts: str) -> None:
        """Post a question to the experts; `channel_id` is empty for one that was asked privately.

        Raises `DeliveryError` when Slack does not take it.
        """
        asked = ExpertQuestion(
            answer_id=answer.answer_id,
            question=answer.question,
            asked_by=answer.user_id,
            channel_id=channel_id,
            thread_ts=thread_ts if channel_id else "",
            place="",
            state="open",
            expert_id="",
            reply="",
            asked_at=answer.created_at,
        )
        if self._questions.open(asked) or not self._join(asked):
            self._post(asked)

    def pass_gap(self, answer_id: str, *, question: str, by: str, at: dt.datetime) -> bool:
        """Post a question to the experts in an administrator's name; False when it was before.

        The answer goes to the administrator: whoever asked at first is not named. Raises
        `DeliveryError` when Slack does not take it.
        """
        asked = ExpertQuestion(
            answer_id=answer_id,
            question=question,
            asked_by=by,
            channel_id="",
            thread_ts="",
            place="",
            state="open",
            expert_id="",
            reply="",
            asked_at=at,
        )
        if not self._questions.open(asked):
            return False
        self._post(asked)
        return True

    def find(self, answer_id: str) -> ExpertQuestion | None:
        """Return a question; None when it is no longer on record."""
        return self._questions.find(answer_id)

    def take(self, answer_id: str, *, by: str) -> str:
        """Let an expert take a question; return what to say when that is not possible."""
        if not self._questions.move(answer_id, of=("open",), to="taken", by=by):
            return self._objection(answer_id)
        self.show(answer_id)
        return ""

    def decline(self, answer_id: str, *, by: str) -> str:
        """Let an expert say that it is nothing for them, and tell the person who asked."""
        if not self._questions.move(answer_id, of=("open", "taken"), to="declined", by=by):
            return self._objection(answer_id)
        asked = self._questions.find(answer_id)
        if asked is not None:
            with suppress(DeliveryError):
                self._bring(render_decline(asked), asked, key=f"{answer_id}-declined")
        self.show(answer_id)
        return ""

    def answer(self, answer_id: str, *, by: str, reply: str) -> str:
        """Carry an expert's answer to where the question was asked; return an objection, if any.

        Raises `DeliveryError` when it could not be brought; it can be tried again then.
        """
        try:
            with self._questions.in_hand(answer_id) as is_ours:
                before = self._questions.find(answer_id) if is_ours else None
                if before is None or not self._questions.move(
                    answer_id, of=UNANSWERED, to="sending", by=by, reply=reply
                ):
                    return self._objection(answer_id)
                self._send(replace(before, state="sending", expert_id=by, reply=reply))
        except LeaseLostError:
            logger.warning("another process brings the answer of an expert, as this one was silent")
        return ""

    def resume(self) -> None:
        """Bring the answers that were on their way when a process ended, unless they arrived.

        Of several processes one brings each; one that another has in hand is left to it.
        """
        for answer_id in [asked.answer_id for asked in self._questions.unfinished()]:
            try:
                with self._questions.in_hand(answer_id) as is_ours:
                    # It may have arrived between the look and the hold.
                    asked = self._questions.find(answer_id) if is_ours else None
                    if asked is not None and asked.state == "sending":
                        self._resume(asked)
            except DeliveryError as exc:
                logger.warning("the answer of an expert is tried again soon: %s", exc.reason)
            except LeaseLostError:
                logger.warning("another process brings the answer of an expert")

    def _send(self, asked: ExpertQuestion) -> None:
        try:
            self._bring(render_expert_answer(asked), asked, key=f"{asked.answer_id}-answered")
        except DeliveryError as exc:
            if not exc.is_uncertain:
                self._questions.move(
                    asked.answer_id, of=("sending",), to="taken", by=asked.expert_id
                )
                raise
            logger.warning("the answer of an expert may not have arrived: %s", exc.reason)
        self._finish(asked.answer_id, by=asked.expert_id, reply=asked.reply)

    def _resume(self, asked: ExpertQuestion) -> None:
        key, found = f"{asked.answer_id}-answered", "unclear"
        if asked.thread_ts:
            found = self._delivery.find(
                key,
                channel_id=asked.channel_id,
                thread_ts=asked.thread_ts,
                after_ts=asked.thread_ts,
            )
        if found == "absent":
            self._bring(render_expert_answer(asked), asked, key=key)
        if found == "unclear":
            logger.warning("the answer of an expert may not have arrived before the end")
        self._finish(asked.answer_id, by=asked.expert_id, reply=asked.reply)

    def show(self, answer_id: str) -> None:
        """Show the question in the experts' channel as it stands now; a courtesy."""
        asked = self._questions.find(answer_id)
        if asked is not None and asked.place:
            with suppress(DeliveryError):
                self._delivery.update(self._for_experts(asked), place=asked.place)

    def _post(self, asked: ExpertQuestion) -> None:
        try:
            place = self._delivery.post(self._for_experts(asked), channel_id=self._channel_id)
        except DeliveryError as exc:
            if not exc.is_uncertain:
                self._questions.drop(asked.answer_id)
            raise
        self._questions.note_place(asked.answer_id, place)

    def _join(self, asked: ExpertQuestion) -> bool:
        """Let who asked have the answer of what an administrator passed on before.

        False when there is no message to the experts yet.
        """
        before = self._questions.find(asked.answer_id)
        if before is None or not before.place:
            return False
        if before.state == "answered":
            known = replace(asked, expert_id=before.expert_id, reply=before.reply)
            self._bring(render_expert_answer(known), known, key=f"{asked.answer_id}-answered")
        else:
            self._questions.redirect(asked)
            self.show(asked.answer_id)
        return True

    def _finish(self, answer_id: str, *, by: str, reply: str) -> None:
        self._questions.move(answer_id, of=("sending",), to="answered", by=by, reply=reply)
        self.show(answer_id)

    def _bring(self, message: RenderedMessage, asked: ExpertQuestion, *, key: str) -> None:
        if asked.channel_id:
            try:
                self._delivery.post(
                    message, channel_id=asked.channel_id, thread_ts=asked.thread_ts, key=key
                )
            except DeliveryError as exc:
                if exc.is_uncertain or exc.is_passing:
                    raise
                logger.warning("the thread takes no answer (%s): to the person", exc.reason)
            else:
                return
        self._delivery.post(message, channel_id=asked.asked_by, key=key)

    def _for_experts(self, asked: ExpertQuestion) -> RenderedMessage:
        permalink = ""
        # Nobody but the person can open a direct message.
        if asked.channel_id.startswith(("C", "G")):
            permalink = self._delivery.permalink(asked.channel_id, asked.thread_ts)
        return render_expert_question(asked, permalink=permalink)

    def _objection(self, answer_id: str) -> str:
        asked = self._questions.find(answer_id)
        match asked.state if asked is not None else "":
            case "taken":
                return "Somebody has taken it already. You can still answer it."
            case "sending" | "answered":
                return "This has been answered already."
            case "declined":
                return "Somebody has said that it is not for you. You can still answer it."
            case _:
                return GONE
