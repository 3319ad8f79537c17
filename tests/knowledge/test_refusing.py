from dataclasses import fields

import pytest

from knowledge.evidence import Signals
from knowledge.models import Refusal, RefusalReason, SearchResult
from knowledge.refusing import (
    closest_sections,
    refuse,
    refuse_empty,
    refuse_not_ready,
    refuse_order,
    refuse_too_long,
)
from knowledge.understanding import Query, QuestionKind
from tests.workbench import make_chunk


def _query(**changes: object) -> Query:
    values: dict[str, object] = {"text": "a question", "kind": QuestionKind.GENERAL, "concepts": ()}
    return Query(**{**values, **changes})  # type: ignore[arg-type]


def _signals(**values: float) -> Signals:
    return Signals(**{**dict.fromkeys((field.name for field in fields(Signals)), 0.0), **values})


def _result(
    name: str = "a#0", *, heading: str = "Part", rank: int = 1, similarity: float = 0.9
) -> SearchResult:
    chunk = make_chunk(name, heading=heading)
    return SearchResult(chunk=chunk, rank=rank, score=0.5, similarity=similarity)


@pytest.mark.parametrize(
    ("query", "signals", "reason"),
    [
        pytest.param(
            _query(unknown_words=("zyqqor",)),
            _signals(own_records=1.0),
            RefusalReason.PRIVATE,
            id="private goes before all",
        ),
        pytest.param(
            _query(unknown_words=("zyqqor",), kind=QuestionKind.FIGURE),
            _signals(),
            RefusalReason.UNKNOWN_TERM,
            id="unknown word",
        ),
        pytest.param(
            _query(kind=QuestionKind.FIGURE), _signals(), RefusalReason.NO_FIGURE, id="figure"
        ),
        pytest.param(_query(), _signals(), RefusalReason.NO_EVIDENCE, id="otherwise"),
    ],
)
def test_a_refusal_has_its_reason_and_shows_what_is_near(
    query: Query, signals: Signals, reason: RefusalReason
) -> None:
    refusal = refuse(query, [_result()], signals)

    assert refusal.reason is reason
    assert [section.article_id for section in refusal.closest] == ["a"]
    assert "listed below" in refusal.text


def test_a_question_that_nothing_is_near_to_is_about_another_field() -> None:
    refusal = refuse(_query(), [_result(similarity=0.01)], _signals())

    assert refusal.reason is RefusalReason.OUT_OF_SCOPE
    assert refusal.closest == ()
    assert "listed below" not in refusal.text


def test_unknown_words_are_named_but_not_all_of_many() -> None:
    refusal = refuse(_query(unknown_words=("one", "two", "three", "four")), [_result()], _signals())

    assert "“one” and “two” and “three”" in refusal.text
    assert "four" not in refusal.text


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (refuse_empty(), RefusalReason.EMPTY),
        (refuse_too_long(), RefusalReason.TOO_LONG),
        (refuse_not_ready(), RefusalReason.NOT_READY),
        (refuse_order(), RefusalReason.INSTRUCTION),
    ],
    ids=["empty", "too long", "not ready", "order"],
)
def test_what_is_refused_at_once_says_what_to_do(refusal: Refusal, reason: RefusalReason) -> None:
    assert refusal.reason is reason
    assert refusal.closest == ()
    assert len(refusal.text.split()) > 8


def test_the_closest_sections_come_once_each_and_best_first() -> None:
    results = [
        _result("a#0", heading="One"),
        _result("a#1", heading="One", rank=2),
        _result("b#0", heading="One", rank=3),
        _result("a#2", heading="Two", rank=4),
    ]

    sections = [(section.article_id, section.heading) for section in closest_sections(results)]

    assert sections == [("a", "One"), ("b", "One"), ("a", "Two")]


def test_the_closest_sections_are_few_near_and_not_those_already_cited() -> None:
    results = [_result(f"{name}#0", rank=n) for n, name in enumerate("abcdefghij", start=1)]
    far = _result("z#0", similarity=0.0)

    assert 1 <= len(closest_sections(results)) <= 5
    assert closest_sections([far]) == ()
    assert closest_sections([_result("a#0")], without=["a#0"]) == ()
