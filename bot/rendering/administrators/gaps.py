"""What the articles lack, as the questions of people show it, and what can be done about it."""

import datetime as dt
import math
from dataclasses import dataclass

from bot.record.gaps import Gap, Remedy
from bot.rendering.elements.blocks import (
    Block,
    RenderedMessage,
    actions,
    block_chars,
    button,
    context,
    header,
    message,
    section,
)
from bot.rendering.elements.dates import moment
from bot.rendering.elements.mrkdwn import cut, escape, one_line

__all__ = ["GapList", "counted", "gap_rows", "render_gaps"]

MAX_SHOWN = 15
MAX_CHARS = 9_000
"""Of a list, so that no button is left without what it is for."""
MAX_QUESTION_CHARS = 160
MAX_NOTICE_CHARS = 500
MAX_REASON_CHARS = 30
MAX_REASONS = 5
NONE = "Nothing is on record that people asked in vain or voted down."
REASON_WORDS = {"source": "wrong source"}
REMEDIES: dict[Remedy, str] = {
    "section": "Add a section that answers it.",
    "term": "Add a section on it, or the term to the glossary.",
    "figure": "Add the figure, with its year and source, to the section on it.",
    "update": "Bring the section that was quoted up to date.",
    "complete": "Add what is missing to the section that was quoted.",
    "check": "Read the section that was quoted: it is wrong, or not about this.",
}
EXPERTS = {
    "open": "With the experts.",
    "taken": "An expert looks after it.",
    "sending": "An expert answers it.",
    "answered": "An expert has answered it: put that into an article.",
    "declined": "The experts say that it is not for them.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GapList:
    """What is shown of the gaps, and when."""

    gaps: tuple[Gap, ...]
    days: int
    """How far back it looks."""
    shown_at: dt.datetime
    can_pass_on: bool
    """Whether there is a channel of experts."""


def render_gaps(found: GapList, *, notice: str = "") -> RenderedMessage:
    """Return what the articles lack, by how often it was asked; nobody is named.

    `notice` is what has just been done.
    """
    told = escape(cut(one_line(notice), MAX_NOTICE_CHARS))
    said = [context(told)] if told else []
    if not found.gaps:
        return message(f"{notice} {NONE}".strip(), [*said, section(NONE)])
    rows, shown = gap_rows(found, at_most=MAX_SHOWN)
    more = len(found.gaps) - shown
    return message(
        f"{notice} {counted(found)}".strip(),
        [
            *said,
            header("What the articles lack"),
            context(f"{counted(found)} Add what is missing, then `/kb ingest`."),
            *rows,
            *([context(f"… and {more:,} more, asked less often.")] if more else []),
        ],
    )


def counted(found: GapList) -> str:
    """Return how many questions and votes there are, as a sentence of mrkdwn or plain text."""
    parts = [
        _number(sum(gap.unanswered for gap in found.gaps), "question", "without an answer"),
        _number(sum(gap.down for gap in found.gaps), "vote", "against an answer"),
    ]
    groups = _number(len(found.gaps), "subject", "")
    return f"{' and '.join(filter(None, parts))} in {found.days} days, on {groups}."


def gap_rows(found: GapList, *, at_most: int) -> tuple[list[Block], int]:
    """Return the first gaps with their buttons, as many as fit, and how many these are."""
    blocks: list[Block] = []
    shown = 0
    for gap in found.gaps[:at_most]:
        row = [section(_words(gap)), _buttons(gap, found)]
        if block_chars([*blocks, *row]) > MAX_CHARS:
            break
        blocks += row
        shown += 1
    return blocks, shown


def _words(gap: Gap) -> str:
    first, *others = [_quoted(example.text) for example in gap.examples]
    lines = [f"*{first}*" if not gap.is_back else f"*{first}* (asked again since it was dismissed)"]
    if others:
        lines.append(f"also {', '.join(others)}")
    lines.append(f"{_counts(gap)}; last: {moment(gap.last_at)}.")
    lines += _remarks(gap)
    lines.append(f"_{EXPERTS.get(gap.with_experts) or REMEDIES[gap.remedy]}_")
    return "\n".join(lines)


def _counts(gap: Gap) -> str:
    parts = []
    if gap.unanswered:
        times = "once" if gap.unanswered == 1 else f"{gap.unanswered:,} times"
        parts.append(f"Asked {times} without an answer")
    if gap.down:
        parts.append(f"{gap.down:,} of {gap.down + gap.up:,} votes: not helpful")
    return ", ".join(parts)


def _remarks(gap: Gap) -> list[str]:
    reasons = [
        f"{escape(cut(REASON_WORDS.get(reason, reason), MAX_REASON_CHARS))} {number:,}"
        for reason, number in list(gap.reasons.items())[:MAX_REASONS]
    ]
    said = [*reasons, *(_quoted(words) for words in gap.words[:2])]
    return [f"People said: {', '.join(said)}"] if said else []


def _buttons(gap: Gap, found: GapList) -> Block:
    # What comes after the moment that is shown is not dismissed by a press on it.
    value = f"{gap.answer_ids[0]}:{math.ceil(found.shown_at.timestamp())}"
    passing = found.can_pass_on and not gap.with_experts
    return actions(
        *([button("Pass on", action_id="gap_pass", value=value)] if passing else []),
        button("Dismiss", action_id="gap_dismiss", value=value),
    )


def _quoted(text: str) -> str:
    return f"“{escape(cut(one_line(text), MAX_QUESTION_CHARS))}”"


def _number(number: int, one: str, what: str) -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'} {what}".strip() if number else ""
