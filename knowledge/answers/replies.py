"""What a chat model wrote to requests that come again, so that nobody pays or waits twice."""

import threading
from collections import OrderedDict

__all__ = ["Replies"]

HELD = 256


class Replies:
    """Keeps the latest replies by what was asked; safe to share between threads.

    A request holds the passages, so a change of an article makes it another one.
    """

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, str]) -> str | None:
        """Return the reply to a model's name and a request, if it is known."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def keep(self, key: tuple[str, str], reply: str) -> None:
        """Remember a reply that came to its end."""
        with self._lock:
            self._held[key] = reply
            self._held.move_to_end(key)
            while len(self._held) > HELD:
                self._held.popitem(last=False)
