"""A few threads that answer questions, taking people in turns."""

import heapq
import itertools
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence

from bot.incoming import IncomingQuestion

__all__ = ["Workers"]

FETCH_EVERY_S = 1.0
"""How soon a question that another process has left is taken up, when there is nothing to do."""


class Workers:
    """Runs `handle` on submitted questions, a few at a time and one person after the other.

    The queue is in memory; what must survive is in the inbox. `handle` must not raise; it returns
    None, or in how many seconds it is to be called with the question again. A thread without work
    fetches what other processes have left.
    """

    def __init__(
        self,
        handle: Callable[[IncomingQuestion], float | None],
        *,
        fetch: Callable[[int], Sequence[IncomingQuestion]] = lambda _: (),
        number: int = 4,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`number` questions are answered at a time; `clock` counts seconds.

        `fetch` returns up to so many questions that nobody works on; it must not raise.
        """
        self._handle = handle
        self._fetch = fetch
        self._number = number
        self._clock = clock
        self._known: set[str] = set()
        """Events that are queued, in work or put off here."""
        self._is_fetching = False
        self._fetch_at = 0.0
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
        """Put a question behind the others of the same person, unless it is there already."""
        with self._changed:
            self._put(question)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is queued, in work or put off here."""
        return not self._known

    def _put(self, question: IncomingQuestion) -> None:
        if question.event_id in self._known:
            return
        self._known.add(question.event_id)
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
            with self._changed:
                # Where there was one to do, there may be more that others have left.
                self._fetch_at = self._clock()
                if wait_s is None:
                    self._known.discard(question.event_id)
                else:
                    due = (self._clock() + wait_s, next(self._order), question)
                    heapq.heappush(self._later, due)
                    self._changed.notify()

    def _next(self) -> IncomingQuestion | None:
        with self._changed:
            while not self._is_closed:
                self._take_what_is_due()
                if self._queues:
                    break
                if self._is_fetching or self._fetch_at > self._clock():
                    self._changed.wait(self._pause_s())
                else:
                    self._fetch_more()
            if self._is_closed:
                return None
            user_id, queue = self._queues.popitem(last=False)
            question = queue.popleft()
            if queue:
                # Behind everybody else: one person's flood delays only that person.
                self._queues[user_id] = queue
            return question

    def _pause_s(self) -> float:
        due = self._later[0][0] - self._clock() if self._later else FETCH_EVERY_S
        return max(min(due, FETCH_EVERY_S), 0.0)

    def _fetch_more(self) -> None:
        """Put what others have left into the queue; the lock is let go meanwhile."""
        self._is_fetching = True
        self._changed.release()
        try:
            found = self._fetch(self._number)
        finally:
            self._changed.acquire()
            self._is_fetching = False
        self._fetch_at = self._clock() + FETCH_EVERY_S
        for question in found:
            self._put(question)
