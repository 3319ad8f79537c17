"""What an article says about itself, from the fields of its front matter."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from ingest.reading.heads.dates import parse_date
from ingest.reading.heads.front_matter import Field
from ingest.reading.remarks import Remark

__all__ = ["Metadata", "read_metadata"]

_NOTHING = ("", "null", "~")
_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")
_MAX_QUESTION_CHARS = 300
# The same thing in the words of other programs; the first that is there counts.
_OTHER_NAMES = {
    "summary": ("description",),
    "published": ("date",),
    "updated": ("lastmod", "last_modified_at", "modified"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What an article says about itself; keys of other programs are ignored."""

    title: str
    slug: str
    summary: str
    url: str
    author: str
    published: dt.date | None
    updated: dt.date | None
    tags: tuple[str, ...]
    questions: Mapping[str, tuple[str, ...]]
    """What the section under a heading answers, in words that people ask it in."""
    redirect: str
    """Where the page leads that has no text of its own."""
    kept_out: Remark | None
    """Says why the article is not to be taken in, such as being a draft."""
    remarks: tuple[Remark, ...]
    """What was left out because it has another form."""


def read_metadata(fields: Mapping[str, Field], *, location: str) -> Metadata:
    """Return the metadata in `fields`; what has another form is left out with a remark."""
    reader = _Reader(fields, location=location)
    return Metadata(
        title=reader.text("title", max_chars=300),
        slug=reader.text("slug", max_chars=300),
        summary=reader.text("summary", max_chars=2_000),
        url=reader.text("url", max_chars=2_000),
        author=reader.text("author", max_chars=300),
        published=reader.date("published"),
        updated=reader.date("updated"),
        tags=reader.list("tags"),
        questions=reader.questions(),
        redirect=reader.redirect(),
        kept_out=reader.kept_out(),
        remarks=tuple(reader.remarks),
    )


class _Reader:
    """Takes values out of fields and notes which ones it could not."""

    def __init__(self, fields: Mapping[str, Field], *, location: str) -> None:
        self._fields = {name.casefold().replace("-", "_"): field for name, field in fields.items()}
        self._location = location
        self.remarks: list[Remark] = []

    def text(self, key: str, *, max_chars: int) -> str:
        name, field = self._field(key)
        # A list of authors is as good as one.
        value = ", ".join(field.value) if isinstance(field.value, list) else field.value
        if not isinstance(value, str):
            self._leave_out(name, field, "it is neither a text nor a list of texts")
            return ""
        text = " ".join(value.split())
        if text in _NOTHING:
            return ""
        if len(text) > max_chars:
            self._leave_out(name, field, f"it has more than {max_chars:,} characters")
            return ""
        return text

    def date(self, key: str) -> dt.date | None:
        name, field = self._field(key)
        if not isinstance(field.value, str):
            self._leave_out(name, field, "it is not a date; write it as 2024-05-17")
            return None
        text = field.value.strip()
        date = parse_date(text)
        if date is None and text not in _NOTHING:
            shown = text if len(text) <= 40 else f"{text[:40]}..."
            self._leave_out(name, field, f"{shown!r} is not one date; write it as 2024-05-17")
        return date

    def list(self, key: str) -> tuple[str, ...]:
        name, field = self._field(key)
        value = field.value
        items = value.split(",") if isinstance(value, str) and value not in _NOTHING else value
        if items in _NOTHING:
            return ()
        if not isinstance(items, list):
            self._leave_out(name, field, "it is not a list of texts")
            return ()
        return tuple(cleaned for item in items if (cleaned := " ".join(item.split())))

    def questions(self) -> Mapping[str, tuple[str, ...]]:
        name, field = self._field("questions")
        if isinstance(field.value, str) and field.value.strip() in _NOTHING:
            return {}
        if not isinstance(field.value, dict):
            self._leave_out(
                name,
                field,
                "it does not list questions below the headings that they ask about",
            )
            return {}
        asked = {
            " ".join(heading.split()): tuple(" ".join(item.split()) for item in items)
            for heading, items in field.value.items()
        }
        every = [question for items in asked.values() for question in items]
        if any(not question or len(question) > _MAX_QUESTION_CHARS for question in every):
            self._leave_out(
                name, field, f"a question has from 1 to {_MAX_QUESTION_CHARS} characters"
            )
            return {}
        return asked

    def redirect(self) -> str:
        _, field = self._field("redirect_to")
        value = field.value
        first = value[0] if isinstance(value, list) and value else value
        return " ".join(first.split()) if isinstance(first, str) else ""

    def kept_out(self) -> Remark | None:
        for key, words in (("draft", _TRUE), ("published", _FALSE)):
            field = self._fields.get(key)
            if field and isinstance(field.value, str) and field.value.strip().lower() in words:
                return Remark(
                    text=f"is kept out: its front matter says `{key}: {field.value.strip()}`",
                    location=self._location,
                    line=field.line,
                )
        return None

    def _field(self, key: str) -> tuple[str, Field]:
        for name in (key, *_OTHER_NAMES.get(key, ())):
            if name in self._fields:
                return name, self._fields[name]
        return key, Field(value="", line=None)

    def _leave_out(self, name: str, field: Field, why: str) -> None:
        self.remarks.append(
            Remark(
                text=f"`{name}` in its front matter is left out: {why}",
                location=self._location,
                line=field.line,
            )
        )
