"""A page's elements made ready for extraction, so that nothing that a reader sees is lost."""

import re
from typing import Any

from lxml.html import tostring

__all__ = ["drop_hidden", "flatten_cells", "show_accordions", "without_menus"]

# What browsers do not show. Attributes are compared in lower case, without spaces.
_NEVER_SHOWN = (
    "//comment()|//processing-instruction()|//script|//style|//template|//noscript|//iframe"
    "|//object|//svg|//select|//button|//dialog[not(@open)]"
    "|//*[@hidden]|//*[translate(@aria-hidden, 'TRUE', 'true')='true']"
)
_HIDING_STYLE = re.compile(
    r"display:none|visibility:hidden|font-size:0(?![.\d])|opacity:0(?![.\d])"
)
_MAX_CELL_CHARS = 1_000
_IN_HEADING = (
    "ancestor::h1|ancestor::h2|ancestor::h3|ancestor::h4|ancestor::h5|ancestor::h6|ancestor::dt"
)
_IN_FURNITURE = "ancestor::nav|ancestor::header|ancestor::footer|ancestor::form|ancestor::dialog"
_MENUS = (
    ".//nav|.//footer|.//aside|.//form|.//header[not(.//h1)]|.//head|.//script|.//style"
    "|.//*[@role='navigation' or @role='banner' or @role='contentinfo' or @role='search']"
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt"})
_MIN_QUESTION_WORDS = 3


def drop_hidden(tree: Any) -> None:
    """Drop what browsers do not show, with its words."""
    hidden = list(tree.xpath(_NEVER_SHOWN))
    hidden += [
        element
        for element in tree.xpath("//*[@style]")
        if _HIDING_STYLE.search(re.sub(r"\s+", "", element.get("style").lower()))
    ]
    for element in hidden:
        if element.getparent() is not None:
            element.drop_tree()


def flatten_cells(tree: Any) -> None:
    """Make one line of what stands in the cells of tables: the extraction drops lists in them.

    A cell that holds a whole layout, with headings or another table, stays as it is.
    """
    for cell in tree.xpath("//td[.//ul or .//ol or .//p or .//div]|//th[.//ul or .//ol or .//p]"):
        if cell.xpath("boolean(.//table|.//h1|.//h2|.//h3|.//h4|.//h5|.//h6|.//pre)"):
            continue
        parts = [" ".join(part.split()) for part in _parts(cell)]
        text = "; ".join(part for part in parts if part)
        if len(text) > _MAX_CELL_CHARS:
            continue
        for child in list(cell):
            cell.remove(child)
        cell.text = text


def show_accordions(tree: Any) -> None:
    """Make headings of the buttons that open an answer, and show the answers.

    A button in a heading is the heading's text. Other buttons are left to be dropped.
    """
    for button in tree.xpath("//button|//*[@role='button' or @role='tab'][@aria-controls]"):
        if button.xpath(f"boolean({_IN_FURNITURE})"):
            continue
        in_heading = button.xpath(f"boolean({_IN_HEADING})")
        words = "".join(button.itertext()).split()
        opens = button.get("aria-expanded") or button.get("aria-controls")
        if not in_heading and not (opens and _asks(words)):
            continue
        _show_panel(tree, button.get("aria-controls") or "")
        if in_heading:
            button.tag = "span"
        elif button.tag not in _HEADINGS:
            button.tag = "h3"
    for summary in tree.xpath("//details/summary"):
        summary.tag = "h3"


def without_menus(tree: Any) -> str:
    """Return the HTML of a page's main part, as far as the page says which that is."""
    roots = tree.xpath("//main|//*[@role='main']") or tree.xpath("//body") or [tree]
    root = roots[0]
    for part in root.xpath(_MENUS):
        if part.getparent() is not None:
            part.drop_tree()
    return str(tostring(root, encoding="unicode", with_tail=False))


def _asks(words: list[str]) -> bool:
    return len(words) >= _MIN_QUESTION_WORDS or (bool(words) and words[-1].endswith("?"))


def _show_panel(tree: Any, panel_id: str) -> None:
    for panel in tree.xpath("//*[@id=$id]", id=panel_id) if panel_id else ():
        for name in ("hidden", "aria-hidden", "style"):
            panel.attrib.pop(name, None)


def _parts(cell: Any) -> list[str]:
    """Return the text of a cell, parted where a reader sees a new line."""
    parts = [cell.text or ""]
    for element in cell.iterdescendants():
        if isinstance(element.tag, str):
            if element.tag in ("li", "p", "div", "br"):
                parts.append("")
            parts[-1] += element.text or ""
        if element.tag in ("ul", "ol", "p", "div", "li"):
            parts[-1] += " "
        parts[-1] += element.tail or ""
    return parts
