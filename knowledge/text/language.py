"""English, as far as retrieval needs it: sentences, terms, numbers and names.

One analyser serves the lexical index, the evidence gate, the composer and the verifier, so that
they agree on what a word is.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import sentencex
import snowballstemmer

__all__ = [
    "Span",
    "content_words",
    "names",
    "numbers",
    "sentence_spans",
    "stem",
    "stems_of",
    "words",
]

WORD = re.compile(r"[^\W_]+(?:[.,](?=\d)\d+)*(?:[&'’][^\W_]+)*")  # noqa: RUF001
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
NAME = re.compile(
    r"\b(?:[A-Z][a-z]+[A-Z]\w*|[A-Z]{2,}[\w&-]*|[A-Z][a-z'’-]+(?:\s+[A-Z][a-z'’-]+)*)"  # noqa: RUF001
)

WIDE_BLANK = re.compile(r"[^\S\x00-\x7f]|[\ud800-\udfff]")

STOP_WORDS = frozenset(
    """
    a about above after again all also am an and any are as at be because been before being
    below between both but by can could did do does doing down during each few for from
    further get gets had has have having he her here hers him his how i if in into is it its
    itself just kind kinds let like me more most much my no nor not now of off on once only or
    other our ours out over own please same shall she should so some such than that the their
    theirs them then there these they this those through to too under until up upon very was
    we were what when where which while who whom whose why will with within without would you
    your yours tell explain mean means meaning describe give know
    isn't aren't wasn't weren't don't doesn't didn't haven't hasn't hadn't can't cannot couldn't
    won't wouldn't shouldn't i'm i've i'd i'll it'd it'll he'd he'll she'd she'll we're we've we'd
    we'll you're you've you'd you'll they're they've they'd they'll that'll there'll
    isnt arent wasnt werent dont doesnt didnt havent hasnt hadnt cant couldnt wont wouldnt shouldnt
    im ive youre theyre thats theres
    """.split()  # noqa: SIM905 (a list of so many words is easier to read as text)
)

# American spellings are stemmed as British ones, so that "center" finds "centre".
SPELLING = (
    (re.compile(r"(?<=\w{3})iz(?=(?:e|ed|es|er|ers|ing|ation|ations|ational)$)"), "is"),
    (re.compile(r"(?<=\w{3})yz(?=(?:e|ed|es|ing)$)"), "ys"),
    (
        re.compile(r"^(lab|behavi|fav|col|hon|harb|endeav|neighb)or(?=(?:s|ed|ing|al|able|ite)?$)"),
        r"\1our",
    ),
    (re.compile(r"^(cent|theat|fib|lit|met)er(?=s?$)"), r"\1re"),
    (re.compile(r"^program(?=s?$)"), "programme"),
    (re.compile(r"^(fulfil|enrol)l(?=(?:s|ment|ments)?$)"), r"\1"),
    (re.compile(r"^(defen|offen|licen)s(?=es?$)"), r"\1c"),
)

_STEMMER = snowballstemmer.stemmer("english")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text: `text == whole[start:end]`."""

    text: str
    start: int
    end: int


def sentence_spans(text: str) -> list[Span]:
    """Return the sentences of one paragraph in order, without the blanks around them.

    A piece that starts in lower case belongs to the sentence before it: the full stop was an
    abbreviation's.
    """
    spans: list[Span] = []
    start = 0
    # The splitter counts in bytes and trips over blanks that take more than one, and over
    # halves of characters, which are none.
    for piece in sentencex.segment("en", WIDE_BLANK.sub(" ", text)):
        end = start + len(piece)
        stripped = text[start:end].strip()
        if stripped:
            begin = start + text[start:end].index(stripped)
            if spans and _continues(spans[-1].text, stripped):
                first = spans.pop()
                span = Span(text[first.start : begin + len(stripped)], first.start, 0)
                spans.append(Span(span.text, first.start, begin + len(stripped)))
            else:
                spans.append(Span(stripped, begin, begin + len(stripped)))
        start = end
    return spans


def _continues(before: str, piece: str) -> bool:
    return piece[0].islower() or (piece[0].isdigit() and before.endswith(("approx.", "ca.", "no.")))


def words(text: str) -> list[str]:
    """Return the words of `text` in order, in lower case, acronyms' plurals made singular."""
    found = []
    for match in WORD.finditer(text):
        word = _singular(match.group().replace("’", "'"))  # noqa: RUF001
        found.append(word.casefold().removesuffix("'s"))
    return found


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the stem of a word in lower case, the same for British and American spelling."""
    for pattern, replacement in SPELLING:
        word = pattern.sub(replacement, word)
    return str(_STEMMER.stemWord(word))


def content_words(text: str) -> list[str]:
    """Return the words that carry meaning, in order, repeated ones included."""
    return [word for word in words(text) if word not in STOP_WORDS]


def stems_of(text: str) -> list[str]:
    """Return the stems of the words that carry meaning, in order, repeated ones included."""
    return [stem(word) for word in content_words(text)]


def numbers(text: str) -> set[str]:
    """Return the numbers in `text`, thousands separators taken out."""
    return {match.group().replace(",", "") for match in NUMBER.finditer(text)}


def names(text: str) -> set[str]:
    """Return acronyms and capitalised words that do not merely open a sentence, in lower case."""
    found = set()
    for match in NAME.finditer(text):
        name = match.group()
        opens = match.start() == 0 or text[: match.start()].rstrip()[-1:] in {".", "?", "!", ""}
        if opens and _first_part(name).istitle() and " " not in name:
            continue
        found.add(_singular(name).casefold())
    return found


def _singular(word: str) -> str:
    """Return an acronym without the s of its plural, and any other word as it is."""
    return word[:-1] if len(word) > 2 and word[-1] == "s" and word[:-1].isupper() else word


def _first_part(name: str) -> str:
    """Return what stands before an apostrophe: "Isn't" opens a sentence as "Is" does."""
    return re.split("['’]", name)[0]  # noqa: RUF001
