"""The parsers of Markdown, each made once: making one takes longer than most texts."""

from collections.abc import MutableMapping
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

__all__ = ["parse_blocks", "parse_inline", "parse_text", "plain_text"]


def parse_blocks(text: str, env: MutableMapping[str, Any] | None = None) -> list[Token]:
    """Return the blocks of Markdown, what stands in them unparsed; `env` takes its references."""
    return _blocks().parse(text, env)


def parse_inline(text: str, env: MutableMapping[str, Any] | None = None) -> Token:
    """Return the inline token of one paragraph or heading."""
    return _text().parseInline(text, env)[0]


def parse_text(text: str) -> list[Token]:
    """Return the tokens of a body as they are split: with tables, and HTML as text."""
    return _text().parse(text)


def plain_text(inline: Token) -> str:
    """Return the words of an inline token without marks, links, images or HTML."""
    parts = []
    for child in inline.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return " ".join("".join(parts).split())


@cache
def _blocks() -> MarkdownIt:
    return MarkdownIt("commonmark").disable("inline")


@cache
def _text() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")
