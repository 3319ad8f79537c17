"""Takes up from time to time what an answer of an expert was left at when a process ended."""

import logging
import threading

from bot.replying.experts.desk import ExpertDesk
from knowledge.errors import RecordError

__all__ = ["ExpertRounds"]

logger = logging.getLogger(__name__)

EVERY_S = 10.0
"""Half of what a lease lasts: an answer waits little longer than for the end of that."""


class ExpertRounds:
    """Looks now and then, in a thread, for answers on their way that no process has in hand."""

    def __init__(self, desk: ExpertDesk, *, every_s: float = EVERY_S) -> None:
        """`desk` brings what is found."""
        self._desk = desk
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="experts", daemon=True)

    def start(self) -> None:
        """Look at once, and from time to time."""
        self._thread.start()

    def close(self, *, timeout_s: float) -> None:
        """Stop; an answer that is being brought has `timeout_s` to arrive."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        while True:
            try:
                self._desk.resume()
            except RecordError as exc:
                logger.warning("answers of experts are looked for again soon: %s", exc)
            if self._stop.wait(self._every_s):
                return
