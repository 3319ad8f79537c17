"""The golden questions are well-formed, and the articles hold what they ask for."""

from collections import Counter
from pathlib import Path

import pytest

from ingest.house_rules.articles import HouseArticle, parse_house_article
from knowledge.evaluation.golden import SPLITS, Case, read_cases
from knowledge.settings import PACKAGE_DIR
from knowledge.text.language import words
from training.reading_examples import read_labels


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return read_cases(Path(__file__).parent / "golden.jsonl")


@pytest.fixture(scope="module")
def articles() -> list[HouseArticle]:
    return [
        parse_house_article(path.read_text(encoding="utf-8"), location=path.name, stem=path.stem)
        for path in sorted((PACKAGE_DIR / "articles").glob("*.md"))
    ]


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def test_the_questions_have_ids_of_their_own_and_are_not_repeated(cases: list[Case]) -> None:
    ids = Counter(case.id for case in cases)
    asked = Counter((_folded(case.question), str(case.history)) for case in cases)

    assert [name for name, number in ids.items() if number > 1] == []
    assert [text for text, number in asked.items() if number > 1] == []


def test_there_are_enough_questions_of_every_sort_in_both_halves(cases: list[Case]) -> None:
    assert len(cases) >= 350
    assert sum(case.expect in ("refusal", "harmless") for case in cases) >= 60
    for split in SPLITS:
        half = Counter(case.expect for case in cases if case.split == split)
        assert sum(half.values()) > len(cases) * 0.4
        assert half.keys() == {"answer", "disambiguation", "chat", "refusal", "harmless"}


def test_a_question_to_be_answered_names_articles_and_facts(cases: list[Case]) -> None:
    lacking = [
        case.id for case in cases if case.expect == "answer" and not (case.articles and case.facts)
    ]

    assert lacking == []


def test_every_fact_asked_for_stands_in_an_article_that_is_named(cases: list[Case]) -> None:
    texts = {
        path.stem: _folded(path.read_text(encoding="utf-8"))
        for path in (PACKAGE_DIR / "articles").glob("*.md")
    }

    assert {name for case in cases for name in case.articles} <= texts.keys()
    strays = [
        (case.id, phrase)
        for case in cases
        for group in case.facts
        for phrase in group
        if not any(_folded(phrase) in texts[name] for name in case.articles)
    ]
    assert strays == []


def test_every_section_lists_at_least_two_questions_that_it_is_asked(
    articles: list[HouseArticle],
) -> None:
    listed = Counter((one.stem, asked.heading) for one in articles for asked in one.questions)

    lacking = [
        (one.stem, heading)
        for one in articles
        for heading in sorted(one.headings)
        if listed[one.stem, heading] < 2
    ]
    assert lacking == []


def _golden(cases: list[Case]) -> set[str]:
    return {" ".join(words(text)) for case in cases for text in (case.question, case.full)}


def test_no_golden_question_is_listed_by_an_article(
    cases: list[Case], articles: list[HouseArticle]
) -> None:
    golden = _golden(cases)

    given_away = [
        (article.stem, listed.text)
        for article in articles
        for listed in article.questions
        if " ".join(words(listed.text)) in golden
    ]
    assert given_away == []


def test_the_reader_is_fitted_to_no_golden_question(cases: list[Case]) -> None:
    fitted_to = {" ".join(words(label.question)) for label in read_labels()}

    assert fitted_to
    assert fitted_to.isdisjoint(_golden(cases))


def test_no_question_forbids_what_it_asks_for(cases: list[Case]) -> None:
    torn = [
        case.id
        for case in cases
        for group in case.facts
        if all(any(_folded(no) in _folded(phrase) for no in case.must_not) for phrase in group)
    ]

    assert torn == []
