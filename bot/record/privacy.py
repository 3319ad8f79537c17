"""What is on record of one person, to be given to that person or deleted."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update

from bot.record import schema
from knowledge.record.database import Database

__all__ = ["AskedQuestion", "PersonalRecord", "Privacy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A question of a person and what it was answered with."""

    question: str
    reply: str
    asked_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalRecord:
    """Everything about one person that can be deleted at their wish."""

    questions: tuple[dict[str, Any], ...]
    votes: tuple[dict[str, Any], ...]
    remarks: tuple[dict[str, Any], ...]
    replies: tuple[dict[str, Any], ...] = ()
    """What experts answered: to the person, or by the person."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing."""
        return not (self.questions or self.votes or self.remarks or self.replies)


class Privacy:
    """Gives and deletes what people left behind; the audit of administrators' acts stays."""

    def __init__(self, database: Database) -> None:
        """Take an open database."""
        self._database = database

    def last_questions(self, user_id: str, *, limit: int) -> tuple[AskedQuestion, ...]:
        """Return a person's latest questions, each once, the last one first."""
        table = schema.answer
        latest = func.max(table.c.created_at).label("at")
        query = (
            select(table.c.question, func.max(table.c.text).label("text"), latest)
            .where(table.c.user_id == user_id)
            .group_by(table.c.question)
            .order_by(latest.desc())
            .limit(limit)
        )
        with self._database.read() as connection:
            return tuple(
                AskedQuestion(question=row.question, reply=row.text, asked_at=_utc(row.at))
                for row in connection.execute(query)
            )

    def export(self, user_id: str) -> PersonalRecord:
        """Return everything on record of a person, oldest first, ready for JSON."""
        answer, vote, remark = schema.answer, schema.vote, schema.remark
        asked = (
            select(answer.c.created_at, answer.c.question, answer.c.text, answer.c.kind)
            .where(answer.c.user_id == user_id)
            .order_by(answer.c.created_at)
        )
        votes = (
            select(vote.c.voted_at, vote.c.vote, answer.c.question)
            .join(answer, answer.c.answer_id == vote.c.answer_id)
            .where(vote.c.user_id == user_id)
            .order_by(vote.c.voted_at)
        )
        remarks = (
            select(remark.c.remarked_at, remark.c.reason, remark.c.words, answer.c.question)
            .join(answer, answer.c.answer_id == remark.c.answer_id)
            .where(remark.c.user_id == user_id)
            .order_by(remark.c.remarked_at)
        )
        case = schema.expert_question
        replies = (
            select(case.c.asked_at, case.c.question, case.c.reply)
            .where((case.c.asked_by == user_id) | (case.c.expert_id == user_id))
            .order_by(case.c.asked_at)
        )
        with self._database.read() as connection:
            read = [
                tuple(_plain(row) for row in connection.execute(query).mappings())
                for query in (asked, votes, remarks, replies)
            ]
        return PersonalRecord(questions=read[0], votes=read[1], remarks=read[2], replies=read[3])

    def forget(self, user_id: str) -> int:
        """Delete a person's questions with their answers, votes and words; return how many.

        Questions that wait to be answered go too: they are answered no more. The text is taken
        out of the files of SQLite at once; PostgreSQL does so by itself, in its own time.
        """
        answer, vote, remark, deed = (
            schema.answer,
            schema.vote,
            schema.remark,
            schema.deed,
        )
        own = select(answer.c.answer_id).where(answer.c.user_id == user_id)
        with self._database.write() as connection:
            for table in (vote, remark, deed):
                connection.execute(
                    delete(table).where((table.c.user_id == user_id) | table.c.answer_id.in_(own))
                )
            case = schema.expert_question
            for table in (case, schema.gap_dismissal):
                connection.execute(delete(table).where(table.c.answer_id.in_(own)))
            connection.execute(
                update(case).where(case.c.expert_id == user_id).values(expert_id="", reply="")
            )
            number = connection.execute(delete(answer).where(answer.c.user_id == user_id)).rowcount
            inbox = schema.inbox
            connection.execute(
                delete(inbox).where(inbox.c.user_id == user_id, inbox.c.state != "done")
            )
            connection.execute(
                update(inbox).where(inbox.c.user_id == user_id).values(user_id="", channel_id="")
            )
        self._database.forget_deleted()
        return number


def _utc(at: dt.datetime) -> dt.datetime:
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def _plain(row: Any) -> dict[str, Any]:
    return {
        name: _utc(value).isoformat() if isinstance(value, dt.datetime) else value
        for name, value in row.items()
    }
