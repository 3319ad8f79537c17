"""Pure: the Markdown of a section as runs of text, in which a quoted passage can be marked."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.rendering.sections.references import is_letter, letters

__all__ = ["Piece", "Run", "mark_quote", "read_pieces"]

OPENING = "\u201c\u2018\"'(["

PieceKind: TypeAlias = Literal["paragraph", "item", "numbered", "cell", "code", "quote"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Words in one style."""

    text: str
    styles: frozenset[str] = frozenset()
    """Of bold, italic, strike and code."""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A paragraph, a list item, a table cell, or a block of code."""

    kind: PieceKind
    runs: tuple[Run, ...]
    depth: int = 0
    """How deep a list item stands; 0 is the outermost list."""
    row: int = 0
    """Of a cell: its row, from 0; the first is the heading."""
    opens_table: bool = False

    @property
    def text(self) -> str:
        """Its words without style."""
        return "".join(run.text for run in self.runs)


@dataclass(slots=True)
class _Place:
    """Where in the structure of the text the reader is."""

    lists: list[PieceKind] = field(default_factory=list)
    quotes: int = 0
    row: int = -1
    begins_table: bool = False
    begins_item: bool = False

    def enter(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open":
                self.lists.append("item")
            case "ordered_list_open":
                self.lists.append("numbered")
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "list_item_open":
                self.begins_item = True
            case "blockquote_open":
                self.quotes += 1
            case "blockquote_close":
                self.quotes -= 1
            case "table_open":
                self.row, self.begins_table = -1, True
            case "tr_open":
                self.row += 1


def read_pieces(markdown: str) -> tuple[Piece, ...]:
    """Return what a section says, in order; images and HTML say nothing."""
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(markdown)
    pieces: list[Piece] = []
    place = _Place()
    before = ""
    for token in tokens:
        place.enter(token)
        if token.type in {"fence", "code_block"} and token.content.strip():
            pieces.append(Piece(kind="code", runs=(Run(text=token.content.rstrip("\n")),)))
        elif (
            token.type == "inline"
            and (piece := _piece(token, place, is_cell=before in {"th_open", "td_open"}))
            is not None
        ):
            pieces.append(piece)
        before = token.type
    return tuple(pieces)


def mark_quote(pieces: Sequence[Piece], quote: tuple[str, str]) -> tuple[tuple[Piece, ...], int]:
    """Return the pieces with a passage in bold, and the place of the first that it stands in.

    `quote` is how the passage begins and ends, as a chunk has it. Where it is not found nothing is
    marked and the place is -1.
    """
    opening, ending = map(letters, quote)
    spans, whole = [], ""
    for piece in pieces:
        said = letters(piece.text)
        spans.append((len(whole), len(whole) + len(said)))
        whole += said
    start = whole.find(opening) if opening else -1
    if start < 0:
        return tuple(pieces), -1
    tail = whole.find(ending, max(start, start + len(opening) - len(ending))) if ending else -1
    end = tail + len(ending) if tail >= 0 else start + len(opening)
    marked, first = [], -1
    for at, (piece, (begin, stop)) in enumerate(zip(pieces, spans, strict=True)):
        low, high = max(start, begin) - begin, min(end, stop) - begin
        if low >= high:
            marked.append(piece)
            continue
        first = at if first < 0 else first
        marked.append(replace(piece, runs=_marked(piece.runs, low, high)))
    return tuple(marked), first


def _piece(token: Token, place: _Place, *, is_cell: bool) -> Piece | None:
    runs = _runs(token.children or ())
    if is_cell:
        opens, place.begins_table = place.begins_table, False
        return Piece(kind="cell", runs=runs, row=place.row, opens_table=opens)
    if not runs:
        return None
    if place.lists and place.begins_item:
        place.begins_item = False
        return Piece(kind=place.lists[-1], runs=runs, depth=len(place.lists) - 1)
    return Piece(kind="quote" if place.quotes else "paragraph", runs=runs)


def _runs(children: Sequence[Token]) -> tuple[Run, ...]:
    runs: list[Run] = []
    styles: list[str] = []
    url = ""
    opening = {"strong_open": "bold", "em_open": "italic", "s_open": "strike"}
    closing = {"strong_close": "bold", "em_close": "italic", "s_close": "strike"}
    for child in children:
        match child.type:
            case "text":
                runs.append(Run(text=child.content, styles=frozenset(styles), url=url))
            case "code_inline":
                runs.append(Run(text=child.content, styles=frozenset([*styles, "code"]), url=url))
            case "softbreak" | "hardbreak":
                runs.append(Run(text=" ", styles=frozenset(styles), url=url))
            case "link_open":
                url = str(child.attrGet("href") or "")
            case "link_close":
                url = ""
            case kind if kind in opening:
                styles.append(opening[kind])
            case kind if kind in closing and closing[kind] in styles:
                styles.remove(closing[kind])
    return tuple(run for run in runs if run.text)


def _marked(runs: Sequence[Run], low: int, high: int) -> tuple[Run, ...]:
    """Return the runs with the letters from `low` to `high` in bold, and the marks beside them."""
    text = "".join(run.text for run in runs)
    places = [place for place, char in enumerate(text) if is_letter(char)]
    begin, end = places[low], places[high - 1] + 1
    while begin > 0 and text[begin - 1] in OPENING:
        begin -= 1
    while end < len(text) and not text[end].isspace() and not is_letter(text[end]):
        end += 1
    found: list[Run] = []
    at = 0
    for run in runs:
        size = len(run.text)
        inner = {edge - at for edge in (begin, end) if at < edge < at + size}
        edges = sorted({0, size} | inner)
        for start, stop in pairwise(edges):
            inside = begin <= at + start < end
            styles = run.styles | {"bold"} if inside else run.styles
            found.append(replace(run, text=run.text[start:stop], styles=styles))
        at += size
    return tuple(found)
