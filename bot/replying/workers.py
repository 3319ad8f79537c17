"""A few threads that answer questions, taking people in turns."""

import heapq
import itertools
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from bot.incoming import IncomingQuestion

__all__ = ["Workers"]


class Workers:
    """Runs `handle` on submitted questions, a few at a time and one person after the other.

    The queue is in memory; what must survive is in the inbox. `handle` must not raise; it returns
    None, or in how many seconds it is to be called with the question again.
    """

    def __init__(
        self,
        handle: Callable[[IncomingQuestion], float | None],
        *,
        number: int = 4,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`number` questions are answered at a time; `clock` counts seconds."""
        self._handle = handle
        self._clock = clock
        self._later: list[tuple[float, int, IncomingQuestion]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._queues: OrderedDict[str, deque[IncomingQuestion]] = OrderedDict()
        self._is_closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"answers-{n}", daemon=True)
            for n in range(number)
        ]

    def start(self) -> None:
        """Start answering; what was submitted before waits until then."""
        for thread in self._threads:
            thread.start()

    def _take_what_is_due(self) -> None:
        while self._later and self._later[0][0] <= self._clock():
            *_, question = heapq.heappop(self._later)
            self._queues.setdefault(question.user_id, deque()).append(question)
            self._changed.notify()

    def submit(self, question: IncomingQuestion) -> None:
        """Put a question behind the others of the same person."""
        with self._changed:
            self._queues.setdefault(question.user_id, deque()).append(question)
            self._changed.notify()

    def close(self, *, timeout_s: float) -> None:
        """Let what has begun come to its end; what has not begun is left."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        until = time.monotonic() + timeout_s
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(until - time.monotonic(), 0.0))

    def _work(self) -> None:
        while (question := self._next()) is not None:
            wait_s = self._handle(question)
            if wait_s is not None:
                with self._changed:
                    due = (self._clock() + wait_s, next(self._order), question)
                    heapq.heappush(self._later, due)
                    self._changed.notify()

    def _next(self) -> IncomingQuestion | None:
        with self._changed:
            while not self._is_closed:
                self._take_what_is_due()
                if self._queues:
                    break
                self._changed.wait(self._later[0][0] - self._clock() if self._later else None)
            if self._is_closed:
                return None
            user_id, queue = self._queues.popitem(last=False)
            question = queue.popleft()
            if queue:
                # Behind everybody else: one person's flood delays only that person.
                self._queues[user_id] = queue
            return question
