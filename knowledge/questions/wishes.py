"""How long an answer is wanted, and whether a choice is wanted first: said in words, heeded."""

import re
from dataclasses import dataclass

__all__ = ["JUST_ANSWER", "Wishes", "read_wishes"]

JUST_ANSWER = "Just answer: "
"""Before a question: it was asked back already, and is to be answered as it stands."""

NUMBERS = {"one": 1, "a": 1, "an": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_NUMBER = rf"(?P<number>{'|'.join(NUMBERS)}|single|[1-9])"
# They stand at the end or the beginning of a message and say nothing of what is asked.
_EDGE = r"(?:please|pls|and|just|but|only|keep it|make it|answer|explain|tell me)"
_SHORT = re.compile(
    rf"\b(?:{_EDGE} ){{0,3}}(?:in {_NUMBER} (?:short )?(?:line|sentence)s?"
    r"|in (?:a )?(?:few words|nutshell)|in (?:short|brief)|briefly|short answer|tl ?;? ?dr)\b",
    re.IGNORECASE,
)
_SOME = re.compile(
    rf"\b(?:name|give|list|tell|mention|state) (?:me |us )?(?:just |only )?{_NUMBER} (?=\w)"
    rf"|\btop (?P<top>[1-9]|{'|'.join(NUMBERS)})\b",
    re.IGNORECASE,
)
_SIGNS = " ,.;:()-!"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a person says of the answer itself."""

    sentences: int | None = None
    """The most sentences that it may have; None when nothing was said."""
    items: int | None = None
    """How many items of a list are wanted."""
    is_final: bool = False
    """Whether an answer is wanted, and no question back."""


def read_wishes(text: str) -> tuple[str, Wishes]:
    """Return a message without its wishes on length, and these.

    A message of nothing else stays as it is.
    """
    is_final = text.startswith(JUST_ANSWER)
    asked = " ".join(text.removeprefix(JUST_ANSWER).split())
    sentences = None
    if (short := _SHORT.search(asked)) and (rest := _without(asked, short)):
        sentences = _number(short["number"])
        asked = rest
    some = _SOME.search(asked)
    items = _number(some["number"] or some["top"]) if some else None
    return asked, Wishes(sentences=sentences, items=items, is_final=is_final)


def _without(text: str, said: re.Match[str]) -> str:
    """Return a text without what it begins or ends with; empty when that is nothing, or all."""
    before, after = text[: said.start()].strip(_SIGNS), text[said.end() :].strip(_SIGNS)
    return (before + after).strip() if not before or after in {"", "?"} else ""


def _number(said: str | None) -> int:
    if said is None or said.casefold() == "single":
        return 1
    return NUMBERS.get(said.casefold()) or int(said)
