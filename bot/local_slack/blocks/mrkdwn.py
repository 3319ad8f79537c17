"""Slack's mrkdwn as data: lines of styled spans."""

import datetime as dt
import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.local_slack.blocks.dates import DATE, shown_date

Style = Literal["bold", "italic", "strike", "code"]

_MARKS: dict[str, Style] = {"*": "bold", "_": "italic", "~": "strike"}
_INLINE = re.compile(
    r"`(?P<code>[^`\n]+)`"
    r"|<(?P<reference>[^<>\n]+)>"
    # A mark counts only at the edges of words: 2*3*4 and snake_case_name stay as they are.
    r"|(?<![\w*_~])(?P<mark>[*_~])(?=\S)(?P<inner>(?:(?!(?P=mark))[^\n])*?\S)(?P=mark)(?![\w*])"
)
_FENCE = "```"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A run of text in one style."""

    text: str
    styles: frozenset[Style] = frozenset()
    url: str | None = None
    mentions: str | None = None
    """The id of the person or channel whose name it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: ordinary, quoted or of a code block."""

    kind: Literal["text", "quote", "code"]
    spans: tuple[Span, ...]


def parse_mrkdwn(text: str, names: Mapping[str, str] | None = None) -> tuple[Line, ...]:
    """Return the lines of an mrkdwn text, entities unescaped.

    `names` gives the names of users and channels by id; an id without a name is shown as it is.
    """
    lines: list[Line] = []
    for index, piece in enumerate(text.split(_FENCE)):
        if index % 2:
            code = html.unescape(piece.strip("\n"))
            lines += [Line(kind="code", spans=(Span(text=line),)) for line in code.split("\n")]
        # The line breaks beside a fence belong to the fence.
        elif piece.strip("\n") or index == 0:
            lines += [_line(line, names or {}) for line in piece.strip("\n").split("\n")]
    return tuple(lines)


def _line(line: str, names: Mapping[str, str]) -> Line:
    for sign in ("&gt;", ">"):
        if line.startswith(sign):
            quoted = line.removeprefix(sign).strip()
            return Line(kind="quote", spans=tuple(_spans(quoted, names, frozenset())))
    return Line(kind="text", spans=tuple(_spans(line, names, frozenset())))


def _spans(text: str, names: Mapping[str, str], styles: frozenset[Style]) -> Iterator[Span]:
    end = 0
    for match in _INLINE.finditer(text):
        if plain := text[end : match.start()]:
            yield Span(text=html.unescape(plain), styles=styles)
        end = match.end()
        if match["code"]:
            yield Span(text=html.unescape(match["code"]), styles=styles | {"code"})
        elif match["reference"]:
            yield _reference(match["reference"], names, styles)
        else:
            yield from _spans(match["inner"], names, styles | {_MARKS[match["mark"]]})
    if rest := text[end:]:
        yield Span(text=html.unescape(rest), styles=styles)


def _reference(inner: str, names: Mapping[str, str], styles: frozenset[Style]) -> Span:
    """Return what stands for `<...>`: a mention, a channel, a special word or a link."""
    target, _, label = inner.partition("|")
    sign, ident = target[0], target[1:]
    if sign in "@#":
        shown = sign + (names.get(ident) or label or ident)
        return Span(text=shown, styles=styles | {"bold"}, mentions=ident)
    if found := DATE.fullmatch(target):
        return _date(int(found["seconds"]), found["form"], found["url"], label, styles)
    if sign == "!":
        return Span(text=label or f"@{ident.partition('^')[0]}", styles=styles | {"bold"})
    url = html.unescape(target)
    return Span(text=html.unescape(label) or url, styles=styles, url=url)


def _date(
    seconds: int, form: str, link: str | None, fallback: str, styles: frozenset[Style]
) -> Span:
    try:
        shown = shown_date(seconds, html.unescape(form), now=dt.datetime.now(dt.UTC))
    except ValueError:
        shown = html.unescape(fallback)
    return Span(text=shown, styles=styles, url=html.unescape(link) if link else None)
