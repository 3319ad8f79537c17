"""Pure: rules on words, for articles and glossary alike: spelling, and what is copied."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from ingest.house_rules.articles import Finding

__all__ = ["SHARED_WORDS", "Lines", "WordRuns", "check_wording", "misspellings", "word_runs"]

Lines: TypeAlias = Iterable[tuple[int | None, str]]
"""Pieces of a text, each with the line where it stands."""
WordRuns: TypeAlias = frozenset[tuple[str, ...]]

SHARED_WORDS = 8
"""A text that has as many words in a row from another is taken for a copy."""

# Only words in lower case count, since American names keep their spelling.
_AMERICAN = (
    (r"(?!(?:cap|down|full|mid|out|over|re|right|up)siz)([a-z]{3,})iz"
     r"(e|ed|es|er|ers|ing|ation|ations|ational)", r"\1is\2"),
    (r"(anal|paral|catal)yz(e|ed|es|ing)", r"\1ys\2"),
    (r"center(s|ed)?", r"centre\1"),
    (r"(lab|behavi|fav|col|hon|neighb|endeav|harb)or(s|ed|ing|al|able|ite)?", r"\1our\2"),
    (r"program(s)?", r"programme\1"),
    (r"catalog(s|ed)?", r"catalogue\1"),
    (r"(def|off)ense(s)?", r"\1ence\2"),
    (r"(fulfil|enrol)l(s|ment|ments)", r"\1\2"),
    (r"(model|label|travel|cancel|total|signal|counsel)(ed|ing|er|ers)", r"\1l\2"),
    (r"(skil|wil)lful", r"\1ful"),
)  # fmt: skip
_MISTAKES = {
    "accomodate": "accommodate",
    "acheive": "achieve",
    "adress": "address",
    "begining": "beginning",
    "beleive": "believe",
    "calender": "calendar",
    "commited": "committed",
    "comparision": "comparison",
    "concensus": "consensus",
    "consistant": "consistent",
    "definately": "definitely",
    "dependant on": "dependent on",
    "enviroment": "environment",
    "existance": "existence",
    "goverment": "government",
    "independant": "independent",
    "liason": "liaison",
    "maintainance": "maintenance",
    "neccessary": "necessary",
    "occured": "occurred",
    "occurence": "occurrence",
    "prefered": "preferred",
    "priviledge": "privilege",
    "publically": "publicly",
    "recieve": "receive",
    "refered": "referred",
    "responsability": "responsibility",
    "seperate": "separate",
    "sucess": "success",
    "sucessful": "successful",
    "succesful": "successful",
    "supercede": "supersede",
    "teh": "the",
    "transfered": "transferred",
    "untill": "until",
    "wich": "which",
}

# American law gave the thing its name.
_OFFICIAL = re.compile(r"professional employer organizations?")
_URL = re.compile(r"https?://\S+")
_WORD = re.compile(r"[a-z0-9]+")
_SPELLING = tuple(
    (re.compile(rf"\b{pattern}\b"), replacement)
    for pattern, replacement in (*_AMERICAN, *_MISTAKES.items())
)


def check_wording(lines: Lines, *, location: str, copied: WordRuns) -> Iterator[Finding]:
    """Yield the words to be spelt otherwise, and the stretches that are in `copied`."""
    for line, text in lines:
        for wrong, right in misspellings(text):
            yield Finding(
                location=location, line=line, rule="spelling", text=f"{wrong!r}: write {right!r}"
            )
        for run in _shared(text, copied):
            yield Finding(
                location=location, line=line, rule="copied", text=f"the other text has {run!r}"
            )


def misspellings(text: str) -> Iterator[tuple[str, str]]:
    """Yield each word of `text` that is on the list, with the spelling to use."""
    text = _OFFICIAL.sub("", text)
    for pattern, replacement in _SPELLING:
        for match in pattern.finditer(text):
            yield match[0], match.expand(replacement)


def word_runs(text: str) -> WordRuns:
    """Return every run of `SHARED_WORDS` words of a text, web addresses left out."""
    return frozenset(_runs(_words(text)))


def _shared(text: str, copied: WordRuns) -> Iterator[str]:
    """Yield the beginning of each stretch of `text` whose runs are all in `copied`."""
    inside = False
    for run in _runs(_words(text)):
        if run in copied and not inside:
            yield " ".join(run)
        inside = run in copied


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for at in range(len(words) - SHARED_WORDS + 1):
        yield tuple(words[at : at + SHARED_WORDS])


def _words(text: str) -> list[str]:
    return _WORD.findall(_URL.sub(" ", text).casefold())
