import json

from knowledge.evaluation.reporting import report_json, write_report
from knowledge.evaluation.running import CaseResult, CitationCheck
from tests.knowledge.results import make_case, make_refusal_of, make_result


def _results() -> list[CaseResult]:
    bad = make_case(
        "bad",
        question="who is it?",
        expect="refusal",
        kind="private",
        articles=(),
        must_not=("Mr",),
    )
    return [
        *(make_result(make_case(f"good-{n}")) for n in range(20)),
        make_result(
            make_case("unsupported"),
            citations=CitationCheck(sentences=1, cited=1, unsupported=("It is so.",)),
        ),
        make_result(bad, text="It is\nMr Smith.", forbidden=("Mr",), probability=0.8),
    ]


def test_a_report_has_the_figures_of_both_halves_and_the_worst_cases_in_full() -> None:
    report = "\n".join(write_report(_results(), threshold=0.35))

    assert report.splitlines()[0].split() == ["tune", "test"]
    assert "facts_held" in report
    assert " 0.35  answered" in report
    assert report.count("<- operating point") == 1
    assert "- bad [private," in report
    assert "  must not say ['Mr']" in report
    assert "  | It is\n  | Mr Smith." in report
    assert "  unsupported: It is so." in report
    assert report.index("- bad [") < report.index("- unsupported [") < report.index("- good-")


def test_refusals_are_shown_by_kind_beside_false_refusals() -> None:
    case = make_case(expect="harmless", kind="near-miss", articles=())
    lines = list(write_report([make_refusal_of(case), make_result(case)], threshold=0.5))

    section = lines[lines.index("refusals, beside what they cost") :]

    names = [line.split()[0] for line in section[1:3]]
    assert names == ["false_refusals", "near_misses_refused"]
    (row,) = (line for line in section if line.startswith("  near-miss"))
    assert "1 of 2" in row


def test_the_worst_cases_of_a_follow_up_show_what_was_said_before() -> None:
    history = ({"role": "user", "text": "how big is it in Poland?"},)
    case = make_case(history=history, facts=(("50",),))

    report = "\n".join(write_report([make_refusal_of(case)], threshold=0.5))

    assert "  user before: how big is it in Poland?\n" in report


def test_a_report_in_json_has_the_same() -> None:
    report = json.loads(json.dumps(report_json(_results(), threshold=0.35)))

    assert report.keys() == {"tune", "test", "threshold", "risk_coverage", "worst"}
    assert report["tune"]["questions"] + report["test"]["questions"] == 22
    assert report["worst"][0]["id"] == "bad"
    assert report["worst"][0]["text"] == "It is\nMr Smith."
    assert 0.35 in [point["threshold"] for point in report["risk_coverage"]]


def test_a_report_on_nothing_is_a_report() -> None:
    assert "".join(write_report([], threshold=0.5))
