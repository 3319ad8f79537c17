"""Pure: what a chat model writes, cut into statements while more of it is still to come.

Models wrap what they state: in thoughts, greetings, headings, lists, tables, offers of more help
and lists of sources. Of these only the statements are left, and lists stay lists.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from knowledge.support.marks import read_marks
from knowledge.text.language import Span, sentence_spans

__all__ = ["NOTHING", "Statement", "read_statements"]

MARKER = re.compile(r"\s{0,3}\[(\d{1,2}(?:\s{0,3},\s{0,3}\d{1,2}){0,12})\]")
LEADING_MARKERS = re.compile(rf"(?:{MARKER.pattern})+\s*")
BEGUN_MARKERS = re.compile(
    r"(?:\s{0,3}(?:[\[(【][^\])】]{0,40}[\])】]|[\[(【][^\])】]{0,40}\Z|[⁰¹²³⁴⁵⁶⁷⁸⁹]))*"
)
ITEM = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)]|\(?[a-z]\))\s+")  # noqa: RUF001
DECORATION = re.compile(
    r"\*\*|__|~~|`|(?<![\w*])[*_](?=[^\s*_])|(?<=[^\s*_])[*_](?![\w*])|^\s*>\s*"
)
HEADING = re.compile(
    r"^\s*(?:#{1,6}\s+.*|\*\*[^*.!?]+\*\*:?|__[^_.!?]+__:?|-{3,}|={3,}|\*{3,}|```.*)$"
)
ROW = re.compile(r"^\s*\|(.*)\|\s*$")
RULE = re.compile(r"^[\s|:=-]+$")
LINK = re.compile(r"\[([^\]\[]+)\]\((?:https?|mailto|slack)[^)\s]*\)")
FOOTNOTE = re.compile(r"^\s*\[\^?\d{1,2}\]\s*:")
SOURCES = re.compile(
    r"^\W*(?:sources?|references?|citations?|passages? (?:used|cited)|bibliography|further reading)"
    r"(?:\W*$|\s*\W*:)",
    re.IGNORECASE,
)
THOUGHT = re.compile(
    r"<(think|thinking|thought|reasoning)>.*?(?:</\1>|\Z)", re.IGNORECASE | re.DOTALL
)
OPEN_TAG = re.compile(r"<(?:think|thinking|thought|reasoning)>|<[a-z]{0,9}\Z", re.IGNORECASE)
NOTHING = "NOTHING"
"""What the model is told to write when the passages do not answer."""
# Talk around an answer; it states nothing about the field.
TALK = re.compile(
    r"^(?:"
    r"(?:sure|certainly|of course|absolutely|definitely|okay|ok|great|understood|got it)(?: thing)?"
    r"(?:[,!. ]+(?:here|let me|i(?:'d| would| can|'ll)|happy|glad)\b.*)?"
    r"|(?:(?:that is|that's|this is|what) an? )?"
    r"(?:great|good|excellent|important|interesting) question.*"
    r"|(?:hi|hello|hey|dear|good (?:morning|afternoon|day))\b.{0,40}"
    r"|(?:thanks|thank you)\b.{0,60}"
    r"|(?:i'm |i am )?(?:happy|glad) to help.*"
    r"|(?:i )?hope (?:this|that|it)\b.*"
    r"|(?:please )?(?:let me know|feel free|do not hesitate|don't hesitate|reach out)\b.*"
    r"|if you (?:have|need|want|would like|'d like)\b.*"
    r"\b(?:questions?|let me|help|ask|know|details?)\b.*"
    r"|(?:would|do) you (?:like|want) (?:me|to)\b.*"
    r"|i can (?:also )?(?:help|explain|provide|give|go)\b.*"
    r"|(?:shall|should) i\b.*"
    r"|(?:here(?:'s| is| are)|below (?:is|are)|let me (?:explain|summari[sz]e|break))\b[^.:]{0,60}"
    r"|(?:in|to) (?:summary|short|conclusion|sum up|summari[sz]e)[,:]?"
    r"|(?:based on|according to) (?:the|these|your) [\w ]{0,30}"
    r"(?:passages?|context|documents?|sources?|information|articles?|excerpts?)[^.]{0,40}:"
    r")[.!:…]*$",
    re.IGNORECASE,
)
OPENER = re.compile(
    r"^(?:(?:based on|according to|as (?:stated|described|mentioned|explained) in|per)"
    r" (?:the|these|your)?\s*(?:provided |given |above |retrieved )?"
    r"(?:passages?|context|documents?|sources?|information|articles?|excerpts?|text)"
    r"(?: (?:provided|given|above|you shared))?(?:\s*\[[\d, ]+\])?"
    r"|the (?:provided )?(?:passages?|articles?|context|documents?|sources?)"
    r" (?:say|state|explain|mention|note|indicate)s? that"
    r"|(?:sure|certainly|of course|great question|good question)(?=[!,:]))[,:!]?\s+",
    re.IGNORECASE,
)
VERDICT = re.compile(
    r"^(?:yes|no|not (?:exactly|necessarily|always|really|quite)|it depends)[.!]$", re.IGNORECASE
)
SOURCE_COLUMN = re.compile(
    r"^\W*(?:sources?|passages?|citations?|references?|refs?|cited)\W*$", re.IGNORECASE
)
BARE_NUMBERS = re.compile(r"^\s*\d{1,2}(?:\s*,\s*\d{1,2}){0,7}\s*$")
SENTENCE_WORDS = 5
"""A table's cell of so many words is read as a sentence, whether it ends in a full stop or not."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence as a model wrote it, without its markers."""

    text: str
    cited: tuple[int, ...]
    """The numbers in it or right after it; a model may name passages that there are not."""
    is_item: bool = field(default=False, compare=False)
    """Whether it stands in a list or a table."""

    @property
    def announces(self) -> bool:
        """Whether it opens a list and says little without it."""
        return self.text.endswith(":") and not self.is_item


