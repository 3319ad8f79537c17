from pathlib import Path

import pytest

from knowledge.errors import ConfigError
from knowledge.evaluation.baseline import changes, read_baseline, save_results
from knowledge.evaluation.running import CaseResult
from tests.knowledge.results import make_case, make_refusal_of, make_result

FACTS = (("practice",), ("provider",))
GOOD = '{"id": "a", "kind": "answer", "facts_held": 1.0, "forbidden": [], "text": "A."}\n'


def _case(case_id: str, *, missing: int = 0, **changes_: object) -> CaseResult:
    return make_result(make_case(case_id, facts=FACTS), missing=FACTS[:missing], **changes_)


def _changes(before: list[CaseResult], now: list[CaseResult], folder: Path) -> list[str]:
    save_results(before, folder / "base.jsonl")
    return list(changes(now, read_baseline(folder / "base.jsonl")))


def test_a_run_like_the_saved_one_has_no_changes(tmp_path: Path) -> None:
    results = [_case("a"), _case("b", text="“Lines”\nof any kind.", missing=1)]

    assert _changes(results, results, tmp_path) == []


def test_a_text_with_a_line_separator_can_be_compared(tmp_path: Path) -> None:
    results = [_case("a", text="One line\u2028and another.")]

    assert _changes(results, results, tmp_path) == []


def test_each_change_against_a_saved_run_is_named(tmp_path: Path) -> None:
    before = [_case(name, missing=1) for name in ("better", "worse", "other", "same")]
    now = [
        _case("better"),
        make_refusal_of(make_case("worse", facts=FACTS)),
        _case("other", missing=1, kind="comparison"),
        _case("same", missing=1),
        _case("new"),
    ]

    lines = _changes([*before, _case("gone")], now, tmp_path)

    assert lines == [
        "better    better: definition 0.50 -> definition 1.00",
        "worse     worse: definition 0.50 -> refusal 0.00",
        "other     other: definition 0.50 -> comparison 0.50",
        "new       new",
        "gone      gone",
    ]


def test_what_must_not_be_said_weighs_more_than_facts(tmp_path: Path) -> None:
    lines = _changes([_case("a", missing=1)], [_case("a", forbidden=("9%",))], tmp_path)

    assert lines == ["worse     a: definition 0.50 -> definition 1.00 with 1 forbidden"]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        pytest.param(None, "", id="missing"),
        pytest.param("{", ":1", id="cut"),
        pytest.param(f"{GOOD}[]\n", ":2", id="list"),
        pytest.param(f'{GOOD}\n{{"kind": "answer"}}\n', ":3", id="no id"),
        pytest.param('{"id": "a", "kind": "answer", "facts_held": "most"}', ":1", id="no number"),
    ],
)
def test_a_damaged_baseline_is_named(content: str | None, place: str, tmp_path: Path) -> None:
    path = tmp_path / "base.jsonl"
    if content is not None:
        path.write_text(content)

    with pytest.raises(ConfigError, match=rf"base\.jsonl{place}: "):
        read_baseline(path)


def test_results_that_cannot_be_saved_are_an_error_of_usage(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--save: .*gone/base\.jsonl"):
        save_results([], tmp_path / "gone" / "base.jsonl")
