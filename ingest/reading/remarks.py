"""What a reader has to say about a file besides its articles."""

from dataclasses import dataclass

from typing_extensions import override

__all__ = ["Remark"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something of a file that was left out on purpose, while the rest of it was read."""

    text: str
    """What was left out and why, as the end of a sentence that begins with the file."""
    location: str
    line: int | None = None
    """Counts from 1."""

    @override
    def __str__(self) -> str:
        """Return `location:line: text`, the form that editors can jump to."""
        place = self.location if self.line is None else f"{self.location}:{self.line}"
        return f"{place}: {self.text}"
