"""Word and PowerPoint documents to articles: their text, with headings, lists and tables."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from ingest.reading.documents.packages import Package, as_article, one_line, open_package
from ingest.reading.letters import escape_text, rows_to_table
from knowledge.domain import Article

__all__ = ["core_properties", "read_docx", "read_pptx"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SLIDE = re.compile(r"ppt/slides/slide(\d+)\.xml")
_HEADING = re.compile(r"heading (\d)")


def read_docx(data: bytes, *, location: str, stem: str) -> Article:
    """Return the article of a Word document.

    Deleted and hidden text, comments, headers and footnotes are left out.

    Raises:
        ArticleError: when it is no Word document, or holds no text.
    """
    with open_package(data, kind="a Word document", location=location) as package:
        styles = _style_names(package.tree_if_there("word/styles.xml"))
        document = package.tree("word/document.xml")
        properties = core_properties(package)
    title, blocks = "", list[str]()
    for kind, text in _word_blocks(document, styles):
        if kind == "title":
            # The page's own title goes before the one of its properties, which templates fill in.
            title = text
        else:
            blocks.append(text)
    return as_article(blocks, properties, title=title, location=location, stem=stem)


def read_pptx(data: bytes, *, location: str, stem: str) -> Article:
    """Return the article of a presentation: a section for each slide that is shown, without notes.

    Raises:
        ArticleError: when it is no presentation, or holds no text.
    """
    with open_package(data, kind="a PowerPoint document", location=location) as package:
        numbers = sorted(
            int(match[1]) for name in package.names if (match := _SLIDE.fullmatch(name)) is not None
        )
        slides = [package.tree(f"ppt/slides/slide{number}.xml") for number in numbers]
        properties = core_properties(package)
    blocks: list[str] = []
    for number, slide in zip(numbers, slides, strict=True):
        if slide.get("show") not in ("0", "false"):
            blocks += _slide_blocks(slide, number)
    return as_article(blocks, properties, location=location, stem=stem)


def _word_blocks(document: Any, styles: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield blocks of Markdown in order, and the title without marks."""
    for element in document.iter(f"{_W}p", f"{_W}tbl"):
        if any(above.tag in (f"{_W}tbl", _FALLBACK) for above in element.iterancestors()):
            continue
        if element.tag == f"{_W}tbl":
            yield "table", _rows(element, row=f"{_W}tr", cell=f"{_W}tc", paragraph=f"{_W}p")
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


def _slide_blocks(slide: Any, number: int) -> Iterator[str]:
    heading, blocks = f"Slide {number}", list[str]()
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
    if blocks:
        yield f"## {escape_text(heading)}"
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
