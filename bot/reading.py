"""Pure: the words that a person wrote, out of Slack's message text, in time linear in its length.

It runs before an event is acknowledged, and any member can send 40,000 characters of anything.
"""

import html
import re
import unicodedata

from knowledge.text.unicode import normalised

__all__ = ["MAX_CHARS", "plain_text"]

MAX_CHARS = 8_000
"""What lies beyond is not read: a question is refused as too long well before."""

TOKEN = re.compile(r"<([^<>]*)>")
# Python refuses to read a number of thousands of digits, so an entity is short here.
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z]\w{0,31});")
# Slack's own marks for code, bold, italic and strike; the longer first.
MARKS = ("```", "``", "`", "*", "_", "~")
INVISIBLE = {"Cc", "Cf", "Co", "Cs"}


def plain_text(text: str, *, bot_user_id: str = "") -> str:
    """Return Slack's message text as plain words, of its first `MAX_CHARS` characters.

    The bot's own mention is dropped; other mentions, channels and links become their names;
    formatting marks, entities and invisible characters are undone.
    """
    text = TOKEN.sub(lambda match: _words(match.group(1), bot_user_id), text[:MAX_CHARS])
    text = ENTITY.sub(lambda match: html.unescape(match.group()), _without_marks(text))
    text = normalised(text, form="NFC")
    visible = (
        char if char == "\n" or unicodedata.category(char) not in INVISIBLE else " "
        for char in text
    )
    lines = ("".join(visible)).split("\n")
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


def _words(token: str, bot_user_id: str) -> str:
    target, _, label = token.partition("|")
    label = label.lstrip("@#").strip()
    if target.startswith("@"):
        return " " if target[1:] == bot_user_id else label or "someone"
    if target.startswith("#"):
        return label or "a channel"
    if target.startswith("!"):
        return label or "everyone"
    return label or target.removeprefix("mailto:").removeprefix("tel:")


def _without_marks(text: str) -> str:
    """Take away pairs of marks that stand around words; one that is never closed stays."""
    closings = {mark: _Closings(text, mark) for mark in MARKS}
    kept: list[str] = []
    begin = at = 0
    while at < len(text):
        mark, end = _pair_at(text, at, closings)
        if mark:
            kept += (text[begin:at], text[at + len(mark) : end])
            begin = at = end + len(mark)
        else:
            at += 1
    return "".join(kept) + text[begin:]


def _pair_at(text: str, at: int, closings: "dict[str, _Closings]") -> tuple[str, int]:
    """Return the mark that opens here and the place where it closes; an empty one for none."""
    for mark in MARKS:
        if text.startswith(mark, at) and _opens(text, at, mark):
            end = closings[mark].after(at)
            if end is not None:
                return mark, end
    return "", at


def _opens(text: str, at: int, mark: str) -> bool:
    inside = text[at + len(mark) : at + len(mark) + 1]
    return bool(inside) and not inside.isspace() and not _is_word(text[at - 1 : at] if at else "")


def _is_word(char: str) -> bool:
    return char == "_" or char.isalnum()


class _Closings:
    """Finds where a mark closes. Places asked for only grow, so the text is read once in all."""

    def __init__(self, text: str, mark: str) -> None:
        self._text = text
        self._mark = mark
        self._at: int | None = 0

    def after(self, opening: int) -> int | None:
        """Return the first place where the mark closes what it opened at `opening`."""
        first = opening + len(self._mark) + 1
        while self._at is not None and (self._at < first or not self._closes(self._at)):
            found = self._text.find(self._mark, max(self._at + 1, first))
            self._at = None if found < 0 else found
        return self._at

    def _closes(self, at: int) -> bool:
        text, after = self._text, at + len(self._mark)
        return (
            text.startswith(self._mark, at)
            and not text[at - 1].isspace()
            and not _is_word(text[after : after + 1])
        )
