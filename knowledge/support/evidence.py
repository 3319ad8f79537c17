"""Pure: what a statement can rest on, each unit with what it needs to be understood."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from knowledge.domain import Chunk
from knowledge.text.language import stems_of
from knowledge.text.passages import Unit, row_cells
from knowledge.text.read_chunks import read_chunk

__all__ = ["Evidence", "evidence_in", "nearest"]

CITED = 0.1
"""What a passage's being cited adds to the share of the statement's words that its unit holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A unit of a passage, and the units without which it says nothing."""

    chunk: Chunk
    units: tuple[Unit, ...]
    """In the order of the text; the last one is the unit itself."""
    text: str
    """As a judge reads it: an item after its lead, a row with the heads of its cells."""
    stems: frozenset[str]


@lru_cache(maxsize=256)
def evidence_in(chunk: Chunk) -> tuple[Evidence, ...]:
    """Return what the units of a chunk say, in order; the head of a table says nothing alone."""
    inside = read_chunk(chunk)
    found = []
    for place, unit in enumerate(inside.units):
        if unit.kind == "sentence":
            said = [*inside.context(place)]
        elif unit.kind == "item":
            lead = inside.lead_in(place)
            said = [place] if lead is None else [lead, place]
        elif inside.is_table_head(place):
            continue
        else:
            said = [inside.head(place), place]
        found.append(_evidence(chunk, tuple(inside.units[at] for at in said)))
    return tuple(found)


def nearest(
    statement: str, evidence: Sequence[Evidence], *, limit: int, cited: Sequence[Chunk] = ()
) -> list[tuple[Evidence, float]]:
    """Return what holds most of a statement's words, best first, with the share that it holds.

    A word weighs the more the fewer of the units hold it. What is `cited` comes before others that
    hold about as much.
    """
    wanted = set(stems_of(statement))
    held = Counter(stem for one in evidence for stem in one.stems)
    weights = {stem: math.log(1 + len(evidence) / (held[stem] or 0.5)) for stem in wanted}
    total = sum(weights.values()) or 1.0
    names = {chunk.chunk_id for chunk in cited}
    shares = [(sum(weights[stem] for stem in wanted & one.stems) / total, one) for one in evidence]
    shares.sort(key=lambda pair: -pair[0] - CITED * (pair[1].chunk.chunk_id in names))
    return [(one, share) for share, one in shares[:limit]]


def _evidence(chunk: Chunk, said: tuple[Unit, ...]) -> Evidence:
    unit = said[-1]
    text = _row(said[0], unit) if unit.kind == "row" else " ".join(part.text for part in said)
    # The heading names what a sentence speaks of; the words of a title are in every section.
    stems = frozenset(stems_of(f"{chunk.heading} {text}"))
    return Evidence(chunk=chunk, units=said, text=text, stems=stems)


def _row(head: Unit, row: Unit) -> str:
    named = [
        f"{column}: {cell}" if column else cell
        for column, cell in zip(row_cells(head.text), row_cells(row.text), strict=False)
    ]
    return "; ".join(named)
