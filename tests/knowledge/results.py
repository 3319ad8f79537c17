"""Makes results of golden questions; what does not matter to a test is in order."""

from typing import Any

from knowledge.evaluation.golden import Case
from knowledge.evaluation.running import CaseResult, CitationCheck


def make_case(case_id: str = "a", **changes: Any) -> Case:
    values = {"question": "what is BPO?", "expect": "answer", "kind": "definition"}
    return Case(**{"id": case_id, "articles": ("bpo",), **values, **changes})


def make_result(case: Case | None = None, **changes: Any) -> CaseResult:
    values: dict[str, Any] = {
        "case": case or make_case(),
        "kind": "definition",
        "text": "BPO is a practice.",
        "cited_articles": ("bpo",),
        "citations": CitationCheck(sentences=4, cited=4),
        "missing": (),
        "missing_if_answered": (),
        "missing_in_full": None,
        "forbidden": (),
        "after_last_fact": 1,
        "facts_in_five": True,
        "words": 40,
        "found_articles": ("bpo", "kpo", "bpo"),
        "probability": 0.9,
        "total_ms": 20.0,
    }
    return CaseResult(**{**values, **changes})


def make_refusal_of(case: Case, **changes: Any) -> CaseResult:
    values = {
        "kind": "refusal",
        "text": "The articles do not answer that.",
        "cited_articles": (),
        "citations": CitationCheck(),
        "missing": case.facts,
        "after_last_fact": None,
    }
    return make_result(case, **{**values, **changes})
