import pytest

from bot.overhearing.addressing import ASSISTANT, Said, Verdict, addressed

ASKED = Said(by="U1", text="what is BPO?", mentions_assistant=True)
ANSWERED = Said(by=ASSISTANT, text="BPO hands a process to a provider. [1]")


def _said(text: str, *, by: str = "U1", mentions_people: bool = False) -> Said:
    return Said(by=by, text=text, mentions_people=mentions_people)


def _verdict(*after: Said, anywhere: bool = False) -> Verdict:
    return addressed([ASKED, ANSWERED, *after], anywhere=anywhere)


@pytest.mark.parametrize(
    "text",
    [
        "and how is KPO different?",
        "what does it cost",
        "can you give me an example",
        "for how many days",
        "drawbacks",
        "sorry, I meant the other one",
        "assistant, that was too short. more please",
    ],
)
def test_whoever_was_answered_asks_on(text: str) -> None:
    assert _verdict(_said(text)) is Verdict.FOR_ASSISTANT


@pytest.mark.parametrize(
    "text",
    [
        "thanks!",
        ":+1:",
        "did you talk to legal?",
        "Ben, is that so?",
        "is that so, Ben?",
        "I'll ask her tomorrow",
        "who is taking this one?",
        "do we have one?",
        "what about lunch?",
        "that is what the other team does",
        "x" * 700 + "?",
    ],
)
@pytest.mark.parametrize("by", ["U1", "U2"])
def test_talk_below_an_answer_is_left_to_people(text: str, by: str) -> None:
    assert _verdict(_said(text, by=by), anywhere=True) is Verdict.FOR_PEOPLE


def test_a_question_that_mentions_somebody_is_for_that_person() -> None:
    assert _verdict(_said("how is KPO different?", mentions_people=True)) is Verdict.FOR_PEOPLE


def test_another_person_is_answered_only_if_the_articles_do() -> None:
    assert _verdict(_said("what does it cost?", by="U2")) is Verdict.IF_SURE


def test_how_one_does_something_is_answered_only_if_the_articles_do() -> None:
    assert _verdict(_said("how do you measure that?")) is Verdict.IF_SURE


def test_once_people_talk_to_each_other_a_question_is_theirs() -> None:
    talk = _said("the provider told me two months", by="U2")

    assert _verdict(talk, _said("how long does it take?")) is Verdict.FOR_PEOPLE


def test_a_remark_takes_nobodys_word() -> None:
    remark = _said("nice, good to know", by="U2")

    assert _verdict(remark, _said("how long does it take?")) is Verdict.FOR_ASSISTANT


def test_a_second_question_before_the_answer_is_one_too() -> None:
    thread = [ASKED, _said("and KPO?")]

    assert addressed(thread) is Verdict.FOR_ASSISTANT


def test_a_question_to_nobody_is_looked_at_only_where_that_is_chosen() -> None:
    question = [_said("what is an SLA?")]

    assert addressed(question) is Verdict.FOR_PEOPLE
    assert addressed(question, anywhere=True) is Verdict.IF_SURE


def test_a_thread_of_people_is_theirs() -> None:
    thread = [_said("we need a new contract", by="U2"), _said("what is an SLA?")]

    assert addressed(thread, anywhere=True) is Verdict.FOR_PEOPLE
