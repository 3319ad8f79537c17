"""Keeps the promise about retention while the bot runs."""

import datetime as dt
import logging
import threading
from collections.abc import Callable

from bot.record.journal import Journal
from knowledge.errors import LeaseLostError, RecordError

__all__ = ["Housekeeping"]

logger = logging.getLogger(__name__)

EVERY_S = 6 * 3600.0
NAMES_KEPT = dt.timedelta(hours=1)
LEASE = "housekeeping"


class Housekeeping:
    """Purges old texts at the start and every few hours, in one process at a time."""

    def __init__(
        self, journal: Journal, *, retention_days: int, clock: Callable[[], dt.datetime]
    ) -> None:
        """Texts older than `retention_days` are deleted."""
        self._journal = journal
        self._retention = dt.timedelta(days=retention_days)
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Purge now and from time to time."""
        self._thread.start()

    def close(self) -> None:
        """Stop; a purge that has begun comes to its end."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                with self._journal.leases.hold(LEASE) as lease:
                    if lease is not None:
                        now = self._clock()
                        number = self._journal.purge(before=now - self._retention)
                        self._journal.forget_names(before=now - NAMES_KEPT)
                        logger.info("%d answers purged", number)
            except (RecordError, LeaseLostError) as exc:
                logger.warning("texts not purged, trying again later: %s", exc)
            if self._stop.wait(EVERY_S):
                return
