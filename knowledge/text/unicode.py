"""Unicode normal forms in time linear in the text's length."""

import unicodedata
from typing import Literal

__all__ = ["normalised"]

MAX_MARKS = 30
"""Combining marks in a row that are kept, as in Unicode's own Stream-Safe Text Format."""


def normalised(text: str, *, form: Literal["NFC", "NFKC", "NFKD"]) -> str:
    """Return the text in a normal form, without the marks beyond `MAX_MARKS` on one character.

    Python sorts the marks on one character by insertion, so thousands of them take seconds.
    """
    return text if text.isascii() else unicodedata.normalize(form, _with_few_marks(text))


def _with_few_marks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)
