"""The YAML block at the top of a Markdown article."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from yaml.constructor import BaseConstructor

from ingest.reading.dates import parse_date
from knowledge.errors import ArticleError

__all__ = ["FrontMatter", "SplitArticle", "split_front_matter"]

_MAX_CHARS = 64 * 1024
_FENCE = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)


def _to_text(value: object) -> object:
    """Join a list of names; take YAML's ways of writing nothing as nothing."""
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return "" if value in ("null", "~", None) else value


def _to_date(value: object) -> object:
    text = _to_text(value)
    if not isinstance(text, str) or not text.strip():
        return None
    if (date := parse_date(text)) is None:
        raise ValueError(f"{text!r} is not a date; write it as 2024-05-17")
    return date


def _to_tags(value: object) -> object:
    return value if isinstance(value, list) else [t for t in str(_to_text(value)).split(",") if t]


def _to_questions(value: object) -> object:
    """Take nothing as none; say what to write in the words of YAML, not of Python."""
    if _to_text(value) == "":
        return {}
    if not isinstance(value, dict) or not all(map(_is_list_of_text, value.values())):
        raise ValueError(
            "write each heading with a list of questions below it, and quote what holds `: `"
        )
    return value


def _is_list_of_text(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_Text: TypeAlias = Annotated[str, BeforeValidator(_to_text)]
_Date: TypeAlias = Annotated[dt.date | None, BeforeValidator(_to_date)]

_Question: TypeAlias = Annotated[str, Field(min_length=1, max_length=300)]


class FrontMatter(BaseModel):
    """What an article says about itself; keys of other programs are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)

    title: _Text = Field(default="", max_length=300)
    slug: _Text = ""
    summary: _Text = Field(default="", max_length=2_000)
    url: _Text = Field(default="", max_length=2_000)
    author: _Text = Field(default="", max_length=300)
    published: _Date = None
    updated: _Date = None
    tags: Annotated[tuple[str, ...], BeforeValidator(_to_tags)] = ()
    questions: Annotated[dict[str, tuple[_Question, ...]], BeforeValidator(_to_questions)] = Field(
        default_factory=dict
    )
    """What the section under a heading answers, in words that people ask it in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitArticle:
    """A Markdown file in its two parts."""

    front_matter: FrontMatter
    lines: Mapping[str, int]
    """Line in the file at which each key of the front matter stands."""
    body: str


def split_front_matter(text: str, *, location: str) -> SplitArticle:
    """Return the front matter of `text` and what follows it; text without any is all body.

    Raises:
        ArticleError: when the block has no end, is no YAML mapping, or holds a wrong value; its
            line is the line in the file.
    """
    opening = _FENCE.match(text)
    if opening is None or not text.startswith("---"):
        return SplitArticle(front_matter=FrontMatter(), lines={}, body=text)
    closing = _FENCE.search(text, opening.end())
    if closing is None:
        raise ArticleError(
            "has front matter without an end; close it with a line of `---`",
            location=location,
            line=1,
        )
    # Blank out the fence so that YAML counts lines as the file does.
    block = text[opening.end() : closing.start()]
    front_matter, lines = _parse_block(block, location=location)
    return SplitArticle(front_matter=front_matter, lines=lines, body=text[closing.end() :])


def _parse_block(block: str, *, location: str) -> tuple[FrontMatter, dict[str, int]]:
    if len(block) > _MAX_CHARS:
        raise ArticleError(
            "has front matter of more than 64 KiB; keep the article below it",
            location=location,
            line=1,
        )
    try:
        # The base loader leaves every scalar a string: a title of 1984 stays "1984".
        node = yaml.compose(block, Loader=yaml.BaseLoader)
        values = {} if node is None else BaseConstructor().construct_document(node)
    except yaml.MarkedYAMLError as exc:
        # What is never closed is noticed at the end, but to be mended where it was opened.
        at_end = "stream end" in (exc.problem or "")
        mark = (exc.context_mark if at_end else None) or exc.problem_mark
        raise ArticleError(
            f"has broken front matter: {exc.problem or exc.context}; quote values that hold "
            "`: `, `#` or quotation marks",
            location=location,
            line=1 if mark is None else mark.line + 1,
        ) from exc
    except (yaml.YAMLError, RecursionError) as exc:
        raise ArticleError(
            f"has broken front matter: {type(exc).__name__}", location=location, line=1
        ) from exc
    if not isinstance(values, Mapping):
        raise ArticleError(
            "has front matter that is not `key: value` lines", location=location, line=2
        )
    lines = _key_lines(node)
    return _validate(values, lines, location=location), lines


def _validate(values: Mapping[Any, Any], lines: dict[str, int], *, location: str) -> FrontMatter:
    try:
        return FrontMatter.model_validate({str(key): value for key, value in values.items()})
    except ValidationError as exc:
        error = exc.errors(include_url=False)[0]
        key = str(error["loc"][0])
        message = str(error["msg"]).removeprefix("Value error, ")
        raise ArticleError(
            f"has a wrong `{key}` in its front matter: {message}",
            location=location,
            line=lines.get(key, 1),
        ) from exc


def _key_lines(node: yaml.Node | None) -> dict[str, int]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): key.start_mark.line + 1 for key, _ in node.value}
