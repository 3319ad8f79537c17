"""One object of an export to an article, by the names that wikis give its parts."""

import hashlib
import re
from collections.abc import Mapping
from html import unescape
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ingest.reading.exports.confluence import is_storage_format, storage_to_html
from ingest.reading.heads.dates import find_date
from ingest.reading.heads.slugs import join_slugs, slugify, title_from_stem
from ingest.reading.html.fragments import html_to_markdown, is_html
from ingest.reading.hygiene import clean_text
from ingest.reading.markdown.documents import clean_markdown, has_text, take_heading
from ingest.reading.remarks import Remark
from knowledge.domain import Article, ArticleId
from knowledge.errors import ArticleError

__all__ = ["Record", "read_record", "record_of"]

_GOOD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
_NAMES_OF_PEOPLE = ("displayName", "name", "fullName", "firstName", "lastName", "email", "value")
# Bodies of Confluence, the one that reads best first.
_BODIES = ("export_view", "view", "storage", "value")


def _to_text(value: object) -> object:
    """Take numbers, null and lists of names as text; exports are seldom strict."""
    if isinstance(value, list):
        return ", ".join(_name(item) for item in value)
    if value is None:
        return ""
    return str(value) if isinstance(value, int | float) else value


def _to_side_text(value: object) -> object:
    """Take a side key of another form by the name in it, and without one as nothing."""
    if isinstance(value, dict):
        return _name(value)
    text = _to_text(value)
    return text if isinstance(text, str) else ""


def _to_body(value: object) -> object:
    """Take the text out of a body that has several forms."""
    for name in _BODIES:
        if isinstance(value, dict) and name in value:
            value = value[name]
    return _to_text(value)


def _name(value: object) -> str:
    """Return the name in a mapping such as that of an author or a tag."""
    if not isinstance(value, dict):
        return str(value)
    names = [value[name] for name in _NAMES_OF_PEOPLE if isinstance(value.get(name), str)]
    has_both = "firstName" in value and "lastName" in value
    return " ".join(names[:2] if has_both and "name" not in value else names[:1])


_Text = Annotated[str, BeforeValidator(_to_text)]
_SideText = Annotated[str, BeforeValidator(_to_side_text)]
_BodyText = Annotated[str, BeforeValidator(_to_body)]


class Record(BaseModel):
    """The parts of an article, whatever an export calls them."""

    model_config = ConfigDict(extra="ignore")

    id: _Text = Field(default="", validation_alias=AliasChoices("id", "_id"))
    title: _Text = Field(
        default="",
        validation_alias=AliasChoices(
            "title", "preferredPhrase", "name", "question", "subject", "heading"
        ),
    )
    text: _BodyText = Field(
        validation_alias=AliasChoices("text", "body", "content", "answer", "html", "description")
    )
    summary: _SideText = Field(default="", validation_alias=AliasChoices("summary", "excerpt"))
    url: _SideText = Field(default="", validation_alias=AliasChoices("url", "html_url", "link"))
    author: _SideText = Field(
        default="", validation_alias=AliasChoices("author", "owner", "lastModifiedBy", "createdBy")
    )
    published: _SideText = Field(
        default="",
        validation_alias=AliasChoices("published", "date", "created_at", "dateCreated", "created"),
    )
    updated: _SideText = Field(
        default="",
        validation_alias=AliasChoices(
            "updated", "updated_at", "lastModified", "last_modified", "modified"
        ),
    )
    tags: _SideText = Field(default="", validation_alias=AliasChoices("tags", "label_names"))
    draft: _SideText = ""
    status: _SideText = ""


def record_of(value: Mapping[str, Any], *, location: str, line: int | None) -> Record:
    """Return the parts of an object; raise `ArticleError` when it has no text."""
    try:
        return Record.model_validate(value)
    except ValidationError as exc:
        error = exc.errors(include_url=False)[0]
        key = str(error["loc"][0])
        why = "is missing" if error["type"] == "missing" else "is not a text"
        raise ArticleError(
            f"has a wrong line: `{key}` {why}", location=location, line=line
        ) from exc


def read_record(
    fields: Record, number: int, *, location: str, stem: str, line: int | None
) -> Article | Remark:
    """Return the article of a record, the `number`th of its file, or why it is kept out.

    Raises:
        ArticleError: when its text has no words.
    """
    given_id = _one_line(fields.id)
    place = f"{location}#{given_id or number}"
    is_draft = fields.draft.lower() == "true" or fields.status.lower() == "draft"
    if is_draft or fields.published.lower() == "false":
        return Remark(text="is kept out: it says that it is a draft", location=place, line=line)
    given_title = unescape(_one_line(fields.title))
    heading, body = take_heading(_markdown(fields.text), title=given_title)
    if not has_text(body):
        raise ArticleError(
            "is empty: its `text` has no words; fill it or drop the line",
            location=place,
            line=line,
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
        tags=tuple(filter(None, (_one_line(tag) for tag in fields.tags.split(",")))),
        own_id=bool(given_id),
    )


def _markdown(text: str) -> str:
    text = clean_text(text)
    if is_storage_format(text):
        text = storage_to_html(text)
    return html_to_markdown(text) if is_html(text) else clean_markdown(text)


def _article_id(given: str, title: str) -> ArticleId:
    if not given or _GOOD_ID.fullmatch(given):
        return ArticleId(given or slugify(title))
    # `kb/12` and `kb.12` are two ids, and the words of both are `kb-12`.
    return ArticleId(join_slugs(slugify(given), hashlib.sha256(given.encode()).hexdigest()[:8]))


def _one_line(text: str) -> str:
    return " ".join(clean_text(text).split())
