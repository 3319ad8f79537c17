"""The risk-coverage curve: how wrong the answers are, by how many questions are answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.errors import ConfigError
from knowledge.evaluation.running import CaseResult

__all__ = ["CurvePoint", "draw_curve", "risk_coverage"]


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """What would happen at one threshold of the evidence gate."""

    threshold: float
    coverage: float
    """Share of the judged questions that would be answered."""
    risk: float
    """Mean loss of those answers: the share of facts that lack; 1 where nothing should be said."""


def risk_coverage(results: Sequence[CaseResult], thresholds: Iterable[float]) -> list[CurvePoint]:
    """Return the curve over the questions that the gate judged, by rising threshold.

    Only questions that are due an answer or a refusal count; of the others neither is wrong. A
    threshold at which nothing is answered has no point. What was refused counts with the answer
    that would have been composed.
    """
    judged = [r for r in results if r.case.expect in ("answer", "refusal") and r.probability > 0]
    points = []
    for threshold in sorted(set(thresholds)):
        answered = [r for r in judged if r.probability >= threshold]
        if answered:
            risk = sum(map(_loss, answered)) / len(answered)
            points.append(CurvePoint(threshold, len(answered) / len(judged), risk))
    return points


def draw_curve(results: Sequence[CaseResult], path: Path, *, threshold: float) -> None:
    """Draw the curve of the test questions as a PNG; needs matplotlib."""
    try:
        # Drawing is for developers: matplotlib comes with the `dev` extra only.
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as exc:
        raise ConfigError("--plot needs matplotlib: pip install -e '.[dev]'") from exc
    tested = [r for r in results if r.case.split == "test"]
    points = risk_coverage(tested, (r.probability for r in tested))
    figure = Figure(figsize=(6, 4))
    axes = figure.subplots()
    axes.plot([p.coverage for p in points], [p.risk for p in points])
    for point in risk_coverage(tested, [threshold]):
        label = f"operating point: {point.coverage:.2f} answered, risk {point.risk:.2f}"
        axes.plot(point.coverage, point.risk, "o", color="tab:red", label=label)
        axes.legend()
    axes.set(
        xlabel="share of questions answered",
        ylabel="risk of an answer",
        xlim=(0, 1.02),
        ylim=(0, None),
    )
    axes.set_title("Risk and coverage, test questions")
    figure.tight_layout()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=120)
    except OSError as exc:
        raise ConfigError(f"--plot: cannot write {path}: {exc.strerror or exc}") from exc


def _loss(result: CaseResult) -> float:
    return 1.0 if result.case.expect == "refusal" else 1.0 - result.facts_if_answered
