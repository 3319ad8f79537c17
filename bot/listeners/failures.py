"""The listener boundary: whatever a listener did not expect ends in a fixed sentence."""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from bot.rendering import render_failure
from bot.replying.delivery import Delivery, DeliveryError
from bot.replying.failures import note_failure

__all__ = ["guarded", "handle_failure"]


def guarded(listener: Callable[..., None], *, delivery: Delivery) -> Callable[..., None]:
    """Return a listener whose failure after its `ack()` ends here.

    Bolt would take the acknowledgement back when the failure comes before it has looked: the
    person would wait for three seconds and read `operation_timeout`. What fails before `ack()` is
    left to Bolt, which does not acknowledge it.
    """

    @wraps(listener)
    def guard(**arguments: Any) -> None:
        try:
            listener(**arguments)
        except Exception as exc:
            if arguments["ack"].response is None:
                raise
            handle_failure(
                exc, arguments.get("body") or arguments.get("command") or {}, delivery=delivery
            )

    return guard


def handle_failure(error: Exception, body: dict[str, Any], *, delivery: Delivery) -> None:
    """Log the failure with an id and tell it to whoever used a command or a button."""
    failure_id = note_failure(error, during=f"a listener of {body.get('type') or 'a command'}")
    response_url = body.get("response_url")
    if isinstance(response_url, str):
        with suppress(DeliveryError):
            delivery.respond(render_failure(failure_id), response_url=response_url)
