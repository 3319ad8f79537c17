"""What was answered, and what people think of it: answers and votes, until retention is over."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pydantic import TypeAdapter
from sqlalchemy import Row, delete, func, insert, select

from bot.record import schema
from bot.record.inbox import Inbox
from knowledge.domain import Answer, Chat, Outcome, Refusal, Turn
from knowledge.record.database import insert_for

__all__ = ["Journal", "StoredAnswer", "Vote"]

Vote: TypeAlias = Literal["up", "down"]

DEPENDENT = (
    schema.vote,
    schema.remark,
    schema.deed,
    schema.expert_question,
    schema.gap_dismissal,
)
"""What hangs on an answer."""

_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    "refusal": TypeAdapter(Refusal),
    "chat": TypeAdapter(Chat),
    "answer": TypeAdapter(Answer),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """An outcome as it was given, to whom and in which conversation."""

    answer_id: str
    conversation: str
    user_id: str
    question: str
    text: str
    """The reply in plain text, as a later turn of the conversation refers to it."""
    outcome: Outcome
    total_ms: float
    created_at: dt.datetime


class Journal(Inbox):
    """Keeps events until they are answered, and answers until they are purged."""

    # Answers

    def save_answer(self, answer: StoredAnswer, *, event_id: str = "") -> None:
        """Record what was answered, to an event that this process holds if one is given."""
        outcome = answer.outcome
        kind, reason = _kind(outcome), ""
        if isinstance(outcome, Refusal):
            reason = str(outcome.reason)
        with self._database.write() as connection:
            if event_id:
                self._confirm(connection, event_id)
            connection.execute(
                insert(schema.answer).values(
                    answer_id=answer.answer_id,
                    conversation=answer.conversation,
                    user_id=answer.user_id,
                    question=answer.question,
                    text=answer.text,
                    kind=kind,
                    reason=reason,
                    outcome=_adapter(kind).dump_python(outcome, mode="json"),
                    total_ms=answer.total_ms,
                    created_at=answer.created_at,
                )
            )

    def find_answer(self, answer_id: str) -> StoredAnswer | None:
        """Return an answer, or None when it is unknown or has been purged."""
        query = select(schema.answer).where(schema.answer.c.answer_id == answer_id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _stored(row)

    def recent_turns(
        self, conversation: str, *, limit: int, not_before: dt.datetime
    ) -> tuple[Turn, ...]:
        """Return the last `limit` turns of a conversation, oldest first."""
        table = schema.answer
        query = (
            select(table.c.question, table.c.text)
            .where(table.c.conversation == conversation, table.c.created_at >= not_before)
            .order_by(table.c.created_at.desc())
            .limit((limit + 1) // 2)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        turns = [
            turn
            for row in reversed(rows)
            for turn in (
                Turn(role="user", text=row.question),
                Turn(role="assistant", text=row.text),
            )
        ]
        return tuple(turns[max(0, len(turns) - limit) :])

    def has_answered(self, conversation: str) -> bool:
        """Whether the assistant has answered in a conversation that is on record."""
        table = schema.answer
        query = select(table.c.answer_id).where(table.c.conversation == conversation).limit(1)
        with self._database.read() as connection:
            return connection.execute(query).first() is not None

    # Votes

    def vote(self, answer_id: str, *, user_id: str, vote: Vote, at: dt.datetime) -> bool:
        """Record a person's vote, replacing an earlier one; False for an unknown answer."""
        values = {"vote": vote, "voted_at": at}
        row = {"answer_id": answer_id, "user_id": user_id, **values}
        known = select(schema.answer.c.answer_id).where(schema.answer.c.answer_id == answer_id)
        with self._database.write() as connection:
            if connection.execute(known).first() is None:
                return False
            connection.execute(
                insert_for(self._database)(schema.vote)
                .values(row)
                .on_conflict_do_update(index_elements=["answer_id", "user_id"], set_=values)
            )
        return True

    def votes(self, answer_id: str) -> dict[Vote, int]:
        """Return how many people voted up and down."""
        table = schema.vote
        query = (
            select(table.c.vote, func.count())
            .where(table.c.answer_id == answer_id)
            .group_by(table.c.vote)
        )
        with self._database.read() as connection:
            counts = Counter({row[0]: row[1] for row in connection.execute(query)})
        return {"up": counts["up"], "down": counts["down"]}

    # Retention

    def purge(self, *, before: dt.datetime) -> int:
        """Delete what is older than `before`; return how many answers that were.

        With an answer goes all that hangs on it.

        Events that are not finished stay, however old the clock says they are.
        """
        inbox = schema.inbox
        with self._database.write() as connection:
            connection.execute(
                delete(inbox).where(inbox.c.received_at < before, inbox.c.state == "done")
            )
            # SQLite is told to cascade too, but only this order needs no such setting.
            old = select(schema.answer.c.answer_id).where(schema.answer.c.created_at < before)
            for table in DEPENDENT:
                connection.execute(delete(table).where(table.c.answer_id.in_(old)))
            result = connection.execute(
                delete(schema.answer).where(schema.answer.c.created_at < before)
            )
            return result.rowcount


def _kind(outcome: Outcome) -> str:
    match outcome:
        case Answer():
            return outcome.kind
        case Refusal():
            return "refusal"
        case Chat():
            return "chat"


def _adapter(kind: str) -> TypeAdapter[Any]:
    return _ADAPTERS.get(kind, _ADAPTERS["answer"])


def _stored(row: Row[Any]) -> StoredAnswer:
    outcome: Outcome = _adapter(row.kind).validate_python(row.outcome)
    # SQLite keeps no time zone; all times are written in UTC.
    created = row.created_at
    return StoredAnswer(
        answer_id=row.answer_id,
        conversation=row.conversation,
        user_id=row.user_id,
        question=row.question,
        text=row.text,
        outcome=outcome,
        total_ms=row.total_ms,
        created_at=created if created.tzinfo else created.replace(tzinfo=dt.UTC),
    )
