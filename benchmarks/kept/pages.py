"""The pages and documents, and what share of their lines a reader gives back.

Only the standard library, so that other programs' readers can be measured in environments of
their own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.kept.marks import lines_of, without_marks

__all__ = ["HALVES", "Count", "Page", "count", "pages_of"]

HALVES = ("open", "aside")
"""`aside` is not looked at line by line while readers are mended."""
_HERE = Path(__file__).parent
_PAGE = re.compile(r"^⁂ (.+)\n", re.MULTILINE)
_WORD = re.compile(r"\w+")
_FAMILIES = {".htm": "html", ".asciidoc": "adoc", ".ndjson": "jsonl", ".tsv": "csv"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page or document as its reader gets it, and what lines it has."""

    name: str
    data: bytes
    article: tuple[str, ...]
    furniture: tuple[str, ...]

    @property
    def suffix(self) -> str:
        """With the dot."""
        return Path(self.name).suffix

    @property
    def kind(self) -> str:
        """What the page is counted as: Markdown by its flavour, exports by their program."""
        stem = self.name.partition(".")[0].partition(" ")[0]
        if self.suffix == ".md":
            return f"md {stem}"
        if self.suffix == ".json":
            return f"json {stem}"
        return _FAMILIES.get(self.suffix, self.suffix[1:])


@dataclass(slots=True)
class Count:
    """Lines of one kind, and how many of them came back."""

    article: int = 0
    kept: int = 0
    furniture: int = 0
    furniture_kept: int = 0
    in_order: int = 0

    def add(self, other: "Count") -> None:
        """Add another count to this one."""
        self.article += other.article
        self.kept += other.kept
        self.furniture += other.furniture
        self.furniture_kept += other.furniture_kept
        self.in_order += other.in_order

    @property
    def kept_share(self) -> float:
        """Of the article's lines."""
        return self.kept / self.article

    @property
    def furniture_share(self) -> float:
        """Of the furniture's lines; 0 when there are none."""
        return self.furniture_kept / self.furniture if self.furniture else 0.0


def pages_of(half: str) -> Iterator[Page]:
    """Yield the pages and documents of one half."""
    for source in sorted((_HERE / half).iterdir()):
        if source.suffix == ".txt":
            parts = _PAGE.split(source.read_text(encoding="utf-8"))[1:]
            for name, marked in zip(parts[::2], parts[1::2], strict=True):
                yield _page(name, without_marks(marked).encode(), lines_of(marked))
        elif source.suffix == ".lines":
            document = source.with_suffix("")
            lines = source.read_text(encoding="utf-8").splitlines()
            yield _page(document.name, document.read_bytes(), lines)


def count(page: Page, text: str) -> tuple[Count, list[str]]:
    """Return how many lines of a page a text holds, and those that are not as they should be."""
    found = _words(text)
    places = [found.find(_words(line)) for line in page.article]
    extra = [line for line in page.furniture if _words(line) in found]
    kept = [place for place in places if place >= 0]
    counted = Count(
        article=len(places),
        kept=len(kept),
        furniture=len(page.furniture),
        furniture_kept=len(extra),
        in_order=sum(a <= b for a, b in zip([0, *kept], kept, strict=False)),
    )
    lost = [f"lost: {line}" for line, at in zip(page.article, places, strict=True) if at < 0]
    return counted, lost + [f"kept: {line}" for line in extra]


def _page(name: str, data: bytes, lines: list[str]) -> Page:
    article = tuple(line[2:] for line in lines if line.startswith("+"))
    furniture = tuple(line[2:] for line in lines if line.startswith("-"))
    whole = [_words(line) for line in article]
    for line in furniture:
        if any(_words(line) in one for one in whole):
            raise ValueError(f"{name}: {line!r} is marked as furniture and stands in the article")
    return Page(name=name, data=data, article=article, furniture=furniture)


def _words(text: str) -> str:
    """Return the words alone: marks of lists and tables are no part of a line."""
    return f" {' '.join(_WORD.findall(text.casefold().replace('_', ' ')))} "
