"""An article as it was understood, for whoever keeps the articles to look at."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias, assert_never

from rapidfuzz import fuzz, process

from ingest.limited.pool import ReaderPool
from ingest.reading.files import NotRead, Unchanged
from ingest.reading.remarks import Remark
from ingest.sections import Section
from ingest.sources import SourceItem, file_path, read_source
from ingest.web.addresses import is_address
from ingest.web.visiting import VisitItem
from knowledge.domain import Article
from knowledge.errors import ArticleError
from knowledge.record.ledger import RegisteredSource

__all__ = ["Shown", "near_ids", "show_items", "show_stored"]

_Item: TypeAlias = SourceItem | VisitItem

_WIDTH = 100
_MAX_NEAR = 3
_MIN_NEARNESS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What was understood of some articles, and what was left out."""

    articles: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Yield it as it is printed, in plain text."""
        for article in self.articles:
            yield from _article_lines(article)
        yield from (f"left out: {what}" for what in self.left_out)
        yield from (f"failed: {what}" for what in self.failed)


def show_items(items: Iterable[_Item], *, location: str, readers: ReaderPool) -> Shown:
    """Return what files or pages hold; nothing is stored."""
    shown = Shown()
    articles, not_read = list[Article](), Counter[str]()
    for item in _found(items, readers):
        match item:
            case Article():
                articles.append(item)
            case Remark():
                shown.left_out.append(str(item))
            case ArticleError():
                shown.failed.append(str(item))
            case NotRead():
                not_read[item.kind] += 1
            case Unchanged():
                shown.left_out.append(f"{item.location}: is as it was, and not read")
            case _:
                assert_never(item)
    for kind, count in sorted(not_read.items()):
        shown.left_out.append(f"{location}: {count} of a kind that is not read: {kind}")
    _add(shown, articles, readers)
    return shown


def show_stored(article: Article, *, bundled_dir: Path, readers: ReaderPool) -> Shown:
    """Return an article of the record; what was left out is seen in its file, read once more."""
    shown = Shown()
    _add(shown, [article], readers)
    file = article.location.partition("#")[0]
    if is_address(file):
        shown.left_out.append(f"{file}: what was left out of it is seen when that is shown")
        return shown
    path = file_path(file, bundled_dir=bundled_dir)
    if not path.is_file():
        shown.left_out.append(f"{file}: what was left out is not known, the file is gone")
        return shown
    source = RegisteredSource(location=str(path), kind="file")
    again = list(readers.read(read_source(source, bundled_dir=bundled_dir)))
    known = (article.location, file, str(path))
    shown.left_out.extend(
        str(one) for one in again if isinstance(one, Remark) and one.location in known
    )
    read = [one for one in again if isinstance(one, Article)]
    # Listed questions are kept with the chunks, and no part of what the record gives back.
    hashes = {replace(one, questions=()).content_hash for one in read}
    if article.content_hash not in hashes:
        shown.left_out.append(f"{file}: has changed since; `python -m ingest run` takes it in")
    return shown


def near_ids(wanted: str, ids: Sequence[str]) -> list[str]:
    """Return the ids that look most like `wanted`, the likeliest first."""
    found = process.extract(
        wanted, ids, scorer=fuzz.WRatio, limit=_MAX_NEAR, score_cutoff=_MIN_NEARNESS
    )
    return [str(name) for name, _, _ in found]


def _found(
    items: Iterable[_Item], readers: ReaderPool
) -> Iterator[Article | ArticleError | Remark | NotRead | Unchanged]:
    try:
        yield from readers.read(items)
    except ArticleError as exc:
        # The source as a whole; what came of it before is shown.
        yield exc


def _add(shown: Shown, articles: Sequence[Article], readers: ReaderPool) -> None:
    for article, parts in zip(articles, readers.sections(articles), strict=True):
        if isinstance(parts, ArticleError):
            shown.failed.append(str(parts))
        shown.articles.append(
            {
                "article_id": article.article_id,
                "title": article.title,
                "author": article.author,
                "published": str(article.published or ""),
                "updated": str(article.updated or ""),
                "url": article.url,
                "summary": article.summary,
                "tags": list(article.tags),
                "location": article.location,
                "sections": [
                    _section(part) for part in ([] if isinstance(parts, ArticleError) else parts)
                ],
            }
        )


def _section(section: Section) -> dict[str, str]:
    text = "\n".join(" ".join(line) for line in section.lines)
    return {"heading": " > ".join(section.trail), "text": text}


def _article_lines(article: dict[str, Any]) -> Iterator[str]:
    yield article["title"]
    for name, value in article.items():
        if name not in ("title", "sections") and value:
            shown = ", ".join(value) if isinstance(value, list) else value
            yield f"  {name.replace('_', ' ')}: {shown}"
    for section in article["sections"]:
        yield ""
        if section["heading"]:
            yield f"# {section['heading']}"
        for line in section["text"].split("\n"):
            # A path or an address is copied from here: it is never broken.
            yield from textwrap.wrap(
                line, _WIDTH, break_long_words=False, break_on_hyphens=False
            ) or [""]
    yield ""
