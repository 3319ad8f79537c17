import random
from dataclasses import fields

import pytest

from knowledge.answers.evidence.calibration import fit_gate
from knowledge.answers.evidence.gate import EvidenceGate, Signals

NAMES = [field.name for field in fields(Signals)]


def _signals(number: int, *, similarity: float, seed: int = 1) -> list[Signals]:
    """Return questions that differ in all signals and are told apart by their similarity."""
    chance = random.Random(seed)  # noqa: S311
    return [
        Signals(
            **{
                **{name: chance.uniform(0.4, 0.6) for name in NAMES},
                "nearness": similarity + chance.uniform(-0.15, 0.15),
            }
        )
        for _ in range(number)
    ]


def _fit(answerable: list[Signals], unanswerable: list[Signals], share: float) -> EvidenceGate:
    return fit_gate(answerable, unanswerable, fingerprint="toy", max_false_refusals=share)


def test_what_can_be_told_apart_is_told_apart() -> None:
    answerable, unanswerable = _signals(60, similarity=0.8), _signals(60, similarity=0.3, seed=2)

    gate = _fit(answerable, unanswerable, 0.0)

    assert all(gate.is_enough(signals) for signals in answerable)
    assert not any(gate.is_enough(signals) for signals in unanswerable)
    assert gate.fingerprint == "toy"
    assert gate.weights[NAMES.index("nearness")] == max(gate.weights)


@pytest.mark.parametrize("share", [0.0, 0.05, 0.2])
def test_the_threshold_refuses_no_more_than_the_allowed_share(share: float) -> None:
    answerable, unanswerable = _signals(80, similarity=0.6), _signals(40, similarity=0.5, seed=2)

    gate = _fit(answerable, unanswerable, share)

    refused = sum(not gate.is_enough(signals) for signals in answerable)
    assert share * 80 - 1 <= refused <= share * 80


def test_a_larger_class_does_not_rule() -> None:
    many, few = _signals(400, similarity=0.8), _signals(10, similarity=0.3, seed=2)

    gate = _fit(many, few, 0.0)

    assert all(gate.probability(signals) < 0.5 for signals in few)


def test_doubtful_questions_make_the_gate_stricter() -> None:
    answerable, unanswerable = _signals(40, similarity=0.8), _signals(40, similarity=0.3, seed=2)
    doubtful = _signals(40, similarity=0.55, seed=3)
    lenient = _fit(answerable, unanswerable, 0.0)

    strict = fit_gate(answerable, unanswerable, doubtful, fingerprint="toy", max_false_refusals=0.0)

    assert strict.probability(doubtful[0]) < lenient.probability(doubtful[0])
