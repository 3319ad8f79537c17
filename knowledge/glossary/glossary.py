"""Terms and their meanings, found at once whichever way they are written."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeAlias

from knowledge.domain import ArticleId, Chunk, DefineResult, Section, Sense, Source
from knowledge.glossary.entries import Entry, Meaning, NamedMeaning, find_clashes, read_entries
from knowledge.glossary.keys import asked_terms, term_key, term_words
from knowledge.glossary.names import Target, TermIndex, longest_names
from knowledge.glossary.replies import (
    write_correction,
    write_definition,
    write_help,
    write_suggestions,
    write_unknown,
)
from knowledge.text.language import stems_of
from knowledge.text.passages import units

__all__ = ["Glossary", "Passages", "TermMention"]

Passages: TypeAlias = Callable[[ArticleId, str], Chunk | None]
"""Gives the passage under a heading of an article, or None when it has not been ingested."""

MAX_CHARS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class TermMention:
    """A term that occurs in a text."""

    text: str
    """As it is written there."""
    term: str
    senses: tuple[Sense, ...]
    """The meanings in outsourcing that the words can have there."""
    aliases: tuple[str, ...]
    sections: tuple[Section, ...] = ()
    """The section that explains each meaning."""
    article_names: tuple[str, ...] = ()
    """Long or short forms that articles set beside it, which the glossary does not have."""

    @property
    def names(self) -> tuple[str, ...]:
        """The term, its expansions, its aliases and what articles call it, each once."""
        expansions = (sense.expansion for sense in self.senses)
        names = (self.term, *expansions, *self.aliases, *self.article_names)
        return tuple(dict.fromkeys(names))


class Glossary:
    """The entries of a glossary file; looking one up needs no model and no network."""

    def __init__(self, entries: Iterable[Entry], *, passages: Passages) -> None:
        """Take entries whose terms and aliases are distinct."""
        self._entries = {entry.term: entry for entry in entries}
        self._index = TermIndex(self._entries.values())
        self._passages = passages
        self._kinds = _kinds(self._entries.values())

    @classmethod
    def load(cls, path: Path, *, passages: Passages) -> Self:
        """Read a glossary file.

        Raises:
            ArticleError: when the file cannot be read, an entry is wrong, two entries claim one
                name, or an entry refers to a term that there is not.
        """
        placed = read_entries(path)
        for clash in find_clashes(placed, location=str(path)):
            raise clash
        return cls((item.entry for item in placed), passages=passages)

    def terms(self) -> tuple[str, ...]:
        """Return all terms in the order of the file."""
        return tuple(self._entries)

    def entry(self, term: str) -> Entry | None:
        """Return the entry of a term, alias or expansion, however written, or None."""
        target = self._index.find(term)
        return target.entry if target else None

    def kinds_of(self, term: str) -> frozenset[str]:
        """Return the stemmed acronyms whose expansion ends with a stemmed word."""
        return self._kinds.get(term, frozenset())

    def define(self, text: str) -> DefineResult:
        """Return the definition of the term in `text`, or the nearest terms, or how to ask."""
        asked = " ".join(text.split())
        if len(asked) > MAX_CHARS:
            reply = write_help(len(self._entries), too_long=True)
            return DefineResult(kind="help", term=f"{asked[:MAX_CHARS]}…", text=reply)
        if term_key(asked) in {"", "help"}:
            return DefineResult(kind="help", term="", text=write_help(len(self._entries)))
        if target := self._index.find(asked):
            return self._definition(target)
        *_, name = asked_terms(asked)
        if target := self._index.correct(name):
            return self._definition(target, asked=name)
        if suggestions := self._index.suggest(name):
            reply = write_suggestions(name, [self._entries[term] for term in suggestions])
            return DefineResult(kind="suggestions", term=name, text=reply, suggestions=suggestions)
        return DefineResult(kind="unknown", term=name, text=write_unknown(name))

    def expansions(self, text: str) -> tuple[TermMention, ...]:
        """Return the terms that occur in a question, in order, the longest where they overlap."""
        return tuple(
            mention for _, mention in longest_names(text, self.mention, longest=self.longest)
        )

    def mention(self, written: str) -> TermMention | None:
        """Return the term that has this name, or None; there is no more in `written` than it."""
        target = self._index.named(written)
        if target is None:
            return None
        return TermMention(
            text=written,
            term=target.entry.term,
            senses=tuple(_sense(target.entry, meaning) for meaning in target.meanings),
            aliases=target.entry.aliases,
            sections=tuple(
                Section(ArticleId(m.see.article), m.see.heading) for m in target.meanings
            ),
        )

    @property
    def longest(self) -> int:
        """Words in the longest name of a term."""
        return self._index.longest

    def _definition(self, target: Target, *, asked: str = "") -> DefineResult:
        entry, shown = target.entry, target.meanings
        sources = self._sources(entry, shown)
        # Whoever asks for one meaning by its full name has no need of the others.
        elsewhere = entry.elsewhere if shown == entry.senses else ()
        return DefineResult(
            kind="definition" if len(shown) == 1 else "senses",
            term=entry.term,
            text=write_definition(entry, shown, sources=sources, asked=asked),
            senses=tuple(_sense(entry, meaning) for meaning in (*shown, *elsewhere)),
            sources=tuple(source for source in sources if source is not None),
            related=entry.related,
            not_to_confuse=entry.not_to_confuse if entry.senses[0] in shown else "",
            example=next((meaning.example for meaning in shown if meaning.example), ""),
            note=write_correction(entry.term, asked) if asked else "",
        )

    def _sources(self, entry: Entry, shown: Sequence[Meaning]) -> list[Source | None]:
        """Return the source of each meaning, numbered from 1, or None where it has none."""
        sources: list[Source | None] = []
        for meaning in shown:
            chunk = self._passages(ArticleId(meaning.see.article), meaning.see.heading)
            n = 1 + sum(source is not None for source in sources)
            sources.append(_source(chunk, entry=entry, meaning=meaning, n=n) if chunk else None)
        return sources


def _kinds(entries: Iterable[Entry]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for entry in entries:
        # An acronym with several meanings does not say which one it stands for.
        if not entry.term.isupper() or len(entry.senses) > 1:
            continue
        head = stems_of(entry.senses[0].expansion)[-1:]
        for stem in head:
            found[stem] = found.get(stem, frozenset()) | frozenset(stems_of(entry.term))
    return found


def _sense(entry: Entry, meaning: NamedMeaning) -> Sense:
    return Sense(
        term=entry.term,
        expansion=meaning.expansion,
        definition=meaning.definition if isinstance(meaning, Meaning) else "",
        context=meaning.context,
        in_domain=isinstance(meaning, Meaning),
    )


def _source(chunk: Chunk, *, entry: Entry, meaning: Meaning, n: int) -> Source:
    return Source(
        n=n,
        article_id=chunk.article_id,
        title=chunk.title,
        url=chunk.url,
        heading=chunk.heading,
        quote=_quote(chunk.text, entry=entry, meaning=meaning),
        chunk_id=chunk.chunk_id,
        updated=chunk.updated,
    )


def _quote(text: str, *, entry: Entry, meaning: Meaning) -> str:
    """Return the sentence of a passage that says most of what the meaning's definition says.

    One that names the term goes before all that do not, and one on another meaning comes last.
    """
    names = [term_words(name) for name in (meaning.expansion, entry.term, *entry.aliases)]
    others = [term_words(other.expansion) for other in entry.senses if other is not meaning]
    said = set(stems_of(meaning.definition))

    def fitness(sentence: str) -> tuple[bool, bool, int]:
        words = term_words(sentence)
        is_of_other = any(_contains(words, name) for name in others)
        is_named = any(_contains(words, name) for name in names)
        return not is_of_other, is_named, len(said & set(stems_of(sentence)))

    return max((unit.text for unit in units(text)), key=fitness, default=text)


def _contains(words: Sequence[str], part: Sequence[str]) -> bool:
    size = len(part)
    return any(words[at : at + size] == part for at in range(len(words) - size + 1))
