"""Takes up from time to time what an answer of an expert was left at when a process ended."""

import logging

from typing_extensions import override

from bot.recurring import Recurring
from bot.replying.experts.desk import ExpertDesk
from knowledge.errors import RecordError

__all__ = ["ExpertRounds"]

logger = logging.getLogger(__name__)

EVERY_S = 10.0
"""Half of what a lease lasts: an answer waits little longer than for the end of that."""


class ExpertRounds(Recurring):
    """Looks for answers on their way that no process has in hand."""

    def __init__(self, desk: ExpertDesk, *, every_s: float = EVERY_S) -> None:
        """`desk` brings what is found."""
        super().__init__(name="experts", every_s=every_s)
        self._desk = desk

    @override
    def _work(self) -> None:
        try:
            self._desk.resume()
        except RecordError as exc:
            logger.warning("answers of experts are looked for again soon: %s", exc)
