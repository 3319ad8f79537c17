"""A reply that Slack shows while it is still being written."""

import logging
import threading
from collections.abc import Callable

from bot.incoming import IncomingQuestion
from bot.rendering import Block, RenderedMessage, fits, render_sentences
from bot.replying.delivery import Delivery, DeliveryError
from bot.replying.failures import note_failure
from knowledge.domain import Answer

__all__ = ["GrowingReply"]

logger = logging.getLogger(__name__)

PACE_S = 1.0
"""Sentences that come faster are shown together: Slack takes about 100 such calls a minute."""


class GrowingReply:
    """The reply to one question, opened in its thread with the first sentence that is shown.

    Slack is told by a thread of its own, so that whoever writes never waits for Slack. Whatever
    goes wrong on the way is put right by `close`.
    """

    def __init__(
        self, delivery: Delivery, question: IncomingQuestion, *, before_opening: Callable[[], None]
    ) -> None:
        """`before_opening` notes that from now on something of the reply may be in Slack."""
        self._delivery = delivery
        self._question = question
        self._before_opening = before_opening
        self._changed = threading.Condition()
        self._answer: Answer | None = None
        self._is_settled = False
        self._thread: threading.Thread | None = None
        self._rest: RenderedMessage | None = None
        # These belong to the thread until `settle` has waited for its end.
        self._place = ""
        self._sent: list[Block] = []
        self._shown = 0
        self._is_spoilt = False
        self._is_abandoned = False

    @property
    def is_open(self) -> bool:
        """Whether a message stands in Slack that `close` has yet to complete."""
        return bool(self._place) and not self._is_abandoned

    def show(self, answer: Answer) -> None:
        """Show an answer as far as it goes; it begins with the sentences shown before."""
        with self._changed:
            self._answer = answer
            self._changed.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="growing-reply", daemon=True)
            self._thread.start()

    def settle(self) -> int:
        """Show nothing more, and return how many sentences stand in Slack; 0 if it is not open."""
        with self._changed:
            self._is_settled = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
        return self._shown

    def give_up(self) -> None:
        """Show nothing more; what stands in Slack is replaced when the reply is closed."""
        self.settle()
        self._is_spoilt = True

    def end_with(self, rest: RenderedMessage) -> None:
        """Say what belongs under the sentences shown; without it the whole reply is put there."""
        self._rest = rest

    def close(self, whole: RenderedMessage, *, key: str = "") -> None:
        """Bring a reply that is open to its end, or put the whole in its place.

        A message of its own, marked with `key`, is the last resort; the reply is no longer open
        then. Raises `DeliveryError` when Slack takes none of it, or does not say whether it has:
        as long as the reply is open, `close` may be called again.
        """
        rest = self._rest or whole
        if not self._is_spoilt and fits([*self._sent, *rest.blocks]):
            try:
                self._delivery.stop_stream(rest.blocks, place=self._place, key=key)
            except DeliveryError as exc:
                if exc.is_passing:
                    raise
                logger.warning("reply not completed, so it is replaced: %s", exc.reason)
            else:
                return
        try:
            self._replace(whole)
        except DeliveryError as exc:
            if exc.is_uncertain or exc.is_passing:
                raise
            logger.warning("reply not replaced, so it is posted: %s", exc.reason)
            self._is_abandoned = True
            question = self._question
            self._delivery.post(
                whole, channel_id=question.channel_id, thread_ts=question.thread_ts, key=key
            )

    def _replace(self, whole: RenderedMessage) -> None:
        try:
            # Slack changes no message that is still growing.
            self._delivery.stop_stream((), place=self._place)
        except DeliveryError as exc:
            logger.info("stream not stopped, it may have ended before: %s", exc.reason)
        self._delivery.update(whole, place=self._place)

    def _work(self) -> None:
        pause_s = 0.0
        while (answer := self._next(pause_s)) is not None:
            try:
                pause_s = self._send(answer)
            except Exception as exc:  # noqa: BLE001 (the boundary of a thread)
                note_failure(exc, during=f"showing the answer to event {self._question.event_id}")
                self._is_spoilt = True
            if self._is_spoilt:
                return

    def _next(self, pause_s: float) -> Answer | None:
        """Wait for more to show, `pause_s` at least; return None when it is settled."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_settled, pause_s)
            self._changed.wait_for(lambda: self._is_settled or self._has_more())
            return None if self._is_settled else self._answer

    def _has_more(self) -> bool:
        return self._answer is not None and len(self._answer.sentences) > self._shown

    def _send(self, answer: Answer) -> float:
        """Show the sentences that are not shown yet; return how long to wait before the next."""
        blocks = render_sentences(answer, start=self._shown)
        if not fits([*self._sent, *blocks]):
            self._is_spoilt = True
            return 0.0
        try:
            if self._place:
                self._delivery.append_stream(blocks, place=self._place)
            else:
                self._open(blocks)
        except DeliveryError as exc:
            if self._place and exc.retry_after_s is not None:
                # What Slack does not take now comes with what has been written by then.
                return exc.retry_after_s
            logger.warning("reply not shown while it is written: %s", exc.reason)
            self._is_spoilt = True
            return 0.0
        self._sent += blocks
        self._shown = len(answer.sentences)
        return PACE_S

    def _open(self, blocks: list[Block]) -> None:
        self._before_opening()
        question = self._question
        self._place = self._delivery.start_stream(
            blocks,
            channel_id=question.channel_id,
            thread_ts=question.thread_ts,
            user_id=question.user_id,
            team_id=question.team_id,
        )
