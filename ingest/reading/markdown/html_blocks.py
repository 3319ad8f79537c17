"""HTML within Markdown: the tags go, the words stay, and tables and lists keep their form."""

import re
from html import unescape
from html.parser import HTMLParser

from typing_extensions import override

__all__ = ["count_hidden", "drop_html"]

_ACTIVE = re.compile(
    r"<(script|style|template|noscript|iframe)\b[^<>]{0,2000}>.*?(?:</\1\s*>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TABLE = re.compile(r"<table\b[^<>]{0,2000}>.*?(?:</table\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*)((?:\s[^<>]{0,2000})?)/?>")
_TAG_ITSELF = re.compile(r"(</?[A-Za-z][^<>]{0,2000}>)")
_CLOSING = re.compile(r"</([A-Za-z][A-Za-z0-9-]*)\s*>")
_HIDDEN = re.compile(
    r"<(div|p|span|section)\b[^<>]{0,500}(?:\shidden(?=[\s>])|display\s*:\s*none)[^<>]{0,500}>"
    r".*?(?:</\1\s*>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_BLOCKS = frozenset(
    """
    address article aside blockquote body center dd details div dl dt fieldset figcaption figure
    footer form header hr html main nav ol p pre section summary ul
    """.split()  # noqa: SIM905
)
_INLINE = frozenset(
    """
    a abbr acronym audio b bdi bdo big br button canvas cite code col colgroup data datalist del
    dfn dialog em embed font head i img input ins kbd label legend li link mark meta object option
    output picture progress q s samp select small source span strike strong sub sup svg table tbody
    td textarea tfoot th thead time title tr track tt u var video wbr h1 h2 h3 h4 h5 h6 path
    """.split()  # noqa: SIM905
)


def drop_html(text: str) -> str:
    """Return Markdown that holds no code without HTML.

    Scripts, comments and what is hidden go with their words. `<name>` stays where it is a
    placeholder: no tag of HTML, and closed nowhere.
    """
    if "<" not in text:
        return text
    text = _COMMENT.sub("", _ACTIVE.sub("", text))
    text = _HIDDEN.sub("", text)
    text = _TABLE.sub(lambda table: f"\n\n{_rows(table[0])}\n\n", text)
    closed = frozenset(name.lower() for name in _CLOSING.findall(text))
    return _TAG.sub(lambda tag: _replaced(tag, closed), text)


def count_hidden(text: str) -> int:
    """Return how many comments and passages that no browser shows stand in Markdown."""
    return len(_COMMENT.findall(text)) + len(_HIDDEN.findall(text))


def _replaced(tag: re.Match[str], closed: frozenset[str]) -> str:
    name, is_closing = tag[1].lower(), tag[0].startswith("</")
    if name == "br":
        return " "
    if name == "li":
        return "" if is_closing else "\n- "
    if re.fullmatch("h[1-6]", name):
        return "\n\n" if is_closing else f"\n\n{'#' * int(name[1])} "
    if name in _BLOCKS:
        return "\n\n"
    if name in _INLINE or name in closed or "-" in name or tag[0].endswith("/>"):
        return ""
    return tag[0]


class _TableReader(HTMLParser):
    """Collects the rows of a table, whatever stands in its cells."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[list[str]]] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            if not self.rows:
                self.rows.append([])
            self.rows[-1].append([])
        elif tag in ("li", "p", "br", "div"):
            self.handle_data(" ")

    @override
    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1].append(data)


def _rows(table: str) -> str:
    reader = _TableReader()
    reader.feed(table)
    reader.close()
    rows = [[" ".join("".join(cell).split()) for cell in row] for row in reader.rows]
    rows = [row for row in rows if any(row)]
    if not rows:
        return " ".join(unescape(_TAG.sub(" ", table)).split())
    width = max(map(len, rows))
    lines = [
        "| "
        + " | ".join(cell.replace("|", "/") for cell in [*row, *[""] * (width - len(row))])
        + " |"
        for row in rows
    ]
    return "\n".join([lines[0], "|" + "---|" * width, *lines[1:]])
