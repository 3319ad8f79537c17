"""What the articles lack, as the questions of people show it."""

from collections.abc import Sequence

from bot.record.gaps import DislikedAnswer, UnansweredGroup
from bot.rendering.administrators.runs import listed
from bot.rendering.elements.blocks import RenderedMessage, context, message, section, sections
from bot.rendering.elements.mrkdwn import cut, one_line

__all__ = ["render_gaps"]

REASON_WORDS = {"source": "wrong source"}


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
        parts += [f"*Not answered: {asked:,}*", *listed([_group(one) for one in unanswered])]
        plain.append(f"Not answered: {asked:,}.")
    if disliked:
        parts += [
            f"\n*Voted not helpful: {len(disliked):,}*",
            *listed([_dislike(one) for one in disliked]),
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
