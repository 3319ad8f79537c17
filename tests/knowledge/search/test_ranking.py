from dataclasses import fields, replace

import pytest

from knowledge.domain import ChunkId
from knowledge.search.ranking import RankSignals, relevance, scaled, shares

NAMES = [field.name for field in fields(RankSignals)]
NOTHING = RankSignals(**dict.fromkeys(NAMES, 0.0))


@pytest.mark.parametrize("name", NAMES)
def test_more_of_any_signal_makes_a_passage_more_relevant(name: str) -> None:
    steps = [relevance(replace(NOTHING, **{name: step / 4})) for step in range(5)]

    assert steps == sorted(set(steps))
    assert steps[0] == 0


@pytest.mark.parametrize("name", NAMES)
def test_each_signal_weighs_what_its_weight_says(name: str) -> None:
    weights = replace(NOTHING, **{name: 2.0})

    assert relevance(replace(NOTHING, **{name: 0.5}), weights) == 1.0


def test_odds_are_those_against_the_best_whatever_is_added_to_all() -> None:
    odds = scaled([3.0, 2.0, -800.0])

    assert odds == pytest.approx([1.0, 0.367879, 0.0], abs=1e-6)
    assert scaled([103.0, 102.0, -700.0]) == pytest.approx(odds)
    assert scaled([-3.0, -4.0])[0] == 1.0


def test_there_are_no_odds_of_nothing() -> None:
    assert scaled([]) == []


def test_scores_are_shared_out_against_the_best_one() -> None:
    found = shares([(ChunkId("a"), 8.0), (ChunkId("b"), 2.0), (ChunkId("c"), -1.0)])

    assert found == {"a": 1.0, "b": 0.25, "c": 0.0}


@pytest.mark.parametrize("score", [0.0, -2.0])
def test_scores_of_which_none_is_above_zero_have_no_share(score: float) -> None:
    assert shares([(ChunkId("a"), score)]) == {"a": 0.0}
    assert shares([]) == {}
