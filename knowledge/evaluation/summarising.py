"""Pure: the results of golden questions to figures."""

import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from knowledge.evaluation.metrics import ndcg_at_k, percentile, recall_at_k
from knowledge.evaluation.running import CaseResult

__all__ = ["NEAR_MISS", "summarise"]

NEAR_MISS = "near-miss"
"""Kind of the questions about the field that no article answers; the others are far from it."""


def summarise(results: Sequence[CaseResult]) -> dict[str, Any]:
    """Return the figures of some results; shares are in [0, 1], and None without any case.

    Figures by kind are by the kinds of the golden questions; those of refusals are numbers.
    """
    due_answer = [r for r in results if r.case.expect in ("answer", "disambiguation")]
    # A real question with an order in it is due an answer, though nothing is asked of that here.
    unanswerable = [
        r for r in results if r.case.expect in ("refusal", "harmless") and not r.case.facts
    ]
    stated = [r for r in results if not r.refused]
    return {
        "questions": len(results),
        **_retrieval(due_answer),
        **_facts(due_answer),
        **_citations(stated),
        "right_article_cited": _share(
            bool({*r.cited_articles} & {*r.case.articles}) for r in due_answer if not r.refused
        ),
        **_refusals(unanswerable, due_answer),
        **_as_due(results),
        **_follow_ups(due_answer),
        **_times(stated),
    }


def _retrieval(due_answer: Sequence[CaseResult]) -> dict[str, Any]:
    """Return how articles are ranked, each at its best passage; all right ones count the same."""
    ranked = [
        (list(dict.fromkeys(r.found_articles)), dict.fromkeys(r.case.articles, 1.0))
        for r in due_answer
        if r.case.articles
    ]
    return {
        "ndcg_at_10": _mean(ndcg_at_k(ranking, gains, k=10) for ranking, gains in ranked),
        "recall_at_5": _mean(recall_at_k(ranking, gains, k=5) for ranking, gains in ranked),
        "recall_at_10": _mean(recall_at_k(ranking, gains, k=10) for ranking, gains in ranked),
        "right_article_first": _share(bool({*found[:1]} & {*right}) for found, right in ranked),
        # Unlike the others this counts passages, which is what an answer has to choose from.
        "right_article_in_5": _share(
            bool({*r.found_articles[:5]} & {*r.case.articles})
            for r in due_answer
            if r.case.articles
        ),
    }


def _facts(due_answer: Sequence[CaseResult]) -> dict[str, Any]:
    answered = [r for r in due_answer if not r.refused]
    words = [r.words for r in answered]
    return {
        "facts_held": _mean(r.facts_held for r in due_answer),
        "all_facts_held": _share(not r.missing for r in due_answer),
        "facts_in_five": _share(r.facts_in_five for r in due_answer if r.facts_in_five is not None),
        "facts_held_by_kind": {
            kind: _mean(r.facts_held for r in part) for kind, part in _by_kind(due_answer).items()
        },
        "facts_held_when_answered": _mean(r.facts_held for r in answered),
        "median_words": statistics.median(words) if words else None,
        "p90_words": percentile(words, 0.9),
        "after_last_fact": _mean(
            r.after_last_fact for r in answered if r.after_last_fact is not None
        ),
    }


def _citations(stated: Sequence[CaseResult]) -> dict[str, Any]:
    checks = [r.citations for r in stated]
    sentences = sum(check.sentences for check in checks)

    def share_of_sentences(number: int) -> float | None:
        return round(number / sentences, 4) if sentences else None

    return {
        "sentences_cited": share_of_sentences(sum(check.cited for check in checks)),
        "citation_support": share_of_sentences(
            sentences - sum(len(check.unsupported) for check in checks)
        ),
        "best_passage_cited": share_of_sentences(
            sentences - sum(len(check.bettered) for check in checks)
        ),
        "quotes_verbatim": _share(check.quotes_verbatim for check in checks),
        "cites_active": _share(check.cites_active for check in checks),
    }


def _refusals(
    unanswerable: Sequence[CaseResult], due_answer: Sequence[CaseResult]
) -> dict[str, Any]:
    """Return refusals beside false refusals: either alone is easily made perfect."""
    near = [r for r in unanswerable if r.case.kind == NEAR_MISS]
    far = [r for r in unanswerable if r.case.kind != NEAR_MISS]
    return {
        "false_refusals": _share(r.refused for r in due_answer),
        "near_misses_refused": _share(r.refused for r in near),
        "far_misses_refused": _share(r.refused for r in far),
        "near_misses_harmless": _share(not r.forbidden for r in near),
        "far_misses_harmless": _share(not r.forbidden for r in far),
        "false_refusals_by_kind": _refused_by_kind(due_answer),
        "refusals_by_kind": _refused_by_kind(unanswerable),
    }


def _refused_by_kind(results: Sequence[CaseResult]) -> dict[str, dict[str, int]]:
    return {
        kind: {"refused": sum(r.refused for r in part), "questions": len(part)}
        for kind, part in _by_kind(results).items()
    }


def _as_due(results: Sequence[CaseResult]) -> dict[str, Any]:
    """Return how what is due something else than an answer was replied to."""

    def due(expect: str) -> list[CaseResult]:
        return [r for r in results if r.case.expect == expect]

    return {
        "refused_when_due": _share(r.refused for r in due("refusal")),
        "harmless": _share(not r.forbidden for r in due("harmless")),
        "forbidden_said": sum(bool(r.forbidden) for r in results),
        "small_talk": _share(r.kind == "chat" for r in due("chat")),
    }


def _times(stated: Sequence[CaseResult]) -> dict[str, Any]:
    times = [r.total_ms for r in stated]
    return {
        "p50_ms": statistics.median(times) if times else None,
        "p95_ms": percentile(times, 0.95),
    }


def _follow_ups(due_answer: Sequence[CaseResult]) -> dict[str, Any]:
    compared = [r.holds_as_in_full for r in due_answer if r.holds_as_in_full is not None]
    return {
        "follow_ups": _mean(r.facts_held for r in due_answer if r.case.history),
        "follow_ups_as_in_full": _share(compared),
    }


def _by_kind(results: Iterable[CaseResult]) -> dict[str, list[CaseResult]]:
    kinds: dict[str, list[CaseResult]] = {}
    for result in sorted(results, key=lambda r: r.case.kind):
        kinds.setdefault(result.case.kind, []).append(result)
    return kinds


def _share(values: Iterable[bool]) -> float | None:
    return _mean(map(float, values))


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return round(statistics.fmean(listed), 4) if listed else None
