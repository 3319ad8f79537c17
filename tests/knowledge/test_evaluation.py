import json
from pathlib import Path
from typing import Any

import pytest

from knowledge.errors import ConfigError
from knowledge.evaluation import SPLITS, Case, CaseResult, read_cases, summarise

LINE = {"id": "a", "question": "what is BPO?", "expect": "answer", "kind": "definition"}


def _case(case_id: str = "a", **changes: Any) -> Case:
    return Case(**{**LINE, "id": case_id, "articles": ("bpo",), **changes})


def _result(case: Case | None = None, **changes: Any) -> CaseResult:
    values: dict[str, Any] = {
        "case": case or _case(),
        "kind": "definition",
        "text": "BPO is a practice.",
        "cited_articles": ("bpo",),
        "facts_held": 1.0,
        "missing": (),
        "forbidden": (),
        "words": 40,
        "sentences": 4,
        "cited": 4,
        "supported": 4,
        "quotes_verbatim": True,
        "cites_active": True,
        "article_ranks": (1, 3),
        "probability": 0.9,
        "total_ms": 20.0,
    }
    return CaseResult(**{**values, **changes})


def _refused(expect: str, **changes: Any) -> CaseResult:
    values = {"kind": "refusal", "sentences": 0, "cited": 0, "supported": 0, "cited_articles": ()}
    return _result(_case(expect=expect, articles=()), **{**values, **changes})


def test_the_figures_of_a_hand_made_list_are_right() -> None:
    results = [
        _result(),
        _result(facts_held=0.5, words=60, supported=2, article_ranks=(4,), total_ms=40.0),
        _refused("answer", facts_held=0.5),
        _refused("refusal"),
        _result(_case(expect="refusal")),
        _refused("harmless"),
        _result(_case(expect="harmless"), forbidden=("@channel",)),
        _refused("chat", kind="chat"),
    ]

    figures = summarise(results)

    assert figures["questions"] == 8
    assert figures["facts_held"] == 0.5
    assert figures["facts_held_when_answered"] == 0.75
    assert figures["facts_held_by_kind"] == {"definition": 0.5}
    assert figures["median_words"] == 50
    assert figures["false_refusals"] == pytest.approx(1 / 3, abs=1e-3)
    assert figures["refused_when_due"] == 0.5
    assert figures["harmless"] == 0.5
    assert figures["forbidden_said"] == 1
    assert figures["small_talk"] == 1
    assert figures["sentences_cited"] == 1
    assert figures["citation_support"] == 14 / 16
    assert figures["quotes_verbatim"] == figures["cites_active"] == 1
    assert figures["right_article_cited"] == 1
    assert figures["right_article_first"] == pytest.approx(1 / 3 * 2, abs=1e-3)


def test_follow_ups_have_a_figure_of_their_own() -> None:
    history = ({"role": "user", "text": "what is BPO?"},)
    results = [_result(facts_held=0.0), _result(_case(history=history))]

    assert summarise(results)["follow_ups"] == 1


def test_without_any_case_there_are_no_figures_and_no_error() -> None:
    figures = summarise([])

    assert figures["questions"] == 0
    assert figures["facts_held"] is figures["p50_ms"] is figures["citation_support"] is None


def test_golden_questions_are_read_in_order_and_blank_lines_skipped(tmp_path: Path) -> None:
    path = tmp_path / "golden.jsonl"
    path.write_text(f"{json.dumps(LINE)}\n\n{json.dumps({**LINE, 'id': 'b'})}\n")

    assert [case.id for case in read_cases(path)] == ["a", "b"]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("{", id="no JSON"),
        pytest.param("[]", id="no object"),
        pytest.param(json.dumps({**LINE, "expect": "praise"}), id="unknown expectation"),
        pytest.param(json.dumps({**LINE, "extra": 1}), id="unknown field"),
        pytest.param(json.dumps({"id": "b"}), id="field missing"),
        pytest.param(json.dumps({**LINE, "history": [{"role": "bot", "text": ""}]}), id="role"),
    ],
)
def test_a_malformed_golden_question_is_named_with_its_line(line: str, tmp_path: Path) -> None:
    path = tmp_path / "golden.jsonl"
    path.write_text(f"{json.dumps(LINE)}\n\n{line}\n")

    with pytest.raises(ConfigError, match=r"golden\.jsonl:3: "):
        read_cases(path)


def test_a_missing_file_of_golden_questions_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.jsonl: No such file"):
        read_cases(tmp_path / "gone.jsonl")


def test_a_question_stays_in_its_half() -> None:
    halves = [_case(f"question-{n}").split for n in range(200)]

    assert halves == [_case(f"question-{n}", question="other").split for n in range(200)]
    assert all(60 < halves.count(split) < 140 for split in SPLITS)
