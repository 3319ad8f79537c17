"""Looks now and then whether a digest is due, in one process at a time."""

import logging

from typing_extensions import override

from bot.recurring import Recurring
from bot.replying.administrators.digest import WeeklyDigest
from knowledge.errors import LeaseLostError, RecordError
from knowledge.record.leases import Leases

__all__ = ["Weekly"]

logger = logging.getLogger(__name__)

EVERY_S = 600.0
LEASE = "digest"


class Weekly(Recurring):
    """Sends what is due at the start and every few minutes."""

    def __init__(self, digest: WeeklyDigest, *, leases: Leases) -> None:
        """The lease keeps all other processes out meanwhile."""
        super().__init__(name="digest", every_s=EVERY_S)
        self._digest = digest
        self._leases = leases

    def look(self) -> int:
        """Send what is due, unless another process is at it; return how many were sent."""
        with self._leases.hold(LEASE) as lease:
            return 0 if lease is None else self._digest.send_due()

    @override
    def _work(self) -> None:
        try:
            self.look()
        except (RecordError, LeaseLostError) as exc:
            logger.warning("digests wait: %s", exc)
        except Exception:
            # The next one is a new try, and a week is long.
            logger.exception("a digest could not be made")
