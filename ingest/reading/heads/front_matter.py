"""The block at the top of a Markdown article: YAML, TOML or JSON, told from a mere rule."""

import datetime as dt
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml
from typing_extensions import override

from ingest.reading.hygiene import clean_text
from knowledge.errors import ArticleError

__all__ = ["Field", "FrontBlock", "Value", "compose_yaml", "split_front_matter"]

_MAX_CHARS = 64 * 1024
_FENCE = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE)
_TOML_FENCE = re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE)
_KEY_LINE = re.compile(r"([A-Za-z_][\w-]*)[ \t]*:(?:\s|$)")
_TOML_KEY_LINE = re.compile(r"[A-Za-z_\"'][\w\"'.-]*[ \t]*=|\[|#")
_TOML_KEY = re.compile(r"^[ \t]*([\w\"'.-]+)[ \t]*=", re.MULTILINE)
_PROGRAM_KEY = re.compile(r"[a-z][A-Za-z0-9_.-]*")
_META_LINE = re.compile(r"([A-Za-z]\w{0,60}):[ \t]+(\S.{0,1000})")
_META_KEY = re.compile(r"template|\w+_\w+|title|authors?", re.IGNORECASE)
# Keys that the builders of sites and the keepers of notes agree on.
_KNOWN_KEYS = frozenset(
    """
    aliases author authors categories category created date description draft id lang language
    layout modified permalink published slug summary tags title updated url weight
    """.split()  # noqa: SIM905
)

