import pytest

from knowledge.errors import GenerationError
from knowledge.models.breaker import FAILURES, REST_S, Breaker
from tests.fakes import ScriptedChatModel


class _Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _fail(breaker: Breaker, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(GenerationError):
            list(breaker.write("i", "r"))


def test_after_some_failures_in_a_row_the_model_is_not_asked() -> None:
    model = ScriptedChatModel(error=GenerationError("slow"))
    breaker = Breaker(model, clock=_Seconds())

    _fail(breaker, FAILURES + 10)

    assert len(model.asked) == FAILURES


def test_a_success_in_between_begins_the_count_anew() -> None:
    model = ScriptedChatModel(error=GenerationError("slow"))
    breaker = Breaker(model, clock=_Seconds())
    _fail(breaker, FAILURES - 1)
    model.error = None
    list(breaker.write("i", "r"))
    model.error = GenerationError("slow")

    _fail(breaker, FAILURES)

    assert len(model.asked) == 2 * FAILURES


def test_after_its_rest_one_call_tries_it_and_the_others_go_on_without() -> None:
    model, seconds = ScriptedChatModel("Yes."), _Seconds()
    model.error = GenerationError("slow")
    breaker = Breaker(model, clock=seconds)
    _fail(breaker, FAILURES)
    seconds.now += REST_S + 1
    model.error = None

    trial = breaker.write("i", "r")
    first = next(trial)
    _fail(breaker)
    rest = list(trial)

    assert "".join([first, *rest]) == "Yes."
    assert "".join(breaker.write("i", "r")) == "Yes."
