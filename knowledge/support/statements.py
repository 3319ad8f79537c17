"""Pure: what a chat model writes, cut into statements while more of it is still to come."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from knowledge.text.language import Span, sentence_spans

__all__ = ["Statement", "read_statements"]

# Each begins where a run of spaces does, or a long run would be read anew from each of them.
MARKER = re.compile(r"(?<!\s)\s*\[(\d{1,2}(?:\s*,\s*\d{1,2})*)\]")
LEADING_MARKERS = re.compile(rf"(?:{MARKER.pattern})+\s*")
BEGUN_MARKERS = re.compile(r"(?:(?<!\s)\s*\[[\d,\s]*\]?)*")
DECORATION = re.compile(r"^\s*(?:[-*•]|\d+[.)]|#+)\s+|\*\*|`")
NOTHING = "NOTHING"
"""What the model is told to write when the passages do not answer."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence as a model wrote it, without its markers."""

    text: str
    cited: tuple[int, ...]
    """The numbers in it or right after it; a model may name passages that there are not."""


def read_statements(pieces: Iterable[str]) -> Iterator[Statement]:
    """Yield the statements of a reply, each as soon as it and its markers are complete.

    What `pieces` raises comes through, and a statement that was not complete by then is lost: of
    half a sentence nobody knows how it would have gone on.
    """
    rest = ""
    for piece in pieces:
        complete, rest = _cut(rest + piece)
        yield from _read(complete)
    yield from _read(span.text for span in _parts(DECORATION.sub("", rest)))


def _cut(text: str) -> tuple[list[str], str]:
    """Return what nothing that follows can change any more, and the rest of the text."""
    *lines, last = text.split("\n")
    complete = [span.text for line in lines for span in _parts(DECORATION.sub("", line))]
    clean = DECORATION.sub("", last)
    parts = _parts(clean)
    if not parts or not _has_begun(parts[-1].text):
        return complete, last
    settled = 0
    # A sentence with an open quotation or bracket may be joined to the next one by its end.
    while settled < len(parts) - 1 and not _is_open(parts[settled].text):
        settled += 1
    complete += [span.text for span in parts[:settled]]
    return complete, clean[parts[settled].start :] if settled else last


def _parts(line: str) -> list[Span]:
    """Cut a line after each sentence, leaving its markers with it."""
    parts: list[Span] = []
    for span in sentence_spans(line):
        leading = LEADING_MARKERS.match(span.text) if parts else None
        start = span.start + (leading.end() if leading else 0)
        if leading:
            before = parts.pop()
            parts.append(Span(line[before.start : start], before.start, start))
        if line[start : span.end].strip():
            parts.append(Span(line[start : span.end], start, span.end))
    return parts


def _has_begun(part: str) -> bool:
    """Whether a sentence shows a word, and so is no marker or continuation of the one before."""
    begun = BEGUN_MARKERS.match(part)
    return any(char.isalnum() for char in part[begun.end() if begun else 0 :])


def _is_open(text: str) -> bool:
    pairs = (("(", ")"), ("[", "]"), ("“", "”"))
    return text.count('"') % 2 == 1 or any(text.count(a) > text.count(b) for a, b in pairs)


def _read(parts: Iterable[str]) -> Iterator[Statement]:
    for part in parts:
        text = " ".join(MARKER.sub("", part).split())
        if text.strip(" .") not in ("", NOTHING):
            cited = (int(n) for found in MARKER.findall(part) for n in found.split(","))
            yield Statement(text, tuple(cited))
