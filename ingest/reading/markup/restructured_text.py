"""reStructuredText to articles, with what Sphinx adds to it."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from docutils.core import publish_doctree, publish_from_doctree
from docutils.parsers.rst import Directive, directives, roles
from docutils.statemachine import StringList
from docutils.utils import SystemMessage

from ingest.reading.documents.packages import as_article, one_line
from ingest.reading.html.fragments import html_to_markdown
from ingest.reading.remarks import Remark
from knowledge.domain import Article
from knowledge.errors import ArticleError

__all__ = ["read_restructured_text"]

_SETTINGS = {
    # Nothing is read but the text itself: no file, no address, no raw HTML.
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "_disable_config": True,
    "report_level": 5,
    "halt_level": 5,
    "doctitle_xform": True,
    "initial_header_level": 2,
    "math_output": "LaTeX",
    "syntax_highlight": "none",
    "embed_stylesheet": False,
    "input_encoding": "unicode",
    "output_encoding": "unicode",
    "line_length_limit": 1_000_000,
}
_DIRECTIVE = re.compile(
    r"^[ \t]*\.\. (?:\|[^|\n]{1,100}\| )?([A-Za-z][\w:+.-]{0,60})::", re.MULTILINE
)
_ROLE = re.compile(r"(?<!:):([A-Za-z][\w:+.-]{0,60}):`")
_TARGET = re.compile(r"^(.{1,500}?)\s*<([^<>]{1,500})>$", re.DOTALL)
# What they show is taken from elsewhere: files, code, other pages.
_FROM_ELSEWHERE = frozenset(
    """
    automodule autoclass autofunction automethod autoattribute autodata autosummary bibliography
    genindex graphviz image include index literalinclude mermaid program-output raw tabularcolumns
    toctree todolist uml currentmodule module highlight default-domain only-html meta contents
    """.split()  # noqa: SIM905
)
_CODE = frozenset({"code-block", "sourcecode", "prompt", "parsed-literal"})
# Their arguments are no titles: versions, conditions, settings.
_UNTITLED = frozenset({"deprecated", "glossary", "only", "versionadded", "versionchanged"})
_OPTION = re.compile(r"\s*:[\w-]{1,60}:")
_MAX_CHARS = 2_000_000


def read_restructured_text(text: str, *, location: str, stem: str) -> Iterator[Article | Remark]:
    """Yield the article in clean `text`, and a remark on what it takes from elsewhere.

    Raises:
        ArticleError: when it is too long, or holds no text.
    """
    if len(text) > _MAX_CHARS:
        raise ArticleError(f"has more than {_MAX_CHARS:,} characters; split it", location=location)
    left_out = Counter(
        name for name in _DIRECTIVE.findall(text) if name.split(":")[-1] in _FROM_ELSEWHERE
    )
    _register_unknown(text)
    try:
        document = publish_doctree(text, settings_overrides=_SETTINGS)
        about = _about(document)
        _drop_what_is_no_text(document)
        page = publish_from_doctree(document, writer="html5", settings_overrides=_SETTINGS)
    except (
        SystemMessage,
        AssertionError,
        ValueError,
        KeyError,
        AttributeError,
        IndexError,
        TypeError,
    ) as exc:
        raise ArticleError(
            "cannot be read as reStructuredText; save it as Markdown or HTML", location=location
        ) from exc
    for name, count in sorted(left_out.items()):
        yield Remark(
            text=f"{count} `{name}` in it are left out: what they show lies elsewhere",
            location=location,
        )
    body = re.search(r"<body\b[^<>]*>(.*)</body>", page, re.DOTALL)
    markdown = html_to_markdown(body[1] if body else page)
    title = about.pop("title", "")
    markdown = re.sub(r"^# [^\n]*\n+", "", markdown) if title else markdown
    yield as_article(markdown.split("\n\n"), about, title=title, location=location, stem=stem)


class _Unknown(Directive):  # type: ignore[misc]
    """A directive that docutils does not have: its words are kept, with its title."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the title as a paragraph, and the content."""
        name = self.name.split(":")[-1]
        if name in _FROM_ELSEWHERE:
            return []
        title, *lines = "".join(self.arguments).split("\n")
        # What follows the title without a blank line is its options, or text.
        lines = [line for line in lines if not _OPTION.match(line)]
        lines += ["", *self.content]
        if name in _CODE:
            code = "\n".join(lines).strip("\n")
            return [nodes.literal_block(code, code)]
        box = nodes.container()
        if title and name not in _UNTITLED and not _OPTION.match(title):
            box += nodes.paragraph("", "", nodes.strong("", title))
        self.state.nested_parse(StringList(lines, source=""), self.content_offset, box)
        return [box]


def _unknown_role(
    _name: str, rawtext: str, text: str, *_: Any
) -> tuple[list[nodes.Node], list[nodes.Node]]:
    """Return what a reader sees of a role: the text before its target, or the target's name."""
    shown = text.replace("\x00", "")
    if (with_target := _TARGET.match(shown)) is not None:
        shown = with_target[1]
    return [nodes.inline(rawtext, shown.lstrip("~!"))], []


def _register_unknown(text: str) -> None:
    """Make all that Sphinx and others add known, or its words would be taken for an error."""
    for name in {name.lower() for name in _DIRECTIVE.findall(text)}:
        # There is no public way to ask which directives there are.
        is_known = name in directives._directive_registry  # noqa: SLF001
        if not is_known or name in _FROM_ELSEWHERE:
            directives.register_directive(name, _Unknown)
    for name in {name.lower() for name in _ROLE.findall(text)}:
        if name not in roles._role_registry:  # noqa: SLF001
            roles.register_local_role(name, _unknown_role)


_NO_TEXT = (
    nodes.comment,
    nodes.docinfo,
    nodes.footnote_reference,
    nodes.image,
    nodes.label,
    nodes.substitution_definition,
    nodes.system_message,
)


def _drop_what_is_no_text(document: Any) -> None:
    for node in list(document.findall(lambda node: isinstance(node, _NO_TEXT))):
        node.parent.remove(node)
    for node in list(document.findall(nodes.Admonition)):
        # Its kind is the same word each time; a title of its own is a child.
        parts = [
            nodes.paragraph("", "", nodes.strong("", *part.children))
            if isinstance(part, nodes.title)
            else part
            for part in node.children
        ]
        node.parent.replace(node, nodes.container("", *parts))
    for node in list(document.findall(nodes.problematic)):
        # A role or reference that leads nowhere is shown as it was written.
        node.parent.replace(node, nodes.Text(node.astext().strip("`_")))


def _about(document: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    title = document.get("title", "")
    if title:
        found["title"] = one_line(title)
    for info in document.findall(nodes.docinfo):
        for node in info:
            match node:
                case nodes.author() | nodes.authors():
                    found.setdefault("creator", one_line(node.astext().replace("\n\n", ", ")))
                case nodes.date():
                    found["modified"] = one_line(node.astext())
                case _:
                    pass
    return found
