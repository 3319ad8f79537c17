"""Writes an evaluation down: figures, the risk-coverage curve, the worst cases in full."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from knowledge.evaluation.golden import SPLITS
from knowledge.evaluation.risk_coverage import CurvePoint, risk_coverage
from knowledge.evaluation.running import CaseResult
from knowledge.evaluation.summarising import summarise

__all__ = ["report_json", "worst_cases", "write_report"]

WORST = 10
STEPS = 10
"""Steps of the threshold in the written curve."""

SECTIONS = (
    (
        "right article among those found",
        ("ndcg_at_10", "recall_at_5", "recall_at_10", "right_article_first", "right_article_in_5"),
    ),
    ("facts", ("facts_held", "facts_held_when_answered", "facts_held_by_kind")),
    ("length of an answer", ("median_words", "p90_words")),
    (
        "citations",
        (
            *("sentences_cited", "citation_support", "best_passage_cited"),
            *("quotes_verbatim", "cites_active", "right_article_cited"),
        ),
    ),
    (
        "refusals, beside what they cost",
        (
            *("false_refusals", "near_misses_refused", "far_misses_refused", "refused_when_due"),
            *("near_misses_harmless", "far_misses_harmless", "harmless", "forbidden_said"),
            *("false_refusals_by_kind", "refusals_by_kind", "small_talk"),
        ),
    ),
    ("follow-ups", ("follow_ups", "follow_ups_as_in_full")),
    ("time to an answer", ("p50_ms", "p95_ms")),
)


def write_report(results: Sequence[CaseResult], *, threshold: float) -> Iterator[str]:
    """Yield the lines of a report: figures by split, the curve, and the worst cases in full."""
    halves = _halves(results)
    figures = {split: summarise(half) for split, half in halves.items()}
    yield f"{'':32}" + "".join(f"{split:>12}" for split in SPLITS)
    yield _row("questions", [figures[split]["questions"] for split in SPLITS])
    for title, names in SECTIONS:
        yield from ("", title)
        for name in names:
            yield from _rows(name, [figures[split][name] for split in SPLITS])
    yield ""
    yield "risk and coverage on the test questions, by threshold of the evidence gate"
    for point in _curve(halves["test"], threshold):
        bar = "#" * round(40 * point.risk)
        line = f"answered {point.coverage:5.2f}  risk {point.risk:5.2f} {bar}"
        yield f"  {point.threshold:5.2f}  {line}" + (
            "  <- operating point" if point.threshold == threshold else ""
        )
    yield ""
    yield f"the {WORST} worst cases"
    for result in worst_cases(results):
        yield from _in_full(result)


def report_json(results: Sequence[CaseResult], *, threshold: float) -> dict[str, Any]:
    """Return the same as values: figures by split, the curve, and the worst cases."""
    halves = _halves(results)
    return {
        **{split: summarise(half) for split, half in halves.items()},
        "threshold": threshold,
        "risk_coverage": [
            {"threshold": point.threshold, "coverage": point.coverage, "risk": point.risk}
            for point in _curve(halves["test"], threshold)
        ],
        "worst": [
            {
                "id": result.case.id,
                "question": result.case.question,
                "expect": result.case.expect,
                "kind": result.kind,
                "missing": result.missing,
                "forbidden": result.forbidden,
                "unsupported": result.citations.unsupported,
                "text": result.text,
            }
            for result in worst_cases(results)
        ],
    }


def worst_cases(results: Sequence[CaseResult]) -> list[CaseResult]:
    """Return the few cases that went worst, worst first; equally bad ones in their order."""
    return sorted(results, key=_badness, reverse=True)[:WORST]


def _halves(results: Sequence[CaseResult]) -> dict[str, list[CaseResult]]:
    return {split: [r for r in results if r.case.split == split] for split in SPLITS}


def _curve(results: Sequence[CaseResult], threshold: float) -> list[CurvePoint]:
    return risk_coverage(results, [*(step / STEPS for step in range(STEPS + 1)), threshold])


def _rows(name: str, values: Sequence[Any]) -> Iterator[str]:
    """Yield a figure's row, or those of its kinds under it."""
    if not all(isinstance(value, Mapping) for value in values):
        yield _row(name, values)
        return
    yield name
    for kind in sorted({kind for value in values for kind in value}):
        yield _row(f"  {kind}", [value.get(kind) for value in values])


def _row(name: str, values: Sequence[object]) -> str:
    return f"{name:32}" + "".join(f"{_show(value):>12}" for value in values)


def _in_full(result: CaseResult) -> Iterator[str]:
    case = result.case
    yield f"- {case.id} [{case.kind}, {case.split}] {case.question}"
    yield from (f"  {turn.role} before: {turn.text}" for turn in case.history)
    yield f"  expected {case.expect}, got {result.kind}; lacks {list(result.missing)}"
    if result.forbidden:
        yield f"  must not say {list(result.forbidden)}"
    yield from (f"  unsupported: {sentence}" for sentence in result.citations.unsupported)
    if case.articles:
        found = list(dict.fromkeys(result.found_articles))[:3]
        yield f"  right articles {', '.join(case.articles)}; found first {', '.join(found)}"
    yield from (f"  | {line}" for line in result.text.splitlines())


def _badness(result: CaseResult) -> float:
    expect = result.case.expect
    if result.forbidden:
        return 3.0
    if expect == "refusal":
        return 0.0 if result.refused else 2.0
    if result.citations.unsupported or not result.citations.cites_active:
        return 1.8
    if expect in ("answer", "disambiguation"):
        return 1.5 if result.refused else 1.0 - result.facts_held
    return 0.0


def _show(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, Mapping):
        return f"{value['refused']} of {value['questions']}"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
