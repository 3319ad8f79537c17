import math

import pytest

from knowledge.evaluation.metrics import (
    auroc,
    f1,
    ndcg_at_k,
    percentile,
    precision,
    recall,
    recall_at_k,
)


@pytest.mark.parametrize(
    ("ranking", "gains", "k", "expected"),
    [
        pytest.param(["a", "b"], {"a": 1.0}, 10, 1.0, id="relevant-first"),
        pytest.param(["x", "a"], {"a": 1.0}, 10, 1 / math.log2(3), id="relevant-second"),
        pytest.param(["x", "y", "a"], {"a": 1.0}, 2, 0.0, id="relevant-below-k"),
        pytest.param(["x", "y"], {"a": 1.0}, 10, 0.0, id="not-found"),
        pytest.param([], {"a": 1.0}, 10, 0.0, id="nothing-ranked"),
        pytest.param(["a"], {}, 10, 0.0, id="nothing-relevant"),
        # The worked example of the Wikipedia article on discounted cumulative gain.
        pytest.param(
            ["D1", "D2", "D3", "D4", "D5", "D6"],
            {"D1": 3, "D2": 2, "D3": 3, "D4": 0, "D5": 1, "D6": 2, "D7": 3, "D8": 2},
            6,
            0.785,
            id="graded",
        ),
    ],
)
def test_ndcg_has_its_known_values(
    ranking: list[str], gains: dict[str, float], k: int, expected: float
) -> None:
    value = ndcg_at_k(ranking, gains, k=k)

    assert value == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize(
    ("ranking", "relevant", "k", "expected"),
    [
        pytest.param(["a", "x", "b"], {"a", "b"}, 10, 1.0, id="all"),
        pytest.param(["a", "x", "b"], {"a", "b"}, 2, 0.5, id="half-within-k"),
        pytest.param(["x"], {"a"}, 10, 0.0, id="none"),
        pytest.param(["x"], set(), 10, 0.0, id="nothing-relevant"),
    ],
)
def test_recall_is_the_share_of_relevant_items_within_k(
    ranking: list[str], relevant: set[str], k: int, expected: float
) -> None:
    value = recall_at_k(ranking, relevant, k=k)

    assert value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("positives", "negatives", "expected"),
    [
        pytest.param([0.9, 0.8], [0.1, 0.2], 1.0, id="apart"),
        pytest.param([0.1], [0.9], 0.0, id="reversed"),
        pytest.param([0.5], [0.5], 0.5, id="tie"),
        # scikit-learn's example for roc_auc_score: y = 0 0 1 1, scores 0.1 0.4 0.35 0.8.
        pytest.param([0.35, 0.8], [0.1, 0.4], 0.75, id="scikit-learn"),
    ],
)
def test_auroc_is_the_chance_that_a_positive_scores_higher(
    positives: list[float], negatives: list[float], expected: float
) -> None:
    value = auroc(positives, negatives)

    assert value == pytest.approx(expected)


def test_auroc_of_one_side_alone_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one positive and one negative"):
        auroc([0.5], [])


@pytest.mark.parametrize(
    ("chosen", "wanted", "expected"),
    [
        pytest.param({1, 2}, {1, 2}, 1.0, id="same"),
        pytest.param({1, 2, 3}, {1}, 0.5, id="third-right"),
        pytest.param({1}, {2}, 0.0, id="disjoint"),
        pytest.param(set(), {1}, 0.0, id="nothing-chosen"),
        pytest.param(set(), set(), 1.0, id="nothing-wanted-nothing-chosen"),
    ],
)
def test_f1_balances_precision_and_recall(
    chosen: set[int], wanted: set[int], expected: float
) -> None:
    value = f1(chosen, wanted)

    assert value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("chosen", "wanted", "right", "found"),
    [
        pytest.param({1, 2}, {1, 2}, 1.0, 1.0, id="same"),
        pytest.param({1, 2, 3, 4}, {1}, 0.25, 1.0, id="too-much"),
        pytest.param({1}, {1, 2}, 1.0, 0.5, id="too-little"),
        pytest.param(set(), {1}, 0.0, 0.0, id="nothing-chosen"),
        pytest.param({1}, set(), 0.0, 1.0, id="nothing-wanted"),
        pytest.param(set(), set(), 1.0, 1.0, id="nothing-wanted-nothing-chosen"),
    ],
)
def test_precision_falls_with_too_much_and_recall_with_too_little(
    chosen: set[int], wanted: set[int], right: float, found: float
) -> None:
    assert (precision(chosen, wanted), recall(chosen, wanted)) == (right, found)


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        pytest.param([3.0, 1.0, 2.0], 0.5, 2.0, id="middle"),
        # The worked example of the Wikipedia article on the nearest-rank method.
        pytest.param([15.0, 20.0, 35.0, 40.0, 50.0], 0.3, 20.0, id="between-ranks"),
        pytest.param([15.0, 20.0, 35.0, 40.0, 50.0], 1.0, 50.0, id="all"),
        pytest.param([7.0], 0.95, 7.0, id="one"),
        pytest.param([], 0.95, None, id="none"),
    ],
)
def test_a_percentile_is_the_value_at_the_nearest_rank(
    values: list[float], share: float, expected: float | None
) -> None:
    assert percentile(values, share) == expected
