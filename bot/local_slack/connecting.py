"""Connecting a Bolt app to the local Slack by Socket Mode, and parting quickly."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.local_slack.server import LocalSlack

_CLOSE_TIMEOUT_S = 4.0


@contextmanager
def connected(
    app: App, slack: LocalSlack, *, ping_interval_s: float = 5.0
) -> Iterator[SocketModeHandler]:
    """Keep `app` connected; it notices a lost connection at the next ping at the latest."""
    handler = SocketModeHandler(app, slack.app_token, ping_interval=ping_interval_s)
    handler.connect()  # type: ignore[no-untyped-call]  # Bolt has no type here
    try:
        yield handler
    finally:
        _part(slack, handler)


def _part(slack: LocalSlack, handler: SocketModeHandler) -> None:
    """Close from the server's side: the client by itself waits for three seconds of silence."""
    client = handler.client
    client.auto_reconnect_enabled = False
    slack.drop_connections()
    # Closing a client that is about to notice trips over its own lock.
    deadline = time.monotonic() + _CLOSE_TIMEOUT_S
    while client.is_connected() and time.monotonic() < deadline:
        time.sleep(0.01)
    handler.close()  # type: ignore[no-untyped-call]  # nor here
