"""How things stand: the reply to `/kb status`, and the administrators' part of the Home tab."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.record.activity import ActivityCounts
from bot.rendering.administrators.gaps import GapList, counted, gap_rows
from bot.rendering.administrators.runs import listed, progress_text
from bot.rendering.elements.blocks import (
    Block,
    RenderedMessage,
    actions,
    button,
    context,
    fields,
    header,
    message,
    plain_run,
    rich_text,
    section,
    sections,
)
from bot.rendering.elements.dates import moment, month
from bot.rendering.elements.mrkdwn import cut, escape, mention, one_line
from knowledge.domain import CorpusStatus, IngestProgress
from knowledge.models.model_use import ModelReport
from knowledge.record.ledger import RunRow
from knowledge.record.library import Freshness

__all__ = [
    "AdminPage",
    "Running",
    "Standing",
    "chart",
    "render_admin_help",
    "render_admin_page",
    "render_registered_sources",
    "render_status",
]

HELP_LINES = (
    "`/kb status` what the assistant knows, and how it was last updated",
    "`/kb sources` the folders and files it reads",
    "`/kb gaps` what people asked in vain, and the answers that they voted down",
    "`/kb digest` whether a digest of the week comes to this channel; `/kb digest on` or `off`",
    "`/kb experts` what waits for an answer of the experts",
    "`/kb channel` what I hear in this channel; `/kb channel threads` to go on without a mention",
    "`/kb plan` what an ingestion would change",
    "`/kb ingest` read the sources again and take in what changed",
    "`/kb add` _https://…_ take in a web page or sitemap, now and with every ingestion",
    "`/kb rollback` what can be taken back; `/kb rollback` _number_ to do so",
    "`/kb pause` look nothing up and tell whoever asks so; `/kb resume` ends it",
    "`/kb erase` _@person_ delete what is kept of a person",
    "`/kb help` this list",
)
RUN_WORDS = {
    "done": "finished",
    "partly": "finished, some articles failed",
    "failed": "failed",
    "interrupted": "was cut off: run it again, nothing is broken",
    "running": "was cut off: run it again, nothing is broken",
}
RUN_COUNTS = ("added", "changed", "removed", "failed")
BARS = "▁▂▃▄▅▆▇█"
NONE = "·"
MAX_NAME_CHARS = 100
MAX_GAPS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """An ingestion that runs now."""

    actor: str
    progress: IngestProgress | None = None
    """None where another process runs it, or it has only begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known, and how it came to be known."""

    status: CorpusStatus
    freshness: Freshness
    runs: tuple[RunRow, ...]
    """The latest ones, newest first."""
    running: Running | None
    model: ModelReport | None
    """None where answers are quoted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminPage:
    """What only administrators see on the Home tab."""

    standing: Standing
    activity: ActivityCounts
    gaps: GapList
    waiting: int
    """How many questions wait for the experts."""


def render_admin_help() -> RenderedMessage:
    """Return what `/kb` can do."""
    intro = "For the assistant's administrators:"
    plain = "\n".join(line.replace("`", "") for line in HELP_LINES)
    return message(f"{intro}\n{plain}", [section("\n".join([intro, *HELP_LINES]))])


def render_registered_sources(locations: Sequence[str]) -> RenderedMessage:
    """Return the registered sources."""
    if not locations:
        none = "No source is registered; an ingestion reads the bundled articles."
        return message(none, [section(none)])
    return message(
        "\n".join(["Sources:", *locations]),
        sections(["*Sources*", *listed(locations)], separator="\n"),
    )


def render_status(standing: Standing) -> RenderedMessage:
    """Return how things stand, with buttons to do something about it."""
    status = standing.status
    articles = f"{status.articles:,} article{'' if status.articles == 1 else 's'}"
    return message(
        f"{articles}, {status.glossary_terms:,} terms in the glossary.",
        [fields([*_facts(standing), _last(standing)]), _buttons()],
    )


def render_admin_page(page: AdminPage) -> list[Block]:
    """Return the administrators' part of the Home tab."""
    last_runs = [f"• {_run(run)}" for run in _ended(page.standing)]
    waiting = (
        f"{page.waiting:,} question{' waits' if page.waiting == 1 else 's wait'} for the experts: "
        "`/kb experts`"
    )
    return [
        header("For administrators"),
        fields(_facts(page.standing)),
        section("\n".join(["*Last ingestions*", *(last_runs or ["none yet"])])),
        _buttons(),
        *_activity(page.activity),
        *_gaps(page.gaps),
        *([context(waiting)] if page.waiting else []),
        context("Only administrators see this part. `/kb help` lists what else you can do."),
    ]


