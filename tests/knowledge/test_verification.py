import pytest

from knowledge.verification import check_statement, check_support

PASSAGE = "In 2019 the Philippines had 1,300,000 BPO agents, and attrition was 35 percent a year."


@pytest.mark.parametrize(
    "sentence",
    [
        PASSAGE,
        "Attrition was 35 percent a year.",
        "Attrition was 35 percent a year in the Philippines.",
        "The Philippines had 1300000 agents in 2019.",
    ],
)
def test_what_a_passage_says_is_supported(sentence: str) -> None:
    assert check_support(sentence, PASSAGE).is_enough


@pytest.mark.parametrize(
    ("sentence", "numbers", "names"),
    [
        pytest.param("Attrition was 36 percent a year.", {"36"}, set(), id="number"),
        pytest.param("Attrition was 35 percent in Manila.", set(), {"Manila"}, id="name"),
        pytest.param("Attrition in BPO at Genpact in 2019.", set(), {"Genpact"}, id="company"),
    ],
)
def test_a_number_or_name_that_the_passage_lacks_is_not_supported(
    sentence: str, numbers: set[str], names: set[str]
) -> None:
    support = check_support(sentence, PASSAGE)

    assert set(support.missing_numbers) == numbers
    assert set(support.missing_names) == names
    assert not support.is_enough


def test_most_of_the_words_must_be_in_the_passage() -> None:
    support = check_support("Attrition ruins margins, morale and customer loyalty.", PASSAGE)

    assert support.containment < 0.5
    assert not support.is_enough


def test_a_heading_lends_names_and_words_but_no_numbers() -> None:
    frame = "Attrition in Manila in 2020"

    assert check_support("Attrition in Manila was 35 percent.", PASSAGE, frame=frame).is_enough
    assert check_support("In 2020 attrition was 35 percent.", PASSAGE, frame=frame).missing_numbers


def test_a_sentence_that_says_nothing_is_not_supported() -> None:
    assert not check_support("", PASSAGE).is_enough
    assert not check_support("It is so.", PASSAGE).is_enough


SENTENCE = "KPO normally costs more per person than BPO, because KPO staff are harder to find."


@pytest.mark.parametrize(
    ("statement", "holds"),
    [
        pytest.param(SENTENCE, True, id="verbatim"),
        pytest.param("KPO costs more per person than BPO.", True, id="shortened"),
        pytest.param("KPO costs less per person than BPO.", False, id="opposite"),
        pytest.param("KPO does not cost more per person than BPO.", False, id="denied"),
        pytest.param("KPO costs 20 percent more per person than BPO.", False, id="figure"),
        pytest.param("BPO costs more per person than KPO.", False, id="turned round"),
    ],
)
def test_a_statement_of_a_model_must_say_what_the_sentence_says(
    statement: str, holds: bool
) -> None:
    assert check_statement(statement, SENTENCE) is holds
