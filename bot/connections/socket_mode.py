"""Runs the bot over Socket Mode until it is told to stop."""

import logging
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk.socket_mode.builtin import SocketModeClient

from knowledge.errors import KnowledgeError

__all__ = ["SocketSilentError", "connected", "run_socket_mode", "signals_set"]

logger = logging.getLogger(__name__)

CHECK_EVERY_S = 5.0
MAX_SILENCE_S = 300.0
# The client reconnects after five failed checks, and can say nothing until then.
PING_INTERVAL_S = 2.0


class SocketSilentError(KnowledgeError):
    """Slack has not been heard for minutes: end, so that a supervisor starts anew."""


def run_socket_mode(
    app: App,
    *,
    app_token: str,
    stop: threading.Event,
    max_silence_s: float = MAX_SILENCE_S,
    check_every_s: float = CHECK_EVERY_S,
) -> None:
    """Connect and serve until `stop` is set, by a signal too when this is the main thread.

    Raises:
        SocketSilentError: No message or pong came from Slack for `max_silence_s`.
    """
    heard_at = time.monotonic()

    def hear(_message: str) -> None:
        nonlocal heard_at
        heard_at = time.monotonic()

    last_pong: float | None = None
    with signals_set(stop), connected(app, app_token=app_token) as client:
        client.on_message_listeners.append(hear)
        logger.info("connected to Slack")
        while not stop.wait(check_every_s):
            session = client.current_session
            # A pong is no message for the client, so its own note of it counts as well.
            if session is not None and session.last_ping_pong_time != last_pong:
                last_pong = session.last_ping_pong_time
                heard_at = time.monotonic()
            if time.monotonic() - heard_at > max_silence_s:
                raise SocketSilentError(
                    f"nothing heard from Slack for {max_silence_s:.0f} s; check the network"
                )


@contextmanager
def connected(
    app: App, *, app_token: str, ping_interval_s: float = PING_INTERVAL_S
) -> Iterator[SocketModeClient]:
    """Keep a connection to Slack open; it ends at once, not when the socket next times out."""
    handler = SocketModeHandler(app, app_token, ping_interval=ping_interval_s)
    client = handler.client
    try:
        client.connect()
        yield client
    finally:
        client.closed = True
        client.auto_reconnect_enabled = False
        client.current_session_state.terminated = True
        sock = client.current_session.sock if client.current_session is not None else None
        if sock is not None:
            # Closing a socket does not wake the thread that waits for data; this does.
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        client.close()


@contextmanager
def signals_set(stop: threading.Event) -> Iterator[None]:
    """Set `stop` at SIGINT and SIGTERM instead of ending, where this is the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    earlier = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, action in earlier.items():
            signal.signal(number, action)
