"""The glossary file: its entries, checked as they are read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from knowledge.errors import ArticleError
from knowledge.glossary.keys import term_key

__all__ = [
    "Entry",
    "Meaning",
    "NamedMeaning",
    "PlacedEntry",
    "Reference",
    "find_clashes",
    "read_entries",
]

Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=120)]
Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=1_000)]

# The parser written in C is six times as fast; some platforms' PyYAML has only the other.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Reference(_Model):
    """The section of an article that explains a meaning."""

    article: Name
    heading: Name


class NamedMeaning(_Model):
    """A meaning outside outsourcing, which is only named."""

    expansion: Name
    context: Name


class Meaning(NamedMeaning):
    """A meaning in outsourcing work, which is defined."""

    definition: Text
    see: Reference
    example: str = Field(default="", max_length=500)


class Entry(_Model):
    """A term with all that `/define` says of it."""

    term: Name
    aliases: tuple[Name, ...] = ()
    senses: tuple[Meaning, ...] = Field(min_length=1)
    elsewhere: tuple[NamedMeaning, ...] = ()
    related: tuple[Name, ...] = ()
    not_to_confuse: str = Field(default="", max_length=500)

    @property
    def names(self) -> tuple[str, ...]:
        """All that the term is called: itself, its aliases and its expansions."""
        return (self.term, *self.aliases, *(meaning.expansion for meaning in self.senses))

    @property
    def references(self) -> tuple[Reference, ...]:
        """The sections that explain its meanings."""
        return tuple(meaning.see for meaning in self.senses)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedEntry:
    """An entry and the line of the file where it starts, from 1."""

    entry: Entry
    line: int


def read_entries(path: Path) -> tuple[PlacedEntry, ...]:
    """Return the entries of a glossary file in order; empty for an empty list.

    Raises:
        ArticleError: when the file cannot be read or an entry is wrong; it names file, line, entry
            and field.
    """
    entries = []
    for line, value in _placed_values(path):
        try:
            entry = TypeAdapter(Entry).validate_python(value)
        except ValidationError as exc:
            raise ArticleError(_describe(exc, value), location=str(path), line=line) from exc
        entries.append(PlacedEntry(entry=entry, line=line))
    return tuple(entries)


def find_clashes(entries: Sequence[PlacedEntry], *, location: str) -> list[ArticleError]:
    """Return what keeps entries from standing in one glossary, in their order."""
    owners: dict[str, str] = {}
    problems = []
    known = {item.entry.term for item in entries}
    for item in entries:
        entry = item.entry
        problems += [
            ArticleError(
                f"the entry {entry.term!r} shares the name {name!r} with {owners[term_key(name)]!r}"
                "; leave it to one of them",
                location=location,
                line=item.line,
            )
            for name in (entry.term, *entry.aliases)
            if owners.setdefault(term_key(name), entry.term) != entry.term
        ]
        problems += [
            ArticleError(
                f"the entry {entry.term!r} is related to {other!r}, which is no term",
                location=location,
                line=item.line,
            )
            for other in entry.related
            if other not in known
        ]
    return problems


def _placed_values(path: Path) -> Iterable[tuple[int, object]]:
    try:
        loader = _LOADER(path.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        values = [] if node is None else loader.construct_document(node)
    except (OSError, UnicodeDecodeError) as exc:
        raise ArticleError(f"cannot be read: {exc}", location=str(path)) from exc
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        raise ArticleError(
            f"is broken YAML: {getattr(exc, 'problem', None) or type(exc).__name__}; quote values "
            "that hold `: `, `#` or quotation marks",
            location=str(path),
            line=None if mark is None else mark.line + 1,
        ) from exc
    if not isinstance(values, list):
        raise ArticleError("is not a YAML list of terms", location=str(path))
    lines = [] if node is None else [item.start_mark.line + 1 for item in node.value]
    return zip(lines, values, strict=True)


def _describe(error: ValidationError, value: object) -> str:
    term = value.get("term", "?") if isinstance(value, dict) else "?"
    problem = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(str(part) for part in problem["loc"]) or "entry"
    return f"the entry {term!r} has a wrong `{field}`: {problem['msg']}"
