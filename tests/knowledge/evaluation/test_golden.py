import json
from pathlib import Path

import pytest

from knowledge.errors import ConfigError
from knowledge.evaluation.golden import SPLITS, Case, read_cases

LINE = {"id": "a", "question": "what is BPO?", "expect": "answer", "kind": "definition"}


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
    ids = [f"question-{n}" for n in range(200)]

    halves = [Case.model_validate({**LINE, "id": name}).split for name in ids]

    changed = [Case.model_validate({**LINE, "id": name, "question": "why?"}) for name in ids]
    assert halves == [case.split for case in changed]
    assert all(60 < halves.count(split) < 140 for split in SPLITS)


def test_facts_and_forbidden_phrases_are_found_whatever_their_case_and_blanks() -> None:
    facts = [["a Provider", "a vendor"], ["the client"]]
    case = Case.model_validate({**LINE, "facts": facts, "must_not": ["always cheaper"]})

    assert case.missing("A\nprovider runs it.") == (("the client",),)
    assert case.missing("A vendor runs it for the  CLIENT.") == ()
    assert case.missing("") == case.facts
    assert case.forbidden("It is Always\ncheaper.") == ("always cheaper",)
    assert case.forbidden("It is cheaper.") == ()
