import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from starlette.testclient import TestClient

from bot.watching.metrics import MeasuredAnswerer, Metrics, measure_calls
from bot.watching.probes import kept, probe_routes, watching_app
from knowledge.domain import Question
from knowledge.errors import RecordError
from tests.fakes import FakeAnswerer, FakeClock


def _fail() -> dict[str, float]:
    raise RecordError("the server at db.example.com does not answer")


def test_answers_are_counted_by_what_became_of_them_and_no_text_is_shown() -> None:
    metrics = Metrics(lambda: {"kb_queue_length": 3.0})
    answerer = MeasuredAnswerer(FakeAnswerer(), metrics)

    answerer.answer(Question(text="what is BPO?", person="U0SECRET"))

    shown = metrics.text().decode()
    assert 'kb_questions_total{kind="answer"} 1.0' in shown
    assert "kb_queue_length 3.0" in shown
    assert "BPO" not in shown
    assert "U0SECRET" not in shown


def test_an_answerer_that_fails_is_counted_and_the_failure_goes_on() -> None:
    class Broken:
        def answer(self, question: Question, /, **_: object) -> None:
            raise ZeroDivisionError

    metrics = Metrics()

    with pytest.raises(ZeroDivisionError):
        MeasuredAnswerer(Broken(), metrics).answer(Question(text="?"))  # type: ignore[arg-type]

    assert 'kb_questions_total{kind="failure"} 1.0' in metrics.text().decode()


def test_calls_of_slack_are_counted_with_their_error(monkeypatch: pytest.MonkeyPatch) -> None:
    client, metrics = WebClient(token="xoxb-1"), Metrics()

    def refuse(_method: str, **_values: object) -> None:
        raise SlackApiError("no", {"ok": False, "error": "ratelimited"})

    monkeypatch.setattr(client, "api_call", refuse)
    measure_calls(client, metrics)

    with pytest.raises(SlackApiError):
        client.auth_test()

    shown = metrics.text().decode()
    assert 'kb_slack_calls_total{method="auth.test",result="ratelimited"} 1.0' in shown


def test_figures_that_cannot_be_read_leave_the_others_to_be_seen() -> None:
    shown = Metrics(_fail, lambda: {"kb_articles": 2.0}).text().decode()

    assert "kb_articles 2.0" in shown
    assert "kb_readings_failed 1.0" in shown


def test_ready_names_each_part_and_says_no_more_of_what_is_wrong() -> None:
    routes = probe_routes(checks={"record": _fail, "index": lambda: 5}, metrics=Metrics())
    client = TestClient(watching_app(routes))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"record": "RecordError", "index": "ok"}
    assert client.get("/healthz").text == "ok"
    assert client.get("/metrics").headers["content-type"].startswith("text/plain")


def test_a_good_check_holds_for_a_while_and_a_bad_one_does_not() -> None:
    clock, calls = FakeClock(), []
    failing = [True]

    def check() -> None:
        calls.append(1)
        if failing[0]:
            raise RecordError("away")

    checked = kept(check, for_s=30, clock=lambda: clock().timestamp())
    for _ in range(2):
        with pytest.raises(RecordError):
            checked()
    failing[0] = False
    checked()
    checked()
    assert len(calls) == 3
    clock.advance(seconds=31)
    checked()
    assert len(calls) == 4
