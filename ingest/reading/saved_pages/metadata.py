"""Author, dates and address of a page, read from the furniture around its article."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence

from ingest.reading.heads.dates import find_date
from ingest.reading.saved_pages.text_blocks import content_stems

__all__ = ["find_author", "find_published", "find_updated", "find_url", "is_name"]

_NAME = re.compile(
    r"(?:(?:Dr|Prof|Mr|Ms|Mrs)\.? )?[A-Z][\w.'-]+"
    r"(?: (?:[A-Z][\w.'-]*|de|del|da|van|von|der|la|bin|al)){1,4}"
)
_BYLINE = re.compile(
    r"^(?:written by|words by|posted by|published by|by|author)\b\s*:?\s*(?P<name>.*)$",
    re.IGNORECASE,
)
_UPDATED = re.compile(r"\b(?:updated|modified|edited|revised|changed)\b", re.IGNORECASE)
_PUBLISHED = re.compile(r"\b(?:published|posted|created|date)\b", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"')\]]+")
_CITED_FROM = re.compile(
    r"\b(?:retrieved from|original(?:ly)?|permalink|canonical|saved from|source|url)\b",
    re.IGNORECASE,
)
# How far below a name its date can stand and still be of the same byline.
_BYLINE_LINES = 3


def is_name(text: str) -> bool:
    """Return whether `text` has the shape of a person's name."""
    return _NAME.fullmatch(text.replace("’", "'")) is not None  # noqa: RUF001


def find_author(lines: Sequence[str], *, title: str) -> str:
    """Return the author that a byline among `lines` names, or an empty string.

    A lone "By" has its name on the next line or, where a layout put the label last, on the one
    before. A name without "By" counts when it stands under the title and is repeated or dated.
    """
    for at, line in enumerate(lines):
        if (match := _BYLINE.match(line)) is None:
            continue
        named = re.split(r"\s+[|·•–—-]\s+|,\s|\s+on\s", match["name"])[0].strip()  # noqa: RUF001
        neighbours = [] if named else [*lines[at + 1 : at + 2], *lines[max(at - 1, 0) : at]]
        for name in (named, *neighbours):
            if is_name(name) and name != title:
                return name
    return _unlabelled_author(lines, title)


def find_updated(lines: Sequence[str]) -> dt.date | None:
    """Return the date that follows "updated" or the like."""
    return _labelled_date(lines, _UPDATED)


def find_published(lines: Sequence[str]) -> dt.date | None:
    """Return the date that follows "published" or the like, else the first one without a label."""
    if labelled := _labelled_date(lines, _PUBLISHED):
        return labelled
    bare = (find_date(line) for line in lines if len(line) < 40 and not _UPDATED.search(line))
    return next(filter(None, bare), None)


def find_url(lines: Sequence[str], *, title: str) -> str:
    """Return the address of the page itself: one made of the title's words, or cited as such."""
    wanted = content_stems(title)
    best, best_share = "", 0.5
    for line in lines:
        for url in _URL.findall(line):
            words = content_stems(re.sub(r"[^A-Za-z]+", " ", url.rstrip("/").rpartition("/")[2]))
            # A short address may keep only a few words of a long title.
            share = len(wanted & words) / max(min(len(wanted), len(words)), 2)
            if _CITED_FROM.search(line[: line.index(url)]):
                share += 0.6
            if share > best_share:
                best, best_share = url.rstrip(".,;"), share
    return best


def _unlabelled_author(lines: Sequence[str], title: str) -> str:
    counts = Counter(lines)
    below_title = lines.index(title) + 1 if title in lines else 0
    for at, line in enumerate(lines[below_title : below_title + 2], start=below_title):
        dated = any(find_date(near) for near in lines[at + 1 : at + 1 + _BYLINE_LINES])
        if is_name(line) and line != title and (counts[line] > 1 or dated):
            return line
    return ""


def _labelled_date(lines: Sequence[str], label: re.Pattern[str]) -> dt.date | None:
    for at, line in enumerate(lines):
        if (match := label.search(line)) is None or len(line) > 120:
            continue
        rest = line[match.end() :]
        if not rest.strip(" :") and at + 1 < len(lines):
            rest = lines[at + 1]
        if date := find_date(rest):
            return date
    return None
