"""Pure: the known words that the unknown words of a question may be meant to be."""

from collections.abc import Iterator

from rapidfuzz.distance import OSA

from knowledge.glossary.vocabulary import MIN_CORRECTED_LENGTH, Vocabulary
from knowledge.questions.understanding import Lexicon, Query

__all__ = ["suggest"]

MAX_SUGGESTIONS = 2
ALIKE = 0.75
"""Share of a word's letters that a term must have in common with it."""


def suggest(query: Query, *, lexicon: Lexicon, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return at most two terms or words that are spelt like unknown ones, best first.

    Empty rather than far-fetched: a name that no article mentions is seldom a slip.
    """
    found = (near for word in query.unknown_words for near in _alike(word, lexicon, vocabulary))
    return tuple(dict.fromkeys(found))[:MAX_SUGGESTIONS]


def _alike(word: str, lexicon: Lexicon, vocabulary: Vocabulary) -> Iterator[str]:
    # One letter makes another acronym: who asks for the CEO does not mean the CFO.
    if len(word) < MIN_CORRECTED_LENGTH or not word.isalpha():
        return
    known = lexicon.define(word)
    if known.kind in {"definition", "senses"}:
        yield known.term
    yield from (term for term in known.suggestions if _is_alike(word, term.casefold()))
    if near := vocabulary.resembling(word):
        yield near


def _is_alike(word: str, term: str) -> bool:
    return word[0] == term[0] and OSA.normalized_similarity(word, term) >= ALIKE
