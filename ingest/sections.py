"""The sections of an article's Markdown, with the sentences, items and rows under each heading."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from ingest.reading.markdown.commonmark import parse_text, plain_text
from knowledge.domain import Article
from knowledge.text.language import sentence_spans
from knowledge.text.passages import ITEM_MARK, ROW_MARK

__all__ = ["Section", "find_sections"]


@dataclass(slots=True)
class Section:
    """The pieces under one heading: sentences, list items, table rows and paragraph breaks."""

    trail: tuple[str, ...]
    lines: list[list[str]] = field(default_factory=list)
    """Lines of text in order; a line of prose is a paragraph, as its list of sentences."""


def find_sections(article: Article) -> Iterator[Section]:
    """Yield the sections of an article's Markdown that have text, with their heading trail."""
    tokens = parse_text(article.body)
    section = Section(trail=())
    stack: list[tuple[int, str]] = []
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            if section.lines:
                yield section
            level = int(token.tag[1:])
            heading = plain_text(tokens[index + 1])
            stack = [(depth, text) for depth, text in stack if depth < level]
            if heading and heading != article.title:
                stack.append((level, heading))
            section = Section(trail=tuple(text for _, text in stack))
        elif (line := _line(tokens, index)) is not None:
            section.lines.append(line)
    if section.lines:
        yield section


def _line(tokens: Sequence[Token], index: int) -> list[str] | None:
    """Return the line of text that the token at `index` makes, or None when it makes none."""
    token = tokens[index]
    if token.type in ("fence", "code_block"):
        return [" ".join(token.content.split())] if token.content.strip() else None
    if token.type == "tr_open":
        cells = []
        # A slice of the rest would be copied for each row of a long table.
        for at in range(index + 1, len(tokens)):
            inner = tokens[at]
            if inner.type == "tr_close":
                break
            if inner.type == "inline":
                cells.append(plain_text(inner).replace("|", "/"))
        return [f"{ROW_MARK}{' | '.join(cells)} |"]
    if token.type != "inline" or tokens[index - 1].type != "paragraph_open":
        return None
    text = plain_text(token)
    if not text:
        return None
    if _opens_item(tokens, index):
        return [ITEM_MARK + text]
    return [span.text for span in sentence_spans(text)]


def _opens_item(tokens: Sequence[Token], index: int) -> bool:
    return index > 1 and tokens[index - 2].type == "list_item_open"
