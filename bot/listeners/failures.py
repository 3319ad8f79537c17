"""The listener boundary: whatever a listener did not expect ends in a fixed sentence."""

from contextlib import suppress
from typing import Any

from bot.rendering import render_failure
from bot.replying.delivery import Delivery, DeliveryError
from bot.replying.failures import note_failure

__all__ = ["handle_failure"]


def handle_failure(error: Exception, body: dict[str, Any], *, delivery: Delivery) -> None:
    """Log the failure with an id and tell it to whoever used a command or a button."""
    failure_id = note_failure(error, during=f"a listener of {body.get('type') or 'a command'}")
    response_url = body.get("response_url")
    if isinstance(response_url, str) and response_url:
        with suppress(DeliveryError):
            delivery.respond(render_failure(failure_id), response_url=response_url)
