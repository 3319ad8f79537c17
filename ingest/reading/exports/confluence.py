"""Confluence's storage format to HTML: macros become what a reader of the page sees of them."""

import re
from html import escape
from typing import Any

from lxml import html
from lxml.etree import ParserError

__all__ = ["is_storage_format", "storage_to_html"]

_MARK = re.compile(r"<(?:ac|ri):[a-z-]{2,40}[\s>/]")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_EMPTY = re.compile(r"<((?:ac:|ri:|time\b)[a-z-]{0,40})((?:\s[^<>]{0,2000}?)?)\s*/>")
# What they show is made elsewhere, or of other pages.
_MADE = frozenset(
    """
    anchor attachments blog-posts change-history children contentbylabel contributors detailssummary
    drawio gallery gliffy include index jirachart listlabels livesearch pagetree pagetreesearch
    profile recently-updated space-details toc toc-zone viewpdf widget
    """.split()  # noqa: SIM905
)
_NOT_SHOWN = frozenset(
    {"image", "placeholder", "parameter", "task-id", "task-uuid", "task-status", "emoticon"}
)
_HTML_TAGS = {
    "task-list": "ul",
    "task": "li",
    "plain-text-body": "pre",
    **dict.fromkeys(
        ("rich-text-body", "task-body", "layout", "layout-section", "layout-cell"), "div"
    ),
}
_CODE = frozenset({"code", "noformat"})


def is_storage_format(text: str) -> bool:
    """Return whether a text is a body as Confluence stores it."""
    return _MARK.search(text) is not None


def storage_to_html(text: str) -> str:
    """Return a stored body as HTML; what is made of other pages is left out."""
    text = _CDATA.sub(lambda data: escape(data[1], quote=False), text)
    # The parser of HTML knows no empty elements but its own.
    text = _EMPTY.sub(r"<\1\2></\1>", text)
    try:
        tree = html.fragment_fromstring(text, create_parent="div")
    except (ParserError, ValueError):
        return text
    # From the inside out: a macro may stand in another one.
    for element in reversed(list(tree.iter())):
        if not isinstance(element.tag, str):
            continue
        if element.tag.startswith(("ac:", "ri:")):
            _replace(element)
        elif element.tag == "time" and not element.text_content():
            element.text = element.get("datetime", "")
    return str(html.tostring(tree, encoding="unicode"))


def _replace(element: Any) -> None:
    tag = element.tag.partition(":")[2]
    if _is_macro(element):
        _replace_macro(element)
    elif tag == "parameter" and element.getparent() is not None and _is_macro(element.getparent()):
        pass  # Its macro reads it.
    elif tag in _NOT_SHOWN:
        element.drop_tree()
    elif tag == "link":
        _replace_link(element)
    elif element.tag.startswith("ac:"):
        # What belongs to a link is left for it to read.
        element.tag = _HTML_TAGS.get(tag, "span")


def _is_macro(element: Any) -> bool:
    return element.tag in ("ac:structured-macro", "ac:macro")


def _replace_macro(macro: Any) -> None:
    name = macro.get("ac:name") or ""
    given = _children(macro, "ac:parameter")
    parameters = {one.get("ac:name"): one.text_content() for one in given}
    for one in given:
        one.drop_tree()
    if name in _MADE:
        macro.drop_tree()
        return
    title = parameters.get("title", "")
    if name == "status":
        macro.tag, macro.text = "span", title
    elif name == "jira":
        macro.tag, macro.text = "span", parameters.get("key", "")
    else:
        macro.tag = "div"
        if title:
            heading = html.Element("summary" if name == "expand" else "p")
            heading.text = title
            macro.insert(0, heading)
        if name not in _CODE:
            for body in _children(macro, "pre"):
                body.tag = "p"


def _replace_link(link: Any) -> None:
    """Leave the words of a link; one without words has the title of its page."""
    if not link.text_content().strip():
        for named in (*_children(link, "ri:page"), *_children(link, "ri:attachment")):
            link.text = named.get("ri:content-title") or named.get("ri:filename") or ""
    link.tag = "span"


def _children(element: Any, tag: str) -> list[Any]:
    return [child for child in element if child.tag == tag]
