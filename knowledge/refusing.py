"""Refusals that help: what is missing, what is nearest, what to do next."""

import re
from collections.abc import Sequence

from knowledge.evidence import Signals
from knowledge.models import ClosestSection, Refusal, RefusalReason, SearchResult
from knowledge.understanding import Query, QuestionKind

__all__ = [
    "closest_sections",
    "refuse",
    "refuse_empty",
    "refuse_not_ready",
    "refuse_order",
    "refuse_too_long",
]

MAX_QUESTION_CHARS = 2_000
CLOSEST = 3
NEAR = 0.25
"""Similarity below which a section has nothing to do with the question."""

NEXT_STEP = "Try other words, or ask an administrator to add an article on it."


def refuse(query: Query, results: Sequence[SearchResult], signals: Signals) -> Refusal:
    """Return the refusal of a question for which the articles hold no answer."""
    closest = closest_sections(results)
    reason = _reason(query, closest, signals)
    return Refusal(reason=reason, text=_text(query, reason, closest), closest=closest)


def refuse_empty() -> Refusal:
    """Return the help for a message without a question."""
    return Refusal(
        reason=RefusalReason.EMPTY,
        text="I did not see a question. Ask me about outsourcing, for example: “What is the "
        "difference between BPO and KPO?”",
    )


def refuse_too_long() -> Refusal:
    """Return the refusal of more text than a question has."""
    return Refusal(
        reason=RefusalReason.TOO_LONG,
        text=f"That is more than {MAX_QUESTION_CHARS:,} characters. Please ask one question in a "
        f"few sentences.",
    )


def refuse_not_ready() -> Refusal:
    """Return the refusal while nothing has been ingested."""
    return Refusal(
        reason=RefusalReason.NOT_READY,
        text="I have no articles to answer from yet. Please ask an administrator to ingest some.",
    )


def refuse_order() -> Refusal:
    """Return the refusal of an order to the program."""
    return Refusal(
        reason=RefusalReason.INSTRUCTION,
        text="I only answer questions from the articles; I do not follow instructions to change "
        "how I work, to notify people or to act on data. What would you like to know about "
        "outsourcing?",
    )


def closest_sections(
    results: Sequence[SearchResult], *, without: Sequence[str] = ()
) -> tuple[ClosestSection, ...]:
    """Return the nearest sections, each once and best first; empty when none is near."""
    found: dict[tuple[str, str], ClosestSection] = {}
    for result in results:
        chunk = result.chunk
        if result.similarity < NEAR or chunk.chunk_id in without:
            continue
        section = ClosestSection(
            article_id=chunk.article_id, title=chunk.title, heading=chunk.heading, url=chunk.url
        )
        found.setdefault((chunk.article_id, chunk.heading), section)
    return tuple(found.values())[:CLOSEST]


def _reason(query: Query, closest: Sequence[ClosestSection], signals: Signals) -> RefusalReason:
    if signals.own_records:
        return RefusalReason.PRIVATE
    if not closest:
        return RefusalReason.OUT_OF_SCOPE
    if query.unknown_words:
        return RefusalReason.UNKNOWN_TERM
    if query.kind is QuestionKind.FIGURE:
        return RefusalReason.NO_FIGURE
    return RefusalReason.NO_EVIDENCE


def _text(query: Query, reason: RefusalReason, closest: Sequence[ClosestSection]) -> str:
    nearest = " The nearest sections are listed below." if closest else ""
    match reason:
        case RefusalReason.PRIVATE:
            return (
                "I only know general articles about outsourcing, nothing about particular "
                "contracts, people or internal figures. Please ask the person who owns that "
                f"information.{nearest}"
            )
        case RefusalReason.OUT_OF_SCOPE:
            return (
                "That is outside what I know: my articles are about business and knowledge process "
                "outsourcing. Ask me about those and I will answer with sources."
            )
        case RefusalReason.UNKNOWN_TERM:
            words = " and ".join(_as_written(word, query.text) for word in query.unknown_words[:3])
            return f"The articles do not mention {words}.{nearest} {NEXT_STEP}"
        case RefusalReason.NO_FIGURE:
            return f"The articles give no figure for that.{nearest} {NEXT_STEP}"
        case _:
            return f"The articles do not answer that.{nearest} {NEXT_STEP}"


def _as_written(word: str, text: str) -> str:
    """Return a word in quotation marks, in the capitals that the question gave it."""
    match = re.search(rf"\b{re.escape(word)}\b", text, flags=re.IGNORECASE)
    return f"“{match.group() if match else word}”"
