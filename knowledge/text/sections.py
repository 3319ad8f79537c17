"""Pure: the Markdown of an article as sections, named as its chunks name them."""

from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

__all__ = ["SectionText", "heading_text", "read_sections"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionText:
    """What stands between one heading and the next."""

    heading: str
    """Heading trail, `A > B`; empty above the first heading."""
    body: str
    """Markdown without the heading; never empty."""


def read_sections(body: str, *, title: str) -> tuple[SectionText, ...]:
    """Return the sections of an article's Markdown that have text, in order.

    `title` is the article's: a heading that repeats it is no part of a trail.
    """
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(body)
    lines = body.split("\n")
    sections: list[SectionText] = []
    trail: list[tuple[int, str]] = []
    start = 0

    def close(end: int) -> None:
        text = "\n".join(lines[start:end]).strip("\n")
        if text.strip():
            heading = " > ".join(name for _, name in trail)
            sections.append(SectionText(heading=heading, body=text))

    for at, token in enumerate(tokens):
        if token.type != "heading_open" or not token.map:
            continue
        close(token.map[0])
        level, heading = int(token.tag[1:]), heading_text(tokens[at + 1])
        trail = [(depth, name) for depth, name in trail if depth < level]
        if heading and heading != title:
            trail.append((level, heading))
        start = token.map[1]
    close(len(lines))
    return tuple(sections)


def heading_text(inline: Token) -> str:
    """Return the words of an inline token without marks, links or images."""
    parts = []
    for child in inline.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return " ".join("".join(parts).split())
