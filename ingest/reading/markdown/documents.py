"""Markdown to an article: front matter, title, and a body without raw HTML and images."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from ingest.reading.heads.front_matter import split_front_matter
from ingest.reading.heads.metadata import read_metadata
from ingest.reading.heads.slugs import is_slug, slugify, title_from_stem
from ingest.reading.markdown.commonmark import parse_blocks, parse_inline, parse_text, plain_text
from ingest.reading.markdown.foreign_signs import count_comments, drop_foreign_signs
from ingest.reading.markdown.html_blocks import count_hidden, drop_html
from ingest.reading.remarks import Remark
from knowledge.domain import Article, ArticleId
from knowledge.errors import ArticleError

__all__ = ["clean_markdown", "has_text", "read_markdown", "take_heading"]

_CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)[^\n]{1,2000}?(?<!`)\1(?!`)")
_IMAGE = re.compile(r"!\[[^\[\]]{0,500}\](?:\([^()\n]{0,2000}\)|\[[^\[\]\n]{0,300}\])?")
_SHOWN_ELSEWHERE = re.compile(rf"{_IMAGE.pattern}|!\[\[[^\[\]\n]{{1,300}}\]\]")
_MAY_BE_LEFT_OUT = re.compile(r"!\[|<!--|%%|\{%|/\*|\{#|hidden|display\s*:\s*none")
# Clean text holds nothing of the private use area.
_AWAY = re.compile("\ue000([0-9]+)\ue001")
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
    yield from _left_out(parts.body, location)
    heading, body = take_heading(clean_markdown(parts.body), title=meta.title)
    title = meta.title or heading or title_from_stem(stem)
    if not body and meta.redirect:
        body = f"{title}: {meta.redirect}"
    if not has_text(body):
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
    """Return Markdown without HTML, images and the signs of other programs; code stays as it is."""
    kept = [part if code else _clean_prose(part) for code, part in _parts(text)]
    return _BLANK_LINES.sub("\n\n", "\n".join(kept)).strip("\n")


def _parts(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the code and the prose of Markdown in turn."""
    lines = text.split("\n")
    is_code = [False] * len(lines)
    for token in parse_blocks(text):
        if token.map and token.type in {"fence", "code_block"}:
            is_code[slice(*token.map)] = [True] * (token.map[1] - token.map[0])
        elif token.map and token.type == "html_block":
            # The indent within tags would make code of the words when the tags are gone.
            for at in range(*token.map):
                lines[at] = lines[at].lstrip()
    for code, group in groupby(zip(is_code, lines, strict=True), key=lambda pair: pair[0]):
        yield code, "\n".join(line for _, line in group)


def _left_out(text: str, location: str) -> Iterator[Remark]:
    if not _MAY_BE_LEFT_OUT.search(text):
        return
    prose = [_CODE_SPAN.sub("", part) for code, part in _parts(text) if not code]
    counts = {
        "comments and hidden passages": sum(
            count_comments(part) + count_hidden(part) for part in prose
        ),
        "pictures and embedded pages": sum(len(_SHOWN_ELSEWHERE.findall(part)) for part in prose),
    }
    for what, count in counts.items():
        if count:
            yield Remark(text=f"{count} {what} in it are left out", location=location)


def take_heading(text: str, *, title: str = "") -> tuple[str, str]:
    """Return the first level-one heading of Markdown, and the text without it.

    With a known `title` only a leading heading that says the same is taken.
    """
    references: dict[str, Any] = {}
    tokens = parse_blocks(text, references)
    for at, token in enumerate(tokens):
        if token.type != "heading_open" or token.tag != "h1" or token.level or not token.map:
            continue
        inline = parse_inline(tokens[at + 1].content, references)
        heading = "".join(child.content for child in inline.children or ()).strip()
        if title and (at > 0 or not _same(heading, title)):
            break
        if heading:
            lines = text.split("\n")
            del lines[slice(*token.map)]
            return heading, _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
    return "", text.strip("\n")


def has_text(body: str) -> bool:
    """Return whether Markdown holds anything besides headings."""
    in_heading = False
    for token in parse_blocks(body):
        if token.type == "heading_open":
            in_heading = True
        elif token.type == "heading_close":
            in_heading = False
        elif not in_heading and any(map(str.isalnum, token.content)):
            return True
    return False


def _split_questions(
    asked: Mapping[str, tuple[str, ...]], body: str
) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    """Return pairs of a heading of the body and a question, and the headings that it lacks."""
    if not asked:
        return (), []
    # As it is read when the body is split, or questions would pass here and be lost there.
    tokens = parse_text(body)
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


def _clean_prose(text: str) -> str:
    """Drop what is no text outside code spans."""
    # A span is put out of the way, since a sign or tag may open before it and close after it.
    spans: list[str] = []

    def put_away(span: re.Match[str]) -> str:
        spans.append(span[0])
        return f"\ue000{len(spans) - 1}\ue001"

    text = _CODE_SPAN.sub(put_away, text)
    text = _IMAGE.sub("", drop_html(drop_foreign_signs(text)))
    text = _EMPTY_LINK.sub("", text)
    return _AWAY.sub(lambda mark: spans[int(mark[1])], text)


def _same(left: str, right: str) -> bool:
    return left.casefold().split() == right.casefold().split()