Value: TypeAlias = str | list[str] | dict[str, list[str]] | None
"""A text, a flat list, lists under headings; None for every other form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One key of the block with its value; every text of it is clean."""

    value: Value
    line: int | None
    """Where the key stands in the file, counting from 1; None where the form does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontBlock:
    """A Markdown file in its two parts."""

    fields: Mapping[str, Field]
    """By key as written; empty when there is no block."""
    body: str


class _Loader(yaml.BaseLoader):
    """Leaves every scalar a string, so that a title of 1984 stays "1984"; takes no alias."""

    @override
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        # Nine aliases of nine aliases of nine ... are a thousand million values in 400 bytes.
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(
                None, None, "it has an alias (`*name`); write the value itself", event.start_mark
            )
        node: yaml.Node | None = super().compose_node(parent, index)
        return node


def split_front_matter(text: str, *, location: str) -> FrontBlock:
    """Return the fields at the top of clean `text` and what follows them.

    A first `---` that opens no block of `key: value` lines is a rule, and the text is all body.

    Raises:
        ArticleError: when the block has no end, is broken or has an alias; its line is the line
            in the file.
    """
    if text.startswith("---") and (opening := _FENCE.match(text)):
        return _split_yaml(text, opening.end(), location=location)
    if opening := _TOML_FENCE.match(text):
        return _split_toml(text, opening.end(), location=location)
    if text.startswith("{"):
        return _split_json(text)
    return _split_lines(text)


def compose_yaml(block: str, *, location: str) -> yaml.Node | None:
    """Return the tree of a YAML block; None when it is empty.

    The first line of `block` is the rest of the line of the fence, so that lines are counted as in
    the file.

    Raises:
        ArticleError: when it is no YAML, is nested too deeply or has an alias.
    """
    if len(block) > _MAX_CHARS:
        raise ArticleError(
            "has front matter of more than 64 KiB; keep the article below it",
            location=location,
            line=1,
        )
    try:
        node: yaml.Node | None = yaml.compose(block, Loader=_Loader)
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
    except (yaml.YAMLError, RecursionError, ValueError) as exc:
        raise ArticleError(
            f"has broken front matter: {_name(exc)}", location=location, line=1
        ) from exc
    return node


def _yaml_fields(block: str, *, location: str) -> dict[str, Field] | None:
    """Return the fields of a YAML block; None when it is YAML but no mapping."""
    node = compose_yaml(block, location=location)
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        return None
    return {
        str(key.value): Field(value=_node_value(value), line=key.start_mark.line + 1)
        for key, value in node.value
        if isinstance(key, yaml.ScalarNode)
    }


def _split_yaml(text: str, start: int, *, location: str) -> FrontBlock:
    closing = _FENCE.search(text, start)
    no_block = FrontBlock(fields={}, body=text)
    opens_at_once = text[start + 1 : start + 2] not in ("", "\n")
    first_key = _KEY_LINE.match(text[start:].lstrip())
    is_meant = first_key is not None and _is_key(first_key[1], opens_at_once=opens_at_once)
    if closing is None:
        if not is_meant:
            return no_block
        raise ArticleError(
            "has front matter without an end; close it with a line of `---`",
            location=location,
            line=1,
        )
    try:
        fields = _yaml_fields(text[start : closing.start()], location=location)
    except ArticleError:
        if is_meant:
            raise
        return no_block
    if fields is None or not _are_keys(fields, opens_at_once=opens_at_once):
        return no_block
    return FrontBlock(fields=fields, body=text[closing.end() :])


def _split_toml(text: str, start: int, *, location: str) -> FrontBlock:
    closing = _TOML_FENCE.search(text, start)
    if closing is None or not _TOML_KEY_LINE.match(text[start:].lstrip()):
        return FrontBlock(fields={}, body=text)
    block = text[start : closing.start()]
    try:
        if len(block) > _MAX_CHARS:
            raise ValueError("it has more than 64 KiB")  # noqa: TRY301
        values = tomllib.loads(block)
    except (ValueError, RecursionError) as exc:
        # The position stands in the message only.
        told = re.search(r"at line (\d+)", str(exc))
        raise ArticleError(
            f"has broken front matter: {_name(exc)}",
            location=location,
            line=int(told[1]) if told else 1,
        ) from exc
    lines = {
        match[1].strip("\"'"): block.count("\n", 0, match.start()) + 1
        for match in reversed(list(_TOML_KEY.finditer(block)))
    }
    fields = {
        key: Field(value=_plain_value(value), line=lines.get(key)) for key, value in values.items()
    }
    return FrontBlock(fields=fields, body=text[closing.end() :])


def _split_json(text: str) -> FrontBlock:
    no_block = FrontBlock(fields={}, body=text)
    try:
        values, end = json.JSONDecoder().raw_decode(text[:_MAX_CHARS])
    except (ValueError, RecursionError):
        return no_block  # A brace may open a text, or a sign of another program.
    if not isinstance(values, dict) or text[end : end + 1] not in ("", "\n"):
        return no_block
    fields = {str(key): Field(value=_plain_value(value), line=1) for key, value in values.items()}
    if not _are_keys(fields, opens_at_once=False):
        return no_block
    return FrontBlock(fields=fields, body=text[end:])


def _split_lines(text: str) -> FrontBlock:
    """Return the fields of the lines of `key: value` that MkDocs and MultiMarkdown begin with.

    They have no fence, so that all of them must be such lines, and one a key that no text has.
    """
    block, blank, body = text.partition("\n\n")
    lines = [_META_LINE.fullmatch(line) for line in block[:_MAX_CHARS].split("\n")]
    found = [line for line in lines if line is not None]
    if not blank or len(found) < len(lines) or not any(_META_KEY.fullmatch(m[1]) for m in found):
        return FrontBlock(fields={}, body=text)
    fields = {
        line[1].lower(): Field(value=clean_text(line[2]), line=number)
        for number, line in enumerate(found, start=1)
    }
    return FrontBlock(fields=fields, body=body)


def _is_key(name: str, *, opens_at_once: bool) -> bool:
    """Tell a key of a program from a paragraph such as "Note: the desk is closed"."""
    return name.casefold() in _KNOWN_KEYS or (
        opens_at_once and _PROGRAM_KEY.fullmatch(name) is not None
    )


def _are_keys(fields: Mapping[str, Field], *, opens_at_once: bool) -> bool:
    if any(name.casefold() in _KNOWN_KEYS for name in fields):
        return True
    return opens_at_once and all(_PROGRAM_KEY.fullmatch(name) for name in fields)


def _node_value(node: yaml.Node) -> Value:
    if isinstance(node, yaml.ScalarNode):
        return clean_text(node.value)
    if isinstance(node, yaml.SequenceNode):
        items = [item for item in node.value if isinstance(item, yaml.ScalarNode)]
        whole = len(items) == len(node.value)
        return [clean_text(item.value) for item in items] if whole else None
    lists = {
        clean_text(key.value): _node_value(value)
        for key, value in node.value
        if isinstance(key, yaml.ScalarNode) and isinstance(value, yaml.SequenceNode)
    }
    return _lists_only(lists, of=len(node.value))


def _plain_value(value: Any) -> Value:
    """Return a value of TOML or JSON in the same few forms, in the words of YAML."""
    if isinstance(value, str | int | float | dt.date | dt.time) or value is None:
        return _plain_text(value)
    if isinstance(value, list):
        if not all(isinstance(item, str | int | float | dt.date) for item in value):
            return None
        return [_plain_text(item) for item in value]
    if isinstance(value, dict):
        lists = {
            clean_text(str(key)): _plain_value(item)
            for key, item in value.items()
            if isinstance(item, list)
        }
        return _lists_only(lists, of=len(value))
    return None


def _plain_text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else clean_text(str(value))


def _lists_only(values: Mapping[str, Value], *, of: int) -> dict[str, list[str]] | None:
    lists = {key: value for key, value in values.items() if isinstance(value, list)}
    return lists if len(lists) == of else None


def _name(exc: Exception) -> str:
    return str(exc) if isinstance(exc, tomllib.TOMLDecodeError) else type(exc).__name__
