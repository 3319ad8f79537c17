"""One JSON document to articles: a list of objects, or what help centres and wikis give out."""

import json
from collections.abc import Iterator
from typing import Any

from ingest.reading.exports.records import read_record, record_of
from ingest.reading.remarks import Remark
from knowledge.domain import Article
from knowledge.errors import ArticleError

__all__ = ["read_document"]

# Where exports and answers of interfaces keep their list; Zendesk, Guru, Confluence and others.
_LISTS = (
    "articles",
    "cards",
    "results",
    "pages",
    "items",
    "data",
    "documents",
    "entries",
    "records",
)
_MAX_DEPTH = 3


def read_document(
    text: str, *, location: str, stem: str
) -> Iterator[Article | ArticleError | Remark]:
    """Yield the article of each object, or the error that says why it has none.

    Raises:
        ArticleError: when it is no JSON, or holds no list of objects.
    """
    try:
        value = json.loads(text)
    except RecursionError as exc:
        raise ArticleError("is nested too deeply", location=location) from exc
    except ValueError as exc:
        line = exc.lineno if isinstance(exc, json.JSONDecodeError) else None
        why = exc.msg if isinstance(exc, json.JSONDecodeError) else "it holds a number too long"
        raise ArticleError(
            f"is not JSON: {why}; export it again", location=location, line=line
        ) from exc
    found = _objects(value)
    if not found:
        raise ArticleError(
            "is JSON that holds no articles; give a list of objects with `title` and `text`",
            location=location,
        )
    for number, item in enumerate(found, start=1):
        try:
            yield _read(item, number, location=location, stem=stem)
        except ArticleError as exc:
            yield exc


def _objects(value: Any, depth: int = 0) -> list[Any]:
    """Return the objects that may be articles: of a list, of one in a mapping, or the mapping."""
    if isinstance(value, list):
        return value
    if not isinstance(value, dict) or depth > _MAX_DEPTH:
        return []
    for name in _LISTS:
        # A text of that name is the article's own.
        if isinstance(value.get(name), list) and any(map(_is_object, value[name])):
            return list(value[name])
    for name in _LISTS:
        if found := _objects(value[name], depth + 1) if _is_object(value.get(name)) else []:
            return found
    return [value]


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _read(item: Any, number: int, *, location: str, stem: str) -> Article | Remark:
    place = f"{location}#{number}"
    if not _is_object(item):
        raise ArticleError(
            'is not a JSON object; write {"id": ..., "title": ..., "text": ...}', location=place
        )
    # The card of Guru may stand in another object with what was found of it.
    inner = item.get("card")
    fields = record_of(inner if _is_object(inner) else item, location=place, line=None)
    return read_record(fields, number, location=location, stem=stem, line=None)
