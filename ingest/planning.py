"""Pure: what a run has to do, from the articles as they are and the record as it is.

An article that names its own id is known by it; any other is known by its place, then by its
text. A title alone makes no two articles one.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Literal, TypeAlias

from ingest.chunking import version_id
from ingest.reading.heads.slugs import join_slugs, slugify
from ingest.web.addresses import is_address
from knowledge.domain import Article, ArticleId
from knowledge.errors import ArticleError
from knowledge.record.visible import ArticleRow

__all__ = ["Placement", "Plan", "Step"]

Step: TypeAlias = Literal["add", "change", "move", "keep"]
"""`move`: the same text, read from another place."""

_LINE_OF_FILE = re.compile(
    r"(.*?\.(?:jsonl|ndjson|json|csv|tsv|zip))#(.*)", re.IGNORECASE | re.DOTALL
)
_MEMBER_OF_ARCHIVE = re.compile(r".*?\.zip#(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Placement:
    """What is to be done with an article, under the id that it goes by."""

    action: Step
    article: Article
    remark: str = ""
    """What its author should know of the id; empty when there is nothing to say."""


class Plan:
    """Places articles one by one against the record, and then tells which are gone."""

    def __init__(
        self,
        known: Iterable[ArticleRow],
        *,
        max_tokens: int,
        sources: Collection[str],
        is_there: Callable[[str], bool],
    ) -> None:
        """Take what the run knows before it reads.

        `known` are the articles that are visible now, `max_tokens` is the embedder's window,
        `sources` are the locations of all sources that the run reads, and `is_there` tells whether
        the file of a location is still on the disk.
        """
        self._max_tokens = max_tokens
        self._sources = frozenset(sources)
        self._is_there = is_there
        self._known = {row.article_id: row for row in known}
        self._at = {row.location: row for row in self._known.values()}
        self._with_text: defaultdict[str, list[ArticleRow]] = defaultdict(list)
        self._in_file: defaultdict[str, list[ArticleRow]] = defaultdict(list)
        for row in self._known.values():
            self._with_text[row.content_hash].append(row)
            self._in_file[_file(row.location)].append(row)
        self._taken: dict[ArticleId, tuple[str, str]] = {}
        self._places: dict[str, tuple[ArticleId, str]] = {}
        self._made: set[ArticleId] = set()
        """The taken ids that their articles do not name themselves."""
        self._failed: set[str] = set()
        self._read: set[str] = set()

    def place(
        self, article: Article, *, source_location: str, is_last: bool = False
    ) -> Placement | None:
        """Say what is to be done with an article; raise `ArticleError` when its id is taken.

        None means that it depends on files that are not read yet: place it again, as the last,
        when all sources are.
        """
        if (before := self._places.get(article.location)) is not None:
            if before[1] != source_location:
                # One file, read a second time: a source may lie within another.
                return Placement("keep", replace(article, article_id=before[0]))
            raise self._taken_error(article)
        found = self._find(article, source_location=source_location, is_last=is_last)
        if found is None:
            return None
        remark = ""
        if article.own_id and found != article.article_id and not _is_line(article.location):
            remark = f"is called {found!r}: {self._taken_error(article).reason}"
        if not article.own_id or found != article.article_id:
            self._made.add(found)
        article = replace(article, article_id=found)
        place = (article.location, source_location)
        self._taken[found] = place
        self._places[article.location] = (found, source_location)
        row = self._known.get(found)
        if row is None:
            return Placement("add", article, remark)
        if row.version_id != version_id(article, max_tokens=self._max_tokens):
            return Placement("change", article, remark)
        is_same_place = place == (row.location, row.source_location)
        return Placement("keep" if is_same_place else "move", article, remark)

    def fail(self, location: str) -> None:
        """Remember that a file or folder could not be read whole: what came from it stays."""
        self._failed.add(_file(location))

    def keep_file(self, location: str, *, source_location: str) -> tuple[ArticleId, ...]:
        """Keep the articles of a file that is as it was; return them."""
        kept = [
            row
            for row in self._in_file[location]
            if row.source_location == source_location and row.article_id not in self._taken
        ]
        for row in kept:
            self._taken[row.article_id] = (row.location, source_location)
            self._places[row.location] = (row.article_id, source_location)
        return tuple(row.article_id for row in kept)

    def holds_file(self, location: str, *, source_location: str) -> bool:
        """Return whether the record has articles of a file, read as part of this source."""
        return any(row.source_location == source_location for row in self._in_file[location])

    def has_failed(self, location: str) -> bool:
        """Return whether something of a file could not be taken in."""
        return self._has_failed(location)

    def end_source(self, source_location: str) -> None:
        """Remember that a source was read to its end."""
        self._read.add(source_location)

    def held_by(self, source_location: str) -> int:
        """Return how many articles the record has of a source."""
        return sum(row.source_location == source_location for row in self._known.values())

    def gone(self) -> tuple[ArticleId, ...]:
        """Return the articles that the sources, read to their end, no longer hold."""
        return tuple(row.article_id for row in self._known.values() if self._is_gone(row))

    def _find(self, article: Article, *, source_location: str, is_last: bool) -> ArticleId | None:
        """Return the id that the article goes by, or None when that is not yet known."""
        if article.own_id:
            return self._find_own(article, source_location, is_last=is_last)
        may_wait = False
        for row in self._candidates(article, source_location):
            if _is_place_of(row, article) or self._is_free(row):
                return row.article_id
            may_wait = may_wait or self._may_become_free(row)
        if may_wait and not is_last:
            return None
        return self._new_id(article, source_location)

    def _find_own(
        self, article: Article, source_location: str, *, is_last: bool
    ) -> ArticleId | None:
        at_place = self._at.get(article.location)
        if at_place is not None and at_place.article_id in self._taken:
            at_place = None
        if at_place is not None and _is_line(article.location):
            # An earlier version may have made another id of the one that the line names.
            return at_place.article_id
        wanted = article.article_id
        row = self._known.get(wanted)
        if wanted not in self._taken and (row is None or row is at_place or self._is_free(row)):
            return wanted
        if row is not None and self._may_become_free(row) and not is_last:
            return None
        if not self._is_made(wanted, row):
            raise self._taken_error(article)
        if at_place is not None and at_place.article_id.startswith(wanted):
            return at_place.article_id
        return self._new_id(article, source_location)

    def _is_made(self, article_id: ArticleId, row: ArticleRow | None) -> bool:
        """Whether the article that holds an id does not name it itself."""
        if article_id in self._taken or row is None:
            return article_id in self._made
        if _is_line(row.location):
            return not row.location.endswith(f"#{article_id}")
        return article_id == slugify(row.title)

    def _candidates(self, article: Article, source_location: str) -> Iterator[ArticleRow]:
        """Yield the rows, none of them taken, that may be of this article, the likeliest first."""
        rows = []
        if (row := self._at.get(article.location)) is not None:
            rows.append(row)
        file = _file(article.location)
        same_text = self._with_text.get(article.content_hash, [])
        rows += [row for row in same_text if _file(row.location) == file]
        rows += same_text
        row = self._known.get(article.article_id)
        if row is not None and (
            row.source_location == source_location or row.source_location in self._read
        ):
            rows.append(row)
        for row in rows:
            is_elsewhere = _file(row.location) != file
            if row.article_id not in self._taken and (is_elsewhere or _is_place_of(row, article)):
                yield row

    def _is_free(self, row: ArticleRow) -> bool:
        if row.article_id in self._taken or self._has_failed(row.location):
            return False
        return self._is_gone(row) or not self._is_there(_file(row.location))

    def _may_become_free(self, row: ArticleRow) -> bool:
        return row.article_id not in self._taken and row.source_location in self._sources

    def _is_gone(self, row: ArticleRow) -> bool:
        return (
            row.source_location in self._read
            and row.article_id not in self._taken
            and not self._has_failed(row.location)
        )

    def _has_failed(self, location: str) -> bool:
        if not self._failed:
            return False
        file = _file(location)
        return file in self._failed or any(
            str(folder) in self._failed for folder in PurePath(file).parents
        )

    def _new_id(self, article: Article, source_location: str) -> ArticleId:
        for name in _names(article, source_location):
            if name not in self._taken and name not in self._known:
                return ArticleId(name)
        raise self._taken_error(article)

    def _taken_error(self, article: Article) -> ArticleError:
        place = self._taken.get(article.article_id)
        row = self._known.get(article.article_id)
        holder = place[0] if place else row.location if row else article.location
        return ArticleError(
            f"has the same id {article.article_id!r} as {holder}; give one of them another "
            "`slug` or `id`, or remove the other",
            location=article.location,
        )


def _is_place_of(row: ArticleRow, article: Article) -> bool:
    if _file(row.location) != _file(article.location):
        return False
    if _is_member(article.location):
        return row.location == article.location or row.content_hash == article.content_hash
    if not _is_line(article.location):
        return True
    # Lines without an id have a number, which changes when a line is put in above them.
    return article.article_id == row.article_id or article.content_hash == row.content_hash


def _names(article: Article, source_location: str) -> Iterator[str]:
    """Yield ids for an article that names none: its title, then told apart by file and folder."""
    wanted = str(article.article_id)
    yield wanted
    path = PurePath(_file(article.location))
    try:
        path = path.relative_to(source_location)
    except ValueError:
        path = PurePath(path.name)
    parts = [*path.parts[:-1], path.stem]
    member = _MEMBER_OF_ARCHIVE.fullmatch(article.location)
    if member is not None:
        inner = PurePath(_file(member[1]))
        parts += [*inner.parts[:-1], inner.stem]
    for start in range(len(parts) - 1, -1, -1):
        place = slugify(" ".join(parts[start:]))
        if place != wanted:
            yield join_slugs(wanted, place)
    if _is_line(article.location):
        line = article.location.removeprefix(_file(article.location))
        yield join_slugs(wanted, slugify(f"{' '.join(parts)} {line}"))
    for number in range(2, 10_000):
        yield join_slugs(wanted, str(number))


def _is_line(location: str) -> bool:
    """Whether a location is an entry of a file, which is known by an id or a number."""
    return _file(location) != location and not _is_member(location)


def _is_member(location: str) -> bool:
    """Whether a location is a whole file of an archive, which is known by its name."""
    member = _MEMBER_OF_ARCHIVE.fullmatch(location)
    return member is not None and _LINE_OF_FILE.fullmatch(member[1]) is None


def _file(location: str) -> str:
    """Return the file of a location, which may be a line of one."""
    if is_address(location):
        # An address has no fragment of its own.
        return location.partition("#")[0]
    line = _LINE_OF_FILE.fullmatch(location)
    return location if line is None else line[1]
