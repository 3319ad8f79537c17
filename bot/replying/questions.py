"""The way of a question through the bot: received once, answered once, always with a message."""

import datetime as dt
import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Self

from bot.access.authorization import Action
from bot.access.permission_gate import PermissionGate
from bot.incoming import IncomingQuestion
from bot.overhearing.addressing import Verdict
from bot.record.inbox import InboxEvent
from bot.record.journal import Journal, StoredAnswer
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
from bot.replying.limits import Limits
from bot.replying.outbox import INTERRUPTED, LOOK_AFTER_S, Outbox, Outgoing
from bot.replying.overheard import Listening, is_sure
from bot.replying.streaming import GrowingReply
from bot.services import Answerer
from knowledge.answers.trace import Reply
from knowledge.domain import Answer, Chat, Question
from knowledge.errors import LeaseLostError, RecordError

__all__ = ["QuestionDesk"]

logger = logging.getLogger(__name__)

HISTORY_TURNS = 6
HISTORY_AGE = dt.timedelta(days=1)
SUSPECT_AFTER = 2
"""So many processes have ended with a question in hand: it, or another in hand with it, may be what
ended them. From then on such questions are worked out one at a time."""
MAX_ATTEMPTS = 5
SUSPECT_WAIT_S = 0.2
LONG_QUEUE = 50
BUSY = (
    "I have your question. Many people are asking just now: about {number} questions wait, and I "
    "answer everybody in turn."
)
STATUS_AFTER_S = 0.25
"""Most quoted answers are there by then; whoever waits longer is to see that it was heard."""
STATUS_ENDS_S = 1.0
STATUS = "is looking that up..."


