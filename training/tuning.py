"""What the fits of weights share: the tuning questions, and new weights beside those in use."""

from collections.abc import Sequence
from dataclasses import astuple, fields
from typing import TypeVar

import numpy as np

from benchmarks.harness import GOLDEN, Figure
from benchmarks.public.public_data import sample
from knowledge.answers.rating import UnitSignals
from knowledge.evaluation.golden import Case, read_cases
from knowledge.search.ranking import RankSignals
from training.choice_model import Choice, Floats

__all__ = ["choice", "named", "tuning_cases", "weight_figures"]

S = TypeVar("S", RankSignals, UnitSignals)


def tuning_cases(size: int | None = None) -> list[Case]:
    """Return the golden questions of the tuning half that have an answer, or a sample of them."""
    cases = read_cases(GOLDEN)
    tuning = [case for case in cases if case.split == "tune" and case.expect == "answer"]
    return sample(tuning, size)


def choice(signals: Sequence[S], right: Sequence[float]) -> Choice:
    """Return the choice among alternatives that have these signals."""
    return Choice(signals=np.array([astuple(one) for one in signals]), right=np.array(right))


def named(kind: type[S], weights: Floats) -> S:
    """Return weights, each under its signal's name."""
    names = [field.name for field in fields(kind)]
    return kind(**dict(zip(names, weights.tolist(), strict=True)))


def weight_figures(fitted: S, in_use: S) -> list[Figure]:
    """Return a line for each weight: the one fitted, beside the one in use."""
    return [
        Figure(f"weight of {field.name} ({getattr(in_use, field.name):g} in use)", value)
        for field, value in zip(fields(fitted), astuple(fitted), strict=True)
    ]
