"""Where the articles fall short: questions without an answer, and answers that were voted down.

Who asked or voted is not told.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import case, func, select

from bot.record import schema
from knowledge.domain import RefusalReason
from knowledge.record.database import Database
from knowledge.text.language import stems_of

__all__ = ["DislikedAnswer", "Gaps", "UnansweredGroup"]

LACKING = tuple(
    str(reason)
    for reason in (RefusalReason.NO_EVIDENCE, RefusalReason.UNKNOWN_TERM, RefusalReason.NO_FIGURE)
)
"""Reasons that an article could do away with."""
ALIKE = 0.5
"""Questions of which so large a share of the stems is the same ask for the same."""
MAX_EXAMPLES = 3
MAX_READ = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class UnansweredGroup:
    """Questions that ask for about the same and were not answered."""

    count: int
    examples: tuple[str, ...]
    """A few of them in different words, the latest one first."""
    last_asked: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DislikedAnswer:
    """An answer that people voted down."""

    question: str
    down: int
    up: int
    reasons: Mapping[str, int] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    """What people wrote, the latest first."""


class Gaps:
    """Reads what is on record of refusals and votes; the retention limits how far back."""

    def __init__(self, database: Database) -> None:
        """Take an open database."""
        self._database = database

    def unanswered(self, *, not_before: dt.datetime) -> list[UnansweredGroup]:
        """Return questions that the articles do not answer, those asked most often first."""
        table = schema.answer
        query = (
            select(table.c.question, table.c.created_at)
            .where(table.c.kind == "refusal", table.c.reason.in_(LACKING))
            .where(table.c.created_at >= not_before)
            .order_by(table.c.created_at.desc())
            .limit(MAX_READ)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        groups = _groups((row.question, row.created_at) for row in rows)
        return sorted(groups, key=lambda group: (-group.count, -group.last_asked.timestamp()))

    def disliked(self, *, not_before: dt.datetime) -> list[DislikedAnswer]:
        """Return answers with more votes against them than for them, the worst first."""
        answer, vote, remark = schema.answer, schema.vote, schema.remark
        down = func.sum(case((vote.c.vote == "down", 1), else_=0))
        votes = (
            select(answer.c.answer_id, answer.c.question, down.label("down"), func.count())
            .join(vote, vote.c.answer_id == answer.c.answer_id)
            .where(answer.c.created_at >= not_before)
            .group_by(answer.c.answer_id, answer.c.question)
            .having(down * 2 > func.count())
            .limit(MAX_READ)
        )
        said = (
            select(remark.c.answer_id, remark.c.reason, remark.c.words)
            .join(answer, answer.c.answer_id == remark.c.answer_id)
            .where(answer.c.created_at >= not_before)
            .order_by(remark.c.remarked_at.desc())
        )
        with self._database.read() as connection:
            rows = connection.execute(votes).all()
            remarks: dict[str, list[Any]] = {}
            for row in connection.execute(said):
                remarks.setdefault(row.answer_id, []).append(row)
        found = [
            DislikedAnswer(
                question=question,
                down=int(against),
                up=int(total) - int(against),
                reasons=Counter(row.reason for row in remarks.get(answer_id, ())),
                words=tuple(row.words for row in remarks.get(answer_id, ()) if row.words),
            )
            for answer_id, question, against, total in rows
        ]
        return sorted(found, key=lambda one: (-one.down, one.up))


def _groups(asked: Iterable[tuple[str, dt.datetime]]) -> Iterable[UnansweredGroup]:
    """Put each question to the first group whose latest one it resembles; the latest come first."""
    groups: list[tuple[frozenset[str], list[str], list[dt.datetime]]] = []
    for question, at in asked:
        stems = frozenset(stems_of(question)) or frozenset({question.casefold().strip()})
        for known, questions, times in groups:
            if len(stems & known) >= ALIKE * len(stems | known):
                questions.append(question)
                times.append(at)
                break
        else:
            groups.append((stems, [question], [at]))
    return (
        UnansweredGroup(
            count=len(questions),
            examples=tuple(dict.fromkeys(questions))[:MAX_EXAMPLES],
            last_asked=times[0] if times[0].tzinfo else times[0].replace(tzinfo=dt.UTC),
        )
        for _, questions, times in groups
    )
