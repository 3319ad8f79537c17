"""The way of a question through the bot: received once, answered once, always with a message."""

import datetime as dt
import logging
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from typing import Self

from bot.access.authorization import Action
from bot.access.gate import Gate
from bot.incoming import IncomingQuestion
from bot.rendering import (
    RenderedMessage,
    outcome_text,
    render_denied,
    render_failure,
    render_help,
    render_notice,
    render_outcome,
    render_private_outcome,
)
from bot.replying.delivery import Delivery, DeliveryError
from bot.replying.failures import note_failure
from bot.replying.streaming import GrowingReply
from bot.services import Answerer
from knowledge.answers.trace import Reply
from knowledge.domain import Answer, Chat, Question
from knowledge.errors import RecordError
from knowledge.record.journal import Journal, StoredAnswer

__all__ = ["QuestionDesk"]

logger = logging.getLogger(__name__)

HISTORY_TURNS = 6
HISTORY_AGE = dt.timedelta(days=1)
MAX_ATTEMPTS = 3
STATUS_AFTER_S = 1.5
STATUS = "is looking that up..."
INTERRUPTED = (
    "I was interrupted just while I was replying. If you see no answer from me, or only its "
    "beginning, please ask again."
)
UNCONFIRMED = (
    "Slack did not confirm that it took my answer. If you do not see it, please ask again."
)


