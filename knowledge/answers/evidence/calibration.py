"""Fits the evidence gate to golden questions: logistic regression on its signals."""

from collections.abc import Sequence

import numpy as np

from knowledge.answers.evidence.gate import EvidenceGate, Signals

__all__ = ["fit_gate"]

PENALTY = 0.1
"""Ridge penalty; with some two hundred questions it keeps single cases from ruling."""


def fit_gate(
    answerable: Sequence[Signals],
    unanswerable: Sequence[Signals],
    doubtful: Sequence[Signals] = (),
    *,
    fingerprint: str,
    max_false_refusals: float,
) -> EvidenceGate:
    """Return the gate that tells answerable questions from unanswerable ones best.

    The weights are those of ridge-penalised logistic regression, both classes weighing the same.
    `doubtful` questions, where an answer does no harm but says nothing to the point, count half as
    unanswerable. The threshold is the highest one that refuses at most `max_false_refusals` of the
    answerable questions.
    """
    # It takes a second to import, and only whoever fits a gate needs it.
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    rows = np.array([signals.vector() for signals in (*answerable, *unanswerable, *doubtful)])
    places = np.arange(len(rows))
    is_answerable = places < len(answerable)
    weight = np.where(places < len(answerable) + len(unanswerable), 1.0, 0.5)
    for side in (is_answerable, ~is_answerable):
        weight[side] *= len(rows) / 2 / weight[side].sum()
    fitted = LogisticRegression(C=1 / PENALTY, solver="newton-cholesky", tol=1e-8)
    fitted.fit(rows, is_answerable, sample_weight=weight)
    scores = np.sort(fitted.predict_proba(rows[is_answerable])[:, 1])
    threshold = float(scores[int(max_false_refusals * len(scores))]) - 1e-6
    return EvidenceGate(
        weights=tuple(map(float, fitted.coef_[0])),
        bias=float(fitted.intercept_[0]),
        threshold=threshold,
        fingerprint=fingerprint,
    )
