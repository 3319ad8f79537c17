"""Fits the evidence gate to golden questions: logistic regression on its signals."""

from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from knowledge.answers.gate import EvidenceGate, Signals

__all__ = ["fit_gate"]

STEPS = 50
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

    The weights are those of ridge-penalised logistic regression, both classes weighing the same,
    found by Newton's method. `doubtful` questions, where an answer does no harm but says nothing
    to the point, count half as unanswerable. The threshold is the highest one that refuses at
    most `max_false_refusals` of the answerable questions.
    """
    rows = np.array([s.vector() for s in (*answerable, *unanswerable, *doubtful)])
    design = np.hstack([rows, np.ones((len(rows), 1))])
    target = np.zeros(len(rows))
    target[: len(answerable)] = 1.0
    weight = np.ones(len(rows))
    weight[len(answerable) + len(unanswerable) :] = 0.5
    for side in (target == 1.0, target == 0.0):
        weight[side] *= len(rows) / 2 / weight[side].sum()
    ridge = PENALTY * np.eye(design.shape[1])
    ridge[-1, -1] = 1e-6
    beta = np.zeros(design.shape[1])
    for _ in range(STEPS):
        expected = 1 / (1 + np.exp(-design @ beta))
        gradient = design.T @ (weight * (target - expected)) - ridge @ beta
        curvature = (design * (weight * expected * (1 - expected))[:, None]).T @ design + ridge
        step = np.linalg.solve(curvature, gradient)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    scores = np.sort(1 / (1 + np.exp(-design[: len(answerable)] @ beta)))
    threshold = float(scores[int(max_false_refusals * len(scores))]) - 1e-6
    assert len(beta) == len(fields(Signals)) + 1  # noqa: S101 (guards the order of weights)
    return EvidenceGate(
        weights=tuple(float(value) for value in beta[:-1]),
        bias=float(beta[-1]),
        threshold=threshold,
        fingerprint=fingerprint,
    )
