"""Pure: what a run has to do, from the articles as they are and the record as it is."""

from collections.abc import Iterable
from typing import Literal, TypeAlias

from ingest.chunking import version_id
from knowledge.domain import Article, ArticleId
from knowledge.errors import ArticleError
from knowledge.record.catalog import ArticleRow

__all__ = ["Placement", "Plan"]

Placement: TypeAlias = Literal["add", "change", "move", "keep"]
"""`move`: the same text, read from another place."""


class Plan:
    """Places articles one by one against the record, and then tells which are gone."""

    def __init__(self, known: Iterable[ArticleRow], *, max_tokens: int) -> None:
        """`known` are the articles that are visible now, and `max_tokens` the embedder's window."""
        self._max_tokens = max_tokens
        self._known = {row.article_id: row for row in known}
        self._seen: dict[ArticleId, tuple[str, str]] = {}
        self._failed_files: set[str] = set()

    def place(self, article: Article, *, source_location: str) -> Placement:
        """Say what is to be done with an article; raise `ArticleError` when its id is taken."""
        place = (article.location, source_location)
        seen = self._seen.get(article.article_id)
        if seen is not None and seen[0] == article.location and seen[1] != source_location:
            return "keep"  # One file, read a second time: a source may lie within another.
        row = self._known.get(article.article_id)
        taken_by = seen[0] if seen else None
        if seen is None and row is not None and _belongs_elsewhere(row, article, source_location):
            taken_by = row.location
        if taken_by is not None:
            raise ArticleError(
                f"has the same id {article.article_id!r} as {taken_by}; give one of them another "
                f"`slug` or title, or remove the other",
                location=article.location,
            )
        self._seen[article.article_id] = place
        if row is None:
            return "add"
        if row.version_id != version_id(article, max_tokens=self._max_tokens):
            return "change"
        return "keep" if place == (row.location, row.source_location) else "move"

    def fail(self, location: str) -> None:
        """Remember that a file could not be read whole: what came from it stays."""
        self._failed_files.add(_file(location))

    def gone(self, source_location: str) -> tuple[ArticleId, ...]:
        """Return the articles of a source that was read to its end and no longer holds them."""
        return tuple(
            row.article_id
            for row in self._known.values()
            if row.source_location == source_location
            and row.article_id not in self._seen
            and _file(row.location) not in self._failed_files
        )


def _belongs_elsewhere(row: ArticleRow, article: Article, source_location: str) -> bool:
    # A file that was moved within its source is the same article; a second file with the same
    # title in another source is not.
    return row.source_location != source_location and row.location != article.location


def _file(location: str) -> str:
    return location.partition("#")[0]
