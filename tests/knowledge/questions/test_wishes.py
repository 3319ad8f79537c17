import pytest

from knowledge.questions.wishes import JUST_ANSWER, Wishes, read_wishes


@pytest.mark.parametrize(
    ("said", "asked", "sentences"),
    [
        ("what is a captive centre, in one line", "what is a captive centre", 1),
        ("In one sentence: what is KPO?", "what is KPO?", 1),
        ("what is KPO in two sentences?", "what is KPO?", 2),
        ("briefly, how does gainsharing work", "how does gainsharing work", 1),
        ("how does gainsharing work tl;dr", "how does gainsharing work", 1),
        (
            "how does gainsharing work? Please keep it in a few words.",
            "how does gainsharing work?",
            1,
        ),
    ],
)
def test_a_wish_for_a_short_answer_is_no_part_of_the_question(
    said: str, asked: str, sentences: int
) -> None:
    text, wishes = read_wishes(said)

    assert text.casefold() == asked.casefold()
    assert wishes.sentences == sentences


@pytest.mark.parametrize(
    ("said", "items"),
    [
        ("name one risk of offshoring", 1),
        ("give me three examples of KPO services", 3),
        ("list 4 pricing models", 4),
        ("top 5 reasons for attrition", 5),
        ("name the pricing models", None),
        ("what is the top floor used for", None),
    ],
)
def test_a_number_of_items_is_heeded_and_stays_in_the_question(
    said: str, items: int | None
) -> None:
    text, wishes = read_wishes(said)

    assert text == said
    assert wishes.items == items


@pytest.mark.parametrize(
    "said",
    [
        "what is a short notice period",
        "how is a line of business chosen",
        "in one line",
        "briefly",
        "which skills are in short supply in Poland",
        "what does one sentence in the contract say",
    ],
)
def test_other_words_are_no_wishes(said: str) -> None:
    assert read_wishes(said) == (said, Wishes())


def test_who_was_asked_back_can_have_an_answer_as_it_stands() -> None:
    text, wishes = read_wishes(f"{JUST_ANSWER}what is the notice period")

    assert text == "what is the notice period"
    assert wishes.is_final
