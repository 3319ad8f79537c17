"""Pure: the short forms that texts introduce, as in "statement of account reconciliation (SAR)"."""

import re
from collections.abc import Iterable, Iterator, Sequence

from knowledge.glossary.keys import term_key, term_words
from knowledge.text.language import STOP_WORDS, content_words

__all__ = ["Abbreviations", "introduced"]

MIN_CHARS, MAX_CHARS = 2, 10
MAX_LONG_CHARS = 160

_BRACKETS = re.compile(rf"\(([^()\n]{{2,{MAX_LONG_CHARS}}})\)")
_CLAUSE_END = re.compile(r"[\n|:;>()\[\]]|[.!?](?=\s)")
_MARKS = "\"'“”‘’*_"  # noqa: RUF001
# "SAR", but also "the “SAR”" and "SAR, see below".
_SHORT = re.compile(rf"(?:(?:the|or) )?[{_MARKS}]*([^\W_][\w&/-]*)[{_MARKS}]*(?:[,;] .*)?")
_PLURAL = re.compile(r"(?<=[A-Z])s$")
_WORD = re.compile(r"[^\W_]+")
_NO_OPENING = STOP_WORDS | {"e.g", "eg", "i.e", "ie", "including", "see"}


def introduced(text: str) -> Iterator[tuple[str, str]]:
    """Yield the short and long forms that a text sets beside each other, in either order.

    After Schwartz and Hearst 2003, "A simple algorithm for identifying abbreviation definitions in
    biomedical text": the long form is the shortest run of words beside the brackets that holds the
    letters of the short form in order, the first of them at the start of a word. Words whose
    initials spell the short form go before it, so that the EEA is no "Economic Area".

    We are stricter than they are, since a false pair does more harm than a missed one. A short
    form is one word with a capital; a long form has two words or more, of which the first carries
    meaning and the last has the last letter.
    """
    for match in _BRACKETS.finditer(text):
        before = text[max(match.start() - MAX_LONG_CHARS, 0) : match.start()]
        words = _CLAUSE_END.split(before)[-1].split()
        if words and (pair := _read(words, " ".join(match[1].split()))):
            yield pair


def _read(before: Sequence[str], inside: str) -> tuple[str, str] | None:
    """Return the short and long form among the words before brackets and what they enclose."""
    if match := _SHORT.fullmatch(inside):
        short = _singular(match[1])
        if long := _long_form(before[-_max_words(short) :], short):
            return short, long
    short = _singular(before[-1].strip(_MARKS))
    # "Manila (...)" is more often a place than an abbreviation.
    if _has_capital(short[1:]) and _long_form(inside.split(), short) == inside:
        return short, inside
    return None


def _singular(short: str) -> str:
    return _PLURAL.sub("", short)


def _has_capital(text: str) -> bool:
    return any(char.isupper() for char in text)


def _max_words(short: str) -> int:
    return min(len(short) + 5, 2 * len(short))


def _long_form(words: Sequence[str], short: str) -> str:
    """Return the end of the words for which a short form stands; empty when there is none."""
    if not MIN_CHARS <= len(short) <= MAX_CHARS or not _has_capital(short):
        return ""
    found = (_initialled(words, short) or _spelt(" ".join(words), short)).strip(_MARKS)
    parts = found.split()
    is_sound = (
        len(_WORD.findall(found)) > 1
        and len(parts) <= _max_words(short)
        and parts[0].strip(".,").casefold() not in _NO_OPENING
        and short[-1].casefold() in parts[-1].casefold()
        and short.casefold() not in found.casefold().split()
    )
    return found if is_sound else ""


def _initialled(words: Sequence[str], short: str) -> str:
    """Return the shortest end of which the words that carry meaning begin with the letters."""
    letters = "".join(_WORD.findall(short)).casefold()
    for start in reversed(range(len(words))):
        end = " ".join(words[start:])
        if "".join(word[0] for word in content_words(end.replace("-", " "))) == letters:
            return end
    return ""


def _spelt(text: str, short: str) -> str:
    """Return the shortest end that holds the letters in order, the first one opening a word."""
    at = len(text)
    for place in reversed(range(len(short))):
        letter = short[place].casefold()
        if not letter.isalnum():
            continue
        at -= 1
        while at >= 0 and (
            text[at].casefold() != letter or (place == 0 and text[at - 1 : at].isalnum())
        ):
            at -= 1
        if at < 0:
            return ""
    return text[text.rfind(" ", 0, at) + 1 :]


class Abbreviations:
    """The short and long forms that texts introduce, found whichever way they are written."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        """Read texts in order; of several ways to write a name the first is kept."""
        pairs: dict[tuple[str, str], None] = {}
        tokens: set[str] = set()
        for text in texts:
            pairs.update(dict.fromkeys(introduced(text)))
            tokens.update(text.split())
        self._long = _grouped(pairs)
        self._short = _grouped((long, short) for short, long in pairs)
        stripped = (token.strip(".,;:!?()") for token in tokens)
        self._plain_words = STOP_WORDS | {token for token in stripped if token.islower()}
        self.longest = max((len(term_words(long)) for _, long in pairs), default=0)
        """Words in the longest form."""

    def long_forms(self, written: str) -> tuple[str, ...]:
        """Return what a short form stands for; several when texts differ, empty when it is none.

        One that is also a word of every day ("care") must be in capitals.
        """
        if written.casefold() in self._plain_words and written[1:].islower():
            return ()
        return self._long.get(term_key(written), ())

    def short_forms(self, written: str) -> tuple[str, ...]:
        """Return the short forms of a name; empty when it has none."""
        return self._short.get(term_key(written), ())


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return the second of each pair by the key of the first; one way of writing each."""
    found: dict[str, dict[str, str]] = {}
    for name, other in pairs:
        found.setdefault(term_key(name), {}).setdefault(term_key(other), other)
    return {key: tuple(others.values()) for key, others in found.items()}
