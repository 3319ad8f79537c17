"""A Markdown article as the house rules see it: front matter and sections, with their lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from markdown_it import MarkdownIt
from typing_extensions import override

from ingest.reading.heads.front_matter import compose_yaml
from ingest.reading.markdown.commonmark import plain_text
from knowledge.errors import ArticleError
from knowledge.text.language import sentence_spans

__all__ = [
    "Finding",
    "HouseArticle",
    "ListedQuestion",
    "Section",
    "Statement",
    "parse_house_article",
    "word_count",
]

_PARTS = re.compile(r"\A---\n(.*?)^---\n(.*)\Z", re.MULTILINE | re.DOTALL)
_TABLE_RULE = re.compile(r"\|[\s:|-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One place where a text breaks a house rule."""

    location: str
    line: int | None = None
    rule: str
    text: str

    @override
    def __str__(self) -> str:
        """Return `location:line: rule: text`, the form that editors can jump to."""
        place = self.location if self.line is None else f"{self.location}:{self.line}"
        return f"{place}: {self.rule}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence, list item or table row."""

    text: str
    line: int
    table_head: str = ""
    """The first row of the table in which it is a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What stands under one heading of level two, or above the first."""

    heading: str
    """Empty for the opening."""
    line: int
    """Where the heading stands, or the text of the opening."""
    first_line: int
    """The number of the first of `lines`."""
    lines: tuple[str, ...]
    """The text below the heading, blank lines included."""

    def statements(self) -> Iterator[Statement]:
        """Yield the sentences, list items and table rows in order."""
        table_head = ""
        for number, line in enumerate(self.lines, start=self.first_line):
            text = line.strip()
            if text.startswith("|"):
                table_head = table_head or text
                if not _TABLE_RULE.fullmatch(text):
                    yield Statement(text=text, line=number, table_head=table_head)
                continue
            table_head = ""
            for span in sentence_spans(text.removeprefix("- ")):
                yield Statement(text=span.text, line=number)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedQuestion:
    """A question that the front matter lists under a heading."""

    heading: str
    text: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseArticle:
    """An article with its front matter as written."""

    location: str
    stem: str
    """The file's name without its suffix."""
    front: dict[str, Any]
    """Empty when there is no front matter or it is no mapping."""
    front_lines: dict[str, int]
    """Where each key of the front matter stands."""
    broken_front: Finding | None
    """Says why the front matter cannot be read, when it cannot."""
    questions: tuple[ListedQuestion, ...]
    """In order; what is not a list of questions under a heading is left out."""
    sections: tuple[Section, ...]
    """The opening first, even when it is empty."""

    @property
    def slug(self) -> str:
        """The slug that the article gives itself, else its file's name."""
        return str(self.front.get("slug") or self.stem)

    @property
    def title(self) -> str:
        """The title, or nothing."""
        return str(self.front.get("title") or "")

    @property
    def related(self) -> tuple[str, ...]:
        """The slugs of the articles that it names as related."""
        related = self.front.get("related")
        return tuple(map(str, related)) if isinstance(related, list) else ()

    @property
    def headings(self) -> frozenset[str]:
        """The headings of level two."""
        return frozenset(section.heading for section in self.sections[1:])

    def prose(self) -> Iterator[tuple[int | None, str]]:
        """Yield title, summary, and every line of the body, each with its number."""
        for key in ("title", "summary"):
            yield self.front_lines.get(key), str(self.front.get(key) or "")
        for section in self.sections:
            yield section.line, section.heading
            yield from enumerate(section.lines, start=section.first_line)

    def finding(self, rule: str, text: str, *, line: int | None = None) -> Finding:
        """Return a finding on this article."""
        return Finding(location=self.location, line=line, rule=rule, text=text)


def parse_house_article(text: str, *, location: str, stem: str) -> HouseArticle:
    """Take a Markdown article apart; broken front matter counts as none."""
    match = _PARTS.match(text)
    block, body = match.groups() if match else ("", text)
    root, broken = _parse_front(block, location)
    keys = enumerate(block.split("\n"), start=2)
    return HouseArticle(
        location=location,
        stem=stem,
        front=_mapping(root),
        broken_front=broken,
        front_lines={line.split(":")[0]: number for number, line in keys if ":" in line},
        questions=tuple(_questions(root)),
        sections=tuple(_sections(body, first_line=text.count("\n", 0, -len(body) or None) + 1)),
    )


def word_count(text: str) -> int:
    """Return how many pieces between blanks hold a letter or digit."""
    return sum(any(char.isalnum() for char in piece) for piece in text.split())


def _parse_front(block: str, location: str) -> tuple[yaml.Node | None, Finding | None]:
    """Return the front matter, or a finding that says why there is none."""
    try:
        return compose_yaml(f"\n{block}", location=location), None
    except ArticleError as exc:
        return None, Finding(location=location, line=exc.line, rule="front matter", text=exc.reason)


def _mapping(root: yaml.Node | None) -> dict[str, Any]:
    """Return the values as texts, lists and mappings of texts; dates and numbers as written."""
    return {str(key.value): _value(value) for key, value in _pairs(root)}


def _value(node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item) for item in node.value]
    return {str(key.value): _value(value) for key, value in _pairs(node)}


def _scalar(node: yaml.ScalarNode) -> Any:
    try:
        return yaml.safe_load(node.value) if node.style is None else node.value
    except (yaml.YAMLError, ValueError):
        # A day that is in no calendar stays what was written, for the rule on dates to find.
        return node.value


def _questions(root: yaml.Node | None) -> Iterator[ListedQuestion]:
    for key, value in _pairs(root):
        for heading, asked in _pairs(value) if key.value == "questions" else ():
            for item in asked.value if isinstance(asked, yaml.SequenceNode) else ():
                yield ListedQuestion(
                    heading=str(heading.value),
                    text=str(item.value),
                    line=item.start_mark.line + 1,
                )


def _pairs(node: yaml.Node | None) -> list[tuple[yaml.Node, yaml.Node]]:
    return node.value if isinstance(node, yaml.MappingNode) else []


def _sections(body: str, *, first_line: int) -> Iterator[Section]:
    lines = body.split("\n")
    heading, line, below = "", 0, 0
    for following, starts, ends in [*_headings(body), ("", len(lines), len(lines))]:
        yield Section(
            heading=heading,
            line=first_line + line,
            first_line=first_line + below,
            lines=tuple(lines[below:starts]),
        )
        heading, line, below = following, starts, ends


def _headings(body: str) -> Iterator[tuple[str, int, int]]:
    """Yield the headings of level two, as the splitter reads them, and their lines from and to."""
    tokens = MarkdownIt("commonmark", {"html": False}).parse(body)
    for at, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2" and token.map:
            yield plain_text(tokens[at + 1]), token.map[0], token.map[1]
