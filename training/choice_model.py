"""Pure: weights of signals from choices that were made, by McFadden's conditional logit.

"Conditional Logit Analysis of Qualitative Choice Behavior" (1974): of the alternatives of one
choice, each is taken with a probability in proportion to exp(its signals times the weights).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["Choice", "Floats", "fit_any", "fit_weights", "folds"]

Floats = NDArray[np.float64]

FOLDS = 6
STEPS = 50
ROUNDS = 12
SEED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What could be taken and what was right."""

    signals: Floats
    """A row for each alternative, a column for each signal."""
    right: Floats
    """How much speaks for each alternative, 0 for a wrong one; only proportions count."""


def fit_weights(choices: Sequence[Choice], *, penalty: float) -> Floats:
    """Return the weights under which the right alternatives are the most probable.

    Several right ones share their choice in proportion to `right`; a choice without any teaches
    nothing. The objective is the mean log-likelihood of a choice less `penalty` times the sum of
    the squared weights, in units of each signal's spread, so that the scale of a signal does not
    count. It is concave; Newton's method finds the one maximum. A signal that never varies gets
    no weight.
    """
    choices = [choice for choice in choices if choice.right.sum() > 0]
    if not choices:
        raise ValueError("no choice has a right alternative")
    spread = np.concatenate([choice.signals for choice in choices]).std(axis=0)
    varies = spread > 0
    spread = np.where(varies, spread, 1.0)
    scaled = [choice.signals / spread for choice in choices]
    shares = [choice.right / choice.right.sum() for choice in choices]
    weights = np.zeros(len(spread))
    value, gradient, curvature = _objective(weights, scaled, shares, penalty)
    for _ in range(STEPS):
        step = np.linalg.solve(curvature, gradient)
        # Far from the maximum a whole step can overshoot.
        while True:
            moved = _objective(weights + step, scaled, shares, penalty)
            if moved[0] >= value or np.abs(step).max() < 1e-9:
                break
            step /= 2
        weights += step
        value, gradient, curvature = moved
        if np.abs(step).max() < 1e-9:
            break
    return np.where(varies, weights / spread, 0.0)


def fit_any(choices: Sequence[Choice], *, penalty: float) -> Floats:
    """Return weights under which it is the most probable that any right alternative is taken.

    Expectation maximisation (Dempster, Laird and Rubin 1977) from the weights that `fit_weights`
    finds: each round, the right ones share their choice in proportion to how probable they are.
    """
    weights = fit_weights(choices, penalty=penalty)
    for _ in range(ROUNDS):
        shared = [
            replace(choice, right=choice.right * np.exp(odds - odds.max()))
            for choice in choices
            for odds in (choice.signals @ weights,)
        ]
        weights = fit_weights(shared, penalty=penalty)
    return weights


def folds(count: int) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the places to fit on and those to measure on; each is measured once.

    The places are shuffled, always in the same way.
    """
    shuffled = np.random.default_rng(SEED).permutation(count)
    for held_out in np.array_split(shuffled, min(FOLDS, count)):
        yield sorted(set(range(count)) - set(held_out.tolist())), sorted(held_out.tolist())


def _objective(
    weights: Floats, scaled: Sequence[Floats], shares: Sequence[Floats], penalty: float
) -> tuple[float, Floats, Floats]:
    """Return the objective, its gradient, and its curvature turned positive."""
    value = -penalty * float(weights @ weights)
    gradient = -2 * penalty * weights
    curvature = 2 * penalty * np.eye(len(weights))
    for rows, share in zip(scaled, shares, strict=True):
        odds = rows @ weights
        odds -= odds.max()
        total = np.exp(odds).sum()
        likely = np.exp(odds) / total
        expected = likely @ rows
        value += float(share @ odds - np.log(total)) / len(scaled)
        gradient += (share @ rows - expected) / len(scaled)
        curvature += ((rows.T * likely) @ rows - np.outer(expected, expected)) / len(scaled)
    return value, gradient, curvature
