"""Keeps the promise about retention while the bot runs."""

import datetime as dt
import logging
from collections.abc import Callable

from typing_extensions import override

from bot.record.journal import Journal
from bot.recurring import Recurring
from knowledge.errors import LeaseLostError, RecordError

__all__ = ["Housekeeping"]

logger = logging.getLogger(__name__)

EVERY_S = 6 * 3600.0
NAMES_KEPT = dt.timedelta(hours=1)
LEASE = "housekeeping"


class Housekeeping(Recurring):
    """Purges old texts at the start and every few hours, in one process at a time."""

    def __init__(
        self, journal: Journal, *, retention_days: int, clock: Callable[[], dt.datetime]
    ) -> None:
        """Texts older than `retention_days` are deleted."""
        super().__init__(name="housekeeping", every_s=EVERY_S)
        self._journal = journal
        self._retention = dt.timedelta(days=retention_days)
        self._clock = clock

    @override
    def _work(self) -> None:
        try:
            with self._journal.leases.hold(LEASE) as lease:
                if lease is not None:
                    now = self._clock()
                    number = self._journal.purge(before=now - self._retention)
                    self._journal.forget_names(before=now - NAMES_KEPT)
                    logger.info("%d answers purged", number)
        except (RecordError, LeaseLostError) as exc:
            logger.warning("texts not purged, trying again later: %s", exc)
