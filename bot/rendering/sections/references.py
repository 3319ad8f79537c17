"""Names a section, and what was quoted of it, in the few characters that a button may carry."""

import json
from dataclasses import dataclass
from typing import Any, Self

from knowledge.domain import ClosestSection, Source

__all__ = ["SectionReference", "is_letter", "letters"]

MAX_VALUE_CHARS = 2_000
QUOTE_START_CHARS, QUOTE_END_CHARS = 80, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionReference:
    """A section to open, and the first and the last words of a passage to mark in it."""

    article_id: str
    heading: str = ""
    number: int = 0
    """Its place in the article, which goes before the heading; 0 when only that is known."""
    quote: tuple[str, str] = ("", "")
    """The letters with which the passage begins and ends; empty when nothing is to be marked."""

    @classmethod
    def to_place(cls, place: Source | ClosestSection) -> Self:
        """Return a reference to the section of a source, or to one that is near."""
        passage = letters(place.quote if isinstance(place, Source) else place.gist)
        return cls(
            article_id=place.article_id,
            heading=place.heading,
            quote=(passage[:QUOTE_START_CHARS], passage[-QUOTE_END_CHARS:]),
        )

    @classmethod
    def read(cls, value: str) -> Self | None:
        """Return what `write` wrote; None for anything else."""
        try:
            known = json.loads(value)
        except ValueError:
            return None
        if not isinstance(known, dict) or not isinstance(known.get("a"), str):
            return None
        number = known.get("n")
        return cls(
            article_id=known["a"],
            heading=_string(known.get("h")),
            number=number if isinstance(number, int) else 0,
            quote=_pair(known.get("q")),
        )

    def write(self) -> str:
        """Return the value of a button, with as much as fits."""
        known: dict[str, Any] = {"a": self.article_id}
        if self.number:
            known["n"] = self.number
        if self.heading:
            known["h"] = self.heading
        if any(self.quote):
            known["q"] = list(self.quote)
        # Without a mark, or as the article's first section, it is still a place to read.
        for name in ("", "q", "h"):
            known.pop(name, None)
            value = json.dumps(known, ensure_ascii=False, separators=(",", ":"))
            # Nothing reads it but we; all the same no mark of Slack's stands in it.
            value = value.replace("<", "\\u003c")
            if len(value) <= MAX_VALUE_CHARS:
                return value
        return "{}"


def letters(text: str) -> str:
    """Return what counts when a passage is looked for: no space, and no mark of a list or row."""
    return "".join(filter(is_letter, text))


def is_letter(char: str) -> bool:
    """Whether a character counts when a passage is looked for."""
    return char.isalnum()


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _pair(value: Any) -> tuple[str, str]:
    if isinstance(value, list) and len(value) == 2:
        return _string(value[0]), _string(value[1])
    return "", ""
