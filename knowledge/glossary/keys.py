"""Pure: what a person typed after `/define`, as the forms under which a term may be filed."""

import re
from collections.abc import Iterator
from functools import lru_cache

from knowledge.text.language import SPELLING
from knowledge.text.unicode import normalised

__all__ = ["asked_terms", "split_hint", "term_key", "term_words"]

_WORD = re.compile(r"[^\W_]+")
_ACRONYM_PLURAL = re.compile(r"\b([A-Z0-9]{0,20}[A-Z][A-Z0-9&/-]{0,20})['’]?s\b")  # noqa: RUF001
_DOUBLED_L = re.compile(r"(?<=[aeo])ll(?=(?:ing|ed|er)s?$)")

_LEAD = re.compile(
    r"^(?:please|pls|hi|hey|the|an?|/?define|explain|describe|tell me about|so|"
    r"what(?:'s| is|s| are| does| do| did)|what is meant by|"
    r"(?:meaning|definition|full form|abbreviation|acronym|expansion)(?: of| for)?|term|word)\b"
    r"[\s:,-]*",
    re.IGNORECASE,
)
_TRAIL = re.compile(
    r"[\s,-]*\b(?:means?|meaning|stands? for|short for|definition|defined|explained|full form|"
    r"abbreviation|acronym|please|pls|actually|exactly)$",
    re.IGNORECASE,
)
_HINT = re.compile(r"^(.+?)\s*(?:\((.+)\)|\b(?:in|for|as in|within)\s+(.+))$", re.IGNORECASE)


def term_words(text: str) -> list[str]:
    """Return the words of a term with case, plural and spelling variants taken out."""
    text = normalised(text, form="NFKC")
    text = _ACRONYM_PLURAL.sub(r"\1", text)
    return [_plain(word) for word in _WORD.findall(text.casefold().replace("&", " and "))]


def term_key(text: str) -> str:
    """Return what is the same for all ways of writing one term; empty without letters or digits.

    Case, hyphens, blanks, a plural, `&` and "and", and American spelling make no difference.
    """
    return "".join(term_words(text))


def asked_terms(text: str) -> Iterator[str]:
    """Yield `text`, then what is left as phrases such as "what is ... ?" are taken off it."""
    text = text.strip()
    while text:
        yield text
        shorter = text.strip(" \t\"'“”‘’`*_?!.,:;")  # noqa: RUF001
        if shorter == text:
            shorter = _TRAIL.sub("", text)
        if shorter == text:
            shorter = _LEAD.sub("", text)
        if shorter == text:
            return
        text = shorter


def split_hint(text: str) -> tuple[str, str]:
    """Return a term and the field named with it, as in "RPO in recruitment", or no field."""
    match = _HINT.match(text)
    return (match[1], match[2] or match[3]) if match else (text, "")


@lru_cache(maxsize=20_000)
def _plain(word: str) -> str:
    for pattern, replacement in SPELLING:
        word = pattern.sub(replacement, word)
    word = _DOUBLED_L.sub("l", word)
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 3 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word
