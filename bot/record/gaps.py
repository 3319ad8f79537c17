"""Where the articles fall short: questions without an answer, and answers that were voted down.

Who asked or voted is not told.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from sqlalchemy import case, func, select

from bot.record import schema
from bot.record.experts import ExpertState
from bot.record.meaning import Embed, Meaning
from knowledge.domain import RefusalReason
from knowledge.record.database import Database, insert_for

__all__ = ["Example", "Gap", "Gaps", "Remedy"]

Remedy: TypeAlias = Literal["section", "term", "figure", "update", "complete", "check"]
"""What would close a gap."""
REMEDIES: dict[str, Remedy] = {
    str(RefusalReason.NO_EVIDENCE): "section",
    str(RefusalReason.UNKNOWN_TERM): "term",
    str(RefusalReason.NO_FIGURE): "figure",
    "outdated": "update",
    "incomplete": "complete",
    "wrong": "check",
    "source": "check",
}
"""By the reason of a refusal that an article could do away with, or of a vote."""
LACKING = tuple(list(REMEDIES)[:3])
MAX_EXAMPLES = 3
MAX_READ = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A question as somebody put it."""

    text: str
    channel_id: str
    """Where it was asked; empty when that was private."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Questions that ask for about the same, and got no answer or a bad one."""

    answer_ids: tuple[str, ...]
    """What they got, the latest first."""
    unanswered: int
    down: int
    up: int
    """Votes on those that got an answer."""
    examples: tuple[Example, ...]
    """A few of them in different words, the latest one first."""
    remedy: Remedy
    last_at: dt.datetime
    reasons: Mapping[str, int] = field(default_factory=dict)
    """Why people voted against an answer."""
    words: tuple[str, ...] = ()
    """What they wrote, the latest first."""
    with_experts: ExpertState | Literal[""] = ""
    fresh: int = 0
    """How many of them are not dismissed."""

    @property
    def is_back(self) -> bool:
        """Whether it was asked again after somebody had dismissed it."""
        return self.fresh < len(self.answer_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lack:
    """One refusal, or one answer that was voted down."""

    answer_id: str
    question: str
    conversation: str
    reason: str
    at: dt.datetime
    """When it was last asked or voted against."""
    down: int
    up: int
    expert_state: ExpertState | None
    is_dismissed: bool


class Gaps:
    """Reads what is on record of refusals and votes; the retention limits how far back."""

    def __init__(self, database: Database, *, embed: Embed) -> None:
        """Take an open database, and what tells how near questions are."""
        self._database = database
        self._meaning = Meaning(embed)

    def find(self, *, not_before: dt.datetime) -> list[Gap]:
        """Return the gaps that are not dismissed, those asked for most often first."""
        gaps = [gap for gap in self._all(not_before) if gap.fresh]
        return sorted(gaps, key=lambda gap: (-gap.fresh, -gap.last_at.timestamp()))

    def with_answer(self, answer_id: str, *, not_before: dt.datetime) -> Gap | None:
        """Return the gap to which a refusal or an answer belongs; None when it is gone."""
        return next((gap for gap in self._all(not_before) if answer_id in gap.answer_ids), None)

    def dismiss(self, answer_ids: Collection[str], *, at: dt.datetime) -> None:
        """Leave these out from now on, until somebody asks or votes again after `at`."""
        table, answer = schema.gap_dismissal, schema.answer.c
        known = select(answer.answer_id).where(answer.answer_id.in_(answer_ids))
        with self._database.write() as connection:
            for answer_id in list(connection.execute(known).scalars()):
                values = {"dismissed_at": at}
                connection.execute(
                    insert_for(self._database)(table)
                    .values(answer_id=answer_id, **values)
                    .on_conflict_do_update(index_elements=["answer_id"], set_=values)
                )

    def _all(self, not_before: dt.datetime) -> Iterator[Gap]:
        lacks = self._read(not_before)
        remarks = self._remarks(not_before)
        for places in self._meaning.group([lack.question for lack in lacks]):
            yield _gap([lacks[place] for place in places], remarks)

    def _read(self, not_before: dt.datetime) -> list[_Lack]:
        """Return refusals, and answers with more votes against than for them, the latest first."""
        answer, vote, dismissal = schema.answer, schema.vote.c, schema.gap_dismissal
        is_down = vote.vote == "down"
        down = func.sum(case((is_down, 1), else_=0))
        votes = (
            select(
                vote.answer_id,
                down.label("down"),
                func.count().label("total"),
                func.max(case((is_down, vote.voted_at))).label("voted_at"),
            )
            .group_by(vote.answer_id)
            .having(down * 2 > func.count())
            .subquery()
        )
        is_refused = (answer.c.kind == "refusal") & answer.c.reason.in_(LACKING)
        query = (
            select(
                answer.c.answer_id,
                answer.c.question,
                answer.c.conversation,
                answer.c.created_at,
                case((is_refused, answer.c.reason), else_="").label("reason"),
                votes.c.down,
                votes.c.total,
                votes.c.voted_at,
                schema.expert_question.c.state,
                dismissal.c.dismissed_at,
            )
            .outerjoin(votes, votes.c.answer_id == answer.c.answer_id)
            .outerjoin(
                schema.expert_question,
                schema.expert_question.c.answer_id == answer.c.answer_id,
            )
            .outerjoin(dismissal, dismissal.c.answer_id == answer.c.answer_id)
            .where(answer.c.created_at >= not_before)
            .where(is_refused | ((answer.c.kind != "refusal") & votes.c.down.is_not(None)))
            .order_by(answer.c.created_at.desc(), answer.c.answer_id)
            .limit(MAX_READ)
        )
        with self._database.read() as connection:
            return [_lack(row) for row in connection.execute(query)]

    def _remarks(self, not_before: dt.datetime) -> dict[str, list[Any]]:
        answer, remark = schema.answer.c, schema.remark
        query = (
            select(remark.c.answer_id, remark.c.reason, remark.c.words)
            .join(schema.answer, answer.answer_id == remark.c.answer_id)
            .where(answer.created_at >= not_before)
            .order_by(remark.c.remarked_at.desc())
        )
        found: dict[str, list[Any]] = {}
        with self._database.read() as connection:
            for row in connection.execute(query):
                found.setdefault(row.answer_id, []).append(row)
        return found


def _lack(row: Any) -> _Lack:
    # SQLite keeps no time zone; all times are written in UTC.
    at = max(_utc(time) for time in (row.created_at, row.voted_at) if time is not None)
    down, total = int(row.down or 0), int(row.total or 0)
    return _Lack(
        answer_id=row.answer_id,
        question=row.question,
        conversation=row.conversation,
        reason=row.reason,
        at=at,
        down=0 if row.reason else down,
        up=0 if row.reason else total - down,
        expert_state=row.state,
        is_dismissed=row.dismissed_at is not None and _utc(row.dismissed_at) >= at,
    )


def _gap(lacks: Sequence[_Lack], remarks: Mapping[str, Sequence[Any]]) -> Gap:
    said = [remark for lack in lacks for remark in remarks.get(lack.answer_id, ())]
    why = Counter(lack.reason for lack in lacks if lack.reason)
    reasons = Counter(remark.reason for remark in said)
    # A question that nobody answers weighs more than what is said of one answer.
    found = [name for name, _ in (why or reasons).most_common() if name in REMEDIES]
    latest = {lack.question: lack for lack in reversed(lacks)}
    texts = list(dict.fromkeys(lack.question for lack in lacks))[:MAX_EXAMPLES]
    return Gap(
        answer_ids=tuple(lack.answer_id for lack in lacks),
        unanswered=sum(bool(lack.reason) for lack in lacks),
        down=sum(lack.down for lack in lacks),
        up=sum(lack.up for lack in lacks),
        examples=tuple(
            Example(text=text, channel_id=_channel(latest[text].conversation)) for text in texts
        ),
        remedy=REMEDIES[found[0]] if found else "check",
        last_at=max(lack.at for lack in lacks),
        reasons=reasons,
        words=tuple(remark.words for remark in said if remark.words),
        with_experts=next((lack.expert_state for lack in lacks if lack.expert_state), ""),
        fresh=sum(not lack.is_dismissed for lack in lacks),
    )


def _channel(conversation: str) -> str:
    """Return the channel out of `team:channel:thread`; empty for what was asked in private."""
    _, channel_id, thread = [*conversation.split(":", 2), "", ""][:3]
    is_private = channel_id.startswith("D") or thread.startswith("private")
    return "" if is_private else channel_id


def _utc(at: Any) -> dt.datetime:
    # An aggregate of SQLite comes back as it is stored.
    found = dt.datetime.fromisoformat(at) if isinstance(at, str) else at
    assert isinstance(found, dt.datetime)  # noqa: S101 (tells the type checker)
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
