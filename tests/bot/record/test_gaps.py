"""What the articles lack, by the record, on SQLite and PostgreSQL."""

import datetime as dt
from typing import Any

from bot.record.activity import Activity
from bot.record.digests import Digests
from bot.record.gaps import Gap, Gaps
from bot.record.journal import Journal, StoredAnswer
from bot.record.privacy import Privacy
from bot.record.remarks import Remarks
from knowledge.domain import RefusalReason
from knowledge.record.database import Database
from tests.fakes import START, embed_stems, make_answer, make_refusal


def _save(database: Database, answer_id: str, question: str, **changes: Any) -> None:
    values: dict[str, Any] = {
        "conversation": "T1:C1:1.1",
        "user_id": "U1",
        "text": "x",
        "outcome": make_answer(),
        "total_ms": 1.0,
        "created_at": START,
    }
    answer = StoredAnswer(answer_id=answer_id, question=question, **{**values, **changes})
    Journal(database).save_answer(answer)


def _gaps(database: Database, *, days: float = 30) -> list[Gap]:
    gaps = Gaps(database, embed=embed_stems)
    return gaps.find(not_before=START - dt.timedelta(days=days))


def test_an_answer_is_a_gap_when_more_votes_are_against_it_than_for_it(database: Database) -> None:
    _save(database, "a1", "what is BPO?")
    _save(database, "a2", "what is KPO?")
    votes = {"a1": ("down", "down", "up"), "a2": ("down", "up")}
    for answer_id, given in votes.items():
        for number, vote in enumerate(given):
            Journal(database).vote(answer_id, user_id=f"U{number}", vote=vote, at=START)
    Remarks(database).explain_vote("a1", user_id="U0", reason="outdated", words="old", at=START)

    [gap] = _gaps(database)

    assert [example.text for example in gap.examples] == ["what is BPO?"]
    assert (gap.unanswered, gap.down, gap.up) == (0, 2, 1)
    assert (dict(gap.reasons), gap.words, gap.remedy) == ({"outdated": 1}, ("old",), "update")


def test_only_refusals_that_an_article_can_do_away_with_are_gaps_and_not_old_ones(
    database: Database,
) -> None:
    asked = {
        RefusalReason.NO_EVIDENCE: "who runs payroll in Peru",
        RefusalReason.UNKNOWN_TERM: "payroll in Peru: who runs it?",
        RefusalReason.OUT_OF_SCOPE: "who won the cup",
    }
    for reason, question in asked.items():
        _save(database, reason, question, outcome=make_refusal(reason=reason))
    _save(database, "old", "old one", outcome=make_refusal(), created_at=START - dt.timedelta(40))

    [gap] = _gaps(database)

    assert gap.unanswered == 2
    assert {one.text for one in gap.examples} == {
        "who runs payroll in Peru",
        "payroll in Peru: who runs it?",
    }


def test_what_was_refused_and_what_was_voted_down_on_one_matter_are_one_gap(
    database: Database,
) -> None:
    _save(database, "a1", "payroll in Peru?", outcome=make_refusal())
    _save(database, "a2", "payroll in Peru", conversation="T1:C1:private:U2")
    Journal(database).vote("a2", user_id="U3", vote="down", at=START)

    [gap] = _gaps(database)

    assert (gap.unanswered, gap.down, gap.fresh) == (1, 1, 2)
    assert {(one.text, one.channel_id) for one in gap.examples} == {
        ("payroll in Peru?", "C1"),
        ("payroll in Peru", ""),
    }


def test_a_dismissal_goes_with_its_question(database: Database) -> None:
    _save(database, "a1", "payroll in Peru?", outcome=make_refusal())
    gaps = Gaps(database, embed=embed_stems)
    for _ in range(2):
        gaps.dismiss(("a1", "unknown"), at=START)
    dismissed = _gaps(database)

    assert Privacy(database).forget("U1") == 1
    _save(database, "a1", "payroll in Peru?", outcome=make_refusal())

    assert dismissed == []
    assert len(_gaps(database)) == 1
    gaps.dismiss(("a1",), at=START)
    Journal(database).purge(before=START + dt.timedelta(days=1))
    assert _gaps(database) == []


def test_activity_is_counted_by_stretches_and_small_talk_is_none(database: Database) -> None:
    for number, days in enumerate((0.5, 1.5, 1.6, 9.0)):
        at = START - dt.timedelta(days=days)
        outcome = make_refusal() if number == 2 else make_answer()
        _save(database, f"a{number}", "x", outcome=outcome, created_at=at)
    Journal(database).vote("a0", user_id="U1", vote="up", at=START - dt.timedelta(hours=1))

    counts = Activity(database).count(until=START, days=3, stretches=3)

    assert (counts.answered, counts.refused) == ((0, 1, 1), (0, 1, 0))
    assert (counts.up, counts.down, counts.asked) == ((0, 0, 1), (0, 0, 0), 3)


def test_a_digest_that_is_due_is_claimed_by_one(database: Database) -> None:
    digests, week = Digests(database), dt.timedelta(days=7)
    digests.turn_on("C1", by="U1", at=START)
    digests.turn_on("C1", by="U2", at=START + week)
    later = START + week

    assert digests.due(before=START) == []
    assert digests.due(before=later) == ["C1"]
    assert [digests.claim("C1", before=later, at=later) for _ in range(2)] == [True, False]
    assert digests.due(before=later) == []
    digests.put_back("C1", before=later)
    assert digests.claim("C1", before=later, at=later)
    digests.turn_off("C1")
    assert not digests.is_on("C1")
