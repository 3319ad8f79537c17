"""Visible articles for people to read, section by section, and how fresh they are."""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, func, select

from knowledge.domain import Article, ArticleId, SectionPage, last_heading
from knowledge.record import schema
from knowledge.record.database import Database
from knowledge.text.sections import SectionText, read_sections

__all__ = ["Freshness", "Library"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How many articles can be read, and when the first and the last of them was changed."""

    articles: int
    oldest: str
    """ISO date; empty when no article tells its date."""
    newest: str


class Library:
    """Reads what is visible now; a section that is gone is None."""

    def __init__(self, database: Database) -> None:
        """Take an open database."""
        self._database = database

    def page(self, article_id: str, heading: str) -> SectionPage | None:
        """Return the first section under a heading, which may be a trail or the end of one.

        Where no section is called so any more, it is the first one of the article.
        """
        found = self._read(article_id)
        if found is None:
            return None
        row, sections = found
        wanted = last_heading(heading)
        named = (n for n, part in enumerate(sections, 1) if part.heading == heading)
        alike = (n for n, part in enumerate(sections, 1) if last_heading(part.heading) == wanted)
        number = next(named, 0) or next(alike, 1)
        return _page(row, sections, number)

    def numbered_page(self, article_id: str, number: int) -> SectionPage | None:
        """Return the section at a place, from 1; the nearest one where there are not so many."""
        found = self._read(article_id)
        if found is None:
            return None
        row, sections = found
        return _page(row, sections, min(max(number, 1), len(sections)))

    def article(self, article_id: str) -> Article | None:
        """Return a visible article as it was taken in; its listed questions are with its chunks."""
        version = schema.article_version.c
        query = _visible(
            version.article_id,
            version.title,
            version.url,
            version.details,
            version.body,
            schema.article.c.location,
        ).where(version.article_id == article_id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        details = row.details
        return Article(
            article_id=ArticleId(row.article_id),
            title=row.title,
            body=row.body,
            location=row.location,
            url=row.url,
            author=details.get("author", ""),
            summary=details.get("summary", ""),
            published=_date(details.get("published", "")),
            updated=_date(details.get("updated", "")),
            tags=tuple(details.get("tags", ())),
        )

    def freshness(self) -> Freshness:
        """Return how fresh the articles are."""
        details = schema.article_version.c.details
        updated = func.nullif(details["updated"].as_string(), "")
        date = func.coalesce(updated, func.nullif(details["published"].as_string(), ""))
        query = _visible(func.count(), func.min(date), func.max(date))
        with self._database.read() as connection:
            articles, oldest, newest = connection.execute(query).one()
        return Freshness(articles=articles, oldest=oldest or "", newest=newest or "")

    def _read(self, article_id: str) -> tuple[Any, tuple[SectionText, ...]] | None:
        version = schema.article_version.c
        query = _visible(
            version.article_id, version.title, version.url, version.details, version.body
        ).where(version.article_id == article_id)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        sections = _sections(row.body, row.title)
        return (row, sections) if sections else None


# A reader turns page after page of the same article.
@lru_cache(maxsize=64)
def _sections(body: str, title: str) -> tuple[SectionText, ...]:
    return read_sections(body, title=title)


def _visible(*columns: Any) -> Select[Any]:
    version = schema.article_version
    return (
        select(*columns)
        .select_from(schema.article)
        .join(version, version.c.version_id == schema.article.c.active_version_id)
    )


def _date(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _page(row: Any, sections: tuple[SectionText, ...], number: int) -> SectionPage:
    section = sections[number - 1]
    return SectionPage(
        article_id=ArticleId(row.article_id),
        title=row.title,
        heading=section.heading,
        body=section.body,
        number=number,
        total=len(sections),
        url=row.url,
        author=row.details.get("author", ""),
        published=row.details.get("published", ""),
        updated=row.details.get("updated", ""),
    )
