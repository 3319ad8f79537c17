"""HTML that is all article to Markdown: every word kept, with headings, lists, tables and code."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import html
from lxml.etree import ParserError

from ingest.reading.html.page_tree import drop_hidden
from ingest.reading.html.tables import is_layout, table_rows
from ingest.reading.hygiene import clean_text
from ingest.reading.letters import escape_line, escape_text, rows_to_table

__all__ = ["element_to_markdown", "html_to_markdown", "is_html"]

_TAG = re.compile(r"<(/?[A-Za-z][A-Za-z0-9:-]*)(?:\s[^<>]{0,2000})?/?>")
_HTML_TAGS = frozenset(
    """
    a abbr address article aside b blockquote body br caption center cite code dd details div dl dt
    em figure font footer form h1 h2 h3 h4 h5 h6 header hr html i img ins kbd li main mark nav ol p
    pre q s section small span strong sub summary sup table tbody td tfoot th thead tr tt u ul
    ac:structured-macro ac:layout ac:task-list
    """.split()  # noqa: SIM905
)
_NO_TEXT = frozenset(
    """
    area audio base canvas col colgroup embed head iframe img input link meta noscript object param
    script select source style svg template textarea title track video wbr button
    """.split()  # noqa: SIM905
)
_BLOCKS = frozenset(
    """
    address article aside body caption center dd details dialog div dt fieldset figcaption figure
    footer form header hgroup hr html main nav p section td th tr
    """.split()  # noqa: SIM905
)
_NOTE_MARK = re.compile(r"\[?(?:\d{1,4}|[a-z]|[*†‡])\]?")
_ENDS = re.compile(r"[.!?:;]$")
_MAX_DEPTH, _MAX_INDENTS = 120, 8
_MAX_ENTRY_WORDS, _MAX_DEFINITION_WORDS = 8, 25


def is_html(text: str) -> bool:
    """Return whether a text is HTML: it begins with one of its tags and closes one."""
    opening = _TAG.match(text.lstrip())
    return opening is not None and opening[1].lower() in _HTML_TAGS and "</" in text


def html_to_markdown(text: str) -> str:
    """Return a piece of HTML as Markdown; only what browsers do not show is left out."""
    # An encoding named inside text that is decoded already makes the parser refuse it.
    text = re.sub(r"^\s*<\?xml[^>]{0,500}\?>", "", text)
    try:
        tree = html.document_fromstring(text)
    except (ParserError, ValueError):
        return ""
    drop_hidden(tree)
    return clean_text(element_to_markdown(tree))


def element_to_markdown(element: Any, *, level: int = 1) -> str:
    """Return what stands in an element as Markdown; `level` is that of the heading above it."""
    writer = _Writer(level)
    writer.walk(element)
    return "\n\n".join(writer.finish())


class _Writer:
    """Collects blocks of Markdown; text that no block holds makes paragraphs."""

    def __init__(self, level: int, *, depth: int = 0, indents: int = 0) -> None:
        self._level = level
        self._depth = depth
        self._indents = indents
        self._blocks: list[str] = []
        self._words: list[str] = []

    def walk(self, element: Any) -> None:
        """Take in what stands in an element."""
        self._words.append(element.text or "")
        self._depth += 1
        for child in element:
            if isinstance(child.tag, str):
                self._take(child, child.tag.lower())
            self._words.append(child.tail or "")
        self._depth -= 1

    def finish(self) -> list[str]:
        """Return the blocks; what was not yet a paragraph is one now."""
        self._flush()
        return self._blocks

    def _take(self, element: Any, tag: str) -> None:
        if tag in _NO_TEXT or _is_note_mark(element, tag):
            return
        if self._depth > _MAX_DEPTH:
            self._words.append(" ".join(element.itertext()))
        elif tag == "br":
            self._end_line()
        elif tag in _WRITERS:
            self._flush()
            _WRITERS[tag](self, element)
            self._flush()
        else:
            self.walk(element)

    def _flush(self) -> None:
        text = " ".join("".join(self._words).split())
        self._words = []
        if text:
            self._blocks.append(escape_line(text))

    def _end_line(self) -> None:
        """End a paragraph where its line was ended on purpose, and not only wrapped."""
        text = "".join(self._words).strip()
        # Short lines are entries, such as those of an address or a timetable.
        if _ENDS.search(text) or len(text.split()) <= _MAX_ENTRY_WORDS:
            self._flush()
        else:
            self._words.append(" ")

    def heading(self, element: Any) -> None:
        tag = element.tag.lower()
        if tag != "summary":
            self._level = int(tag[1])
        level = self._level if tag != "summary" else min(self._level + 1, 6)
        self._head(level, " ".join(text for text in element.itertext() if text))

    def _head(self, level: int, text: str) -> None:
        if text := " ".join(text.split()):
            self._blocks.append(f"{'#' * level} {escape_text(text)}")

    def items(self, element: Any) -> None:
        number = _start(element) if element.tag.lower() == "ol" else 0
        found: list[list[str]] = []
        loose = [element.text or "", *(child.tail or "" for child in element)]
        if words := " ".join("".join(loose).split()):
            # Not allowed, and often written: an introduction right in the list.
            self._blocks.append(escape_line(words))
        for child in element:
            tag = child.tag.lower() if isinstance(child.tag, str) else "script"
            if tag in _NO_TEXT:
                continue
            blocks = self._inner(child)
            if tag in ("ul", "ol") and found:
                # A list right in a list belongs to the item above it.
                found[-1] += blocks
            elif blocks:
                found.append(blocks)
        if any(item[0].startswith(("#", "|", "```")) for item in found):
            # A list of cards, each with its heading, is only a way to place them.
            self._blocks += [block for item in found for block in item]
            return
        written = []
        for blocks in found:
            written.append(self._item(blocks, f"{number}. " if number else "- "))
            number += bool(number)
        if written:
            self._blocks.append("\n".join(written))

    def lone_item(self, element: Any) -> None:
        if blocks := self._inner(element):
            self._blocks.append(self._item(blocks, "- "))

    def _inner(self, element: Any) -> list[str]:
        inner = _Writer(self._level, depth=self._depth + 1, indents=self._indents + 1)
        tag = element.tag.lower()
        if tag in _WRITERS and tag not in ("li", "dd", "blockquote", "td"):
            inner._take(element, tag)
        else:
            inner.walk(element)
        return inner.finish()

    def _item(self, blocks: list[str], mark: str) -> str:
        text = blocks[0].removeprefix("- ")
        if self._indents >= _MAX_INDENTS:
            return "\n".join([mark + text, *blocks[1:]])
        space = " " * len(mark)
        for block in blocks[1:]:
            text += "\n" if re.match(r"- |\d+\. ", block) else "\n\n"
            text += block
        return mark + re.sub(r"\n(?=[^\n])", f"\n{space}", text)

    def definitions(self, element: Any) -> None:
        """Write terms with their definitions: short ones as items, long ones under headings."""
        terms: list[str] = []
        for child in _terms_of(element):
            if child.tag.lower() == "dt":
                terms.append(" ".join("".join(child.itertext()).split()))
                continue
            blocks = self._inner(child)
            term, terms = ", ".join(filter(None, terms)), []
            is_short = len(blocks) == 1 and len(blocks[0].split()) <= _MAX_DEFINITION_WORDS
            if not term:
                self._blocks += blocks
            elif is_short and not term.endswith("?"):
                self._blocks.append(f"- {escape_text(term)}: {blocks[0].removeprefix('- ')}")
            else:
                self._head(min(self._level + 1, 6), term)
                self._blocks += blocks
        self._blocks += [f"- {escape_text(term)}" for term in terms if term]

    def quotation(self, element: Any) -> None:
        blocks = self._inner(element)
        if self._indents < _MAX_INDENTS:
            lines = "\n\n".join(blocks).split("\n")
            blocks = ["\n".join(f"> {line}".rstrip() for line in lines)] if blocks else []
        self._blocks += blocks

    def code(self, element: Any) -> None:
        for line in element.iter("br"):
            line.text = "\n"
        text = "".join(element.itertext()).strip("\n")
        if text.strip():
            longest = max(map(len, re.findall("`+", text)), default=0)
            fence = "`" * max(3, longest + 1)
            self._blocks.append(f"{fence}\n{text}\n{fence}")

    def table(self, element: Any) -> None:
        if is_layout(element):
            self.walk(element)
            return
        caption, rows = table_rows(element)
        if caption:
            self._blocks.append(escape_line(caption))
        if rows:
            self._blocks.append(rows_to_table(rows))


_WRITERS = {
    # These only end a paragraph before and after them.
    **dict.fromkeys(_BLOCKS, _Writer.walk),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "summary"), _Writer.heading),
    **dict.fromkeys(("ul", "ol", "menu", "dir"), _Writer.items),
    "li": _Writer.lone_item,
    "dl": _Writer.definitions,
    "blockquote": _Writer.quotation,
    **dict.fromkeys(("pre", "listing", "xmp"), _Writer.code),
    "table": _Writer.table,
}


def _is_note_mark(element: Any, tag: str) -> bool:
    """Return whether an element is the number of a footnote, which is no part of its sentence."""
    if tag == "a":
        return any("noteref" in (element.get(name) or "") for name in ("role", "epub:type"))
    if tag != "sup":
        return False
    links = [link for link in element.iter("a") if (link.get("href") or "").startswith("#")]
    text = "".join(element.itertext()).strip()
    return bool(links) and _NOTE_MARK.fullmatch(text) is not None


def _terms_of(element: Any) -> Iterator[Any]:
    """Yield the terms and definitions of a list, which may be grouped."""
    for child in element:
        if not isinstance(child.tag, str) or child.tag.lower() in _NO_TEXT:
            continue
        if child.tag.lower() == "div":
            yield from _terms_of(child)
        else:
            yield child


def _start(element: Any) -> int:
    start = element.get("start") or ""
    return int(start) if re.fullmatch(r"\d{1,6}", start) and int(start) else 1
