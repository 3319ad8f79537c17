"""Deliveries handed straight to a Bolt app in this process, for tests that open many."""

import time
import uuid
from collections.abc import Sequence

from slack_bolt import App, BoltRequest

from bot.local_slack.transport.http_mode import HttpAnswer
from bot.local_slack.workspace.deliveries import Delivery


def dispatch(app: App, delivery: Delivery) -> HttpAnswer:
    """Dispatch a delivery as Bolt's Socket Mode handler does and return the answer."""
    retry = delivery.attempts
    headers: dict[str, str | Sequence[str]] = {"x-slack-retry-num": str(retry)} if retry else {}
    started_at = time.monotonic()
    request = BoltRequest(mode="socket_mode", body=delivery.payload, headers=headers)
    response = app.dispatch(request)
    return HttpAnswer(
        status=response.status,
        body=response.body,
        seconds=time.monotonic() - started_at,
        envelope_id=str(uuid.uuid4()),
    )
