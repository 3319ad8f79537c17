"""Pure: how a reply came about, for a person who wants to know why."""

from collections.abc import Iterator
from dataclasses import asdict

from knowledge.answers.trace import PartTrace, Reply

__all__ = ["explain"]

SHOWN = 5
"""Passages and sentences that are listed."""
MAX_CHARS = 100


def explain(reply: Reply) -> str:
    """Return what was understood, found, judged and chosen, part by part, as lines of text."""
    lines = [line for part in reply.trace for line in _part(part)]
    spent = ", ".join(f"{step} {ms:.0f}" for step, ms in reply.timings_ms.items())
    return "\n".join([*(lines or ["no article was looked at"]), f"milliseconds: {spent}"])


def _part(part: PartTrace) -> Iterator[str]:
    query = part.query
    yield f"asked: {part.asked.text}"
    yield f"understood: {query.text} ({query.kind})"
    for name, values in (
        ("terms", [mention.term for mention in query.mentions]),
        ("corrected", [f"{wrong} to {right}" for wrong, right in query.corrections]),
        ("unknown", list(query.unknown_words)),
    ):
        if values:
            yield f"{name}: {', '.join(values)}"
    yield "found:"
    for result in part.found.results[:SHOWN]:
        trail = " > ".join(filter(None, (result.chunk.title, result.chunk.heading)))
        yield f"  {result.rank}. {result.score:.3f} {trail}"
    signals = ", ".join(f"{name} {value:.2f}" for name, value in asdict(part.signals).items())
    yield f"judged: {part.probability:.3f} likely to be answered ({signals})"
    yield "sentences:"
    chosen = {(pick.chunk.chunk_id, unit.start) for pick in part.picks for unit in pick.units}
    for candidate in part.candidates[:SHOWN]:
        is_chosen = (candidate.chunk.chunk_id, candidate.unit.start) in chosen
        mark = "+" if is_chosen else " "
        yield f"  {mark} {candidate.score:.2f} {candidate.unit.text[:MAX_CHARS]}"
