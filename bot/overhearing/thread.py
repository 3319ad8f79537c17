"""Pure: a thread as Slack tells it, as what was said by whom."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.incoming import TO_SOMEBODY
from bot.overhearing.addressing import ASSISTANT, Said
from bot.reading import plain_text

__all__ = ["parse_thread"]


def parse_thread(
    messages: Sequence[Mapping[str, Any]], *, bot_user_id: str, bot_id: str
) -> tuple[Said, ...]:
    """Return what was said, oldest first; other bots count as people who say nothing to anybody."""
    return tuple(_said(message, bot_user_id=bot_user_id, bot_id=bot_id) for message in messages)


def _said(message: Mapping[str, Any], *, bot_user_id: str, bot_id: str) -> Said:
    text, user = _string(message, "text"), _string(message, "user")
    is_ours = user == bot_user_id or (bool(bot_id) and message.get("bot_id") == bot_id)
    mention = f"<@{bot_user_id}"
    return Said(
        by=ASSISTANT if is_ours else user or "unknown",
        text=plain_text(text, bot_user_id=bot_user_id),
        mentions_people=TO_SOMEBODY.search(text.replace(mention, "")) is not None,
        mentions_assistant=mention in text,
    )


def _string(message: Mapping[str, Any], key: str) -> str:
    value = message.get(key)
    return value if isinstance(value, str) else ""
