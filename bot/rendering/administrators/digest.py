"""The weekly digest, and what is said to whoever turns it on or off. Nobody is named in it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from bot.record.activity import ActivityCounts
from bot.rendering.elements.blocks import (
    RenderedMessage,
    context,
    header,
    message,
    section,
)
from bot.rendering.elements.dates import moment, month
from bot.rendering.elements.mrkdwn import cut, escape, one_line
from knowledge.record.library import Freshness

__all__ = ["Digest", "DigestGap", "render_digest", "render_digest_choice", "render_no_digest"]

MAX_QUESTION_CHARS = 160
MAX_LISTED = 5
HOW = "`/kb digest on` or `/kb digest off`, typed in a channel."


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestGap:
    """What people asked in vain, as everybody in the channel may read it."""

    question: str
    times: int
    """How often it was asked without an answer, or voted against."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A week."""

    activity: ActivityCounts
    """Of two stretches: the week before, and this one."""
    gaps: tuple[DigestGap, ...]
    """Those that may be quoted, most often first."""
    others: int
    """How many more there are."""
    waiting: int
    freshness: Freshness


def render_digest(week: Digest) -> RenderedMessage:
    """Return the message of a week."""
    numbers = _numbers(week.activity)
    known = f"{week.freshness.articles:,} articles"
    newest = month(week.freshness.newest)
    known += f", the latest of {newest}" if newest else ""
    waiting = f" {week.waiting:,} with the experts." if week.waiting else ""
    return message(
        f"The week in questions. {numbers}",
        [
            header("The week in questions"),
            section(numbers),
            *([section(_asked(week))] if week.gaps or week.others else []),
            context(f"{known}.{waiting} Administrators see more with `/kb gaps`."),
            context("Once a week, without names. `/kb digest off` ends it here."),
        ],
    )


def render_digest_choice(
    *, is_on: bool, is_new: bool, next_at: dt.datetime, is_member: bool
) -> RenderedMessage:
    """Return whether a digest comes to a channel, and when the next one does."""
    now = "from now on " if is_new else ""
    if is_on:
        plain = f"A digest of the week comes to this channel {now}on Monday mornings."
        shown = f"{plain} The next one: {moment(next_at)}."
    else:
        plain = shown = f"No digest comes to this channel{' any more' if is_new else ''}."
    lacking = "I am not in this channel. Invite me with /invite." if not is_member else ""
    return message(
        f"{plain} {lacking}".strip(),
        [section(shown), *([section(lacking)] if lacking else []), context(HOW)],
    )


def render_no_digest(*, is_shared: bool) -> RenderedMessage:
    """Return what is said where no digest can come to."""
    text = (
        "This channel is shared with another company, so no digest is posted here."
        if is_shared
        else "A digest comes to channels only."
    )
    return message(text, [section(text), context(HOW)])


def _numbers(counts: ActivityCounts) -> str:
    (_, answered), (before_refused, refused) = counts.answered[-2:], counts.refused[-2:]
    before = counts.answered[-2] + before_refused
    asked = answered + refused
    parts = [f"{_questions(asked)}, {refused:,} without an answer; the week before {before:,}."]
    if counts.up[-1] or counts.down[-1]:
        parts.append(f"Votes: {counts.up[-1]:,} helpful, {counts.down[-1]:,} not helpful.")
    return " ".join(parts)


def _asked(week: Digest) -> str:
    lines = ["*Asked in vain, or voted down*", *_lines(week.gaps[:MAX_LISTED])]
    others = week.others + max(len(week.gaps) - MAX_LISTED, 0)
    if others:
        lines.append(f"{'… and ' if week.gaps else ''}{others:,} more, not quoted here.")
    return "\n".join(lines)


def _lines(gaps: Sequence[DigestGap]) -> list[str]:
    return [
        f"• “{escape(cut(one_line(gap.question), MAX_QUESTION_CHARS))}”"
        + (f", {gap.times:,} times" if gap.times > 1 else "")
        for gap in gaps
    ]


def _questions(number: int) -> str:
    return f"{number:,} question{'' if number == 1 else 's'}"
