"""Mail to articles: what was written in it, without the messages that it answers."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import html
from lxml.etree import ParserError

from ingest.reading.documents.packages import as_article, one_line
from ingest.reading.html.fragments import element_to_markdown
from ingest.reading.html.page_tree import drop_hidden
from ingest.reading.hygiene import clean_text
from ingest.reading.letters import escape_line
from ingest.reading.remarks import Remark
from ingest.reading.saved_pages.text_blocks import split_blocks
from knowledge.domain import Article
from knowledge.errors import ArticleError

__all__ = ["read_mail"]

_MAX_PARTS = 200
_ANSWER = re.compile(r"^(?:(?:re|aw|fwd?|wg|sv|tr)(?:\[\d+\])?:\s*)+", re.IGNORECASE)
_INTRODUCES = re.compile(
    r"^(?:on\b.{5,300}\bwrote:|am\b.{5,300}\bschrieb\b.{0,200}:|le\b.{5,300}\ba écrit\s?:"
    r"|el\b.{5,300}\bescribió:|-{2,}\s*original message\s*-{2,}|_{20,})\s*$",
    re.IGNORECASE,
)
_FORWARDS = re.compile(
    r"^-{3,}\s*(?:forwarded message|weitergeleitete nachricht)\s*-{3,}\s*$", re.IGNORECASE
)
_HEAD_LINE = re.compile(
    r"^\*?(?:from|von|de|sent|gesendet|date|to|an|cc|subject|betreff)\*?:\s", re.IGNORECASE
)
_QUOTED_HTML = (
    "//blockquote[@type='cite' or contains(@class,'gmail_quote')]"
    "|//div[contains(concat(' ',@class,' '),' gmail_quote ') or contains(@class,'yahoo_quoted')"
    " or contains(@class,'moz-cite-prefix') or contains(@class,'gmail_signature')"
    " or @id='appendonsend' or @id='divRplyFwdMsg']"
)
_AFTER_REPLY = "//*[@id='divRplyFwdMsg' or @id='appendonsend']/following-sibling::*"


def read_mail(data: bytes, *, location: str, stem: str) -> Iterator[Article | Remark]:
    """Yield the article of a message, with its subject, sender and date; remarks name the rest.

    Raises:
        ArticleError: when it is no message, is encrypted, or says nothing itself.
    """
    try:
        message = message_from_bytes(data, policy=policy.default)
        subject, sender = _header(message, "subject"), _header(message, "from")
        parts = [part for _, part in zip(range(_MAX_PARTS), message.walk(), strict=False)]
        plain, rich, attached = _sort(parts)
        blocks, quoted = _blocks(plain, rich)
    except (MessageError, ValueError, LookupError, AttributeError, TypeError) as exc:
        raise ArticleError(
            "cannot be read as mail; save it again as `.eml`", location=location
        ) from exc
    if not message.keys() or not (subject or sender or _header(message, "date")):
        raise ArticleError("cannot be read as mail: it has no head", location=location)
    for name in attached:
        yield Remark(text=f"what is attached to it is not read: {name}", location=location)
    if quoted:
        yield Remark(
            text=f"{quoted} lines of earlier messages in it are left out", location=location
        )
    about = {
        "title": _ANSWER.sub("", subject),
        "creator": one_line(re.sub(r"\s*<[^<>]*>", "", sender).strip('" ')) or sender,
        "date": _date(message),
    }
    yield as_article(blocks, about, location=location, stem=stem)


def _header(message: Any, name: str) -> str:
    return one_line(str(message.get(name) or ""))


def _date(message: Any) -> str:
    try:
        return parsedate_to_datetime(str(message.get("date") or "")).date().isoformat()
    except (ValueError, TypeError):
        return ""


def _sort(parts: list[Any]) -> tuple[list[str], list[str], list[str]]:
    """Return the plain texts, the HTML texts and the names of all else."""
    plain, rich, attached = list[str](), list[str](), list[str]()
    inside: set[int] = set()
    for part in parts:
        if id(part) in inside:
            continue
        kind = part.get_content_type()
        name = one_line(part.get_filename() or "")
        if kind == "message/rfc822" or part.get_content_disposition() == "attachment" or name:
            attached.append(name or "a message")
            inside.update(id(below) for below in part.walk())
        elif kind in ("text/plain", "text/html"):
            (plain if kind == "text/plain" else rich).append(_text(part))
        elif not part.is_multipart() and kind != "text/calendar":
            attached.append(kind)
    return plain, rich, attached


def _text(part: EmailMessage) -> str:
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):
        # A name of an encoding that nobody knows.
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _blocks(plain: list[str], rich: list[str]) -> tuple[list[str], int]:
    """Return the blocks of a message and how many quoted lines were cut.

    The HTML is read where there is one, since its lines are not wrapped and its tables are whole.
    """
    blocks, cut = list[str](), 0
    for text in rich:
        found, more = _rich_blocks(text)
        blocks += found
        cut += more
    if not blocks:
        for text in plain:
            kept, more = _without_history(clean_text(text).split("\n"))
            joined = "\n".join(kept).strip()
            blocks += [escape_line(block.text) for block in split_blocks(joined)] if joined else []
            cut += more
    return blocks, cut


def _rich_blocks(text: str) -> tuple[list[str], int]:
    try:
        tree = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]{0,500}\?>", "", text))
    except (ParserError, ValueError):
        return [], 0
    drop_hidden(tree)
    cut = 0
    for quoted in [*tree.xpath(_AFTER_REPLY), *tree.xpath(_QUOTED_HTML)]:
        if quoted.getparent() is not None and not _is_forward(quoted):
            cut += sum(bool(line.strip()) for line in quoted.itertext())
            quoted.drop_tree()
    blocks = clean_text(element_to_markdown(tree)).split("\n\n")
    kept, more = _without_history(blocks)
    return [block for block in kept if block.strip()], cut + more


def _is_forward(quoted: Any) -> bool:
    return "Forwarded message" in "".join(quoted.itertext())[:200]


def _without_history(lines: list[str]) -> tuple[list[str], int]:
    """Return lines without quoted ones, signature and what stands below an earlier head."""
    kept: list[str] = []
    cut, is_forwarded = 0, False
    for at, line in enumerate(lines):
        bare = line.replace("\\", "").strip()
        ahead = " ".join([bare, *(more.strip() for more in lines[at + 1 : at + 2])])
        if _FORWARDS.match(bare):
            # What is forwarded is what the message is about.
            is_forwarded = True
            kept.append("")
            continue
        is_head = sum(bool(_HEAD_LINE.match(more.strip())) for more in lines[at : at + 4]) >= 3
        introduces = _INTRODUCES.match(bare) or _INTRODUCES.match(ahead)
        said = any(char.isalnum() for one in kept for char in one)
        if (introduces or is_head) and said and not is_forwarded:
            return kept, cut + sum(bool(more.strip()) for more in lines[at:])
        if line in ("--", "-- ") and said:
            return kept, cut
        if line.startswith(">"):
            cut += bool(line.strip("> "))
        else:
            kept.append(line)
    return kept, cut
