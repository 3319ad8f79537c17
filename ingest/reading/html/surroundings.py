"""What stands around the article of a page, dropped from its tree by tag, name, place and links.

No rule is of one site: tags and roles that mean menus, words that names of classes are made of
everywhere, what stands above the title, and groups of links below the last text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ingest.reading.saved_pages.furniture import label_kind
from ingest.reading.saved_pages.text_blocks import Block

__all__ = ["main_part"]

_BY_TAG = (
    ".//nav|.//footer[not(ancestor::blockquote)]|.//form|.//head"
    "|.//header[not(.//h1 or .//*[@role='heading' and @aria-level='1'])]"
    "|.//*[@role='navigation' or @role='contentinfo' or @role='search' or @role='menubar'"
    " or @role='menu' or @role='dialog' or @role='alertdialog']"
    "|.//*[@role='banner' and not(.//h1)]|.//aside|.//*[@role='complementary']"
)
_SURROUNDING = frozenset(
    """
    ad ads advert advertisement advertising banner breadcrumb breadcrumbs catlinks chat comment
    comments consent cookie cookies crumbs cta disqus editsection feedback footer gdpr hamburger
    likes logo masthead menu nav navbar navbox navigation newsletter pager pagination paywall
    popular popup promo promoted promotion reactions recommendations related respond share sharing
    sidebar signup skip social sponsor sponsored subscribe subscription tags toast toc toolbar
    topbar trending vote votes widget
    """.split()  # noqa: SIM905
)
_SURROUNDING_PAIRS = re.compile(
    r"\b(?:author (?:box|bio|card|info)|about author|most (?:read|viewed|popular)"
    r"|read (?:more|next)"
    r"|edit (?:this )?page|site (?:notice|sub|header|nav)|table of contents|top (?:bar|links)"
    r"|back to top|page (?:actions|footer|nav)|bottom nav|sub nav|main menu|last (?:updated|edited)"
    r"|recent posts|mw navigation|breaking bar|version badge)\b"
)
_NOTE = re.compile(
    r"\b(?:admonition|alert|callout|caution|danger|hint|important|info|note|tip|warning)\b"
)
# Builders of sites name parts in these, too.
_NAMES = ("class", "id", "data-automation-id", "data-testid")
_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
_BLOCKS = frozenset(
    """
    address article aside blockquote body caption center dd details dialog div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main nav ol p pre section
    summary table tbody td tfoot th thead tr ul
    """.split()  # noqa: SIM905
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CELLS = frozenset({"td", "th", "dd", "dt", "pre"})
_SENTENCE = re.compile(r"[.!?:…][\"'”’)\]]*$")  # noqa: RUF001
_MIN_SENTENCE_WORDS = 5
_SOME_LINKED, _LINKED = 0.3, 0.8
_MAX_TEXTS_ABOVE = 2
_OF_PAGE = 0.6


@dataclass(slots=True, eq=False)
class _Leaf:
    """An element that holds text and no other block."""

    element: Any
    text: str
    linked: float
    """The share of its words that stand in links."""

    @property
    def tag(self) -> str:
        return str(self.element.tag).lower()

    @property
    def is_heading(self) -> bool:
        return self.tag in _HEADINGS or self.element.get("role") == "heading"

    @property
    def is_text(self) -> bool:
        """Whether it is a sentence, and no label or link."""
        return (
            self.linked < _LINKED
            and len(self.text.split()) >= _MIN_SENTENCE_WORDS
            and _SENTENCE.search(self.text) is not None
            and self.label not in ("menu", "end")
        )

    @property
    def label(self) -> str:
        return str(label_kind(Block(text=self.text, gap_before=True, gap_after=True)))


def main_part(tree: Any, *, title: str) -> tuple[Any, list[str]]:
    """Return the part of a page that is its article, and the texts that were cut off.

    The tree is changed. `title` is that of the page as its head names it, maybe with the site's.
    """
    roots = tree.xpath("//body") or [tree]
    root = roots[0]
    cut = [_text(part) for part in _drop_named(root)]
    root = _densest(root)
    leaves = list(_leaves(root))
    start = _start(leaves, title)
    dropped = [leaf for leaf in leaves[:start] if not _is_title(leaf, title)]
    dropped += _boxes(leaves[start:]) + _below(leaves[start:])
    for leaf in dict.fromkeys(dropped):
        cut.append(leaf.text)
        _drop(leaf.element)
    return root, [text for text in cut if text]


def _drop_named(root: Any) -> Iterator[Any]:
    """Drop what its tag, role or name says to be no article; yield it."""
    whole = max(_length(root), 1)
    has_head = root.xpath("boolean(.//h1)")
    for part in root.xpath(f"{_BY_TAG}|.//*[@class or @id or @data-automation-id or @data-testid]"):
        if part.getparent() is None or not _is_surrounding(part):
            continue
        if part.xpath("boolean(self::main|self::article|.//main|.//article|.//h1)"):
            continue
        if _length(part) > _OF_PAGE * whole and not (has_head and part.tag in ("nav", "form")):
            continue
        yield part
        _drop(part)


def _is_surrounding(part: Any) -> bool:
    names = " ".join(part.get(name) or "" for name in _NAMES)
    name = " ".join(_WORD_STARTS.split(names)).lower()
    if part.tag in ("aside", "div", "section") and _NOTE.search(name):
        return False
    words = name.split()
    if part.tag in ("body", "html", "main", "article", "td", "th", "tr", "table", "code"):
        return "navbox" in words
    if part.tag == "span" and _linked(part) < _LINKED:
        # A span in a sentence is never more than its words.
        return False
    if part.tag == "a" and not {"btn", "button"}.isdisjoint(words):
        return True
    if not _SURROUNDING.isdisjoint(words) or _SURROUNDING_PAIRS.search(name):
        return True
    if part.tag == "aside" or part.get("role") == "complementary":
        return not part.xpath("boolean(ancestor::main|ancestor::article)") or _linked(part) > 0.5
    return part.tag in ("nav", "footer", "form", "head", "header") or part.get("role") in (
        "navigation", "contentinfo", "search", "menubar", "menu", "dialog", "alertdialog", "banner",
    )  # fmt: skip


def _densest(root: Any) -> Any:
    """Return the main element or the one article, if most of the page's text stands in it."""
    whole = max(_length(root), 1)
    for path in (".//main|.//*[@role='main']", ".//article"):
        found = root.xpath(path)
        if len(found) == 1 and _length(found[0]) > whole / 2:
            return found[0]
    return root


