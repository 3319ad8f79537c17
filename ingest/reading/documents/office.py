"""Word and PowerPoint documents to articles: their text, with headings, lists and tables."""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lxml import etree

from ingest.reading.documents.packages import Package, as_article, one_line, open_package
from ingest.reading.letters import escape_text, rows_to_table
from ingest.reading.remarks import Remark
from knowledge.domain import Article

__all__ = ["core_properties", "read_docx", "read_pptx"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_EDGE = re.compile(r"word/(?:header|footer)\d*\.xml")
_NOTES = re.compile(r"ppt/notesSlides/[^/]{1,200}\.xml")
_SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")
_HEADING = re.compile(r"heading (\d)")


def read_docx(data: bytes, *, location: str, stem: str) -> Iterator[Article | Remark]:
    """Yield the article of a Word document, and remarks on what of it was left out.

    Footnotes and endnotes follow the paragraph that they belong to.

    Raises:
        ArticleError: when it is no Word document, or holds no text.
    """
    with open_package(data, kind="a Word document", location=location) as package:
        styles = _style_names(package.tree_if_there("word/styles.xml"))
        document = package.tree("word/document.xml")
        notes = {
            (kind, note.get(f"{_W}id")): text
            for kind in ("footnote", "endnote")
            if (tree := package.tree_if_there(f"word/{kind}s.xml")) is not None
            for note in tree.iter(f"{_W}{kind}")
            if (text := _note_text(note))
        }
        edges = sum(
            any(_text(line) for line in package.tree(name).iter(f"{_W}p"))
            for name in package.names
            if _EDGE.fullmatch(name)
        )
        comments = package.tree_if_there("word/comments.xml")
        properties = core_properties(package)
    left_out = {
        "passages of deleted text": len(list(document.iter(f"{_W}del"))),
        "passages of hidden text": len(list(document.iter(f"{_W}vanish"))),
        "comments": 0 if comments is None else len(list(comments.iter(f"{_W}comment"))),
        "page headers and footers": edges,
    }
    yield from _remarks(left_out, location)
    title, blocks = "", list[str]()
    for kind, text in _word_blocks(document, styles, notes):
        if kind == "title":
            # The page's own title goes before the one of its properties, which templates fill in.
            title = text
        else:
            blocks.append(text)
    yield as_article(blocks, properties, title=title, location=location, stem=stem)


def read_pptx(data: bytes, *, location: str, stem: str) -> Iterator[Article | Remark]:
    """Yield the article of a presentation: a section for each slide that is shown, with its notes.

    The number of a slide is the one that people see, which its file's name need not have.

    Raises:
        ArticleError: when it is no presentation, or holds no text.
    """
    with open_package(data, kind="a PowerPoint document", location=location) as package:
        slides = [(package.tree(name), _notes_of(package, name)) for name in _slide_names(package)]
        properties = core_properties(package)
    blocks: list[str] = []
    hidden = 0
    for number, (slide, notes) in enumerate(slides, start=1):
        if slide.get("show") in ("0", "false"):
            hidden += 1
        else:
            blocks += _slide_blocks(slide, notes, number)
    yield from _remarks({"hidden slides": hidden}, location)
    yield as_article(blocks, properties, location=location, stem=stem)


def _remarks(left_out: Mapping[str, int], location: str) -> Iterator[Remark]:
    for what, count in left_out.items():
        if count:
            yield Remark(text=f"{count} {what} in it are left out", location=location)


def _slide_names(package: Package) -> list[str]:
    """Return the parts of the slides in the order in which they are shown."""
    deck = package.tree_if_there("ppt/presentation.xml")
    targets = _targets(package, "ppt/presentation.xml")
    shown = [
        targets.get(slide.get(f"{_R}id", ""), "")
        for slide in (() if deck is None else deck.iter(f"{_P}sldId"))
    ]
    if shown and all(name in package.names for name in shown):
        return shown
    numbers = sorted(int(match[1]) for name in package.names if (match := _SLIDE.fullmatch(name)))
    return [f"ppt/slides/slide{number}.xml" for number in numbers]


def _targets(package: Package, part: str) -> dict[str, str]:
    """Return the parts that a part refers to, by the ids that it gives them."""
    folder, _, name = part.rpartition("/")
    tree = package.tree_if_there(f"{folder}/_rels/{name}.rels")
    if tree is None:
        return {}
    return {
        one.get("Id", ""): posixpath.normpath(posixpath.join("/", folder, one.get("Target", "")))[
            1:
        ]
        for one in tree.iter("{*}Relationship")
        if one.get("TargetMode") != "External"
    }


def _notes_of(package: Package, slide: str) -> list[str]:
    names = [name for name in _targets(package, slide).values() if _NOTES.fullmatch(name)]
    lines = []
    for name in names:
        tree = package.tree_if_there(name)
        for shape in () if tree is None else tree.iter(f"{_P}sp"):
            place = shape.find(f".//{_P}nvPr/{_P}ph")
            if place is not None and place.get("type") == "body":
                lines += [text for line in shape.iter(f"{_A}p") if (text := _text(line))]
    return lines


def _note_text(note: Any) -> str:
    return " ".join(text for line in note.iter(f"{_W}p") if (text := _text(line)))


def _word_blocks(
    document: Any, styles: Mapping[str, str], notes: Mapping[tuple[str, str], str]
) -> Iterator[tuple[str, str]]:
    """Yield blocks of Markdown in order, and the title without marks."""
    for element in document.iter(f"{_W}p", f"{_W}tbl"):
        if any(above.tag in (f"{_W}tbl", _FALLBACK) for above in element.iterancestors()):
            continue
        if element.tag == f"{_W}tbl":
            yield "table", _rows(element, row=f"{_W}tr", cell=f"{_W}tc", paragraph=f"{_W}p")
            yield from _notes_in(element, notes)
            continue
        text = _text(element)
        if not text:
            continue
        style = element.find(f"{_W}pPr/{_W}pStyle")
        name = styles.get(style.get(f"{_W}val", ""), "") if style is not None else ""
        heading = _HEADING.fullmatch(name)
        if name == "title":
            yield "title", text
        elif heading is not None:
            yield "heading", f"{'#' * min(int(heading[1]) + 1, 6)} {escape_text(text)}"
        elif element.find(f"{_W}pPr/{_W}numPr") is not None or name.startswith("list "):
            yield "item", f"- {escape_text(text)}"
        else:
            yield "text", _line(text)
        yield from _notes_in(element, notes)


def _notes_in(element: Any, notes: Mapping[tuple[str, str], str]) -> Iterator[tuple[str, str]]:
    for kind in ("footnote", "endnote"):
        for mark in element.iter(f"{_W}{kind}Reference"):
            if text := notes.get((kind, mark.get(f"{_W}id", ""))):
                yield "text", _line(text)


def _slide_blocks(slide: Any, notes: Sequence[str], number: int) -> Iterator[str]:
    heading, blocks = "", list[str]()
    for shape in slide.iter(f"{_P}sp", f"{_A}tbl"):
        if shape.tag == f"{_A}tbl":
            blocks.append(_rows(shape, row=f"{_A}tr", cell=f"{_A}tc", paragraph=f"{_A}p"))
            continue
        lines = [text for line in shape.iter(f"{_A}p") if (text := _text(line))]
        place = shape.find(f".//{_P}nvPr/{_P}ph")
        kind = "" if place is None else place.get("type", "body")
        if kind in ("title", "ctrTitle") and lines:
            heading = " ".join(lines)
        elif kind not in ("sldNum", "dt", "ftr", "hdr"):
            is_list = len(lines) > 1
            blocks += [f"- {escape_text(line)}" if is_list else _line(line) for line in lines]
    blocks += map(_line, notes)
    if blocks:
        yield f"## Slide {number}{f': {escape_text(heading)}' if heading else ''}"
    elif heading:
        # A slide with a title alone says that, and nothing under it.
        yield f"## Slide {number}"
        blocks = [_line(heading)]
    yield from blocks


def _rows(table: Any, *, row: str, cell: str, paragraph: str) -> str:
    lines = []
    for line in table.iter(row):
        cells = []
        for one in line.iterchildren(cell):
            parts = [text for part in one.iter(paragraph) if (text := _text(part))]
            cells.append("; ".join(parts).replace("|", "/"))
        lines.append(f"| {' | '.join(cells)} |")
    return rows_to_table(lines)


def _text(paragraph: Any) -> str:
    """Return the words of a paragraph on one line, without what is deleted or hidden."""
    parts = []
    for element in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_A}t", f"{_A}br"):
        if element.tag not in (f"{_W}t", f"{_A}t"):
            parts.append(" ")
            continue
        run = element.getparent()
        if run.find(f"{_W}rPr/{_W}vanish") is None and not _is_fallback(element, paragraph):
            parts.append(element.text or "")
    return one_line("".join(parts))


def _is_fallback(element: Any, paragraph: Any) -> bool:
    for above in element.iterancestors():
        if above is paragraph:
            return False
        if above.tag == _FALLBACK:
            return True
    return False


def _line(text: str) -> str:
    escaped = escape_text(text)
    return f"\\{escaped}" if re.match(r"[#>+|=-]", escaped) else escaped


def _style_names(styles: Any) -> dict[str, str]:
    """Return the names of styles, which are the same in every language, by their ids."""
    if styles is None:
        return {}
    names = {}
    for style in styles.iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        if name is not None:
            names[style.get(f"{_W}styleId", "")] = name.get(f"{_W}val", "").lower()
    return names


def core_properties(package: Package) -> dict[str, str]:
    """Return what an Office document says of itself, such as `title`, `creator`, `modified`."""
    core = package.tree_if_there("docProps/core.xml")
    if core is None:
        return {}
    return {
        etree.QName(element).localname: one_line(element.text or "")
        for element in core
        if isinstance(element.tag, str)
    }
