"""How much was asked, refused and voted lately; nobody's words and nobody's name."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.sql.elements import ColumnElement

from bot.record import schema
from knowledge.record.database import Database

__all__ = ["Activity", "ActivityCounts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityCounts:
    """Numbers by stretches of time of one length, the oldest first."""

    begins: dt.datetime
    ends: dt.datetime
    answered: tuple[int, ...]
    refused: tuple[int, ...]
    up: tuple[int, ...]
    down: tuple[int, ...]

    @property
    def asked(self) -> int:
        """How many questions there were in all; small talk is none."""
        return sum(self.answered) + sum(self.refused)


class Activity:
    """Counts what is on record."""

    def __init__(self, database: Database) -> None:
        """Take an open database."""
        self._database = database

    def count(self, *, until: dt.datetime, days: int, stretches: int) -> ActivityCounts:
        """Return the numbers of so many days before `until`, in equal stretches."""
        begins = until - dt.timedelta(days=days)
        step = (until - begins) / stretches
        starts = [begins + step * number for number in range(stretches)]
        answer, vote = schema.answer.c, schema.vote.c
        is_refused = case((answer.kind == "refusal", "refused"), else_="answered")
        asked = (
            select(_stretch(answer.created_at, starts), is_refused.label("what"), func.count())
            .where(answer.created_at >= begins, answer.created_at < until, answer.kind != "chat")
            .group_by("stretch", "what")
        )
        voted = (
            select(_stretch(vote.voted_at, starts), vote.vote.label("what"), func.count())
            .where(vote.voted_at >= begins, vote.voted_at < until)
            .group_by("stretch", "what")
        )
        counts = {name: [0] * stretches for name in ("answered", "refused", "up", "down")}
        with self._database.read() as connection:
            for query in (asked, voted):
                for stretch, what, number in connection.execute(query):
                    counts[what][stretch] += number
        shown = {name: tuple(numbers) for name, numbers in counts.items()}
        return ActivityCounts(begins=begins, ends=until, **shown)


def _stretch(column: ColumnElement[dt.datetime], starts: list[dt.datetime]) -> ColumnElement[int]:
    # Neither database's functions of dates: they differ, and one goes by its own time zone.
    latest_first = list(enumerate(starts))[::-1]
    return case(*((column >= start, number) for number, start in latest_first)).label("stretch")