def read_statements(pieces: Iterable[str]) -> Iterator[Statement]:
    """Yield the statements of a reply, each as soon as it and its markers are complete.

    A "Yes." or "No." stands with the sentence that follows. What `pieces` raises comes through, and
    a statement that was not complete by then is lost: of half a sentence nobody knows how it would
    have gone on.
    """
    verdict = ""
    for statement in _statements(pieces):
        text = f"{verdict} {statement.text}".strip()
        if VERDICT.match(statement.text) and not statement.is_item:
            verdict = text
            continue
        verdict = ""
        yield replace(statement, text=text)


def _statements(pieces: Iterable[str]) -> Iterator[Statement]:
    rest = ""
    reading = _Lines()
    for piece in _spoken(pieces):
        complete, rest = _cut(rest + piece, reading)
        yield from complete
    yield from reading.read(rest)
    yield from reading.finish()


def _spoken(pieces: Iterable[str]) -> Iterator[str]:
    """Yield what is said aloud: the pieces without a model's thoughts."""
    held = ""
    for piece in pieces:
        held += piece
        while (tag := OPEN_TAG.search(held)) is not None:
            thought = THOUGHT.match(held, tag.start())
            if thought is None or not thought[0].lower().endswith(f"</{thought[1].lower()}>"):
                break
            held = held[: tag.start()] + held[thought.end() :]
        end = tag.start() if tag is not None else len(held)
        if end:
            yield held[:end]
            held = held[end:]
    if held and not THOUGHT.match(held):
        yield held


class _Lines:
    """Reads a reply line by line; what a line is can depend on those before it."""

    def __init__(self) -> None:
        self._head: list[str] | None = None
        self._row: list[str] | None = None
        self._is_over = False

    def read(self, line: str) -> list[Statement]:
        """Return the statements of a line that is complete."""
        if self._is_over:
            return []
        if SOURCES.match(DECORATION.sub("", line)) and len(line.split()) <= 12:
            self._is_over = True
            return []
        if row := ROW.match(line):
            return self._read_row(line, row[1])
        before = self.finish()
        return [*before, *_read_line(line, is_whole=True)]

    def finish(self) -> list[Statement]:
        """Return the statements of a row that was no head of a table."""
        row, self._row, self._head = self._row, None, None
        return _read_cells(row, None) if row else []

    def is_open_for(self, line: str) -> bool:
        """Whether a line that is not complete may be read as prose."""
        opens = line.lstrip()[:1]
        may_be_heading = opens in {"#", "|", "*", "_", "-", "=", "`", "["} or SOURCES.match(line)
        return not self._is_over and not may_be_heading and self._row is None

    def _read_row(self, line: str, inside: str) -> list[Statement]:
        cells = [cell.strip() for cell in inside.split("|")]
        if RULE.match(line):
            self._head, self._row = self._row or self._head, None
            return []
        before, self._row = self._row, cells
        if before is None and self._head is None:
            # Only the line that follows tells whether this is the head.
            return []
        self._row = None
        found = _read_cells(before, None) if before else []
        return [*found, *_read_cells(cells, self._head)]


