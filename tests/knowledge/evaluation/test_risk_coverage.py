from pathlib import Path

import pytest

from knowledge.errors import ConfigError
from knowledge.evaluation.risk_coverage import draw_curve, risk_coverage
from knowledge.evaluation.running import CaseResult
from tests.knowledge.results import make_case, make_refusal_of, make_result

FACTS = (("practice",), ("provider",))
PNG = b"\x89PNG"


def _results() -> list[CaseResult]:
    refusal = make_case(expect="refusal", articles=())
    return [
        make_result(probability=0.95),
        make_result(make_case(facts=FACTS), probability=0.75, missing_if_answered=FACTS[:1]),
        make_refusal_of(refusal, probability=0.35),
        make_refusal_of(refusal, probability=0.0),
        make_result(make_case(expect="chat"), kind="chat", probability=0.9),
        make_result(make_case(expect="harmless"), probability=0.9),
    ]


def test_the_curve_trades_coverage_for_risk() -> None:
    points = risk_coverage(_results(), [0.9, 0.0, 0.5, 1.0])

    assert [point.threshold for point in points] == [0.0, 0.5, 0.9]
    assert [point.coverage for point in points] == pytest.approx([1.0, 2 / 3, 1 / 3])
    assert [point.risk for point in points] == pytest.approx([0.5, 0.25, 0.0])


def test_a_refused_question_counts_with_what_would_have_been_said() -> None:
    case = make_case(facts=FACTS)
    refused = make_refusal_of(case, probability=0.3, missing_if_answered=FACTS[:1])

    (point,) = risk_coverage([refused], [0.2])

    assert point.risk == 0.5


def test_an_order_is_refused_at_any_threshold() -> None:
    order = make_refusal_of(make_case(expect="refusal", articles=()), probability=0.0)

    assert risk_coverage([order], [0.0]) == []


def test_the_curve_is_drawn_where_it_is_asked_for(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / "plots" / "curve.png"

    draw_curve(_results(), path, threshold=0.5)

    assert path.read_bytes().startswith(PNG)


def test_a_curve_of_nothing_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / "curve.png"

    draw_curve([], path, threshold=0.5)

    assert path.read_bytes().startswith(PNG)


def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    (tmp_path / "plots").write_text("not a folder")

    with pytest.raises(ConfigError, match=r"plots/curve\.png: "):
        draw_curve([], tmp_path / "plots" / "curve.png", threshold=0.5)