class QuestionDesk:
    """Takes questions in, answers them and sees to it that a message comes of each."""

    def __init__(
        self,
        *,
        answerer: Answerer,
        journal: Journal,
        delivery: Delivery,
        gate: PermissionGate,
        limits: Limits,
        clock: Callable[[], dt.datetime],
        can_escalate: bool,
        listening: Listening,
    ) -> None:
        """`can_escalate` offers to pass an unanswered question to the experts."""
        self._listening = listening
        self._limits = limits
        self._answerer = answerer
        self._journal = journal
        self._delivery = delivery
        self._gate = gate
        self._clock = clock
        self._can_escalate = can_escalate
        self._outbox = Outbox(delivery=delivery, journal=journal)
        self._replies: dict[str, Outgoing] = {}
        """What is not out yet, by event."""
        self._interrupted: dict[str, float] = {}
        """Events whose reply was being sent when the process that held them ended, and from when
        they are looked for: what was on its way then may still be shown."""
        self._suspecting = threading.Lock()

    def receive(self, question: IncomingQuestion) -> bool:
        """Commit a question to the inbox; False when it is there already."""
        return self._journal.receive(
            event_id=question.event_id,
            message_key=question.message_key,
            payload=asdict(question),
            at=self._clock(),
        )

    def tell_if_long(self, question: IncomingQuestion) -> None:
        """Tell the person how many questions are before theirs, when these are many."""
        try:
            length = self._journal.queue().length
            if length > LONG_QUEUE:
                self._outbox.tell(question, BUSY.format(number=length))
        except RecordError as exc:
            logger.warning("how long the queue is cannot be told: %s", exc)

    def fetch(self, limit: int) -> list[IncomingQuestion]:
        """Take up to `limit` questions that nobody works on; none while the record is away.

        These are left over from a process that ended, or wait at one that has much to do.
        """
        try:
            events = self._journal.take_free(limit=limit)
        except RecordError as exc:
            logger.warning("nothing can be taken up: %s", exc)
            return []
        questions = []
        for event in events:
            try:
                question = IncomingQuestion(**event.payload)
            except TypeError:
                self._give_up(event.event_id)
                continue
            # One that just came in is perhaps being answered already, by another thread.
            if question.event_id not in self._replies:
                self._replies[question.event_id] = self._begin(question, event)
                questions.append(question)
        return questions

    def answer(self, question: IncomingQuestion) -> float | None:
        """Bring a question that was received nearer to its end; never raises.

        Returns in how many seconds it is to be called again, or None when the reply is out or
        another process sees to it.
        """
        if (too_early_s := self._too_early_s(question)) > 0:
            return too_early_s
        new = Outgoing(is_optional=question.is_overheard)
        outgoing = self._replies.setdefault(question.event_id, new)
        try:
            wait_s = self._bring_on(question, outgoing)
        except LeaseLostError as exc:
            logger.warning("event %s is left alone: %s", question.event_id, exc)
            wait_s = None
        if wait_s is None:
            self._replies.pop(question.event_id, None)
            self._interrupted.pop(question.event_id, None)
        return wait_s

    def _bring_on(self, question: IncomingQuestion, outgoing: Outgoing) -> float | None:
        if outgoing.message is None:
            try:
                if not outgoing.is_taken:
                    event = self._journal.take(question.event_id)
                    if event is None:
                        return None
                    outgoing = self._replies[question.event_id] = self._begin(question, event)
                    if (too_early_s := self._too_early_s(question)) > 0:
                        return too_early_s
                if not self._is_found_out(question, outgoing):
                    return SUSPECT_WAIT_S
            except LeaseLostError:
                raise
            except (RecordError, DeliveryError) as exc:
                logger.warning("event %s waits: %s", question.event_id, exc)
                return self._outbox.put_off(question, outgoing)
            except Exception as exc:  # noqa: BLE001 (the boundary of a worker)
                failure_id = note_failure(exc, during=f"event {question.event_id}")
                outgoing.message = render_failure(failure_id)
                outgoing.is_out = outgoing.is_optional
        return self._outbox.send(question, outgoing)

    def _too_early_s(self, question: IncomingQuestion) -> float:
        """Return in how many seconds it can be looked for what an earlier process sent."""
        return self._interrupted.get(question.event_id, 0.0) - time.monotonic()

    def _begin(self, question: IncomingQuestion, event: InboxEvent) -> Outgoing:
        """Return the reply to an event that was taken, as far as it is known.

        One that may have been sent already is looked for in Slack and never answered blindly; one
        that has brought the program down several times is not tried again: it ends in a notice,
        or in silence when nobody may wait for it.
        """
        outgoing = Outgoing(
            is_taken=True,
            is_optional=question.is_overheard,
            is_suspect=event.attempts >= SUSPECT_AFTER,
        )
        if event.is_sending:
            self._interrupted[question.event_id] = time.monotonic() + LOOK_AFTER_S
        elif event.attempts >= MAX_ATTEMPTS:
            failure_id = secrets.token_hex(4)
            logger.error("failure %s: event %s tried too often", failure_id, event.event_id)
            outgoing.message = render_failure(failure_id)
            outgoing.is_out = outgoing.is_optional
        return outgoing

    def _give_up(self, event_id: str) -> None:
        try:
            self._journal.finish(event_id)
        except (RecordError, LeaseLostError) as exc:
            logger.warning("event %s cannot be read, and not be finished: %s", event_id, exc)

    def _is_found_out(self, question: IncomingQuestion, outgoing: Outgoing) -> bool:
        """Find out what the reply is, unless that has to wait until another suspect is through."""
        if not outgoing.is_suspect:
            self._find_out(question, outgoing)
            return True
        if not self._suspecting.acquire(blocking=False):
            return False
        try:
            self._find_out(question, outgoing)
        finally:
            self._suspecting.release()
        return True

    def _find_out(self, question: IncomingQuestion, outgoing: Outgoing) -> None:
        self._journal.begin(question.event_id)
        if question.event_id in self._interrupted:
            self._look_for_interrupted(question, outgoing)
        if outgoing.message is None and not outgoing.is_out:
            self._prepare(question, outgoing)

    def _prepare(self, question: IncomingQuestion, outgoing: Outgoing) -> None:
        """Find out what the reply is; a record that is away leaves as a `RecordError`."""
        is_first = outgoing.growing is None
        growing = outgoing.growing = outgoing.growing or GrowingReply(
            self._delivery,
            question,
            before_opening=lambda: self._journal.begin_sending(question.event_id),
        )
        if not is_first:
            growing.give_up()
        if question.is_overheard and self._is_for_people(question, outgoing):
            outgoing.is_out = True
            return
        decision = self._gate.decide(question.actor, Action.ASK)
        if question.is_overheard and not decision.allowed:
            outgoing.is_out = True
            return
        objection = self._limits.objection(question.event_id) if decision.allowed else ""
        if decision.allowed and not objection:
            if outgoing.is_optional:
                outgoing.message = self._reply_if_sure(question)
                outgoing.is_out = outgoing.message is None
            else:
                outgoing.message = self._reply(question, growing, is_first=is_first)
            return
        outgoing.message = render_notice(objection) if objection else render_denied(decision.reason)
        outgoing.is_out = outgoing.is_optional
        if not question.is_private and not question.is_direct:
            outgoing.way = "whisper"

    def _is_for_people(self, question: IncomingQuestion, outgoing: Outgoing) -> bool:
        verdict = self._listening.verdict(question)
        outgoing.is_optional = verdict is not Verdict.FOR_ASSISTANT
        return verdict is Verdict.FOR_PEOPLE

    def _look_for_interrupted(self, question: IncomingQuestion, outgoing: Outgoing) -> None:
        """Find out whether the reply that an earlier run was sending arrived."""
        match self._outbox.find(question):
            case "there":
                outgoing.is_out = True
            case "unclear":
                outgoing.message = render_notice(INTERRUPTED)
            case "absent":
                logger.info("event %s was not replied to, so it is now", question.event_id)
        self._interrupted.pop(question.event_id, None)

    def _reply_if_sure(self, question: IncomingQuestion) -> RenderedMessage | None:
        """Return an answer, or None where it would be a refusal: nobody may have asked for one."""
        reply = self._answerer.answer(self._question(question))
        if not is_sure(reply, is_first=question.is_first):
            return None
        answer_id = self._remember(question, reply)
        return render_outcome(reply.outcome, answer_id=answer_id, can_escalate=self._can_escalate)

    def _question(self, question: IncomingQuestion) -> Question:
        history = self._journal.recent_turns(
            question.conversation, limit=HISTORY_TURNS, not_before=self._clock() - HISTORY_AGE
        )
        return Question(text=question.text, history=history, person=question.user_id)

    def _reply(
        self, question: IncomingQuestion, growing: GrowingReply, *, is_first: bool
    ) -> RenderedMessage:
        if not question.text:
            return render_help()
        asked = self._question(question)
        with _Status(self._delivery, question) as status:

            def show(answer: Answer) -> None:
                status.end()
                growing.show(answer)

            reply = self._answerer.answer(
                asked,
                # Slack lets nothing grow that only one person sees.
                watch=show if is_first and not question.is_private else None,
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
            self._journal.save_answer(answer, event_id=question.event_id)
        except RecordError as exc:
            # An answer without buttons is better than none.
            note_failure(exc, during=f"saving the answer to event {question.event_id}")
            return ""
        return answer.answer_id


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
        if self._timer.is_alive():
            # A status that arrives after the answer would stand below it for two minutes.
            self._timer.join(STATUS_ENDS_S)
