"""Replies on their way to Slack: each is tried until it is out, however long Slack is away."""

import hashlib
import logging
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bot.incoming import IncomingQuestion
from bot.record.journal import Journal
from bot.rendering import RenderedMessage, render_failure, render_notice
from bot.replying.delivery import Delivery, DeliveryError, Found
from bot.replying.failures import note_failure
from bot.replying.streaming import GrowingReply
from knowledge.errors import LeaseLostError, RecordError

__all__ = ["INTERRUPTED", "LOOK_AFTER_S", "Outbox", "Outgoing", "reply_key"]

logger = logging.getLogger(__name__)

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0
LOOK_AFTER_S = 3.0
"""Slack may still be at work on a post whose answer did not come."""
PATIENCE_S = 2.0
"""A worker waits out no longer rate limit; the reply is kept instead."""
LATE_AFTER_S = 8.0
INTERRUPTED = (
    "I was interrupted just while I was replying. If you see no answer from me, or only its "
    "beginning, please ask again."
)
UNCONFIRMED = (
    "Slack did not confirm that it took my answer. If you do not see it, please ask again."
)
LATE = (
    "I have your question. Something that I need for the answer does not work just now; you get "
    "it here as soon as that works again."
)

Way: TypeAlias = Literal["reply", "whisper", "direct"]
"""Where people expect it; or to one person only; or in that person's direct messages."""


def reply_key(question: IncomingQuestion) -> str:
    """Return what marks the replies to a question in Slack: says nothing to anybody else."""
    return hashlib.sha256(question.event_id.encode(errors="replace")).hexdigest()[:16]


@dataclass(slots=True, kw_only=True)
class Outgoing:
    """The one reply to a question, and how far it has come."""

    is_taken: bool = False
    """Whether this process holds the event."""
    is_suspect: bool = False
    """Whether its event may be what has ended earlier processes."""
    message: RenderedMessage | None = None
    """None until it is known."""
    way: Way = "reply"
    growing: GrowingReply | None = None
    """The reply in Slack that it completes, if one is open there."""
    may_be_out: bool = False
    """Whether Slack may have taken it, although it did not say so."""
    is_out: bool = False
    is_optional: bool = False
    """Whether nothing is to be said rather than anything but the answer."""
    tries: int = 0
    waited_s: float = 0.0
    is_told: bool = False
    """Whether the person knows that it takes longer."""


