import math

import pytest

from knowledge.evaluation.running import CitationCheck
from knowledge.evaluation.summarising import summarise
from tests.knowledge.results import make_case, make_refusal_of, make_result

TWO_FACTS = (("practice",), ("third party", "provider"))
HISTORY = ({"role": "user", "text": "what is BPO?"},)


def test_an_article_counts_once_and_at_its_best_passage() -> None:
    case = make_case(articles=("bpo",))

    figures = summarise([make_result(case, found_articles=("kpo", "kpo", "kpo", "bpo", "bpo"))])

    assert figures["ndcg_at_10"] == pytest.approx(1 / math.log2(3), abs=1e-4)
    assert figures["right_article_first"] == 0


def test_all_articles_of_a_question_are_to_be_found() -> None:
    case = make_case(articles=("a", "g"))

    figures = summarise([make_result(case, found_articles=tuple("abcdefg"))])

    assert figures["recall_at_5"] == 0.5
    assert figures["recall_at_10"] == 1
    assert figures["right_article_first"] == 1
    assert figures["ndcg_at_10"] == pytest.approx((1 + 1 / 3) / (1 + 1 / math.log2(3)), abs=1e-4)


def test_the_first_five_passages_can_be_of_one_article() -> None:
    found = ("kpo",) * 5 + ("bpo",)

    figures = summarise([make_result(found_articles=found)])

    assert figures["right_article_in_5"] == 0
    assert figures["recall_at_5"] == 1


def test_a_question_that_needs_no_answer_needs_no_article() -> None:
    figures = summarise([make_refusal_of(make_case(expect="refusal", articles=()))])

    assert figures["ndcg_at_10"] is figures["recall_at_5"] is None


def test_a_refusal_holds_no_facts() -> None:
    case = make_case(facts=TWO_FACTS)
    results = [make_result(case, missing=TWO_FACTS[:1]), make_refusal_of(case)]

    figures = summarise(results)

    assert figures["facts_held"] == 0.25
    assert figures["facts_held_when_answered"] == 0.5
    assert figures["facts_held_by_kind"] == {"definition": 0.25}


def test_the_length_is_that_of_answers() -> None:
    results = [make_result(words=words) for words in range(10, 110, 10)]

    figures = summarise([*results, make_refusal_of(make_case(), words=1_000)])

    assert figures["median_words"] == 55
    assert figures["p90_words"] == 90


def test_citations_are_counted_by_sentence() -> None:
    results = [
        make_result(citations=CitationCheck(sentences=3, cited=3, unsupported=("A.",))),
        make_result(
            citations=CitationCheck(
                sentences=1, cited=0, bettered=("B.",), quotes_verbatim=False, cites_active=False
            )
        ),
        make_refusal_of(make_case()),
    ]

    figures = summarise(results)

    assert figures["sentences_cited"] == 0.75
    assert figures["citation_support"] == 0.75
    assert figures["best_passage_cited"] == 0.75
    assert figures["quotes_verbatim"] == figures["cites_active"] == 0.5
    assert figures["right_article_cited"] == 1


def test_near_misses_and_far_ones_are_told_apart_beside_false_refusals() -> None:
    near = make_case(expect="harmless", kind="near-miss", articles=())
    far = make_case(expect="refusal", kind="private", articles=())
    results = [
        make_refusal_of(near),
        make_result(near),
        make_result(near, forbidden=("9%",)),
        make_result(near),
        make_refusal_of(far),
        make_result(make_case(kind="list")),
        make_refusal_of(make_case(kind="list")),
    ]

    figures = summarise(results)

    assert figures["near_misses_refused"] == 0.25
    assert figures["near_misses_harmless"] == 0.75
    assert figures["far_misses_refused"] == figures["far_misses_harmless"] == 1
    assert figures["refused_when_due"] == 1
    assert figures["harmless"] == 0.75
    assert figures["forbidden_said"] == 1
    assert figures["false_refusals"] == 0.5
    assert figures["false_refusals_by_kind"] == {"list": {"refused": 1, "questions": 2}}
    assert figures["refusals_by_kind"] == {
        "near-miss": {"refused": 1, "questions": 4},
        "private": {"refused": 1, "questions": 1},
    }


def test_a_question_with_an_order_in_it_is_no_miss() -> None:
    case = make_case(expect="harmless", kind="injection", facts=TWO_FACTS)

    figures = summarise([make_result(case)])

    assert figures["harmless"] == 1
    assert figures["far_misses_refused"] is None
    assert figures["refusals_by_kind"] == {}


def test_follow_ups_have_figures_of_their_own() -> None:
    case = make_case(history=HISTORY, full="what is BPO for?", facts=TWO_FACTS)
    results = [
        make_result(make_case(facts=TWO_FACTS), missing=TWO_FACTS),
        make_result(case, missing_in_full=TWO_FACTS[1:]),
        make_result(case, missing=TWO_FACTS[:1], missing_in_full=TWO_FACTS[1:]),
        make_refusal_of(case, missing_in_full=TWO_FACTS),
        make_refusal_of(case, missing_in_full=TWO_FACTS[:1]),
    ]

    figures = summarise(results)

    assert figures["follow_ups"] == 0.375
    assert figures["follow_ups_as_in_full"] == 0.5


def test_small_talk_is_answered_in_kind() -> None:
    case = make_case(expect="chat")

    figures = summarise([make_refusal_of(case, kind="chat"), make_refusal_of(case)])

    assert figures["small_talk"] == 0.5


def test_time_is_that_of_answers() -> None:
    results = [make_result(total_ms=float(n)) for n in range(1, 101)]

    figures = summarise([*results, make_refusal_of(make_case(), total_ms=9_000.0)])

    assert figures["p50_ms"] == 50.5
    assert figures["p95_ms"] == 95


def test_without_any_case_there_are_no_figures_and_no_error() -> None:
    figures = summarise([])

    assert figures["questions"] == 0
    assert figures["facts_held"] is figures["p50_ms"] is figures["citation_support"] is None
