"""Pure: what a message says, with the words of a message that was forwarded in it."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.reading import plain_text
from knowledge.text.language import words

__all__ = ["asked_in", "words_in"]

_POINTING = """
    a about above again all an and answer any anybody anyone are ask asked asks be below can check
    clarify could did do does explain explained explanation fyi following for from fwd got have
    hello help here hey hi how i idea ideas in into is it know look let's mean means meant message
    me my need of on one our out please pls plz question questions re s see so somebody someone
    something tell that the them these they thing think this those thoughts to true u up us want
    was we what what's whats whatever which who with would you your
"""
POINTING = frozenset(_POINTING.split())
"""Words that only point at something: a message of nothing else asks for what it carries."""
MAX_FORWARDED = 5


def asked_in(message: Mapping[str, Any], *, bot_user_id: str) -> str:
    """Return the question in a message: its own words, or those of a forwarded message.

    The forwarded words are the question where the own ones are none or only point at them.
    """
    own = plain_text(_string(message, "text"), bot_user_id=bot_user_id)
    if any(word not in POINTING for word in words(own.casefold())):
        return own
    return "\n".join(_forwarded(message)) or own


def words_in(message: Mapping[str, Any]) -> str:
    """Return everything that a message says, the forwarded words last."""
    own = plain_text(_string(message, "text")) or plain_text(_block_text(message.get("blocks")))
    return "\n".join(filter(None, [own, *_forwarded(message)]))


def _forwarded(message: Mapping[str, Any]) -> list[str]:
    attachments = message.get("attachments")
    if not isinstance(attachments, list):
        return []
    shares = [found for found in attachments[:MAX_FORWARDED] if _is_share(found)]
    return [text for share in shares if (text := plain_text(_share_text(share)))]


def _is_share(attachment: Any) -> bool:
    """Whether an attachment is a message, and not the preview of a web page or a card of an app."""
    return isinstance(attachment, Mapping) and bool(
        attachment.get("is_share")
        or attachment.get("is_msg_unfurl")
        or attachment.get("message_blocks")
    )


def _share_text(share: Mapping[str, Any]) -> str:
    blocks = share.get("message_blocks")
    return (
        _string(share, "text")
        or (_block_text(blocks) if isinstance(blocks, list) else "")
        or _string(share, "fallback")
    )


def _block_text(value: Any) -> str:
    return " ".join(_texts(value, depth=0))


def _texts(value: Any, *, depth: int) -> Iterator[str]:
    if depth > 12:
        return
    if isinstance(value, list):
        for item in value:
            yield from _texts(item, depth=depth + 1)
    elif isinstance(value, Mapping):
        own = value.get("text")
        if isinstance(own, str):
            yield own
        for item in value.values():
            if isinstance(item, (list, Mapping)):
                yield from _texts(item, depth=depth + 1)


def _string(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""
