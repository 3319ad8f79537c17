"""The marks in the sources: `«+of the article»`, `«-furniture»`, `«+as written⇒as it reads»`."""

import html
import re

__all__ = ["lines_of", "without_marks"]

_MARKED = re.compile(r"«([+-])(.*?)»", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z!][^<>]*>")


def without_marks(marked: str) -> str:
    """Return the source as a program gets it."""
    return _MARKED.sub(lambda mark: mark[2].partition("⇒")[0], marked)


def lines_of(marked: str) -> list[str]:
    """Return the lines as `+ words` or `- words`, in order."""
    lines = []
    for mark in _MARKED.finditer(marked):
        written, _, reads = mark[2].partition("⇒")
        words = reads or html.unescape(_TAG.sub("", written))
        lines.append(f"{mark[1]} {' '.join(words.split())}")
    return lines
