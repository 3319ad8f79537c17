"""Markdown to an article: front matter, title, and a body without raw HTML and images."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.reading.front_matter import split_front_matter
from ingest.reading.metadata import read_metadata
from ingest.reading.remarks import Remark
from ingest.reading.slugs import is_slug, slugify, title_from_stem
from knowledge.domain import Article, ArticleId
from knowledge.errors import ArticleError

__all__ = ["clean_markdown", "plain_text", "read_markdown", "take_heading"]

_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)[^\n]{1,2000}?(?<!`)\1(?!`)")
_ACTIVE = re.compile(
    r"<(script|style|template|noscript|iframe)\b[^<>]{0,2000}>.*?(?:</\1\s*>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]{0,2000})?/?>")
_IMAGE = re.compile(r"!\[[^\[\]]{0,500}\](?:\([^()\n]{0,2000}\)|\[[^\[\]\n]{0,300}\])?")
_BLANK_LINES = re.compile(r"\n{3,}")
_EMPTY_LINK = re.compile(r"\[\s*\](?:\([^()\n]{0,2000}\)|\[[^\[\]\n]{0,300}\])")


def read_markdown(text: str, *, location: str, stem: str) -> Iterator[Article | Remark]:
    """Yield the article in clean `text`, and what of its front matter was left out.

    Its title is the front matter's, else the first level-one heading, else the words of `stem`.
    A draft yields no article.

    Raises:
        ArticleError: when the front matter is broken or nothing is left of the body.
    """
    parts = split_front_matter(text, location=location)
    meta = read_metadata(parts.fields, location=location)
    if meta.kept_out:
        yield meta.kept_out
        return
    yield from meta.remarks
    heading, body = take_heading(clean_markdown(parts.body), title=meta.title)
    title = meta.title or heading or title_from_stem(stem)
    if not body and meta.redirect:
        body = f"{title}: {meta.redirect}"
    if not body:
        raise ArticleError(
            "is empty: there is no text under its title; write some or delete it",
            location=location,
        )
    questions, strays = _split_questions(meta.questions, body)
    if strays:
        field = parts.fields.get("questions")
        yield Remark(
            text=f"`questions` under {strays[0]!r} in its front matter are left out: there is no "
            "such heading; write the heading as it stands in the text",
            location=location,
            line=field.line if field else None,
        )
    yield Article(
        article_id=ArticleId(meta.slug if is_slug(meta.slug) else slugify(title)),
        title=title,
        body=body,
        location=location,
        url=meta.url,
        author=meta.author,
        summary=meta.summary,
        published=meta.published,
        updated=meta.updated,
        tags=meta.tags,
        questions=questions,
        own_id=is_slug(meta.slug),
    )


def clean_markdown(text: str) -> str:
    """Return Markdown without HTML blocks, tags, comments, scripts and images.

    Code keeps its angle brackets.
    """
    lines = text.split("\n")
    kinds = _line_kinds(text, len(lines))
    kept: list[str] = []
    for kind, group in groupby(zip(kinds, lines, strict=True), key=lambda pair: pair[0]):
        segment = "\n".join(line for _, line in group)
        if kind == "code":
            kept.append(segment)
        elif kind == "prose":
            kept.append(_clean_prose(segment))
    return _BLANK_LINES.sub("\n\n", "\n".join(kept)).strip("\n")


def take_heading(text: str, *, title: str = "") -> tuple[str, str]:
    """Return the first level-one heading of Markdown, and the text without it.

    With a known `title` only a leading heading that says the same is taken.
    """
    tokens = MarkdownIt("commonmark").parse(text)
    for at, token in enumerate(tokens):
        if token.type != "heading_open" or token.tag != "h1" or token.level or not token.map:
            continue
        heading = "".join(child.content for child in tokens[at + 1].children or ()).strip()
        if title and (at > 0 or not _same(heading, title)):
            break
        if heading:
            lines = text.split("\n")
            del lines[slice(*token.map)]
            return heading, _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
    return "", text.strip("\n")


def plain_text(inline: Token) -> str:
    """Return the words of an inline token without marks, links, images or HTML."""
    parts = []
    for child in inline.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return " ".join("".join(parts).split())


def _split_questions(
    asked: Mapping[str, tuple[str, ...]], body: str
) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    """Return pairs of a heading of the body and a question, and the headings that it lacks."""
    if not asked:
        return (), []
    # As it is read when the body is split, or questions would pass here and be lost there.
    tokens = MarkdownIt("commonmark", {"html": False}).parse(body)
    present = {
        plain_text(tokens[at + 1])
        for at, token in enumerate(tokens)
        if token.type == "heading_open"
    }
    pairs = tuple(
        (under, question)
        for under, questions in asked.items()
        if under in present
        for question in questions
    )
    return pairs, [under for under in asked if under not in present]


def _line_kinds(text: str, count: int) -> list[str]:
    kinds = ["prose"] * count
    for token in MarkdownIt("commonmark").parse(text):
        if token.map and token.type in {"fence", "code_block", "html_block"}:
            start, end = token.map
            kind = "html" if token.type == "html_block" else "code"
            kinds[start:end] = [kind] * (end - start)
    return kinds


def _clean_prose(text: str) -> str:
    """Drop inline HTML and images outside code spans."""
    pieces, at = [], 0
    for span in _CODE_SPAN.finditer(text):
        pieces += [_clean_inline(text[at : span.start()]), span[0]]
        at = span.end()
    return "".join([*pieces, _clean_inline(text[at:])])


def _clean_inline(text: str) -> str:
    text = _COMMENT.sub("", _ACTIVE.sub("", text))
    text = _TAG.sub("", _BREAK.sub(" ", text))
    return _EMPTY_LINK.sub("", _IMAGE.sub("", text))


def _same(left: str, right: str) -> bool:
    return left.casefold().split() == right.casefold().split()
