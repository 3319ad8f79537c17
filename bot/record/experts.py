"""Questions that were passed to the experts, and what became of each.

They are forgotten with the answer, the refusal, that they come from.
"""

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import Row, delete, select, update

from bot.record import schema
from knowledge.record.database import Database, insert_for
from knowledge.record.leases import LEASE_S, Leases

__all__ = ["ExpertQuestion", "ExpertQuestions", "ExpertState"]

ExpertState: TypeAlias = Literal["open", "taken", "sending", "answered", "declined"]
"""In `sending` an answer is on its way to the person who asked."""
MAX_LISTED = 200
LEASES = "expert:"
"""Begins the names of the leases of answers that are brought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertQuestion:
    """A question of a person that waits for an expert, or did."""

    answer_id: str
    """The refusal that it comes from."""
    question: str
    asked_by: str
    channel_id: str
    """Where it was asked; empty when it was asked privately."""
    thread_ts: str
    place: str
    """The message to the experts as `channel:ts`; empty until it is posted."""
    state: ExpertState
    expert_id: str
    """Who has taken, answered or declined it; empty while it is open."""
    reply: str
    asked_at: dt.datetime


class ExpertQuestions:
    """Keeps the questions; each step is done by one person once, however often it is pressed."""

    def __init__(self, database: Database, *, lease_s: float = LEASE_S) -> None:
        """Take an open database; another process may take over after `lease_s` of silence."""
        self._database = database
        self._leases = Leases(database, lease_s=lease_s)
        self._held: set[str] = set()
        self._lock = threading.Lock()

    @contextmanager
    def in_hand(self, answer_id: str) -> Iterator[bool]:
        """Keep a question from all others while its answer is brought; False when one has it.

        After the death of a process another can have it soon. What this thread writes within
        raises `LeaseLostError` once another has taken over.
        """
        with self._lock:
            # A lease keeps out other processes only.
            is_free = answer_id not in self._held
            self._held.add(answer_id)
        if not is_free:
            yield False
            return
        try:
            with self._leases.hold(f"{LEASES}{answer_id}"[:64]) as lease:
                yield lease is not None
            self._leases.forget_ended(LEASES)
        finally:
            with self._lock:
                self._held.discard(answer_id)

    def open(self, question: ExpertQuestion) -> bool:
        """Keep a question that is to be passed on; False when it is there already."""
        table = schema.expert_question
        row = {name: getattr(question, name) for name in table.columns.keys()}  # noqa: SIM118 (not a dict)
        statement = insert_for(self._database)(table).values(row).on_conflict_do_nothing()
        with self._database.write() as connection:
            return connection.execute(statement.returning(table.c.answer_id)).first() is not None

    def drop(self, answer_id: str) -> None:
        """Forget a question that could not be passed on."""
        table = schema.expert_question
        with self._database.write() as connection:
            connection.execute(delete(table).where(table.c.answer_id == answer_id))

    def note_place(self, answer_id: str, place: str) -> None:
        """Keep where the message to the experts stands."""
        self._change(answer_id, place=place)

    def redirect(self, asked: ExpertQuestion) -> None:
        """Let the answer to a question go to another person and place."""
        self._change(
            asked.answer_id,
            asked_by=asked.asked_by,
            channel_id=asked.channel_id,
            thread_ts=asked.thread_ts,
        )

    def find(self, answer_id: str) -> ExpertQuestion | None:
        """Return a question; None when it is unknown or has been purged."""
        table = schema.expert_question
        with self._database.read() as connection:
            row = connection.execute(select(table).where(table.c.answer_id == answer_id)).first()
        return None if row is None else _question(row)

    def move(
        self,
        answer_id: str,
        *,
        of: tuple[ExpertState, ...],
        to: ExpertState,
        by: str,
        reply: str = "",
    ) -> bool:
        """Bring a question from one of some states into another; False when it is in none.

        Of two who try at once one succeeds.
        """
        return self._change(answer_id, of=of, state=to, expert_id=by, reply=reply)

    def unfinished(self) -> list[ExpertQuestion]:
        """Return those whose answer was on its way when the program ended."""
        return self._in("sending")

    def waiting(self) -> list[ExpertQuestion]:
        """Return those that nobody has answered yet, oldest first."""
        return self._in("open", "taken")

    def _in(self, *states: ExpertState) -> list[ExpertQuestion]:
        table = schema.expert_question
        query = (
            select(table)
            .where(table.c.state.in_(states))
            .order_by(table.c.asked_at)
            .limit(MAX_LISTED)
        )
        with self._database.read() as connection:
            return [_question(row) for row in connection.execute(query)]

    def _change(self, answer_id: str, *, of: tuple[ExpertState, ...] = (), **values: Any) -> bool:
        table = schema.expert_question
        statement = update(table).where(table.c.answer_id == answer_id)
        if of:
            statement = statement.where(table.c.state.in_(of))
        with self._database.write() as connection:
            return connection.execute(statement.values(**values)).rowcount > 0


def _question(row: Row[Any]) -> ExpertQuestion:
    values = dict(row._mapping)  # noqa: SLF001 (SQLAlchemy's public name for it)
    at = values["asked_at"]
    # SQLite keeps no time zone; all times are written in UTC.
    values["asked_at"] = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
    return ExpertQuestion(**values)
