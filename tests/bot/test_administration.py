import threading
from collections.abc import Callable, Iterator

import pytest
from typing_extensions import override

from bot.administration import IngestRunner
from bot.local_slack import LocalSlack
from bot.replying.delivery import Delivery, create_client
from knowledge.domain import IngestProgress, IngestReport
from knowledge.errors import RecordError
from tests.fakes import FakeAudit

ADMIN = "U0ADMIN01"
Show = Callable[[IngestProgress], None]


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack() as running:
        yield running


class _Clock:
    """Counts seconds as a test tells it."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def _run(
    slack: LocalSlack,
    ingest: Callable[[str, Show], IngestReport],
    *,
    clock: _Clock | None = None,
    audit: FakeAudit | None = None,
) -> None:
    client = create_client(token=slack.bot_token, base_url=slack.api_url)
    runner = IngestRunner(
        ingest,
        plan=IngestReport,
        delivery=Delivery(client, sleep=lambda _: None),
        audit=audit or FakeAudit(),
        clock=clock or _Clock(),
    )
    assert runner.start(ADMIN) is None
    runner.close(timeout_s=5)


def _progress(done: int) -> IngestProgress:
    return IngestProgress(stage="reading", done=done, total=9)


def test_progress_is_shown_at_most_once_a_second(slack: LocalSlack) -> None:
    clock = _Clock()

    def ingest(_: str, show: Show) -> IngestReport:
        for done, seconds in ((1, 0.0), (2, 0.9), (3, 0.1), (4, 0.5)):
            clock.now += seconds
            show(_progress(done))
        return IngestReport()

    _run(slack, ingest, clock=clock)

    [message] = slack.transcript.messages()
    assert [old.shown_text for old in message.history] == [
        "Reading: 1 of 9 articles.",
        "Reading: 3 of 9 articles.",
    ]


def test_progress_that_cannot_be_shown_does_not_hinder_the_ingestion(slack: LocalSlack) -> None:
    audit = FakeAudit()
    slack.fail_next("chat.postMessage", error="restricted_action")

    def ingest(_: str, show: Show) -> IngestReport:
        show(_progress(1))
        return IngestReport()

    _run(slack, ingest, audit=audit)

    [report] = slack.transcript.messages()
    assert "Ingestion finished." in report.shown_text
    assert audit.last_result == "done"


def test_a_report_that_cannot_replace_the_progress_is_posted_below_it(slack: LocalSlack) -> None:
    slack.fail_next("chat.update", error="edit_window_closed")

    def ingest(_: str, show: Show) -> IngestReport:
        show(_progress(1))
        return IngestReport()

    _run(slack, ingest)

    progress, report = slack.transcript.messages()
    assert progress.shown_text == "Reading: 1 of 9 articles."
    assert "Ingestion finished." in report.shown_text


def test_an_audit_that_fails_does_not_stop_the_next_ingestion(slack: LocalSlack) -> None:
    class _BrokenAudit(FakeAudit):
        @override
        def write_audit(self, **_: str) -> None:
            raise RecordError("locked")

    _run(slack, lambda _actor, _show: IngestReport(), audit=_BrokenAudit())

    [report] = slack.transcript.messages()
    assert "Ingestion finished." in report.shown_text


def test_only_one_of_many_requests_at_once_starts(slack: LocalSlack) -> None:
    gate = threading.Event()

    def ingest(_actor: str, _show: Show) -> IngestReport:
        gate.wait(5)
        return IngestReport()

    client = create_client(token=slack.bot_token, base_url=slack.api_url)
    runner = IngestRunner(ingest, plan=IngestReport, delivery=Delivery(client), audit=FakeAudit())
    answers: list[str | None] = []
    threads = [
        threading.Thread(target=lambda: answers.append(runner.start(ADMIN))) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gate.set()
    runner.close(timeout_s=5)

    assert sorted(map(str, answers)) == ["None", *[ADMIN] * 4]
