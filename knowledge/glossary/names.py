"""Pure: which entry of the glossary a person means."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from rapidfuzz.distance import OSA

from knowledge.glossary.entries import Entry, Meaning
from knowledge.glossary.keys import asked_terms, split_hint, term_key, term_words
from knowledge.text.language import stems_of

__all__ = ["Target", "TermIndex", "longest_names"]

Named = TypeVar("Named")

MAX_SUGGESTIONS = 5
SHORT_ACRONYM = 4
"""Up to this length a wrong letter makes another acronym, so none is ever corrected."""

# These acronyms are also words of every day: within a text they count in capitals only.
_PLAIN_WORDS = frozenset({"bot", "sow", "cola", "dr"})

_WORD = re.compile(r"[^\W_]+")
_PHRASE = re.compile(r"[^\W_]+(?:[\s&/'’-]+[^\W_]+)*")  # noqa: RUF001


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a name stands for: an entry, and those of its meanings that the name can have."""

    entry: Entry
    meanings: tuple[Meaning, ...]


class TermIndex:
    """Every name of every entry: its term, aliases and expansions."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Take entries whose terms and aliases are distinct."""
        self._entries = tuple(entries)
        self._targets = _targets(self._entries)
        names = (name for entry in self._entries for name in entry.names)
        self.longest = max((len(term_words(name)) for name in names), default=0)
        """Words in the longest name."""

    def find(self, asked: str) -> Target | None:
        """Return what is asked for, phrases such as "what is ... in recruitment?" allowed."""
        for name in asked_terms(asked):
            if target := self._targets.get(term_key(name)):
                return target
        for name in asked_terms(asked):
            bare, hint = split_hint(name)
            if hint and (target := self._targets.get(term_key(bare))):
                return _narrow(target, hint)
        return None

    def correct(self, name: str) -> Target | None:
        """Return the one entry of which `name` is surely a misspelling, if there is one.

        Digits are never corrected: another number is another standard.
        """
        key = term_key(name)
        if len(key) <= SHORT_ACRONYM:
            return None
        limit = max(1, len(key) // 8)
        ranked = [
            # "ofshoring" is nearer to "offshoring" than to "onshoring": doubling is no new letter.
            (OSA.distance(_undoubled(key), _undoubled(known)), distance, target)
            for known, target in self._targets.items()
            if len(known) > SHORT_ACRONYM and _digits(known) == _digits(key)
            if (distance := OSA.distance(key, known)) <= limit
        ]
        best = min((rank[:2] for rank in ranked), default=None)
        nearest = {target.entry.term: target for *rank, target in ranked if tuple(rank) == best}
        return nearest.popitem()[1] if len(nearest) == 1 else None

    def suggest(self, name: str) -> tuple[str, ...]:
        """Return terms that occur in `name`, then those it is a part of, then those spelt alike."""
        mentioned = [target.entry.term for _, target in self.mentions(name)]
        words, key = set(term_words(name)), term_key(name)
        parts = [
            entry.term
            for entry in self._entries
            if any(words <= set(term_words(known)) for known in entry.names)
        ]
        alike = sorted(
            (distance, known[0] != key[0], target.entry.term)
            for known, target in self._targets.items()
            if (distance := OSA.distance(key, known)) <= max(1, len(key) // 5)
        )
        ranked = [*mentioned, *parts, *(term for *_, term in alike)]
        return tuple(dict.fromkeys(ranked))[:MAX_SUGGESTIONS]

    def mentions(self, text: str) -> Iterator[tuple[str, Target]]:
        """Yield the names that occur in a text as written there, the longest where they overlap."""
        yield from longest_names(text, self.named, longest=self.longest)

    def named(self, written: str) -> Target | None:
        """Return what a name in a text stands for, written as it is there."""
        key = term_key(written)
        if key in _PLAIN_WORDS and not written.isupper():
            return None
        return self._targets.get(key)


def longest_names(
    text: str, find: Callable[[str], Named | None], *, longest: int
) -> Iterator[tuple[str, Named]]:
    """Yield the names of at most `longest` words in a text, as written there, and what they name.

    In order, and the longest where they overlap.
    """
    end = 0
    for phrase in _PHRASE.finditer(text):
        words = list(_WORD.finditer(text, phrase.start(), phrase.end()))
        for at, word in enumerate(words):
            if word.start() < end:
                continue
            for last in reversed(words[at : at + longest]):
                written = text[word.start() : last.end()]
                if found := find(written):
                    yield written, found
                    end = last.end()
                    break


def _targets(entries: Iterable[Entry]) -> dict[str, Target]:
    """Return what each name stands for; a term goes before an alias, an alias before the rest."""
    entries = tuple(entries)
    targets: dict[str, Target] = {}
    for entry in entries:
        targets.setdefault(term_key(entry.term), Target(entry=entry, meanings=entry.senses))
    for entry in entries:
        for alias in entry.aliases:
            targets.setdefault(term_key(alias), Target(entry=entry, meanings=entry.senses))
    for entry in entries:
        for meaning in entry.senses:
            key = term_key(meaning.expansion)
            same = tuple(other for other in entry.senses if term_key(other.expansion) == key)
            targets.setdefault(key, Target(entry=entry, meanings=same))
    return targets


def _narrow(target: Target, hint: str) -> Target:
    """Keep the meanings that belong to the field of the hint; all of them if none does."""
    stems = set(stems_of(hint))
    kept = tuple(
        meaning
        for meaning in target.meanings
        if stems & set(stems_of(f"{meaning.context} {meaning.expansion}"))
    )
    return Target(entry=target.entry, meanings=kept or target.meanings)


def _undoubled(key: str) -> str:
    return re.sub(r"(.)\1", r"\1", key)


def _digits(key: str) -> str:
    return re.sub(r"\D", "", key)
