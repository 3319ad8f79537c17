import pytest

from bot.record.experts import ExpertQuestion, ExpertQuestions
from bot.record.journal import Journal, StoredAnswer
from bot.record.privacy import Privacy
from knowledge.record.database import Database
from tests.fakes import START, make_refusal


@pytest.fixture
def questions(database: Database) -> ExpertQuestions:
    Journal(database).save_answer(
        StoredAnswer(
            answer_id="a1",
            conversation="T1:C1:1.1",
            user_id="U1",
            question="who?",
            text="The articles do not say.",
            outcome=make_refusal(),
            total_ms=1.0,
            created_at=START,
        )
    )
    return ExpertQuestions(database)


def _question(**changes: object) -> ExpertQuestion:
    values: dict[str, object] = {
        "answer_id": "a1",
        "question": "who?",
        "asked_by": "U1",
        "channel_id": "C1",
        "thread_ts": "1.1",
        "place": "",
        "state": "open",
        "expert_id": "",
        "reply": "",
        "asked_at": START,
    }
    return ExpertQuestion(**{**values, **changes})  # type: ignore[arg-type]


def test_a_question_is_kept_once(questions: ExpertQuestions) -> None:
    assert questions.open(_question())
    assert not questions.open(_question(question="another"))

    assert questions.find("a1") == _question()
    assert questions.waiting() == [_question()]


def test_of_two_who_take_it_at_once_one_does(questions: ExpertQuestions) -> None:
    questions.open(_question())

    assert questions.move("a1", of=("open",), to="taken", by="U2")
    assert not questions.move("a1", of=("open",), to="taken", by="U3")

    assert questions.find("a1") == _question(state="taken", expert_id="U2")


def test_what_is_answered_waits_no_more(questions: ExpertQuestions) -> None:
    questions.open(_question())
    questions.note_place("a1", "C2:2.2")

    questions.move("a1", of=("open",), to="sending", by="U2", reply="we")
    assert [one.reply for one in questions.unfinished()] == ["we"]
    questions.move("a1", of=("sending",), to="answered", by="U2", reply="we")

    assert questions.waiting() == questions.unfinished() == []
    found = questions.find("a1")
    assert found is not None
    assert (found.place, found.state) == ("C2:2.2", "answered")


def test_one_that_could_not_be_passed_on_is_dropped(questions: ExpertQuestions) -> None:
    questions.open(_question())

    questions.drop("a1")

    assert questions.find("a1") is None


def test_it_is_forgotten_with_its_answer(questions: ExpertQuestions, database: Database) -> None:
    questions.open(_question())
    assert len(Privacy(database).export("U1").replies) == 1

    Privacy(database).forget("U1")

    assert questions.find("a1") is None


def test_an_expert_who_leaves_takes_the_words_along(
    questions: ExpertQuestions, database: Database
) -> None:
    questions.open(_question())
    questions.move("a1", of=("open",), to="answered", by="U2", reply="we")
    assert Privacy(database).export("U2").replies[0]["reply"] == "we"

    Privacy(database).forget("U2")

    found = questions.find("a1")
    assert found is not None
    assert (found.expert_id, found.reply) == ("", "")
