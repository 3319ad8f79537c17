"""The terms of the glossary, and the short forms that the articles introduce themselves."""

from collections.abc import Iterable
from dataclasses import replace

from knowledge.domain import DefineResult
from knowledge.glossary.abbreviations import Abbreviations
from knowledge.glossary.glossary import Glossary, TermMention
from knowledge.glossary.names import longest_names
from knowledge.glossary.vocabulary import VocabularyCache

__all__ = ["CorpusLexicon"]


class CorpusLexicon:
    """Knows what the glossary knows, and other names that visible articles give to things.

    The glossary goes first: a short form that it has means what it says there and nothing else.
    Articles only add names under which a text is found; they define nothing, and where they differ
    on a short form, it is searched for under all of its long forms.
    """

    def __init__(self, glossary: Glossary, *, vocabulary: VocabularyCache) -> None:
        """`vocabulary` is that of the articles which are searched."""
        self._glossary = glossary
        self._vocabulary = vocabulary

    def define(self, text: str) -> DefineResult:
        """Return the meanings of a term in the glossary."""
        return self._glossary.define(text)

    def kinds_of(self, term: str) -> frozenset[str]:
        """Return the acronyms whose expansion ends with a stemmed word."""
        return self._glossary.kinds_of(term)

    def expansions(self, text: str) -> tuple[TermMention, ...]:
        """Return the terms that occur in `text`, in order, the longest where they overlap."""
        abbreviations = self._vocabulary.current().abbreviations

        def mention(written: str) -> TermMention | None:
            return self._mention(written, abbreviations)

        longest = max(self._glossary.longest, abbreviations.longest)
        return tuple(found for _, found in longest_names(text, mention, longest=longest))

    def _mention(self, written: str, abbreviations: Abbreviations) -> TermMention | None:
        if known := self._glossary.mention(written):
            expansions = [sense.expansion for sense in known.senses]
            return replace(known, article_names=self._short_forms(expansions, abbreviations))
        # The glossary's SOW, though "sow" in small letters is not read as it.
        if self._glossary.mention(written.upper()):
            return None
        names = abbreviations.long_forms(written) or self._short_forms([written], abbreviations)
        if not names:
            return None
        return TermMention(text=written, term=written, senses=(), aliases=(), article_names=names)

    def _short_forms(self, names: Iterable[str], abbreviations: Abbreviations) -> tuple[str, ...]:
        """Return the short forms of names that mean nothing else in the glossary."""
        found = (short for name in names for short in abbreviations.short_forms(name))
        return tuple(short for short in found if self._glossary.mention(short) is None)
