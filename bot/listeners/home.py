"""The app's own pages: help in the Home tab, first questions in the Messages tab."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from bot.incoming import parse_home_visit
from bot.record.journal import Journal
from bot.rendering import HOME_BLOCKS, SUGGESTED_PROMPTS
from bot.replying.delivery import Delivery

__all__ = ["handle_home"]


def handle_home(
    body: dict[str, Any],
    *,
    delivery: Delivery,
    journal: Journal,
    clock: Callable[[], dt.datetime],
) -> None:
    """Show the help in the Home tab, or suggest questions on the first visit to Messages."""
    visit = parse_home_visit(body)
    if visit.tab == "home":
        delivery.publish_home(user_id=visit.user_id, blocks=HOME_BLOCKS)
    elif visit.tab == "messages":
        key = f"prompts:{visit.user_id}"
        if journal.receive(event_id=key, message_key=key, payload={}, at=clock()):
            journal.finish(key)
            delivery.suggest_prompts(SUGGESTED_PROMPTS, channel_id=visit.channel_id)
