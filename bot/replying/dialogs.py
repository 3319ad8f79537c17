"""Opens modals and changes them."""

from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.calls import CALL_FAILURES
from bot.replying.delivery import DeliveryError

__all__ = ["Dialogs"]


class Dialogs:
    """Shows a modal to whoever pressed something; every failure leaves as a `DeliveryError`.

    Nothing is tried again: what allows to open one is over after three seconds.
    """

    def __init__(self, client: WebClient) -> None:
        """Take a client without automatic retries."""
        self._client = client

    def open(self, view: dict[str, Any], *, trigger_id: str) -> None:
        """Open a modal in answer to a press or a command."""
        try:
            self._client.views_open(trigger_id=trigger_id, view=view)
        except CALL_FAILURES as exc:
            raise DeliveryError(_reason(exc)) from exc

    def push(self, view: dict[str, Any], *, trigger_id: str) -> None:
        """Open a modal on top of the one in which something was pressed."""
        try:
            self._client.views_push(trigger_id=trigger_id, view=view)
        except CALL_FAILURES as exc:
            raise DeliveryError(_reason(exc)) from exc

    def update(self, view: dict[str, Any], *, view_id: str) -> None:
        """Show something else in a modal that is open."""
        try:
            self._client.views_update(view_id=view_id, view=view)
        except CALL_FAILURES as exc:
            raise DeliveryError(_reason(exc)) from exc


def _reason(exc: Exception) -> str:
    if isinstance(exc, SlackApiError):
        return str(exc.response.get("error") or "refused")
    return type(exc).__name__