def _cut(text: str, reading: _Lines) -> tuple[list[Statement], str]:
    """Return what nothing that follows can change any more, and the rest of the text."""
    *lines, last = text.split("\n")
    complete = [statement for line in lines for statement in reading.read(line)]
    if not reading.is_open_for(last) or ITEM.match(last):
        return complete, last
    clean = read_marks(_plain(last), is_whole=False)
    parts = _parts(clean)
    if not parts or not _has_begun(parts[-1].text):
        return complete, last
    settled = 0
    # A sentence with an open quotation or bracket may be joined to the next one by its end.
    while settled < len(parts) - 1 and not _is_open(parts[settled].text):
        settled += 1
    complete += reading.finish() if settled else []
    complete += [one for span in parts[:settled] for one in _read(span.text)]
    return complete, clean[parts[settled].start :] if settled else last


def _read_line(line: str, *, is_whole: bool) -> list[Statement]:
    if HEADING.match(line) or FOOTNOTE.match(line):
        return []
    is_item = ITEM.match(line) is not None
    clean = read_marks(_plain(ITEM.sub("", line)), is_whole=is_whole)
    return [one for span in _parts(clean) for one in _read(span.text, is_item=is_item)]


def _read_cells(cells: list[str], head: list[str] | None) -> list[Statement]:
    """Return what a table's row states: its sentences, or its cells under their heads."""
    heads = [_plain(cell) for cell in head or ()] + [""] * len(cells)
    plain = [
        _as_mark(cell, head=name) or read_marks(_plain(cell), is_whole=True)
        for name, cell in zip(heads, cells, strict=False)
    ]
    sentences = [cell for cell in plain if _is_sentence(MARKER.sub("", cell).strip())]
    marks = " ".join(cell for cell in plain if not MARKER.sub("", cell).strip())
    if sentences:
        spans = [span for cell in sentences for span in _parts(cell)]
        read = [one for span in spans for one in _read(span.text, is_item=True)]
        return [one if one.cited else replace(one, cited=_cited(marks)) for one in read]
    named = [
        f"{name}: {cell}" if name else cell
        for name, cell in zip(heads, plain, strict=False)
        if MARKER.sub("", cell).strip()
    ]
    return _read(f"{'; '.join(named)} {marks}", is_item=True)


def _is_sentence(cell: str) -> bool:
    return len(cell.split()) >= SENTENCE_WORDS or (" " in cell and cell.endswith("."))


def _as_mark(cell: str, *, head: str) -> str:
    """Return a bare number in a column of sources as a mark; "" for anything else."""
    is_mark = SOURCE_COLUMN.match(head) and BARE_NUMBERS.match(cell)
    return f"[{cell.strip()}]" if is_mark else ""


def _cited(text: str) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(n) for found in MARKER.findall(text) for n in found.split(",")))


def _plain(text: str) -> str:
    return DECORATION.sub("", LINK.sub(r"\1", text))


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


def _read(part: str, *, is_item: bool = False) -> list[Statement]:
    text = " ".join(MARKER.sub("", part).split())
    opener = OPENER.match(text)
    if opener:
        text = text[opener.end() :]
        text = text[:1].upper() + text[1:]
    if not any(char.isalnum() for char in text) or text.strip(" .") == NOTHING or TALK.match(text):
        return []
    return [Statement(text, _cited(part), is_item)]
