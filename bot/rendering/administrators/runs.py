"""Ingestions, plans of one and what takes them back: begun, on the way, done."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from bot.rendering.elements.blocks import RenderedMessage, message, section, sections
from bot.rendering.elements.mrkdwn import bold, cut, escape, mention, one_line
from knowledge.domain import IngestProgress, IngestReport
from knowledge.record.history import Publication

__all__ = [
    "Work",
    "listed",
    "progress_text",
    "render_busy",
    "render_ingest_report",
    "render_plan",
    "render_progress",
    "render_publications",
    "render_rollback_started",
    "render_work_started",
    "work_started",
]

Work: TypeAlias = Literal["ingest", "plan"]
MAX_LISTED = 20
NOTHING_TO_TAKE_BACK = "No run can be taken back yet."
STAGES = {"reading": "Reading", "embedding": "Learning", "finishing": "Finishing"}
STARTED: dict[Work, str] = {
    "ingest": "The ingestion has started. I report on it in our direct message.",
    "plan": "I look at what an ingestion would do, and tell you in our direct message.",
}


def work_started(work: Work) -> str:
    """Return the sentence that something was taken up."""
    return STARTED[work]


def render_work_started(work: Work) -> RenderedMessage:
    """Return the private reply to a request that was taken up."""
    return message(STARTED[work], [section(STARTED[work])])


def render_busy(actor: str, *, to: str = "") -> RenderedMessage:
    """Return the private reply to a request of `to` while another ingestion or plan runs."""
    if actor == to:
        own = "The ingestion that you started is still running."
        return message(own, [section(own)])
    text = "An ingestion is running already, started by"
    return message(f"{text} somebody else.", [section(f"{text} {mention(actor)}.")])


def render_publications(found: Sequence[Publication]) -> RenderedMessage:
    """Return the runs that can be taken back."""
    if not found:
        return message(NOTHING_TO_TAKE_BACK, [section(NOTHING_TO_TAKE_BACK)])
    intro = "To have all articles as they were before a run, type `/kb rollback` and its number:"
    lines = [
        f"{one.run_id}: {one.at:%Y-%m-%d %H:%M} UTC, {one.articles:,} articles, by {one.actor}"
        for one in found
    ]
    return message("\n".join([intro, *lines]), sections([intro, *listed(lines)], separator="\n"))


def render_rollback_started(run_id: int) -> RenderedMessage:
    """Return the private reply to a rollback that was taken up."""
    text = (
        f"I make all articles as they were before run {run_id}, and report in our direct message. "
        f"The next ingestion takes in again what the sources hold: mend these first."
    )
    return message(text, [section(text)])


def progress_text(progress: IngestProgress) -> str:
    """Return how far an ingestion has come."""
    return f"{STAGES[progress.stage]}: {progress.done:,} of {progress.total:,} articles."


def render_progress(progress: IngestProgress) -> RenderedMessage:
    """Return how far an ingestion has come, as a message."""
    text = progress_text(progress)
    return message(text, [section(text)])


def render_ingest_report(report: IngestReport) -> RenderedMessage:
    """Return what an ingestion did, with each article that failed and why."""
    outcome = (
        "Ingestion finished."
        if report.is_complete
        else "Ingestion finished, but some articles failed. Their earlier versions stay."
    )
    effort = (
        f"{report.chunks_written:,} passages written, {report.chunks_embedded:,} embedded, "
        f"{report.seconds:.1f} s."
    )
    counts = f"{_counts(report)}."
    parts = [bold(outcome), counts, effort, *_remarks(report)]
    return message(f"{outcome} {counts} {effort}", sections(parts, separator="\n"))


def render_plan(report: IngestReport) -> RenderedMessage:
    """Return what an ingestion would do, by article."""
    is_change = report.added or report.changed or report.removed
    outcome = (
        "An ingestion would change what I know."
        if is_change
        else "An ingestion would change nothing."
    )
    counts = f"{_counts(report)}."
    parts = [bold(outcome), counts]
    for title, ids in (
        ("Would be added", report.added),
        ("Would be changed", report.changed),
        ("Would be removed", report.removed),
    ):
        if ids:
            parts += [f"*{title}*", *listed(ids)]
    parts += [*_remarks(report), "Nothing has been changed. `/kb ingest` does it."]
    return message(f"{outcome} {counts}", sections(parts, separator="\n"))


def listed(entries: Sequence[str]) -> list[str]:
    """Return the first entries as a list of finished mrkdwn, with how many more there are."""
    lines = [f"• {escape(cut(one_line(entry), 300))}" for entry in entries[:MAX_LISTED]]
    more = len(entries) - MAX_LISTED
    return [*lines, f"… and {more:,} more"] if more > 0 else lines


def _counts(report: IngestReport) -> str:
    return ", ".join(
        f"{len(ids):,} {name}"
        for name, ids in (
            ("added", report.added),
            ("changed", report.changed),
            ("unchanged", report.unchanged),
            ("removed", report.removed),
            ("failed", report.failed),
        )
    )


def _remarks(report: IngestReport) -> list[str]:
    failed = [
        f"{failure.location}{'' if failure.line is None else f':{failure.line}'}: {failure.reason}"
        for failure in report.failed
    ]
    parts = []
    for title, entries in (("Failed", failed), ("Warnings", list(report.warnings))):
        if entries:
            parts += [f"*{title}*", *listed(entries)]
    return parts
