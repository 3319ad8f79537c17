import numpy as np
import pytest

from training.choice_model import Choice, Floats, fit_any, fit_weights, folds

NO_PENALTY = 1e-9


def _choices(weights: Floats, *, count: int, seed: int = 1) -> list[Choice]:
    """Return choices whose right alternatives have the very shares that the weights give them."""
    rng = np.random.default_rng(seed)
    choices = []
    for _ in range(count):
        signals = rng.normal(size=(rng.integers(2, 9), len(weights)))
        choices.append(Choice(signals=signals, right=np.exp(signals @ weights)))
    return choices


def _one(signals: list[list[float]], right: list[float]) -> Choice:
    return Choice(signals=np.array(signals), right=np.array(right))


def test_known_weights_are_recovered_whatever_the_scale_of_their_signals() -> None:
    known = np.array([2.0, -0.03, 400.0])
    scale = np.array([1.0, 100.0, 0.01])
    choices = [
        Choice(signals=choice.signals * scale, right=choice.right)
        for choice in _choices(known * scale, count=40)
    ]

    assert fit_weights(choices, penalty=NO_PENALTY) == pytest.approx(known, rel=1e-4)


def test_weights_are_recovered_roughly_from_what_was_drawn() -> None:
    known, rng = np.array([1.5, -1.0]), np.random.default_rng(2)
    drawn = []
    for choice in _choices(known, count=3_000):
        taken = rng.choice(len(choice.right), p=choice.right / choice.right.sum())
        right = (np.arange(len(choice.right)) == taken).astype(float)
        drawn.append(Choice(signals=choice.signals, right=right))

    assert fit_weights(drawn, penalty=NO_PENALTY) == pytest.approx(known, abs=0.1)


def test_the_order_of_alternatives_does_not_matter() -> None:
    choices = _choices(np.array([1.0, -2.0]), count=20)
    turned = [Choice(signals=c.signals[::-1], right=c.right[::-1]) for c in choices]

    assert fit_weights(turned, penalty=0.02) == pytest.approx(fit_weights(choices, penalty=0.02))


def test_several_right_alternatives_share_their_choice() -> None:
    both = _one([[2.0], [1.0], [0.0]], [1.0, 1.0, 0.0])
    each = [_one([[2.0], [1.0], [0.0]], [1, 0, 0]), _one([[2.0], [1.0], [0.0]], [0, 1, 0])]

    assert fit_weights([both], penalty=0.1) == pytest.approx(fit_weights(each, penalty=0.1))


def test_any_right_alternative_is_enough_where_one_of_two_is_hard_to_explain() -> None:
    # Two are right each time: one that the signal points to, and one that it points away from.
    choices = [_one([[2.0], [-1.0], [0.0]], [1.0, 1.0, 0.0])] * 5

    (shared,), (enough,) = (fit(choices, penalty=0.01) for fit in (fit_weights, fit_any))

    assert enough > 2 * shared > 0


def test_only_proportions_of_what_is_right_count() -> None:
    one = [_one([[1.0], [0.0]], [0.2, 0.1])]
    other = [_one([[1.0], [0.0]], [2.0, 1.0])]

    assert fit_weights(one, penalty=0.1) == pytest.approx(fit_weights(other, penalty=0.1))


def test_a_higher_penalty_makes_smaller_weights_even_where_one_signal_decides_all() -> None:
    choices = [_one([[1.0], [0.0]], [1.0, 0.0])] * 5

    strict, mild = (fit_weights(choices, penalty=penalty)[0] for penalty in (1.0, 0.01))

    assert 0 < strict < mild < 50


def test_a_choice_without_a_right_alternative_teaches_nothing() -> None:
    choices = _choices(np.array([1.0]), count=5)
    empty = _one([[5.0], [-5.0]], [0.0, 0.0])

    assert fit_weights([*choices, empty], penalty=0.1) == pytest.approx(
        fit_weights(choices, penalty=0.1)
    )
    with pytest.raises(ValueError, match="no choice has a right alternative"):
        fit_weights([empty], penalty=0.1)


def test_a_signal_that_never_varies_gets_no_weight() -> None:
    weights = fit_weights([_one([[1.0, 3.0], [0.0, 3.0]], [1.0, 0.0])], penalty=0.1)

    assert weights[0] > 0
    assert weights[1] == 0


def test_each_question_is_held_out_once_and_never_fitted_on_then() -> None:
    parts = list(folds(20))

    assert sorted(place for _, held_out in parts for place in held_out) == list(range(20))
    assert all(not set(fitted) & set(held_out) for fitted, held_out in parts)
    assert all(len(fitted) + len(held_out) == 20 for fitted, held_out in parts)
    assert [held_out for _, held_out in folds(20)] == [held_out for _, held_out in parts]
