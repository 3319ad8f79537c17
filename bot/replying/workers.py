"""A few threads that answer questions, taking people in turns."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable

from bot.incoming import IncomingQuestion

__all__ = ["Workers"]


class Workers:
    """Runs `handle` on submitted questions, a few at a time and one person after the other.

    The queue is in memory; what must survive is in the inbox. `handle` must not raise.
    """

    def __init__(self, handle: Callable[[IncomingQuestion], None], *, number: int = 4) -> None:
        """`number` questions are answered at a time."""
        self._handle = handle
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
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout_s)

    def _work(self) -> None:
        while (question := self._next()) is not None:
            self._handle(question)

    def _next(self) -> IncomingQuestion | None:
        with self._changed:
            while not self._queues and not self._is_closed:
                self._changed.wait()
            if self._is_closed:
                return None
            user_id, queue = self._queues.popitem(last=False)
            question = queue.popleft()
            if queue:
                # Behind everybody else: one person's flood delays only that person.
                self._queues[user_id] = queue
            return question
