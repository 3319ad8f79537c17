"""A page's elements made ready for extraction, so that nothing that a reader sees is lost."""

import re
from typing import Any

from lxml.html import Element

__all__ = ["drop_hidden", "show_accordions"]

# What browsers do not show. Attributes are compared in lower case, without spaces.
_NEVER_SHOWN = (
    "//comment()|//processing-instruction()|//script|//style|//template|//noscript|//iframe"
    "|//object|//svg|//select|//button|//dialog[not(@open)]"
    "|//*[@hidden]|//*[translate(@aria-hidden, 'TRUE', 'true')='true']"
)
_NO_PASSAGE = frozenset({"script", "style", "template", "iframe", "object", "svg"})
_HIDING_STYLE = re.compile(
    r"display:none|visibility:hidden|font-size:0(?![.\d])|opacity:0(?![.\d])"
)
_IN_HEADING = (
    "ancestor::h1|ancestor::h2|ancestor::h3|ancestor::h4|ancestor::h5|ancestor::h6|ancestor::dt"
)
_IN_FURNITURE = "ancestor::nav|ancestor::header|ancestor::footer|ancestor::form|ancestor::dialog"
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "dt"})
_MIN_QUESTION_WORDS = 3


def drop_hidden(tree: Any) -> int:
    """Drop what browsers do not show, and return how many passages of text that was.

    Programs, styles and comments are no text of the page, and do not count.
    """
    hidden = list(tree.xpath(_NEVER_SHOWN))
    hidden += [
        element
        for element in tree.xpath("//*[@style]")
        if _HIDING_STYLE.search(re.sub(r"\s+", "", element.get("style").lower()))
    ]
    passages = 0
    for element in hidden:
        if element.getparent() is not None:
            is_text = isinstance(element.tag, str) and element.tag not in _NO_PASSAGE
            passages += is_text and any(map(str.isalnum, "".join(element.itertext())))
            element.drop_tree()
    return passages


def show_accordions(tree: Any) -> None:
    """Make headings of the buttons that open an answer, and show the answers.

    A button in a heading is the heading's text. Other buttons are left to be dropped.
    """
    _show_tabs(tree)
    for button in tree.xpath(
        "//button|//*[@role='button' or @role='tab'][@aria-controls or @aria-expanded]"
    ):
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


def _show_tabs(tree: Any) -> None:
    """Show all panels of tabs, each under the label that opens it, or the labels as they stand."""
    for panel in tree.xpath("//*[@role='tabpanel']"):
        _show(panel)
    for tab in tree.xpath("//*[@role='tab']"):
        panels = tree.xpath("//*[@id=$id]", id=tab.get("aria-controls") or "")
        if not panels:
            tab.tag = "span" if tab.tag in ("a", "button") else tab.tag
            continue
        _show(panels[0])
        label = Element("h3")
        label.text = " ".join("".join(tab.itertext()).split())
        label.tail, panels[0].text = panels[0].text, None
        panels[0].insert(0, label)
        tab.drop_tree()


def _show(panel: Any) -> None:
    for name in ("hidden", "aria-hidden", "style"):
        panel.attrib.pop(name, None)


def _asks(words: list[str]) -> bool:
    return len(words) >= _MIN_QUESTION_WORDS or (bool(words) and words[-1].endswith("?"))


def _show_panel(tree: Any, panel_id: str) -> None:
    for panel in tree.xpath("//*[@id=$id]", id=panel_id) if panel_id else ():
        _show(panel)
