"""Looks now and then whether a digest is due, in one process at a time."""

import logging
import threading

from bot.replying.administrators.digest import WeeklyDigest
from knowledge.errors import LeaseLostError, RecordError
from knowledge.record.leases import Leases

__all__ = ["Weekly"]

logger = logging.getLogger(__name__)

EVERY_S = 600.0
LEASE = "digest"


class Weekly:
    """Sends what is due at the start and every few minutes."""

    def __init__(self, digest: WeeklyDigest, *, leases: Leases) -> None:
        """The lease keeps all other processes out meanwhile."""
        self._digest = digest
        self._leases = leases
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="digest", daemon=True)

    def start(self) -> None:
        """Look now and from time to time."""
        self._thread.start()

    def close(self) -> None:
        """Stop; a digest that is being posted comes to its end."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> int:
        """Send what is due, unless another process is at it; return how many were sent."""
        with self._leases.hold(LEASE) as lease:
            return 0 if lease is None else self._digest.send_due()

    def _run(self) -> None:
        while True:
            try:
                self.look()
            except (RecordError, LeaseLostError) as exc:
                logger.warning("digests wait: %s", exc)
            except Exception:
                # The next one is a new try, and a week is long.
                logger.exception("a digest could not be made")
            if self._stop.wait(EVERY_S):
                return
