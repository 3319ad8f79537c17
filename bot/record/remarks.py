"""What people say of answers and do with them: reasons for votes, and buttons that were used.

Both are forgotten with the answer.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import select

from bot.record import schema
from knowledge.record.database import Database, insert_for

__all__ = ["REASONS", "Deed", "DeedKind", "Reason", "Remarks"]

Reason: TypeAlias = Literal["wrong", "outdated", "incomplete", "source", "other"]
REASONS: tuple[Reason, ...] = ("wrong", "outdated", "incomplete", "source", "other")
DeedKind: TypeAlias = Literal["asked", "shared", "passed_on"]

MAX_WORDS_CHARS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What somebody did with a button of an answer."""

    kind: DeedKind
    user_id: str
    detail: str
    """What was chosen; empty where there is no choice."""


class Remarks:
    """Keeps what is said of answers that are on record."""

    def __init__(self, database: Database) -> None:
        """Take an open database."""
        self._database = database

    def explain_vote(
        self, answer_id: str, *, user_id: str, reason: Reason, words: str, at: dt.datetime
    ) -> bool:
        """Keep why a person voted an answer down; False when the answer is not on record.

        The person's last reason counts.
        """
        values = {"reason": reason, "words": words[:MAX_WORDS_CHARS], "remarked_at": at}
        return self._keep(
            schema.remark, {"answer_id": answer_id, "user_id": user_id}, values, replace=True
        )

    def note_deed(self, answer_id: str, deed: Deed, *, at: dt.datetime) -> bool:
        """Keep that a button was used; False when the answer is not on record.

        The first use of a kind of button is the one that counts.
        """
        values = {"user_id": deed.user_id, "detail": deed.detail, "done_at": at}
        return self._keep(
            schema.deed, {"answer_id": answer_id, "kind": deed.kind}, values, replace=False
        )

    def deeds(self, answer_id: str) -> tuple[Deed, ...]:
        """Return what was done with the buttons of an answer."""
        table = schema.deed
        query = select(table.c.kind, table.c.user_id, table.c.detail).where(
            table.c.answer_id == answer_id
        )
        with self._database.read() as connection:
            return tuple(Deed(**row) for row in connection.execute(query).mappings())

    def vote_of(self, answer_id: str, *, user_id: str) -> str:
        """Return a person's vote on an answer, `up` or `down`; empty when there is none."""
        table = schema.vote
        query = select(table.c.vote).where(
            table.c.answer_id == answer_id, table.c.user_id == user_id
        )
        with self._database.read() as connection:
            return connection.execute(query).scalar() or ""

    def _keep(
        self,
        table: Any,
        key: dict[str, str],
        values: dict[str, Any],
        *,
        replace: bool,
    ) -> bool:
        answer = schema.answer.c.answer_id
        known = select(answer).where(answer == key["answer_id"])
        insert = insert_for(self._database)(table).values({**key, **values})
        kept = (
            insert.on_conflict_do_update(index_elements=list(key), set_=values)
            if replace
            else insert.on_conflict_do_nothing()
        )
        with self._database.write() as connection:
            if connection.execute(known).first() is None:
                return False
            connection.execute(kept)
        return True
