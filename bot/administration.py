"""What changes articles, or plans to, from Slack: one at a time, in the background, reported."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.rendering import (
    RenderedMessage,
    Running,
    Work,
    render_busy,
    render_failure,
    render_ingest_report,
    render_plan,
    render_progress,
)
from bot.replying.delivery import Delivery, DeliveryError
from bot.replying.failures import note_failure
from bot.services import AuditTrail, Ingest, Plan
from knowledge.domain import IngestProgress, IngestReport
from knowledge.errors import IngestionBusyError

__all__ = ["Change", "IngestRunner"]

UPDATE_EVERY_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something else than reading all sources that changes the articles."""

    name: str
    """What the audit calls it."""
    make: Ingest


class IngestRunner:
    """Runs an ingestion in a thread and shows its progress by updating one message."""

    def __init__(
        self,
        ingest: Ingest,
        *,
        plan: Plan,
        delivery: Delivery,
        audit: AuditTrail,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` counts seconds between updates."""
        self._ingest = ingest
        self._plan = plan
        self._delivery = delivery
        self._audit = audit
        self._clock = clock
        self._lock = threading.Lock()
        self._running: Running | None = None
        self._thread: threading.Thread | None = None

    def start(
        self,
        actor: str,
        *,
        work: Work = "ingest",
        change: Change | None = None,
        then: Callable[[], None] = lambda: None,
    ) -> str | None:
        """Start an ingestion or a plan; return who runs one already, or None if it started.

        `change` is made in the place of reading all sources. `then` is called when it has ended
        and is reported.
        """
        with self._lock:
            if self._running is not None:
                return self._running.actor
            self._running = Running(actor=actor)
            self._thread = threading.Thread(
                target=self._run,
                args=(actor, work, change, then),
                name="ingestion",
                daemon=True,
            )
        self._thread.start()
        return None

    def running(self) -> Running | None:
        """Return what this process is at, and how far it is; None when it does nothing."""
        with self._lock:
            return self._running

    def close(self, *, timeout_s: float) -> None:
        """Wait for a running ingestion, but not for ever; one that is cut off is redone safely."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout_s)

    def _run(self, actor: str, work: Work, change: Change | None, then: Callable[[], None]) -> None:
        board = _ProgressMessage(self._delivery, user_id=actor, clock=self._clock)

        def show(progress: IngestProgress) -> None:
            with self._lock:
                self._running = Running(actor=actor, progress=progress)
            board.show(progress)

        report: IngestReport
        try:
            if change is not None:
                report = change.make(actor, show)
                message = render_ingest_report(report)
            elif work == "plan":
                report = self._plan()
                message = render_plan(report)
            else:
                report = self._ingest(actor, show)
                message = render_ingest_report(report)
            result = "done" if report.is_complete else "partly"
        except IngestionBusyError as exc:
            message = render_busy(exc.actor, to=actor)
            result = "busy"
        except Exception as exc:  # noqa: BLE001 (the boundary of this thread)
            failure_id = note_failure(exc, during="ingestion")
            message = render_failure(failure_id)
            result = f"failed {failure_id}"
        finally:
            with self._lock:
                self._running = None
        board.finish(message)
        try:
            action = work if change is None else change.name
            self._audit.write_audit(actor=actor, action=action, result=result)
            then()
        except Exception as exc:  # noqa: BLE001 (the boundary of this thread)
            note_failure(exc, during="audit")


class _ProgressMessage:
    """One message in the person's direct messages, updated at most once a second."""

    def __init__(self, delivery: Delivery, *, user_id: str, clock: Callable[[], float]) -> None:
        self._delivery = delivery
        self._user_id = user_id
        self._clock = clock
        self._place = ""
        self._shown_at = 0.0

    def show(self, progress: IngestProgress) -> None:
        """Show progress, unless something was shown just now; never hinders the ingestion."""
        now = self._clock()
        if self._place and now - self._shown_at < UPDATE_EVERY_S:
            return
        self._shown_at = now
        try:
            self._show(render_progress(progress))
        except DeliveryError as exc:
            note_failure(exc, during="progress of an ingestion")

    def finish(self, message: RenderedMessage) -> None:
        """Put the report in the place of the progress, or below it if that fails."""
        try:
            self._show(message)
        except DeliveryError as exc:
            note_failure(exc, during="report of an ingestion")
            if self._place and not exc.is_uncertain:
                self._place = ""
                self.finish(message)

    def _show(self, message: RenderedMessage) -> None:
        if self._place:
            self._delivery.update(message, place=self._place)
        else:
            self._place = self._delivery.post(message, channel_id=self._user_id)
