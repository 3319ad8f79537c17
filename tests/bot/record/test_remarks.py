"""Remarks, deeds and personal data, on SQLite and PostgreSQL."""

import datetime as dt

import pytest

from bot.record.journal import Journal, StoredAnswer
from bot.record.privacy import Privacy
from bot.record.remarks import Deed, Remarks
from knowledge.domain import Outcome
from knowledge.record.database import Database
from tests.fakes import START, make_answer


def _save(
    database: Database,
    answer_id: str,
    *,
    question: str = "what is BPO?",
    user_id: str = "U1",
    outcome: Outcome | None = None,
    at: dt.datetime = START,
) -> None:
    Journal(database).save_answer(
        StoredAnswer(
            answer_id=answer_id,
            conversation="T1:C1:1.1",
            user_id=user_id,
            question=question,
            text="BPO hands a process over. [1]",
            outcome=outcome or make_answer(),
            total_ms=1.0,
            created_at=at,
        )
    )


@pytest.fixture
def remarks(database: Database) -> Remarks:
    _save(database, "a1")
    return Remarks(database)


def test_the_first_use_of_a_button_counts(remarks: Remarks) -> None:
    first = Deed(kind="asked", user_id="U1", detail="recruitment")

    remarks.note_deed("a1", first, at=START)
    remarks.note_deed("a1", Deed(kind="asked", user_id="U2", detail="recovery"), at=START)

    assert remarks.deeds("a1") == (first,)


def test_nothing_is_kept_of_an_answer_that_is_not_on_record(remarks: Remarks) -> None:
    deed = Deed(kind="shared", user_id="U1", detail="")

    assert not remarks.note_deed("gone", deed, at=START)
    assert not remarks.explain_vote("gone", user_id="U1", reason="wrong", words="", at=START)


def test_what_is_said_and_done_is_deleted_with_the_answer(
    database: Database, remarks: Remarks
) -> None:
    remarks.note_deed("a1", Deed(kind="shared", user_id="U1", detail=""), at=START)
    remarks.explain_vote("a1", user_id="U2", reason="wrong", words="no", at=START)

    Journal(database).purge(before=START + dt.timedelta(days=1))

    assert remarks.deeds("a1") == ()
    assert Privacy(database).export("U2").is_empty


def test_a_person_is_forgotten_and_nobody_else_is(database: Database, remarks: Remarks) -> None:
    _save(database, "a2", user_id="U2", question="what is KPO?")
    journal, privacy = Journal(database), Privacy(database)
    for answer_id in ("a1", "a2"):
        journal.vote(answer_id, user_id="U1", vote="down", at=START)
        journal.vote(answer_id, user_id="U2", vote="up", at=START)
    remarks.explain_vote("a2", user_id="U1", reason="wrong", words="no", at=START)
    remarks.note_deed("a1", Deed(kind="shared", user_id="U1", detail=""), at=START)

    assert privacy.forget("U1") == 1

    assert privacy.export("U1").is_empty
    assert privacy.last_questions("U1", limit=5) == ()
    kept = privacy.export("U2")
    assert [asked["question"] for asked in kept.questions] == ["what is KPO?"]
    assert [vote["question"] for vote in kept.votes] == ["what is KPO?"]
    assert journal.votes("a2") == {"up": 1, "down": 0}


def test_the_last_questions_are_told_once_each_the_latest_first(database: Database) -> None:
    for number, question in enumerate(("one?", "two?", "one?", "three?")):
        _save(database, f"b{number}", question=question, at=START + dt.timedelta(hours=number))

    last = Privacy(database).last_questions("U1", limit=2)

    assert [asked.question for asked in last] == ["three?", "one?"]
    assert last[0].asked_at == START + dt.timedelta(hours=3)
