from hypothesis import given
from hypothesis import strategies as st

from knowledge.fusion import fuse
from knowledge.models import ChunkId

IDS = st.sampled_from([ChunkId(name) for name in "abcdefgh"])
RANKINGS = st.dictionaries(IDS, st.floats(-50, 50)).map(
    lambda scores: sorted(scores.items(), key=lambda item: -item[1])
)


def _ranking(**scores: float) -> list[tuple[ChunkId, float]]:
    return [(ChunkId(name), score) for name, score in scores.items()]


@given(RANKINGS, RANKINGS)
def test_the_union_comes_out_best_first_with_scores_between_0_and_1(
    dense: list[tuple[ChunkId, float]], lexical: list[tuple[ChunkId, float]]
) -> None:
    fused = fuse(dense, lexical)

    scores = [score for _, score in fused]
    assert {name for name, _ in fused} == {name for name, _ in (*dense, *lexical)}
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 + 1e-9 for score in scores)


def test_one_ranking_keeps_its_order_when_the_other_is_empty() -> None:
    ranking = _ranking(c=9.0, a=5.0, b=1.0)

    assert [name for name, _ in fuse(ranking, [])] == ["c", "a", "b"]
    assert [name for name, _ in fuse([], ranking)] == ["c", "a", "b"]


def test_what_both_rankings_find_goes_before_what_one_finds() -> None:
    dense, lexical = _ranking(a=0.9, b=0.8, c=0.1), _ranking(d=9.0, b=8.5, e=1.0)

    assert fuse(dense, lexical)[0][0] == "b"


def test_equal_scores_come_in_the_same_order_every_time() -> None:
    assert fuse(_ranking(b=1.0, a=1.0), []) == fuse(_ranking(a=1.0, b=1.0), [])


def test_nothing_found_is_nothing_fused() -> None:
    assert fuse([], []) == []
