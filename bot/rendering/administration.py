"""Messages for administrators: status, sources, ingestion."""

from collections.abc import Sequence

from bot.record.gaps import DislikedAnswer, UnansweredGroup
from bot.rendering.elements.blocks import (
    RenderedMessage,
    context,
    fields,
    message,
    section,
    sections,
)
from bot.rendering.elements.mrkdwn import bold, cut, escape, mention, one_line
from knowledge.domain import CorpusStatus, IngestProgress, IngestReport
from knowledge.record.history import Publication

__all__ = [
    "render_admin_help",
    "render_busy",
    "render_gaps",
    "render_ingest_report",
    "render_ingest_started",
    "render_progress",
    "render_publications",
    "render_registered_sources",
    "render_rollback_started",
    "render_status",
]

MAX_LISTED = 20
NOTHING_TO_TAKE_BACK = "No run can be taken back yet."
HELP_LINES = (
    "`/kb status` what the assistant knows and how it was last updated",
    "`/kb sources` the folders and files it reads",
    "`/kb gaps` what people asked in vain, and the answers that they voted down",
    "`/kb experts` what waits for an answer of the experts",
    "`/kb channel` what I hear in this channel; `/kb channel threads` to go on without a mention",
    "`/kb ingest` read the sources again and take in what changed",
    "`/kb add` _https://…_ take in a web page or sitemap, now and with every ingestion",
    "`/kb rollback` what can be taken back; `/kb rollback` _number_ to do so",
    "`/kb pause` look nothing up and tell whoever asks so; `/kb resume` ends it",
    "`/kb erase` _@person_ delete what is kept of a person",
    "`/kb help` this list",
)
REASON_WORDS = {"source": "wrong source"}
STAGES = {"reading": "Reading", "embedding": "Embedding", "finishing": "Finishing"}


def render_admin_help() -> RenderedMessage:
    """Return what `/kb` can do."""
    intro = "For the assistant's administrators:"
    plain = "\n".join(line.replace("`", "") for line in HELP_LINES)
    return message(f"{intro}\n{plain}", [section("\n".join([intro, *HELP_LINES]))])


def render_status(status: CorpusStatus) -> RenderedMessage:
    """Return what the corpus holds."""
    facts = (
        ("Articles", f"{status.articles:,}"),
        ("Passages", f"{status.chunks:,}"),
        ("Glossary terms", f"{status.glossary_terms:,}"),
        ("Index", "ready" if status.index_embedder else "not ready: run /kb ingest"),
        ("Embedding model", status.embedder),
        ("Language model", status.chat_model or "none, answers are quoted from the articles"),
        ("Last ingestion", status.last_run or "none yet"),
    )
    shown = [f"*{name}:* {escape(cut(one_line(value), 300))}" for name, value in facts]
    return message("\n".join(f"{name}: {value}" for name, value in facts), [fields(shown)])


def render_registered_sources(locations: Sequence[str]) -> RenderedMessage:
    """Return the registered sources."""
    if not locations:
        none = "No source is registered; an ingestion reads the bundled articles."
        return message(none, [section(none)])
    return message(
        "\n".join(["Sources:", *locations]),
        sections(["*Sources*", *_listed(locations)], separator="\n"),
    )


def render_gaps(
    unanswered: Sequence[UnansweredGroup], disliked: Sequence[DislikedAnswer]
) -> RenderedMessage:
    """Return what the articles lack, by how often it was asked; nobody is named."""
    if not unanswered and not disliked:
        none = "Nothing is on record that people asked in vain or voted down."
        return message(none, [section(none)])
    asked = sum(group.count for group in unanswered)
    parts, plain = [], []
    if unanswered:
        parts += [f"*Not answered: {asked:,}*", *_listed([_group(one) for one in unanswered])]
        plain.append(f"Not answered: {asked:,}.")
    if disliked:
        parts += [
            f"\n*Voted not helpful: {len(disliked):,}*",
            *_listed([_dislike(one) for one in disliked]),
        ]
        plain.append(f"Voted not helpful: {len(disliked):,}.")
    advice = context("A section or a term on it answers the next one: add it, then `/kb ingest`.")
    return message(" ".join(plain), [*sections(parts, separator="\n"), advice])


def _group(group: UnansweredGroup) -> str:
    first, *others = group.examples
    also = f"; also {', '.join(map(_quoted, others))}" if others else ""
    return f"{group.count:,} × {_quoted(first)}{also}"  # noqa: RUF001 (a sign of multiplication)


def _dislike(answer: DislikedAnswer) -> str:
    total = answer.down + answer.up
    reasons = [
        f"{REASON_WORDS.get(reason, reason)} {count}" for reason, count in answer.reasons.items()
    ]
    said = [_quoted(words) for words in answer.words[:2]]
    return ", ".join(
        [f"{answer.down} of {total} votes on {_quoted(answer.question)}", *reasons, *said]
    )


def _quoted(text: str) -> str:
    return f"“{cut(one_line(text), 100)}”"


def render_ingest_started() -> RenderedMessage:
    """Return the private reply to a request that was taken up."""
    text = "The ingestion has started. I report on it in our direct message."
    return message(text, [section(text)])


def render_busy(actor: str, *, to: str = "") -> RenderedMessage:
    """Return the private reply to a request of `to` while another ingestion runs."""
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
    return message("\n".join([intro, *lines]), sections([intro, *_listed(lines)], separator="\n"))


def render_rollback_started(run_id: int) -> RenderedMessage:
    """Return the private reply to a rollback that was taken up."""
    text = (
        f"I make all articles as they were before run {run_id}, and report in our direct message. "
        f"The next ingestion takes in again what the sources hold: mend these first."
    )
    return message(text, [section(text)])


def render_progress(progress: IngestProgress) -> RenderedMessage:
    """Return how far an ingestion has come."""
    text = f"{STAGES[progress.stage]}: {progress.done:,} of {progress.total:,} articles."
    return message(text, [section(text)])


def render_ingest_report(report: IngestReport) -> RenderedMessage:
    """Return what an ingestion did, with each article that failed and why."""
    outcome = (
        "Ingestion finished."
        if report.is_complete
        else "Ingestion finished, but some articles failed. Their earlier versions stay."
    )
    counts = ", ".join(
        f"{len(ids):,} {name}"
        for name, ids in (
            ("added", report.added),
            ("changed", report.changed),
            ("unchanged", report.unchanged),
            ("removed", report.removed),
            ("failed", report.failed),
        )
    )
    effort = (
        f"{report.chunks_written:,} passages written, {report.chunks_embedded:,} embedded, "
        f"{report.seconds:.1f} s."
    )
    failed = [
        f"{failure.location}{'' if failure.line is None else f':{failure.line}'}: {failure.reason}"
        for failure in report.failed
    ]
    parts = [bold(outcome), f"{counts}.", effort]
    for title, entries in (("Failed", failed), ("Warnings", list(report.warnings))):
        if entries:
            parts += [f"*{title}*", *_listed(entries)]
    return message(f"{outcome} {counts}. {effort}", sections(parts, separator="\n"))


def _listed(entries: Sequence[str]) -> list[str]:
    lines = [f"• {escape(cut(one_line(entry), 300))}" for entry in entries[:MAX_LISTED]]
    more = len(entries) - MAX_LISTED
    return [*lines, f"… and {more:,} more"] if more > 0 else lines
