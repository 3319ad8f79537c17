"""What the knowledge base is about: as it was told, or else from what was ingested."""

from collections.abc import Callable, Iterable, Sequence

from knowledge.domain import Subject

__all__ = ["BUNDLED_SUBJECT", "SubjectCache", "describe_corpus"]

NAME = "a knowledge assistant"
BUNDLED_SUBJECT = Subject(
    name=NAME,
    about="business and knowledge process outsourcing",
    examples=(
        "What is the difference between BPO and KPO?",
        "How is AHT calculated?",
        "What belongs in an exit plan?",
    ),
)
"""What the articles that come with the program are about."""
NAMED = 3
"""Titles that stand for all."""


def describe_corpus(titles: Sequence[str], *, name: str = "", about: str = "") -> Subject:
    """Return the subject of articles with these titles; what is given goes before."""
    named = _and(f"“{title}”" for title in titles[:NAMED])
    more = " and more" if len(titles) > NAMED else ""
    return Subject(
        name=name or NAME, about=about or (f"{named}{more}" if named else "what was ingested")
    )


class SubjectCache:
    """The subject of the corpus as it is now; read again when a run has changed it."""

    def __init__(self, *, revision: Callable[[], int], load: Callable[[], Subject]) -> None:
        """`revision` is cheap and changes whenever the corpus may have."""
        self._revision = revision
        self._load = load
        self._held: tuple[int, Subject] | None = None

    def current(self) -> Subject:
        """Return what the visible articles are about."""
        revision = self._revision()
        if self._held is None or self._held[0] != revision:
            self._held = (revision, self._load())
        return self._held[1]


def _and(words: Iterable[str]) -> str:
    *first, last = [*words] or [""]
    return f"{', '.join(first)} and {last}" if first else last
