"""Pure: the measures that evaluation and benchmarks report."""

import math
from collections.abc import Collection, Mapping, Sequence

__all__ = ["auroc", "f1", "ndcg_at_k", "percentile", "precision", "recall", "recall_at_k"]


def ndcg_at_k(ranking: Sequence[str], gains: Mapping[str, float], *, k: int) -> float:
    """Return the normalised discounted cumulative gain of the first `k`, in [0, 1].

    DCG@k is the sum over ranks r = 1..k of gain(r) / log2(r + 1), divided by the DCG@k of the
    best possible ranking; 0.0 when nothing has a gain. The gain is linear, as in trec_eval's
    `ndcg_cut` and so in BEIR (Thakur et al. 2021); Järvelin and Kekäläinen 2002.
    """
    ideal = _dcg(sorted(gains.values(), reverse=True)[:k])
    return _dcg([gains.get(item, 0.0) for item in ranking[:k]]) / ideal if ideal else 0.0


def recall_at_k(ranking: Sequence[str], relevant: Collection[str], *, k: int) -> float:
    """Return which share of `relevant` is among the first `k`; 0.0 when nothing is relevant.

    |relevant in the first k| / |relevant|, as trec_eval's `recall` and so BEIR.
    """
    return len(set(ranking[:k]) & set(relevant)) / len(relevant) if relevant else 0.0


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """Return the area under the ROC curve: 1.0 when every positive scores above every negative.

    It is the chance that a positive scores above a negative, a tie counting half: the
    Mann-Whitney U statistic over |positives| * |negatives| (Hanley and McNeil 1982).
    Raises `ValueError` when one side is empty.
    """
    if not positives or not negatives:
        msg = "auroc needs at least one positive and one negative"
        raise ValueError(msg)
    wins = sum(
        1.0 if positive > negative else 0.5 if positive == negative else 0.0
        for positive in positives
        for negative in negatives
    )
    return wins / (len(positives) * len(negatives))


def f1(chosen: Collection[int], wanted: Collection[int]) -> float:
    """Return the harmonic mean of precision and recall of a set; 1.0 when both are empty.

    2 |chosen and wanted| / (|chosen| + |wanted|), the Dice coefficient (van Rijsbergen 1979,
    with beta = 1).
    """
    total = len(set(chosen)) + len(set(wanted))
    return 2 * len(set(chosen) & set(wanted)) / total if total else 1.0


def precision(chosen: Collection[int], wanted: Collection[int]) -> float:
    """Return which share of what was chosen is wanted; choosing nothing is right for nothing."""
    if not chosen:
        return 0.0 if wanted else 1.0
    return len(set(chosen) & set(wanted)) / len(set(chosen))


def recall(chosen: Collection[int], wanted: Collection[int]) -> float:
    """Return which share of what is wanted was chosen; 1.0 when nothing is wanted."""
    return len(set(chosen) & set(wanted)) / len(set(wanted)) if wanted else 1.0


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the smallest value that at least `share` of the values do not exceed.

    The nearest-rank method, so the result is one of the values; None without any.
    """
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)] if values else None


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))
