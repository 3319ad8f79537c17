"""JSON Lines to articles: one object a line, as exports of wikis and data sets have them."""

import json
from collections.abc import Iterator

from ingest.reading.exports.json_documents import read_document
from ingest.reading.exports.records import Record, read_record, record_of
from ingest.reading.remarks import Remark
from knowledge.domain import Article
from knowledge.errors import ArticleError

__all__ = ["read_json_lines"]


def read_json_lines(
    text: str, *, location: str, stem: str
) -> Iterator[Article | ArticleError | Remark]:
    """Yield the article of each line, or the error that says why it has none; skip blank lines.

    A line that says that it is a draft yields only a remark. A text that is one JSON document is
    read as such.
    """
    if _is_one_document(text):
        yield from read_document(text, location=location, stem=stem)
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            fields = _parse(line, number, location=location)
            yield read_record(fields, number, location=location, stem=stem, line=number)
        except ArticleError as exc:
            yield exc


def _is_one_document(text: str) -> bool:
    stripped = text.lstrip()
    try:
        value, end = json.JSONDecoder().raw_decode(stripped)
    except (ValueError, RecursionError):
        return False  # Each line says what is wrong with it.
    return isinstance(value, list) or (isinstance(value, dict) and "\n" in stripped[:end])


def _parse(line: str, number: int, *, location: str) -> Record:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as exc:
        why = (
            exc.msg
            if isinstance(exc, json.JSONDecodeError)
            else "it is nested too deeply or holds a number too long"
        )
        raise ArticleError(
            f"is not JSON: {why}; write one whole object a line", location=location, line=number
        ) from exc
    if not isinstance(value, dict):
        raise ArticleError(
            'is not a JSON object; write {"id": ..., "title": ..., "text": ...}',
            location=location,
            line=number,
        )
    return record_of(value, location=location, line=number)
