"""Failures on demand: what the next calls of a method should run into."""

import threading
from collections import defaultdict, deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """How one call goes wrong."""

    error: str | None = None
    """Answer with this error code."""
    status: int = 200
    """Answer with this HTTP status, and no JSON from 500 up."""
    retry_after_s: int | None = None
    delay_s: float = 0.0
    """Wait so long first."""
    is_applied: bool = False
    """Do what was asked before failing, as when only the answer is lost."""


class Faults:
    """A queue of faults for each method; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queues: dict[str, deque[Fault]] = defaultdict(deque)

    def add(self, method: str, fault: Fault, *, times: int = 1) -> None:
        """Let the next `times` calls of `method` run into `fault`, after those already queued."""
        with self._lock:
            self._queues[method].extend([fault] * times)

    def take(self, method: str) -> Fault | None:
        """Return the fault for this call and forget it."""
        with self._lock:
            queue = self._queues[method]
            return queue.popleft() if queue else None