class Outbox:
    """Sends replies. What Slack has not taken for certain is sent again, and nothing else is."""

    def __init__(self, *, delivery: Delivery, journal: Journal) -> None:
        """The journal notes when a reply begins to be sent, and when it is out."""
        self._delivery = delivery
        self._journal = journal

    def send(self, question: IncomingQuestion, outgoing: Outgoing) -> float | None:
        """Try to bring a reply out; return in how many seconds to try again, or None if it is.

        Raises `LeaseLostError` when the question is another process's by now, and nothing else.
        """
        try:
            if not outgoing.is_out:
                # Without this note a reply would be sent again after a restart.
                self._journal.begin_sending(question.event_id)
                self._attempt(question, outgoing)
                outgoing.is_out = True
            self._journal.finish(question.event_id)
        except LeaseLostError:
            raise
        except RecordError as exc:
            logger.warning("event %s waits for the database: %s", question.event_id, exc)
            return self.put_off(question, outgoing)
        except DeliveryError as exc:
            return self._after(exc, question, outgoing)
        except Exception as exc:  # noqa: BLE001 (the boundary of a worker)
            failure_id = note_failure(exc, during=f"reply to event {question.event_id}")
            return self._replace(outgoing, render_failure(failure_id), question)
        return None

    def put_off(
        self, question: IncomingQuestion, outgoing: Outgoing, *, wait_s: float | None = None
    ) -> float:
        """Return how long to wait before the next try; tell the person once if it gets long."""
        if wait_s is None:
            wait_s = _growing(FIRST_WAIT_S, outgoing.tries)
        outgoing.tries += 1
        outgoing.waited_s += wait_s
        if outgoing.is_optional:
            return wait_s
        if outgoing.waited_s >= LATE_AFTER_S and not outgoing.is_told and not outgoing.is_out:
            outgoing.is_told = self.tell(question, LATE)
        return wait_s

    def _attempt(self, question: IncomingQuestion, outgoing: Outgoing) -> None:
        if outgoing.may_be_out:
            found = self.find(question)
            if found == "there":
                return
            if found == "unclear":
                outgoing.message = render_notice(UNCONFIRMED)
                outgoing.way, outgoing.growing = "whisper", None
            outgoing.may_be_out = False
        growing, message = outgoing.growing, outgoing.message
        assert message is not None  # noqa: S101 (tells the type checker)
        if growing is not None and growing.settle() and growing.is_open:
            growing.close(message, key=reply_key(question))
        else:
            self._deliver(question, message, way=outgoing.way)

    def find(self, question: IncomingQuestion) -> Found:
        """Return whether a reply to a question stands in Slack.

        Raises `DeliveryError`, which passes, when Slack does not answer.
        """
        if question.is_private:
            return "unclear"
        return self._delivery.find(
            reply_key(question),
            channel_id=question.channel_id,
            thread_ts=question.thread_ts,
            after_ts=question.message_key.rpartition(":")[2],
        )

    def _deliver(self, question: IncomingQuestion, message: RenderedMessage, *, way: Way) -> None:
        key = reply_key(question)
        if way == "direct" or (way == "whisper" and question.is_private):
            self._delivery.post(
                message, channel_id=question.user_id, key=key, max_wait_s=PATIENCE_S
            )
        elif question.is_private:
            self._delivery.respond(
                message, response_url=question.response_url, max_wait_s=PATIENCE_S
            )
        elif way == "whisper":
            self._whisper(message, question)
        else:
            self._delivery.post(
                message,
                channel_id=question.channel_id,
                thread_ts=question.thread_ts,
                key=key,
                max_wait_s=PATIENCE_S,
            )

    def _after(
        self, exc: DeliveryError, question: IncomingQuestion, outgoing: Outgoing
    ) -> float | None:
        """Decide what becomes of a reply that Slack did not take, or does not say so."""
        logger.warning("reply to event %s not sent: %s", question.event_id, exc.reason)
        if exc.is_passing:
            # For certain it is not out, so the event may be taken up anew after a restart.
            if not outgoing.may_be_out and not _is_begun(outgoing):
                self._note_waiting(question)
            return self.put_off(question, outgoing, wait_s=exc.retry_after_s)
        if exc.is_uncertain:
            if exc.is_harmless or _is_begun(outgoing):
                return self.put_off(question, outgoing)
            if outgoing.way == "direct":
                # It cannot be found out, and there is nobody else to tell.
                outgoing.is_out = True
                return self.send(question, outgoing)
            outgoing.may_be_out = True
            return self.put_off(question, outgoing, wait_s=_growing(LOOK_AFTER_S, outgoing.tries))
        failure_id = note_failure(exc, during=f"reply to event {question.event_id}")
        message = outgoing.message if question.is_private else render_failure(failure_id)
        return self._replace(outgoing, message, question)

    def _replace(
        self, outgoing: Outgoing, message: RenderedMessage | None, question: IncomingQuestion
    ) -> float | None:
        """Go on with the next way to the person; give up after the last one."""
        if outgoing.way == "direct":
            logger.error("event %s: nothing can be sent to the person", question.event_id)
            outgoing.is_out = True
        else:
            is_last = outgoing.way == "whisper" or question.is_private
            outgoing.way = "direct" if is_last else "whisper"
            outgoing.message, outgoing.growing = message, None
        return self.send(question, outgoing)

    def tell(self, question: IncomingQuestion, text: str) -> bool:
        """Tell the person alone something while the reply is not there; return whether it is told.

        Never raises.
        """
        notice = render_notice(text)
        try:
            if question.is_private:
                self._delivery.respond(
                    notice, response_url=question.response_url, max_wait_s=PATIENCE_S
                )
            else:
                self._whisper(notice, question)
        except DeliveryError as exc:
            return exc.is_uncertain
        return True

    def _whisper(self, message: RenderedMessage, question: IncomingQuestion) -> None:
        self._delivery.whisper(
            message,
            channel_id=question.channel_id,
            user_id=question.user_id,
            thread_ts=question.thread_ts,
            max_wait_s=PATIENCE_S,
        )

    def _note_waiting(self, question: IncomingQuestion) -> None:
        try:
            self._journal.put_back(question.event_id)
        except RecordError as exc:
            logger.warning("event %s stays noted as being sent: %s", question.event_id, exc)


def _is_begun(outgoing: Outgoing) -> bool:
    return outgoing.growing is not None and outgoing.growing.is_open


def _growing(first_s: float, tries: int) -> float:
    """Return a wait that doubles with each try, up to one that nobody minds after an outage."""
    # After some hours the power alone would be more than a float holds.
    return min(first_s * 2.0 ** min(tries, 16), LONGEST_WAIT_S)
