from pathlib import Path
from typing import Any

import pytest

from knowledge.errors import ConfigError
from knowledge.evaluation import Case, CaseResult
from knowledge.reporting import compare_with_baseline, risk_coverage, save_results, write_report


def _result(
    case_id: str = "a", *, expect: str = "answer", question: str = "what is BPO?", **changes: Any
) -> CaseResult:
    values: dict[str, Any] = {
        "case": Case.model_validate(
            {"id": case_id, "question": question, "expect": expect, "kind": "definition"}
        ),
        "kind": "definition",
        "text": "BPO is a practice.",
        "cited_articles": (),
        "facts_held": 1.0,
        "missing": (),
        "forbidden": (),
        "words": 4,
        "sentences": 1,
        "cited": 1,
        "supported": 1,
        "quotes_verbatim": True,
        "cites_active": True,
        "article_ranks": (1,),
        "probability": 0.9,
        "total_ms": 20.0,
    }
    return CaseResult(**{**values, **changes})


def test_a_run_like_the_saved_one_has_no_changes(tmp_path: Path) -> None:
    results = [_result("a"), _result("b", text="“Lines”\nof any kind.")]

    save_results(results, tmp_path / "base.jsonl")

    assert list(compare_with_baseline(results, tmp_path / "base.jsonl")) == []


def test_a_text_with_a_line_separator_can_be_compared(tmp_path: Path) -> None:
    results = [_result(text="One line\u2028and another.")]

    save_results(results, tmp_path / "base.jsonl")

    assert list(compare_with_baseline(results, tmp_path / "base.jsonl")) == []


def test_each_change_against_a_saved_run_is_named(tmp_path: Path) -> None:
    path = tmp_path / "base.jsonl"
    before = [_result(name, facts_held=0.5) for name in ("better", "worse", "other", "same")]
    save_results(before, path)

    lines = list(
        compare_with_baseline(
            [
                _result("better", facts_held=1.0),
                _result("worse", facts_held=0.0),
                _result("other", facts_held=0.5, kind="refusal"),
                _result("same", facts_held=0.5),
                _result("added"),
            ],
            path,
        )
    )

    assert [line.split()[:2] for line in lines] == [
        ["better", "better:"],
        ["worse", "worse:"],
        ["other", "other:"],
        ["new", "added"],
    ]
    assert "definition 0.50 -> definition 1.00" in lines[0]


@pytest.mark.parametrize(
    "content", [None, "{", "[]\n", '{"kind": "answer"}\n'], ids=["missing", "cut", "list", "no id"]
)
def test_a_damaged_baseline_is_named(content: str | None, tmp_path: Path) -> None:
    path = tmp_path / "base.jsonl"
    if content is not None:
        path.write_text(content)

    with pytest.raises(ConfigError, match=r"base\.jsonl"):
        list(compare_with_baseline([_result()], path))


def test_the_curve_trades_coverage_for_risk() -> None:
    results = [
        _result("a", probability=0.95),
        _result("b", probability=0.75, facts_held=0.5),
        _result("c", probability=0.35, expect="refusal", kind="refusal"),
        _result("d", probability=0.0),
        _result("e", probability=0.9, expect="chat", kind="chat"),
    ]

    points = {point.threshold: (point.coverage, point.risk) for point in risk_coverage(results)}

    assert points[0.0] == (1.0, 0.5)
    assert points[0.5] == pytest.approx((2 / 3, 0.25))
    assert points[0.9] == pytest.approx((1 / 3, 0.0))
    assert 1.0 not in points


def test_a_report_has_the_figures_of_both_halves_and_the_worst_cases_in_full() -> None:
    results = [_result(f"good-{n}") for n in range(20)]
    results.append(
        _result(
            "bad", question="who is it?", expect="refusal", text="It is\nMr Smith.", probability=0.8
        )
    )

    report = "\n".join(write_report(results, threshold=0.5))

    assert "tune" in report.splitlines()[0]
    assert "facts_held" in report
    assert "operating point 0.50" in report
    assert "- bad [definition," in report
    assert "  | It is\n  | Mr Smith." in report
    assert report.index("- bad [") < report.index("- good-")


def test_a_report_on_nothing_is_a_report() -> None:
    assert "".join(write_report([], threshold=0.5))