def _start(leaves: list[_Leaf], title: str) -> int:
    """Return where the article begins: at its title, or else at the first text."""
    heads = [at for at, leaf in enumerate(leaves) if _is_first_heading(leaf)]
    titles = [at for at in heads if leaves[at].text in title]
    titles = titles or [at for at, leaf in enumerate(leaves) if _is_title(leaf, title)]
    # A first heading that is no title may well have the beginning of the article above it.
    for found, most in ((titles, _MAX_TEXTS_ABOVE), (heads, 0)):
        if found and sum(leaf.is_text for leaf in leaves[: found[0]]) <= most:
            return found[0]
    texts = [at for at, leaf in enumerate(leaves) if leaf.is_text or leaf.is_heading]
    first = texts[0] if texts else 0
    while first > 0 and leaves[first - 1].linked < _LINKED and not leaves[first - 1].label:
        first -= 1
    return first


def _is_first_heading(leaf: _Leaf) -> bool:
    return leaf.tag == "h1" or (
        leaf.element.get("role") == "heading" and leaf.element.get("aria-level") == "1"
    )


def _is_title(leaf: _Leaf, title: str) -> bool:
    text = leaf.text.casefold()
    return bool(text) and title.casefold().startswith(text)


def _boxes(leaves: list[_Leaf]) -> list[_Leaf]:
    """Return the labels that announce other pages, with the links that follow them."""
    found: list[_Leaf] = []
    in_box = False
    for leaf in leaves:
        is_link = leaf.linked >= _LINKED
        if leaf.label == "box" and not leaf.is_text and leaf.tag not in _CELLS:
            in_box = True
        elif not (in_box and is_link):
            in_box = False
        if in_box:
            found.append(leaf)
    # A heading such as "Related" over text is one of the article's.
    return [
        leaf
        for at, leaf in enumerate(found)
        if not leaf.is_heading or (at + 1 < len(found) and found[at + 1].linked >= _LINKED)
    ]


def _below(leaves: list[_Leaf]) -> list[_Leaf]:
    """Return what follows the last text of the article: links, labels, and their headings."""
    found: list[_Leaf] = []
    for at, leaf in reversed(list(enumerate(leaves))):
        is_lone = leaf.element.xpath("boolean(ancestor::article|ancestor::main)")
        is_link = leaf.linked >= _LINKED and leaf.tag not in ("dd", "dt", "pre")
        label = leaf.label
        is_mixed = _SOME_LINKED < leaf.linked < _LINKED and leaf.tag != "li" and not leaf.is_text
        # Below a page, an address is that of whoever keeps it.
        is_label = (
            bool(label or (leaf.tag == "address" and len(found) == len(leaves) - at - 1))
            and leaf.tag not in _CELLS
            and not leaf.is_text
        )
        is_menu = is_link and (bool(found) or bool(label) or not is_lone)
        if not (is_menu or is_label or is_mixed or (leaf.is_heading and found)):
            break
        found.append(leaf)
    return found


def _leaves(element: Any) -> Iterator[_Leaf]:
    inner = [child for child in element if _holds_block(child)]
    if not inner:
        text = _text(element)
        if text:
            yield _Leaf(element, text, _linked(element))
        return
    for child in element:
        if isinstance(child.tag, str):
            if _holds_block(child):
                yield from _leaves(child)
            elif text := _text(child):
                yield _Leaf(child, text, _linked(child))


def _holds_block(element: Any) -> bool:
    return isinstance(element.tag, str) and (
        element.tag.lower() in _BLOCKS
        or any(isinstance(one.tag, str) and one.tag.lower() in _BLOCKS for one in element.iter())
    )


def _drop(element: Any) -> None:
    parent = element.getparent()
    if parent is not None:
        element.drop_tree()
    else:
        element.clear()


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _length(element: Any) -> int:
    """Return how much text outside links stands in an element."""
    linked = sum(len(_text(link)) for link in element.iter("a"))
    return max(len(_text(element)) - linked, 0)


def _linked(element: Any) -> float:
    words = len(_text(element).split())
    if element.tag == "a":
        return 1.0
    linked = sum(len(_text(link).split()) for link in element.iter("a"))
    return linked / words if words else 0.0
