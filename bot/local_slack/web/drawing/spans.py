"""Text as the page shows it: mrkdwn, rich text, Markdown, mentions and links."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from markdown_it import MarkdownIt
from rich.emoji import Emoji

from bot.local_slack.blocks.mrkdwn import Line, Span, parse_mrkdwn
from bot.local_slack.web.drawing.markup import NOTHING, Html, joined, tag
from bot.local_slack.workspace.values import Json

_OPENED = re.compile(r"(?:https?://|mailto:)[^\s]+", re.IGNORECASE)
_STYLES = {"bold": "strong", "italic": "em", "strike": "s", "code": "code", "underline": "u"}
# "js-default" turns raw HTML off and refuses links such as javascript:.
_MARKDOWN = MarkdownIt("js-default").disable("image")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom something is drawn: what names and places mean to that person."""

    user: str
    names: Mapping[str, str]
    """What users and channels are called, by id."""
    local_link: Callable[[str], str | None] = lambda _url: None
    """Returns the page's own address for a link into the workspace."""


def mrkdwn(text: str, reader: Reader) -> Html:
    """Return Slack's mrkdwn as markup."""
    lines = parse_mrkdwn(text, reader.names)
    return joined(*(_lines(kind, list(held), reader) for kind, held in groupby(lines, _kind)))


def text_object(text: Json, reader: Reader) -> Html:
    """Return a text object; only mrkdwn has markup."""
    return mrkdwn(text["text"], reader) if text["type"] == "mrkdwn" else plain(text["text"])


def plain(text: str) -> Html:
    """Return plain text with its line breaks and its emoji."""
    lines = Emoji.replace(text).split("\n")
    return joined(*(joined(tag("br") if n else None, line) for n, line in enumerate(lines)))


def markdown(text: str) -> Html:
    """Return a `markdown` block: real Markdown, without raw HTML."""
    return Html(_MARKDOWN.render(text))


def rich_element(element: Json, reader: Reader) -> Html:
    """Return one part of a rich text."""
    match element["type"]:
        case "rich_text_list":
            return _rich_list(element, reader)
        case "rich_text_quote":
            return tag("blockquote", _inlines(element, reader))
        case "rich_text_preformatted":
            return tag("pre", tag("code", _inlines(element, reader)), tabindex=0)
        case _:
            return tag("p", _inlines(element, reader))


def _rich_list(element: Json, reader: Reader) -> Html:
    items = [tag("li", _inlines(item, reader)) for item in element["elements"]]
    deep = f"deep-{min(element.get('indent', 0), 6)}"
    if element["style"] == "ordered":
        return tag("ol", *items, start=1 + element.get("offset", 0), class_=deep)
    return tag("ul", *items, class_=deep)


def _inlines(element: Json, reader: Reader) -> Html:
    return joined(*(_inline(part, reader) for part in element["elements"]))


def _inline(part: Json, reader: Reader) -> Html:
    styles = [name for name, is_on in part.get("style", {}).items() if is_on]
    match part["type"]:
        case "link":
            return _styled(str(part.get("text", part["url"])), styles, reader, url=part["url"])
        case "user":
            ident = part["user_id"]
            return _mention(f"@{reader.names.get(ident, ident)}", ident, reader)
        case "channel":
            ident = part["channel_id"]
            return _mention(f"#{reader.names.get(ident, ident)}", ident, reader)
        case "emoji":
            return _styled(Emoji.replace(f":{part['name']}:"), styles, reader)
        case _:
            return _styled(part.get("text", ""), styles, reader)


def _mention(text: str, ident: str, reader: Reader) -> Html:
    mine = " mine" if ident == reader.user else ""
    return tag("span", text, class_=f"mention{mine}")


def _kind(line: Line) -> str:
    return line.kind


def _lines(kind: str, lines: Sequence[Line], reader: Reader) -> Html:
    match kind:
        case "code":
            text = "\n".join("".join(span.text for span in line.spans) for line in lines)
            return tag("pre", tag("code", text), tabindex=0)
        case "quote":
            return tag("blockquote", _broken(lines, reader))
        case _:
            return _paragraphs(lines, reader)


def _paragraphs(lines: Sequence[Line], reader: Reader) -> Html:
    """Return paragraphs; an empty line divides them."""
    groups = groupby(lines, key=_is_blank)
    return joined(*(tag("p", _broken(list(held), reader)) for blank, held in groups if not blank))


def _is_blank(line: Line) -> bool:
    return not any(span.text.strip() for span in line.spans)


def _broken(lines: Sequence[Line], reader: Reader) -> Html:
    return joined(
        *(
            joined(tag("br") if number else NOTHING, _spans(line.spans, reader))
            for number, line in enumerate(lines)
        )
    )


def _spans(spans: Iterable[Span], reader: Reader) -> Html:
    return joined(
        *(
            _mention(span.text, span.mentions, reader)
            if span.mentions
            else _styled(span.text, sorted(span.styles), reader, url=span.url)
            for span in spans
        )
    )


def _styled(text: str, styles: Iterable[str], reader: Reader, *, url: str | None = None) -> Html:
    names = list(styles)
    shown: Html = joined(text) if "code" in names else plain(text)
    for name in names:
        shown = tag(_STYLES[name], shown) if name in _STYLES else shown
    return _link(url, shown, reader) if url else shown


def _link(url: str, shown: Html, reader: Reader) -> Html:
    if (here := reader.local_link(url)) is not None:
        return tag("a", shown, href=here)
    if not _OPENED.fullmatch(url):
        return shown
    return tag("a", shown, href=url, target="_blank", rel="noopener noreferrer nofollow")
