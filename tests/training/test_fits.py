import math
from dataclasses import fields, replace

import pytest

from benchmarks.harness import Figure
from knowledge.answers.composing import MAX_WORDS
from knowledge.answers.rating import UnitSignals, rate
from knowledge.domain import SearchResult
from knowledge.evaluation.golden import Case
from knowledge.glossary.glossary import Glossary
from knowledge.glossary.vocabulary import Vocabulary
from knowledge.questions.understanding import understand
from knowledge.search.ranking import WEIGHTS, RankSignals
from knowledge.settings import PACKAGE_DIR
from tests.workbench import make_chunk
from training.choice_model import fit_weights
from training.fit_choice import Sentences
from training.fit_ranking import Ranking
from training.tuning import named, tuning_cases, weight_figures

NOTHING = RankSignals(similarity=0.0, sentence=0.0, asked=0.0, words=0.0, explains=0.0)
NEAR, FAR = replace(NOTHING, similarity=0.9), replace(NOTHING, similarity=0.1)
ASKED = replace(NOTHING, asked=0.9)
RIGHT, OTHER = ("a", "Right"), ("b", "Other")


def _sentences(text: str, *, articles: list[str], facts: list[list[str]]) -> Sentences:
    line = {"id": "a", "question": "what is attrition?", "expect": "answer", "kind": "definition"}
    case = Case.model_validate({**line, "articles": articles, "facts": facts})
    vocabulary = Vocabulary({}, 20)
    lexicon = Glossary.load(PACKAGE_DIR / "glossary.yaml", passages=lambda *_: None)
    query = understand(case.question, lexicon=lexicon, vocabulary=vocabulary)
    result = SearchResult(chunk=make_chunk("a#0", text=text), rank=1, score=1.0, similarity=0.5)
    return Sentences(case=case, candidates=tuple(rate(query, [result], vocabulary)))


def test_only_the_tuning_half_of_the_answerable_questions_is_fitted_to() -> None:
    cases = tuning_cases()

    assert len(cases) > 100
    assert {(case.split, case.expect) for case in cases} == {("tune", "answer")}
    assert len(tuning_cases(5)) == 5


def test_weights_are_fitted_under_their_signals_names_and_shown_beside_those_in_use() -> None:
    ranking = Ranking(found=((RIGHT, ASKED), (OTHER, NEAR)), held={RIGHT: 1.0})

    weights = named(RankSignals, fit_weights([ranking.as_choice()], penalty=0.1))

    assert weights.asked > 0 > weights.similarity
    assert weights.words == 0
    assert weight_figures(weights, replace(WEIGHTS, asked=5.0))[2] == Figure(
        "weight of asked (5 in use)", weights.asked
    )


def test_a_section_counts_once_and_where_its_best_passage_stands() -> None:
    found = ((OTHER, NEAR), (OTHER, NEAR), (RIGHT, FAR), (RIGHT, ASKED))
    ranking = Ranking(found=found, held={RIGHT: 1.0})

    assert ranking.place(replace(NOTHING, similarity=1.0)) == 2
    assert ranking.place(replace(NOTHING, asked=1.0)) == 1


@pytest.mark.parametrize(
    ("held", "place"),
    [
        pytest.param({OTHER: 0.7, RIGHT: 1.0}, 1, id="three facts in five"),
        pytest.param({OTHER: 0.2, RIGHT: 0.4}, 2, id="more than any other"),
        pytest.param({("a", "Unfound"): 0.4}, math.inf, id="not found"),
        pytest.param({}, math.inf, id="nowhere"),
    ],
)
def test_a_best_section_holds_enough_or_the_most(
    held: dict[tuple[str, str], float], place: float
) -> None:
    ranking = Ranking(found=((OTHER, NEAR), (RIGHT, FAR)), held=held)

    assert ranking.place(replace(NOTHING, similarity=1.0)) == place


def test_a_section_with_far_fewer_facts_than_the_best_is_a_wrong_choice() -> None:
    sections = [("a", "Best"), ("a", "Good"), ("a", "Poor"), ("a", "Other")]
    held = {sections[0]: 1.0, sections[1]: 0.5, sections[2]: 0.4}
    ranking = Ranking(found=tuple((section, NEAR) for section in sections), held=held)

    assert ranking.as_choice().right.tolist() == [1.0, 0.5, 0.0, 0.0]


def test_sentences_of_the_right_articles_that_hold_a_fact_are_the_right_choice() -> None:
    text = "Attrition is the departure of staff. It rained in Manila all week. Pay is low there."
    facts = [["departure"], ["low", "poor"], ["unheard of"]]

    right = _sentences(text, articles=["a"], facts=facts)
    elsewhere = _sentences(text, articles=["b"], facts=facts)

    chosen = zip(right.candidates, right.as_choice().right.tolist(), strict=True)
    assert sorted(one.unit.text for one, share in chosen if share) == [
        "Attrition is the departure of staff.",
        "Pay is low there.",
    ]
    assert right.held(right.candidates) == pytest.approx(2 / 3)
    assert elsewhere.as_choice().right.sum() == 0


def test_the_best_sentences_are_taken_as_long_as_they_fit() -> None:
    long, short = " ".join(["Long", *["word"] * MAX_WORDS]) + ".", "Attrition is short here."
    asked = _sentences(f"{long} {short}", articles=["a"], facts=[["short"]])
    ignored = UnitSignals(**{field.name: 0.0 for field in fields(UnitSignals)})

    assert [one.unit.text for one in asked.best(replace(ignored, opens=1.0))] == [long]
    assert [one.unit.text for one in asked.best(replace(ignored, opens=-1.0))] == [short]
