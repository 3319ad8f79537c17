"""Pure: a chunk taken apart once, for every step that reads it."""

from dataclasses import dataclass
from functools import lru_cache

from knowledge.domain import Chunk
from knowledge.text.language import stems_of
from knowledge.text.passages import Unit, context_start, units

__all__ = ["ReadChunk", "read_chunk"]


@dataclass(frozen=True, slots=True)
class ReadChunk:
    """A chunk's units in order, the stems of each, and how they lean on each other.

    A place is the index of a unit.
    """

    chunk: Chunk
    units: tuple[Unit, ...]
    stems: tuple[frozenset[str], ...]

    def context(self, place: int) -> range:
        """Return the places of the sentences without which one is not understood, and its own."""
        return range(context_start(self.units, place), place + 1)

    def lead_in(self, place: int) -> int | None:
        """Return the place of the sentence that announces the list in which a unit stands."""
        while place > 0 and self.units[place].kind != "sentence":
            place -= 1
        return place if self.announces(place) else None

    def announces(self, place: int) -> bool:
        """Whether a unit is a sentence that announces what follows."""
        return self.units[place].kind == "sentence" and self.units[place].text.endswith(":")

    def listed(self, lead: int) -> list[int]:
        """Return the places of the list items or table rows that a sentence announces."""
        places: list[int] = []
        if not self.announces(lead):
            return places
        for place in range(lead + 1, len(self.units)):
            if self.units[place].kind == "sentence":
                break
            if not self.is_table_head(place):
                places.append(place)
        return places

    def is_table_head(self, place: int) -> bool:
        """Whether a unit is the first row of a table."""
        is_row = self.units[place].kind == "row"
        return is_row and (place == 0 or self.units[place - 1].kind != "row")

    def head(self, row: int) -> int:
        """Return the place of the first row of the table in which a row stands."""
        while not self.is_table_head(row):
            row -= 1
        return row


@lru_cache(maxsize=512)
def read_chunk(chunk: Chunk) -> ReadChunk:
    """Return a chunk with its units and their stems."""
    inside = units(chunk.text)
    return ReadChunk(chunk, inside, tuple(frozenset(stems_of(unit.text)) for unit in inside))
