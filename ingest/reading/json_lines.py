"""JSON Lines to articles: one object a line, as exports of wikis and data sets have them."""

import hashlib
import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Annotated

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ingest.reading.heads.dates import find_date
from ingest.reading.heads.slugs import join_slugs, slugify, title_from_stem
from ingest.reading.hygiene import clean_text
from ingest.reading.markdown.documents import clean_markdown, has_text, take_heading
from ingest.reading.markdown.html_blocks import html_as_markdown
from ingest.reading.remarks import Remark
from knowledge.domain import Article, ArticleId
from knowledge.errors import ArticleError

__all__ = ["read_json_lines"]

_GOOD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")


def _to_text(value: object) -> object:
    """Take numbers, null and lists of names as text; exports are seldom strict."""
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if value is None:
        return ""
    return str(value) if isinstance(value, int | float) else value


def _to_side_text(value: object) -> object:
    """Take a side key of another form, such as the mapping of an author, as nothing."""
    text = _to_text(value)
    return text if isinstance(text, str) else ""


_Text = Annotated[str, BeforeValidator(_to_text)]
_SideText = Annotated[str, BeforeValidator(_to_side_text)]


class _Line(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: _Text = Field(default="", validation_alias=AliasChoices("id", "_id"))
    title: _Text = Field(
        default="", validation_alias=AliasChoices("title", "preferredPhrase", "name", "question")
    )
    text: _Text = Field(validation_alias=AliasChoices("text", "body", "content", "answer"))
    summary: _SideText = ""
    url: _SideText = Field(default="", validation_alias=AliasChoices("url", "html_url"))
    author: _SideText = ""
    published: _SideText = Field(default="", validation_alias=AliasChoices("published", "date"))
    updated: _SideText = Field(
        default="",
        validation_alias=AliasChoices("updated", "updated_at", "lastModified", "last_modified"),
    )
    draft: _SideText = ""


def read_json_lines(
    text: str, *, location: str, stem: str
) -> Iterator[Article | ArticleError | Remark]:
    """Yield the article of each line, or the error that says why it has none; skip blank lines.

    A line that says that it is a draft yields only a remark.

    Raises:
        ArticleError: when the text is one JSON document, and no object a line.
    """
    _check_lines(text, location=location)
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield _read_line(line, number, location=location, stem=stem)
        except ArticleError as exc:
            yield exc


def _check_lines(text: str, *, location: str) -> None:
    stripped = text.lstrip()
    try:
        value, end = json.JSONDecoder().raw_decode(stripped)
    except (ValueError, RecursionError):
        return  # Each line says what is wrong with it.
    if isinstance(value, list) or (isinstance(value, dict) and "\n" in stripped[:end]):
        raise ArticleError(
            "is one JSON document and no JSON Lines; write one whole object a line",
            location=location,
        )


def _read_line(line: str, number: int, *, location: str, stem: str) -> Article | Remark:
    fields = _parse(line, number, location=location)
    given_id = _one_line(fields.id)
    place = f"{location}#{given_id or number}"
    if fields.draft.lower() == "true" or fields.published.lower() == "false":
        return Remark(text="is kept out: it says that it is a draft", location=place, line=number)
    given_title = unescape(_one_line(fields.title))
    heading, body = take_heading(
        clean_markdown(html_as_markdown(clean_text(fields.text))), title=given_title
    )
    if not has_text(body):
        raise ArticleError(
            "is empty: its `text` has no words; fill it or drop the line",
            location=place,
            line=number,
        )
    title = given_title or heading or title_from_stem(f"{stem} {given_id or number}")
    return Article(
        article_id=_article_id(given_id, title),
        title=title,
        body=body,
        location=place,
        url=_one_line(fields.url),
        author=_one_line(fields.author),
        summary=_one_line(fields.summary),
        published=find_date(fields.published),
        updated=find_date(fields.updated),
        own_id=bool(given_id),
    )


def _parse(line: str, number: int, *, location: str) -> _Line:
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
    try:
        return _Line.model_validate(value)
    except ValidationError as exc:
        error = exc.errors(include_url=False)[0]
        key = str(error["loc"][0])
        why = "is missing" if error["type"] == "missing" else "is not a text"
        raise ArticleError(
            f"has a wrong line: `{key}` {why}", location=location, line=number
        ) from exc


def _article_id(given: str, title: str) -> ArticleId:
    if not given or _GOOD_ID.fullmatch(given):
        return ArticleId(given or slugify(title))
    # `kb/12` and `kb.12` are two ids, and the words of both are `kb-12`.
    return ArticleId(join_slugs(slugify(given), hashlib.sha256(given.encode()).hexdigest()[:8]))


def _one_line(text: str) -> str:
    return " ".join(clean_text(text).split())
