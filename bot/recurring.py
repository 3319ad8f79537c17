"""What is done at the start and from time to time, in a thread of its own."""

import threading
from abc import ABC, abstractmethod

__all__ = ["Recurring"]


class Recurring(ABC):
    """Does its work over and over until it is closed."""

    def __init__(self, *, name: str, every_s: float) -> None:
        """`name` is that of the thread, and `every_s` the time between the end and the next."""
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Do it now and from time to time."""
        self._thread.start()

    def close(self, *, timeout_s: float | None = None) -> None:
        """Stop; what has begun comes to its end, for which there is `timeout_s` if given."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    @abstractmethod
    def _work(self) -> None:
        """Do it once; what it raises ends the thread."""

    def _run(self) -> None:
        while True:
            self._work()
            if self._stop.wait(self._every_s):
                return
