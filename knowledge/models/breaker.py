"""Leaves a service alone for a while that failed several times in a row."""

import threading
import time
from collections.abc import Callable

__all__ = ["Breaker"]


class Breaker:
    """Counts failures in a row; safe to share between threads."""

    def __init__(
        self,
        *,
        failures: int = 3,
        rest_s: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """After so many `failures` in a row the service rests for `rest_s` seconds."""
        self._failures = failures
        self._rest_s = rest_s
        self._clock = clock
        self._in_a_row = 0
        self._until = 0.0
        self._lock = threading.Lock()

    @property
    def rests_for_s(self) -> float:
        """How long the service is still left alone; 0 when it may be asked.

        After its rest one call tells: should that fail too, it rests again.
        """
        with self._lock:
            return max(self._until - self._clock(), 0.0)

    def succeeded(self) -> None:
        """Note that it works."""
        with self._lock:
            self._in_a_row = 0

    def failed(self) -> None:
        """Note a failure."""
        with self._lock:
            self._in_a_row += 1
            if self._in_a_row >= self._failures:
                self._until = self._clock() + self._rest_s
