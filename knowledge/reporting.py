"""Writes an evaluation down: figures, the risk-coverage curve, worst cases, what changed."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.errors import ConfigError
from knowledge.evaluation import SPLITS, CaseResult, summarise

__all__ = [
    "compare_with_baseline",
    "draw_curve",
    "risk_coverage",
    "save_results",
    "write_report",
]

WORST = 10
STEPS = 10


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What would happen at one threshold of the evidence gate."""

    threshold: float
    coverage: float
    """Share of all questions that would be answered."""
    risk: float
    """Share of those answers that are wrong: nothing should have been said, or facts lack."""


def risk_coverage(results: Sequence[CaseResult]) -> list[CurvePoint]:
    """Return the risk-coverage curve over the questions that the gate judged, by threshold.

    The risk of an answer to an answerable question is the share of its facts that it lacks, and
    1 when the question should have been refused. A question that was refused counts as the gate
    would have let it through with all facts held, since its answer was not composed.
    """
    judged = [r for r in results if r.case.expect in ("answer", "refusal") and r.probability > 0]
    points = []
    for step in range(STEPS + 1):
        threshold = step / STEPS
        answered = [r for r in judged if r.probability >= threshold]
        if not answered:
            continue
        risks = [1.0 if r.case.expect == "refusal" else 1.0 - r.facts_held for r in answered]
        points.append(CurvePoint(threshold, len(answered) / len(judged), sum(risks) / len(risks)))
    return points


def write_report(results: Sequence[CaseResult], *, threshold: float) -> Iterator[str]:
    """Yield the lines of a report: figures by split, the curve, and the worst cases in full."""
    splits = {split: [r for r in results if r.case.split == split] for split in SPLITS}
    figures = {split: summarise(part) for split, part in splits.items()}
    yield f"{'':28}{'tune':>10}{'test':>10}"
    for name in figures["test"]:
        if name == "facts_held_by_kind":
            continue
        yield f"{name:28}" + "".join(f"{_show(figures[split][name]):>10}" for split in figures)
    kinds = sorted({kind for figure in figures.values() for kind in figure["facts_held_by_kind"]})
    for kind in kinds:
        shares = (figures[split]["facts_held_by_kind"].get(kind) for split in figures)
        yield f"  facts held, {kind:14}" + "".join(f"{_show(share):>10}" for share in shares)
    yield ""
    yield f"risk and coverage on the test questions (operating point {threshold:.2f})"
    for point in risk_coverage(splits["test"]):
        bar = "#" * round(40 * point.risk)
        line = f"answered {point.coverage:5.2f}  risk {point.risk:5.2f}"
        yield f"  {point.threshold:4.1f}  {line} {bar}"
    yield ""
    yield f"the {WORST} worst cases"
    for result in sorted(results, key=_badness, reverse=True)[:WORST]:
        case = result.case
        yield f"- {case.id} [{case.kind}, {case.split}] {case.question}"
        yield f"  expected {case.expect}, got {result.kind}; lacks {list(result.missing)}"
        yield from (f"  | {line}" for line in result.text.splitlines())


def save_results(results: Sequence[CaseResult], path: Path) -> None:
    """Write one line of JSON a case, for a later run to be compared with."""
    rows = (
        {
            "id": r.case.id,
            "kind": r.kind,
            "facts_held": r.facts_held,
            "forbidden": list(r.forbidden),
            "text": r.text,
        }
        for r in results
    )
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(lines, encoding="utf-8")


def compare_with_baseline(results: Sequence[CaseResult], path: Path) -> Iterator[str]:
    """Yield a line for each case whose outcome differs from a saved run."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
        saved: dict[str, dict[str, Any]] = {
            row["id"]: row for row in map(json.loads, filter(None, lines))
        }
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise ConfigError(f"cannot read the baseline {path}: {exc!r}") from exc
    for result in results:
        before = saved.get(result.case.id)
        if before is None:
            yield f"new       {result.case.id}"
        elif (before["kind"], before["facts_held"]) != (result.kind, result.facts_held):
            better = result.facts_held - float(before["facts_held"])
            word = "better" if better > 0 else "worse" if better < 0 else "other"
            yield (
                f"{word:9} {result.case.id}: {before['kind']} {before['facts_held']:.2f} -> "
                f"{result.kind} {result.facts_held:.2f}"
            )


def draw_curve(results: Sequence[CaseResult], path: Path, *, threshold: float) -> None:
    """Draw the risk-coverage curve of the test questions as a PNG; needs matplotlib."""
    try:
        # Drawing is for developers: matplotlib comes with the `dev` extra only.
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as exc:
        raise ConfigError("--plot needs matplotlib: pip install -e '.[dev]'") from exc
    points = risk_coverage([r for r in results if r.case.split == "test"])
    figure = Figure(figsize=(6, 4))
    axes = figure.subplots()
    axes.plot([p.coverage for p in points], [p.risk for p in points], marker="o")
    near = min(points, key=lambda point: abs(point.threshold - threshold), default=None)
    if near is not None:
        axes.plot(near.coverage, near.risk, marker="o", color="tab:red", label="operating point")
        axes.legend()
    axes.set(xlabel="share of questions answered", ylabel="risk of an answer", ylim=(0, None))
    axes.set_title("Risk and coverage, test questions")
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def _badness(result: CaseResult) -> float:
    expect = result.case.expect
    if result.forbidden:
        return 3.0
    if expect == "refusal":
        return 0.0 if result.refused else 2.0
    if expect in ("answer", "disambiguation"):
        return 1.5 if result.refused else 1.0 - result.facts_held
    return 0.0


def _show(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
