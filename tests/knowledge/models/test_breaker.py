"""What failed several times in a row is left alone for a while."""

from knowledge.models.breaker import Breaker


def test_after_failures_in_a_row_it_rests_and_then_one_call_tells() -> None:
    now = [0.0]
    breaker = Breaker(failures=2, rest_s=10, clock=lambda: now[0])

    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    before = breaker.rests_for_s
    breaker.failed()
    during = breaker.rests_for_s
    now[0] = 11
    after = breaker.rests_for_s
    breaker.failed()

    assert (before, during, after, breaker.rests_for_s) == (0, 10, 0, 10)
