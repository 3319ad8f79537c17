"""How things stand, for administrators: gathered from all that know a part of it."""

import datetime as dt
from collections.abc import Callable

from bot.record.activity import Activity
from bot.record.experts import ExpertQuestions
from bot.rendering import AdminPage, Running, Standing
from bot.replying.administrators.gaps import GapDesk
from bot.services import Corpus, Library

__all__ = ["Overview"]

DAYS = 30
STRETCHES = 15
LAST_RUNS = 4
"""One of them may be the one that runs."""


class Overview:
    """Gathers what `/kb status` and the administrators' part of the Home tab tell."""

    def __init__(
        self,
        *,
        corpus: Corpus,
        library: Library,
        activity: Activity,
        expert_questions: ExpertQuestions,
        gap_desk: GapDesk,
        running: Callable[[], Running | None],
        clock: Callable[[], dt.datetime],
    ) -> None:
        """`running` tells what this process ingests now."""
        self._corpus = corpus
        self._library = library
        self._activity = activity
        self._expert_questions = expert_questions
        self._gap_desk = gap_desk
        self._running = running
        self._clock = clock

    def standing(self) -> Standing:
        """Return what is known now and how it came to be."""
        running = self._running()
        if running is None and (actor := self._corpus.ingesting()):
            running = Running(actor=actor)
        first_day = (self._clock() - dt.timedelta(days=DAYS)).date()
        return Standing(
            status=self._corpus.status(),
            freshness=self._library.freshness(),
            runs=tuple(self._corpus.runs(limit=LAST_RUNS)),
            running=running,
            model=self._corpus.model_report(not_before=first_day),
        )

    def page(self) -> AdminPage:
        """Return what only administrators see on the Home tab."""
        return AdminPage(
            standing=self.standing(),
            activity=self._activity.count(until=self._clock(), days=DAYS, stretches=STRETCHES),
            gaps=self._gap_desk.look(),
            waiting=len(self._expert_questions.waiting()),
        )
