"""A file as it was found, before it is read."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.reading.hygiene import clean_text
from knowledge.errors import ArticleError

__all__ = [
    "MAX_FILE_BYTES",
    "NotRead",
    "RawFile",
    "Unchanged",
    "check_size",
    "name_as_words",
    "stem_of",
]

MAX_FILE_BYTES = 25 * 1024 * 1024
_INDEX_STEMS = frozenset({"index", "_index", "readme", "default"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFile:
    """A file as it was found."""

    location: str
    """Its path or address as reports show it."""
    data: bytes
    suffix: str
    """With the dot, in lower case."""
    stem: str
    """Its name without folder and suffix."""
    url: str = ""
    """Where people open it; empty when only the file itself may say."""


@dataclass(frozen=True, slots=True)
class NotRead:
    """A file that is left out because of what it is."""

    kind: str
    """Its suffix with the dot, or words for what has none."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A file that is as it was when it was last read, so that it is not read again."""

    location: str


def check_size(size: int, location: str) -> None:
    """Raise ArticleError when a file of `size` bytes is too large to be read."""
    if size > MAX_FILE_BYTES:
        raise ArticleError(
            f"is too large: {size / 2**20:.1f} MiB, and the limit is "
            f"{MAX_FILE_BYTES // 2**20} MiB; split it",
            location=location,
        )


def stem_of(stem: str, folders: Sequence[str]) -> str:
    """Return the words that name a file; `folders` are those it lies in, within its source.

    `index` is the name of the folder's page, and says nothing itself.
    """
    is_index = stem.casefold() in _INDEX_STEMS and len(folders) > 0
    return name_as_words(folders[-1] if is_index else stem)


def name_as_words(name: str) -> str:
    """Return a name for a title: bytes that are not UTF-8 are most often Windows-1252."""
    encoded = os.fsencode(name)
    try:
        text = encoded.decode("utf-8")
    except UnicodeDecodeError:
        text = encoded.decode("cp1252", "replace")
    return " ".join(clean_text(text).split())
