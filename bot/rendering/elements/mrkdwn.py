"""Slack's markup: other people's text made harmless, and the only links there are.

`escape` is for every text that a person or an article wrote. It relies on `verbatim` being
set on the text object (see `blocks`), which keeps Slack from linking URLs and names by itself.
"""

import re
from urllib.parse import urlsplit

__all__ = [
    "TRAIL",
    "bold",
    "cut",
    "escape",
    "is_honest",
    "italic",
    "link",
    "link_target",
    "mention",
    "one_line",
    "quote",
    "visible",
]

TRAIL = " \u203a "
"""Stands between a title and a heading."""

MAX_LINK_CHARS = 1_000
# Look-alikes, since Slack's mrkdwn has no way to write its formatting characters literally.
LOOK_ALIKES = str.maketrans({"*": "\u2217", "~": "\u223c", "`": "\u02cb"})
# An underscore inside a word formats nothing and stays as it is.
LOOSE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
# Names of emoji hold a letter or sign, except these two; a time such as 10:00:00 is none.
EMOJI = re.compile(r":(?=(?:[\d_']*[a-z+-][\w+'-]*|100|1234):)", re.IGNORECASE | re.ASCII)
BROADCAST = re.compile(r"@(?=(?:channel|here|everyone|group)\b)", re.IGNORECASE)
LEADING_QUOTE = re.compile(r"^([^\S\n]*)>+", re.MULTILINE)
# After a scheme or "www.", or as the whole of a label: elsewhere a point divides sentences too.
NAMED_HOST = re.compile(
    r"(?:\b[a-z][a-z+.-]*://|\b(?=www\.)|^(?=[\w.-]+(?:/\S*)?$))((?:[\w-]+\.)+[a-z]{2,})",
    re.IGNORECASE,
)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def escape(text: str) -> str:
    """Return `text` so that Slack shows it and does nothing else with it."""
    text = CONTROL.sub("", text)
    text = LEADING_QUOTE.sub("\\1\u203a", text)
    text = LOOSE_UNDERSCORE.sub("\u02cd", text.translate(LOOK_ALIKES))
    text = BROADCAST.sub("\uff20", EMOJI.sub("\ua789", text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def one_line(text: str) -> str:
    """Return `text` with every run of white space made one space."""
    return " ".join(text.split())


def cut(text: str, max_chars: int) -> str:
    """Return the beginning of `text`, cut at a word with an ellipsis.

    It is still to be escaped, and then has at most `max_chars`.
    """
    room = max_chars
    shown = text
    while len(escape(shown)) > max_chars:
        shown = _cut(text, room)
        # Escaping makes some characters five times as long.
        room = room * 3 // 4
    return shown


def bold(text: str) -> str:
    """Return escaped `text` in bold; empty for empty text, which Slack would show as marks."""
    escaped = escape(one_line(text))
    return f"*{escaped}*" if escaped else ""


def italic(text: str) -> str:
    """Return escaped `text` in italics; empty for empty text."""
    escaped = escape(one_line(text))
    return f"_{escaped}_" if escaped else ""


def quote(text: str) -> str:
    """Return escaped `text` as a block quote of one line."""
    return f"> {escape(one_line(text))}"


def link(url: str, label: str, *, max_chars: int = MAX_LINK_CHARS) -> str:
    """Return a link, or only the escaped label when `url` is no plain web address."""
    shown = escape(one_line(label)).replace("|", "¦")
    target = _safe_url(url)
    if not target or len(target) > max_chars:
        return shown
    return f"<{target}|{shown or 'source'}>"


def link_target(url: str, *, max_chars: int = MAX_LINK_CHARS) -> str:
    """Return `url` as a link of rich text takes it; empty when it is no plain web address."""
    return url if _safe_url(url) and len(url) <= max_chars else ""


def is_honest(label: str, url: str) -> bool:
    """Whether a link leads to where its label says; most labels say nothing of it."""
    named = {host.casefold().removeprefix("www.") for host in NAMED_HOST.findall(label)}
    try:
        target = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return False
    return named <= {target}


def visible(text: str) -> str:
    """Return `text` for rich text, which Slack shows as it stands, without control characters."""
    return CONTROL.sub("", text)


def mention(user_id: str) -> str:
    """Return a mention of the person with this id."""
    return f"<@{user_id}>" if re.fullmatch(r"[UW][A-Z0-9]+", user_id) else "somebody"


def _safe_url(url: str) -> str:
    if not url.isprintable() or any(char.isspace() for char in url):
        return ""
    try:
        parts = urlsplit(url)
        host, user = parts.hostname, parts.username
    except ValueError:
        return ""
    # A name before the host ("https://bank.example@evil.example") is there to deceive.
    if parts.scheme.lower() not in {"http", "https"} or not host or user is not None:
        return ""
    encoded = url.replace("|", "%7C").replace("<", "%3C").replace(">", "%3E")
    return encoded.replace("&", "&amp;")


def _cut(text: str, max_chars: int) -> str:
    if len(text) <= max_chars:
        return text
    if max_chars <= 0:
        return ""
    head = text[: max_chars - 1]
    is_mid_word = not (text[len(head)].isspace() or head[-1:].isspace())
    if is_mid_word and len(head.split()) > 1:
        head = head.rsplit(None, 1)[0]
    return head.rstrip(" \n,;:.-") + "…"