def _gaps(found: GapList) -> list[Block]:
    if not found.gaps:
        return []
    rows, shown = gap_rows(found, at_most=MAX_GAPS)
    more = len(found.gaps) - shown
    rest = [context(f"… and {more:,} more: `/kb gaps`")] if more else []
    return [section(f"*What the articles lack*\n{counted(found)}"), *rows, *rest]


def chart(*groups: Sequence[tuple[str, Sequence[int]]]) -> str:
    """Return bars of text, a line for each row with its sum at the end; a group has one scale."""
    names = max((len(name) for rows in groups for name, _ in rows), default=0)
    lines = []
    for rows in groups:
        most = max((number for _, numbers in rows for number in numbers), default=0)
        lines += [
            f"{name:<{names}} {''.join(_bar(number, most) for number in numbers)} {sum(numbers):,}"
            for name, numbers in rows
        ]
    return "\n".join(lines)


def _bar(number: int, most: int) -> str:
    # Something is never shown as nothing, however small it is beside the rest.
    return BARS[-(-number * len(BARS) // most) - 1] if number else NONE


def _facts(standing: Standing) -> list[str]:
    status = standing.status
    facts = [
        ("Articles", f"{status.articles:,}{_dates(standing.freshness)}"),
        ("Glossary", f"{status.glossary_terms:,} terms"),
        ("Search", _search(status)),
        ("Answers", _answers(standing.model)),
    ]
    if standing.running is not None:
        facts.append(("Running now", _running(standing.running)))
    if standing.model is not None and not standing.model.refusal:
        facts.append(("Language model, 30 days", _use(standing.model)))
    return [f"*{name}*\n{value}" for name, value in facts]


def _last(standing: Standing) -> str:
    ended = _ended(standing)
    return f"*Last ingestion*\n{_run(ended[0]) if ended else 'none yet'}"


def _dates(fresh: Freshness) -> str:
    first, last = month(fresh.oldest), month(fresh.newest)
    return "" if not last else f", updated {last}" if first == last else f", {first} to {last}"


def _search(status: CorpusStatus) -> str:
    if not status.index_embedder:
        return "not ready: ingest now"
    if status.index_embedder != status.embedder:
        return "made for another model: ingest now"
    return f"ready, {status.chunks:,} passages"


def _answers(model: ModelReport | None) -> str:
    if model is None:
        return "quoted from the articles"
    name = escape(cut(one_line(model.name), MAX_NAME_CHARS))
    if model.refusal:
        why = escape(cut(one_line(model.refusal), 300))
        return f"quoted, since {name} cannot be used: {why}"
    return f"written by {name}, each sentence checked"


def _use(model: ModelReport) -> str:
    stood = f"; {model.stood:,} of {model.answers:,} answers stood" if model.answers else ""
    return (
        f"{model.calls:,} calls, {model.tokens_read:,} tokens read, "
        f"{model.tokens_written:,} written{stood}"
    )


def _running(running: Running) -> str:
    by = f"An ingestion, started by {mention(running.actor)}."
    return f"{by} {progress_text(running.progress)}" if running.progress else by


def _ended(standing: Standing) -> list[RunRow]:
    """Return the runs that have ended; one that says it runs, while none does, was cut off."""
    runs = list(standing.runs)
    if runs and runs[0].state == "running" and standing.running is not None:
        del runs[0]
    return runs


def _run(run: RunRow) -> str:
    report = run.report or {}
    counts = [
        f"{len(report[name]):,} {name}"
        for name in RUN_COUNTS
        if isinstance(report.get(name), list | tuple) and report[name]
    ]
    words = RUN_WORDS.get(run.state) or escape(cut(run.state, MAX_NAME_CHARS))
    done = f": {', '.join(counts)}" if counts else ", nothing changed" if run.report else ""
    return f"{moment(run.ended_at or run.started_at)}, {words}{done}"


def _activity(counts: ActivityCounts) -> list[Block]:
    if not counts.asked and not any((*counts.up, *counts.down)):
        return [section("*The last 30 days*\nNobody has asked anything yet.")]
    refused = sum(counts.refused)
    questions = f"{counts.asked:,} question{'' if counts.asked == 1 else 's'}"
    lead = f"{questions}, {refused:,} without an answer ({refused / max(counts.asked, 1):.0%})."
    bars = chart(
        [("Answered", counts.answered), ("Not answered", counts.refused)],
        [("Helpful", counts.up), ("Not helpful", counts.down)],
    )
    days = (counts.ends - counts.begins).days // len(counts.answered)
    return [
        section(f"*The last 30 days*\n{lead}"),
        rich_text({"type": "rich_text_preformatted", "elements": [plain_run(bars)]}),
        context(f"A column is {days} days, the last one is on the right; the sum stands beside."),
    ]


def _buttons() -> Block:
    return actions(
        button("Ingest now", action_id="kb_ingest", value="ingest"),
        button("Plan", action_id="kb_plan", value="plan"),
    )
