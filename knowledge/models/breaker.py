"""Spares people the wait for a chat model that has just failed several times."""

import logging
import threading
import time
from collections.abc import Callable, Iterator

from knowledge.errors import GenerationError
from knowledge.ports import ChatModel

__all__ = ["Breaker"]

logger = logging.getLogger(__name__)

FAILURES = 5
REST_S = 30.0


class Breaker:
    """A chat model that is left alone for a while after some failures in a row.

    Then one call tries it; the others go on without it until that one has come to its end.
    """

    def __init__(self, model: ChatModel, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds."""
        self._model = model
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._resting_until = 0.0

    def write(self, instructions: str, request: str) -> Iterator[str]:
        """Yield pieces of the reply; raise `GenerationError` at once while the model rests."""
        self._begin()
        try:
            yield from self._model.write(instructions, request)
        except GenerationError:
            self._note_failure()
            raise
        with self._lock:
            if self._failures >= FAILURES:
                logger.warning("the chat model works again")
            self._failures = 0

    def _begin(self) -> None:
        with self._lock:
            if self._failures < FAILURES:
                return
            if self._clock() < self._resting_until:
                raise GenerationError("the chat model is left alone, since it failed repeatedly")
            # This call tries it, and no other until it is done.
            self._resting_until = self._clock() + REST_S

    def _note_failure(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._resting_until = self._clock() + REST_S
            if self._failures == FAILURES:
                logger.warning("the chat model failed %d times, so it rests", FAILURES)
