"""What a grounding model may let through, and what never."""

import logging

import pytest

from knowledge.errors import CrossEncoderError
from knowledge.support.entailment import LEAST_SHARED, SURE, find_entailing
from knowledge.support.wording import check_support
from tests.fakes import ScriptedJudge

PASSAGE = "In 2019 the agents of Manila were paid 5 dollars an hour."
REWORDED = "In 2019 agents in Manila earned 5 dollars an hour."
OTHER = "In 2019 Manila counted 5 unions of agents, paid by the hour in dollars."


@pytest.mark.parametrize(
    ("probability", "found"), [(1.0, 0), (SURE, 0), (SURE - 0.01, None), (0.0, None)]
)
def test_a_passage_says_what_the_model_is_sure_that_it_entails(
    probability: float, found: int | None
) -> None:
    assert find_entailing(REWORDED, [PASSAGE], ScriptedJudge(probability)) == found


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("In 2019 agents in Manila earned 6 dollars an hour.", id="number"),
        pytest.param("In 2019 agents in Cebu earned 5 dollars an hour.", id="name"),
        pytest.param("Genpact paid agents in Manila 5 dollars an hour.", id="name at the start"),
        pytest.param("Agents in Manila live well by what staff elsewhere earn.", id="words"),
        pytest.param("In 2019 agents in Manila never earned 5 dollars an hour.", id="denial"),
    ],
)
def test_a_sure_model_is_not_even_asked_about_what_the_passage_does_not_hold(
    statement: str,
) -> None:
    judge = ScriptedJudge(1.0)

    assert find_entailing(statement, [PASSAGE], judge) is None
    assert judge.asked == []


def test_half_of_the_words_are_enough() -> None:
    passage, statement = "Agents of Manila quit.", "Agents of Manila resign early."

    assert check_support(statement, passage).containment == LEAST_SHARED
    assert find_entailing(statement, [passage], ScriptedJudge(1.0)) == 0


def test_the_passage_of_which_the_model_is_surest_is_taken_and_only_near_ones_are_read() -> None:
    far = "Boats are red."
    judge = ScriptedJudge(of={PASSAGE: 0.97, f"{PASSAGE} Always.": 0.93, far: 1.0})

    found = find_entailing(REWORDED, [far, f"{PASSAGE} Always.", PASSAGE], judge)

    assert found == 2
    assert judge.asked == [(REWORDED, [f"{PASSAGE} Always.", PASSAGE])]


def test_two_passages_together_entail_nothing() -> None:
    halves = ["In 2019 agents were paid.", "Agents of Manila were paid 5 dollars an hour."]

    assert find_entailing(REWORDED, halves, ScriptedJudge(1.0)) is None


def test_no_passage_entails_nothing() -> None:
    assert find_entailing(REWORDED, [], ScriptedJudge(1.0)) is None


def test_a_model_that_fails_entails_nothing(caplog: pytest.LogCaptureFixture) -> None:
    judge = ScriptedJudge(error=CrossEncoderError("KB_GROUNDING_MODEL: m"))

    with caplog.at_level(logging.WARNING):
        found = find_entailing(REWORDED, [PASSAGE], judge)

    assert found is None
    assert "KB_GROUNDING_MODEL: m" in caplog.text
    assert REWORDED not in caplog.text
