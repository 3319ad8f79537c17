"""A model's refusal is heard however it is worded, and nothing else is taken for one."""

import pytest

from knowledge.answers.written.declining import declines
from knowledge.settings import PACKAGE_DIR
from knowledge.text.passages import units


@pytest.mark.parametrize(
    "says",
    [
        "The passages do not say.",
        "I'm sorry, but the passages do not contain that information.",
        "Unfortunately, the provided passages don't mention it.",
        "There's no information about this in the passages.",
        "None of the passages mention the price.",
        "No information is provided about the price.",
        "It is not specified in the provided passages.",
        "This isn’t covered in the articles.",  # noqa: RUF001
        "As an AI language model, I cannot answer that.",
        "Sorry, I can't assist with that request.",
        "Based on the passages, I can't say.",
        "I do not have enough information to answer that.",
        "I was unable to find anything about it.",
        "The answer is not in the passages.",
        "The passages are silent on this point.",
        "Nothing in the passages answers this question.",
        "This question cannot be answered from the passages.",
    ],
)
def test_a_refusal_is_heard_however_it_is_worded(says: str) -> None:
    assert declines(says)


@pytest.mark.parametrize(
    "says",
    [
        "A contract does not say what the provider must do.",
        "There is no information sharing without a contract.",
        "The provider cannot answer questions of tax.",
        "The documents of a transition do not contain prices.",
    ],
)
def test_a_denial_on_the_subject_is_no_refusal(says: str) -> None:
    assert not declines(says)


def test_no_sentence_of_the_articles_is_taken_for_a_refusal() -> None:
    texts = [path.read_text() for path in (PACKAGE_DIR / "articles").glob("*.md")]

    assert not [unit.text for text in texts for unit in units(text) if declines(unit.text)]
