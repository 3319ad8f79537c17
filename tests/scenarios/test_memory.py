"""Whoever runs the bot for months finds it as small as on its second day."""

import pytest

from benchmarks.faults.memory import MOST_SLOPE, measure


@pytest.mark.long
def test_memory_does_not_grow_with_questions_and_ingestions() -> None:
    growth = measure(10_000)

    assert (growth.unanswered, growth.ingestions) == (0, 3)
    assert growth.slope <= MOST_SLOPE, growth.samples
