import pytest

from knowledge.answers.clarifying import clarify
from knowledge.answers.rating import Candidate, rate
from knowledge.domain import SearchResult
from knowledge.glossary.glossary import Glossary
from knowledge.glossary.vocabulary import Vocabulary
from knowledge.questions.understanding import understand
from knowledge.questions.wishes import JUST_ANSWER
from knowledge.settings import PACKAGE_DIR
from tests.workbench import make_chunk

ASKED = "what is the notice period?"
TENANT, STAFF = "A tenant gives two months' notice.", "An employee gives four weeks' notice."


@pytest.fixture(scope="module")
def lexicon() -> Glossary:
    return Glossary.load(PACKAGE_DIR / "glossary.yaml", passages=lambda *_: None)


def _candidates(lexicon: Glossary, *said: tuple[str, str, float, float]) -> list[Candidate]:
    """Return the sentences of sections given as heading, text, log-odds and similarity."""
    vocabulary = Vocabulary({}, 20)
    results = [
        SearchResult(
            chunk=make_chunk(f"{heading}#0", title="Rules", heading=heading, text=text),
            rank=rank,
            score=1 / rank,
            similarity=similarity,
            unit_readings=(odds,),
        )
        for rank, (heading, text, odds, similarity) in enumerate(said, start=1)
    ]
    query = understand(ASKED, lexicon=lexicon, vocabulary=vocabulary)
    return rate(query, results, vocabulary)


def test_each_section_that_can_be_meant_is_a_choice_with_what_it_says(lexicon: Glossary) -> None:
    both = _candidates(lexicon, ("Tenants", TENANT, 1.0, 0.6), ("Staff", STAFF, 0.5, 0.6))

    answer = clarify(ASKED, both, far_similarity=0.2, is_answered=True)

    assert answer is not None
    assert answer.kind == "clarification"
    assert [said.text for said in answer.sentences] == [f"Tenants: {TENANT}", f"Staff: {STAFF}"]
    assert [said.citations for said in answer.sentences] == [(1,), (2,)]
    assert [option.text for option in answer.options] == ["Tenants", "Staff", "Just answer"]
    assert answer.options[0].question == f"{JUST_ANSWER}what is the notice period (Tenants)?"


def test_what_cannot_be_answered_as_it_stands_has_no_such_choice(lexicon: Glossary) -> None:
    both = _candidates(lexicon, ("Tenants", TENANT, -3.0, 0.6), ("Staff", STAFF, -3.5, 0.6))

    answer = clarify(ASKED, both, far_similarity=0.2, is_answered=False)

    assert answer is not None
    assert [option.text for option in answer.options] == ["Tenants", "Staff"]


@pytest.mark.parametrize(
    "said",
    [
        [("Tenants", TENANT, 1.0, 0.6)],
        [("Tenants", TENANT, 3.0, 0.6), ("Staff", STAFF, -4.0, 0.6)],
        [("Tenants", TENANT, 1.0, 0.6), ("Staff", STAFF, 0.5, 0.1)],
        [("Tenants", TENANT, 1.0, 0.6), ("Staff", "These apply:", 0.5, 0.6)],
    ],
    ids=["one section", "one far ahead", "the other is far", "the other says nothing"],
)
def test_where_one_section_is_meant_nothing_is_asked(
    said: list[tuple[str, str, float, float]], lexicon: Glossary
) -> None:
    candidates = _candidates(lexicon, *said)

    assert clarify(ASKED, candidates, far_similarity=0.2, is_answered=True) is None


def test_sections_of_one_name_are_told_apart_by_what_they_are_part_of(lexicon: Glossary) -> None:
    both = _candidates(lexicon, ("A > Notice", TENANT, 1.0, 0.6), ("B > Notice", STAFF, 0.5, 0.6))

    answer = clarify(ASKED, both, far_similarity=0.2, is_answered=False)

    assert answer is not None
    assert {option.text for option in answer.options} == {
        "Rules, A > Notice",
        "Rules, B > Notice",
    }