class QuestionDesk:
    """Takes questions in, answers them and sees to it that a message comes of each."""

    def __init__(
        self,
        *,
        answerer: Answerer,
        journal: Journal,
        delivery: Delivery,
        gate: Gate,
        clock: Callable[[], dt.datetime],
        can_escalate: bool,
    ) -> None:
        """`can_escalate` offers to pass an unanswered question to the experts."""
        self._answerer = answerer
        self._journal = journal
        self._delivery = delivery
        self._gate = gate
        self._clock = clock
        self._can_escalate = can_escalate

    def receive(self, question: IncomingQuestion) -> bool:
        """Commit a question to the inbox; False when it is there already."""
        return self._journal.receive(
            event_id=question.event_id,
            message_key=question.message_key,
            payload=asdict(question),
            at=self._clock(),
        )

    def unfinished(self) -> list[IncomingQuestion]:
        """Return the questions to answer after a restart, oldest first.

        One whose reply may have been sent already is not answered twice, and one that has
        brought the program down several times is not tried again: both end in a notice.
        """
        questions = []
        for event in self._journal.waiting():
            try:
                question = IncomingQuestion(**event.payload)
            except TypeError:
                self._journal.finish(event.event_id)
                continue
            if event.is_sending:
                self._send(question, render_notice(INTERRUPTED))
            elif event.attempts >= MAX_ATTEMPTS:
                failure_id = secrets.token_hex(4)
                logger.error("failure %s: event %s tried too often", failure_id, event.event_id)
                self._send(question, render_failure(failure_id))
            else:
                questions.append(question)
        return questions

    def answer(self, question: IncomingQuestion) -> None:
        """Answer a question that was received; never raises."""
        is_denied = False
        growing = GrowingReply(
            self._delivery,
            question,
            before_opening=lambda: self._note(self._journal.begin_sending, question),
        )
        try:
            self._journal.begin(question.event_id)
            decision = self._gate.decide(question.actor, Action.ASK)
            is_denied = not decision.allowed
            message = (
                render_denied(decision.reason) if is_denied else self._reply(question, growing)
            )
        except Exception as exc:  # noqa: BLE001 (the boundary of a worker)
            message = render_failure(note_failure(exc, during=f"event {question.event_id}"))
        self._send(question, message, is_whispered=is_denied, growing=growing)

    def _reply(self, question: IncomingQuestion, growing: GrowingReply) -> RenderedMessage:
        if not question.text:
            return render_help()
        history = self._journal.recent_turns(
            question.conversation, limit=HISTORY_TURNS, not_before=self._clock() - HISTORY_AGE
        )
        with _Status(self._delivery, question) as status:

            def show(answer: Answer) -> None:
                status.end()
                growing.show(answer)

            reply = self._answerer.answer(
                Question(text=question.text, history=history, person=question.user_id),
                # Slack lets nothing grow that only one person sees.
                watch=None if question.is_private else show,
            )
        answer_id = self._remember(question, reply)
        if question.is_private:
            return render_private_outcome(
                reply.outcome,
                question=question.text,
                answer_id=answer_id,
                can_escalate=self._can_escalate,
            )
        render = partial(
            render_outcome, reply.outcome, answer_id=answer_id, can_escalate=self._can_escalate
        )
        growing.end_with(render(shown=growing.settle()))
        return render()

    def _remember(self, question: IncomingQuestion, reply: Reply) -> str:
        """Record an answer and return its id; empty when there is nothing to vote on."""
        if isinstance(reply.outcome, Chat):
            return ""
        answer = StoredAnswer(
            answer_id=secrets.token_hex(8),
            conversation=question.conversation,
            user_id=question.user_id,
            question=question.text,
            text=outcome_text(reply.outcome),
            outcome=reply.outcome,
            total_ms=reply.timings_ms.get("total", 0.0),
            created_at=self._clock(),
        )
        try:
            self._journal.save_answer(answer)
        except RecordError as exc:
            # An answer without buttons is better than none.
            note_failure(exc, during=f"saving the answer to event {question.event_id}")
            return ""
        return answer.answer_id

    def _send(
        self,
        question: IncomingQuestion,
        message: RenderedMessage,
        *,
        is_whispered: bool = False,
        growing: GrowingReply | None = None,
    ) -> None:
        """Send the one reply to a question, or what is missing of it; never raises."""
        self._note(self._journal.begin_sending, question)
        try:
            if growing is not None and growing.settle():
                growing.close(message)
            else:
                self._deliver(question, message, is_whispered=is_whispered)
        except Exception as exc:  # noqa: BLE001 (the boundary of a worker)
            failure_id = note_failure(exc, during=f"reply to event {question.event_id}")
            is_uncertain = isinstance(exc, DeliveryError) and exc.is_uncertain
            self._say_what_became(question, message, failure_id, is_uncertain=is_uncertain)
        self._note(self._journal.finish, question)

    def _deliver(
        self, question: IncomingQuestion, message: RenderedMessage, *, is_whispered: bool
    ) -> None:
        if question.is_private:
            self._delivery.respond(message, response_url=question.response_url)
        elif is_whispered and not question.is_direct:
            self._deliver_whispered(message, question)
        else:
            self._delivery.post(
                message, channel_id=question.channel_id, thread_ts=question.thread_ts
            )

    def _say_what_became(
        self,
        question: IncomingQuestion,
        message: RenderedMessage,
        failure_id: str,
        *,
        is_uncertain: bool,
    ) -> None:
        """Tell the person privately that the reply failed, or hand it over in another way."""
        notice = render_notice(UNCONFIRMED) if is_uncertain else render_failure(failure_id)
        if question.is_private:
            # A response URL ends after half an hour; the direct message always works.
            notice = notice if is_uncertain else message
        else:
            with suppress(DeliveryError):
                self._deliver_whispered(notice, question)
                return
        with suppress(DeliveryError):
            self._delivery.post(notice, channel_id=question.user_id)

    def _deliver_whispered(self, message: RenderedMessage, question: IncomingQuestion) -> None:
        self._delivery.whisper(
            message,
            channel_id=question.channel_id,
            user_id=question.user_id,
            thread_ts=question.thread_ts,
        )

    def _note(self, write: Callable[[str], None], question: IncomingQuestion) -> None:
        try:
            write(question.event_id)
        except RecordError as exc:
            note_failure(exc, during=f"noting the state of event {question.event_id}")


class _Status:
    """Shows that the assistant is at work, when an answer takes longer than a moment."""

    def __init__(self, delivery: Delivery, question: IncomingQuestion) -> None:
        self._timer = threading.Timer(
            STATUS_AFTER_S,
            delivery.set_status,
            args=(STATUS,),
            kwargs={"channel_id": question.channel_id, "thread_ts": question.thread_ts},
        )
        self._timer.daemon = True
        self._is_possible = not question.is_private

    def __enter__(self) -> Self:
        if self._is_possible:
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """Show it no more, since the answer is to be seen."""
        self._timer.cancel()
