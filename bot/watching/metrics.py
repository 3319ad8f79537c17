"""Figures in the form of Prometheus: counted as things happen, or read when they are asked for."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, assert_never

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from typing_extensions import override

from bot.services import Answerer
from knowledge.answers.trace import Reply
from knowledge.domain import Answer, Chat, Question, Refusal
from knowledge.errors import KnowledgeError

__all__ = ["CONTENT_TYPE", "MeasuredAnswerer", "Metrics", "measure_calls"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
STEP_BUCKETS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)

Reading = Callable[[], Mapping[str, float]]
"""Returns figures by name, as they are now."""


class Metrics:
    """All figures of one process; safe to share between threads. None holds a person or a text."""

    def __init__(self, *readings: Reading) -> None:
        """`readings` are asked each time; one that fails is left out and counted."""
        self._registry = CollectorRegistry()
        self.questions = Counter(
            "kb_questions", "Questions, by what became of them", ["kind"], registry=self._registry
        )
        self.refusals = Counter(
            "kb_refusals", "Refusals, by reason", ["reason"], registry=self._registry
        )
        self.steps = Histogram(
            "kb_step_seconds",
            "Time of an answer, by step",
            ["step"],
            buckets=STEP_BUCKETS,
            registry=self._registry,
        )
        self.slack_calls = Counter(
            "kb_slack_calls", "Calls of Slack", ["method", "result"], registry=self._registry
        )
        self.slack_seconds = Histogram(
            "kb_slack_call_seconds",
            "Time of a call of Slack",
            buckets=STEP_BUCKETS,
            registry=self._registry,
        )
        self._registry.register(_Readings(readings))

    def text(self) -> bytes:
        """Return all figures in Prometheus's text format."""
        return generate_latest(self._registry)

    def count(self, reply: Reply) -> None:
        """Count an answer, a refusal or small talk."""
        kind: str
        match reply.outcome:
            case Answer() as answer:
                kind = answer.kind
            case Refusal(reason=reason):
                kind = "refusal"
                self.refusals.labels(str(reason)).inc()
            case Chat():
                kind = "chat"
            case _:
                assert_never(reply.outcome)
        self.questions.labels(kind).inc()
        for step, milliseconds in reply.timings_ms.items():
            self.steps.labels(step).observe(milliseconds / 1_000)


class MeasuredAnswerer:
    """An answerer whose answers are counted."""

    def __init__(self, answerer: Answerer, metrics: Metrics) -> None:
        """Take what answers."""
        self._answerer = answerer
        self._metrics = metrics

    def answer(
        self, question: Question, /, *, watch: Callable[[Answer], None] | None = None
    ) -> Reply:
        """Return what the answerer returns."""
        try:
            reply = self._answerer.answer(question, watch=watch)
        except Exception:
            self._metrics.questions.labels("failure").inc()
            raise
        self._metrics.count(reply)
        return reply


def measure_calls(client: WebClient, metrics: Metrics) -> None:
    """Count every call that a client makes of Slack's Web API from now on."""
    call = client.api_call

    def measured(api_method: str, **values: Any) -> Any:
        began, result = time.monotonic(), "ok"
        try:
            return call(api_method, **values)
        except SlackApiError as exc:
            result = str(exc.response.get("error") or exc.response.status_code)
            raise
        except Exception as exc:
            result = type(exc).__name__
            raise
        finally:
            metrics.slack_calls.labels(api_method, result).inc()
            metrics.slack_seconds.observe(time.monotonic() - began)

    client.api_call = measured  # type: ignore[method-assign]


class _Readings(Collector):
    def __init__(self, readings: tuple[Reading, ...]) -> None:
        self._readings = readings

    @override
    def collect(self) -> Iterator[Metric]:
        failed = 0
        for reading in self._readings:
            try:
                figures = reading()
            except KnowledgeError:
                failed += 1
                continue
            for name, value in figures.items():
                yield GaugeMetricFamily(name, name.replace("_", " "), value=value)
        yield GaugeMetricFamily(
            "kb_readings_failed", "Figures that cannot be read just now", value=failed
        )
