"""Runs the bot over Socket Mode until it is told to stop."""

import logging
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from knowledge.errors import KnowledgeError

__all__ = ["SocketSilentError", "connected", "run_socket_mode", "signals_set"]

logger = logging.getLogger(__name__)

CHECK_EVERY_S = 5.0
MAX_SILENCE_S = 300.0
# The client reconnects after five failed checks, and can say nothing until then.
PING_INTERVAL_S = 2.0
ACKNOWLEDGE_S = 2.0
"""Slack sends again what is not acknowledged in three."""


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
    """Keep a connection to Slack open; it ends at once, not when the socket next times out.

    What is being taken in by then is still acknowledged.
    """
    handler = SocketModeHandler(app, app_token, ping_interval=ping_interval_s)
    client = handler.client
    intake = _Intake(handler.handle)
    client.socket_mode_request_listeners[:] = [intake]
    try:
        client.connect()
        yield client
    finally:
        intake.end(timeout_s=ACKNOWLEDGE_S)
        client.closed = True
        client.auto_reconnect_enabled = False
        client.current_session_state.terminated = True
        sock = client.current_session.sock if client.current_session is not None else None
        if sock is not None:
            # Closing a socket does not wake the thread that waits for data; this does.
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        client.close()


class _Intake:
    """Hands requests on until it is ended; what comes later is left to be sent again."""

    def __init__(self, take: Callable[[Any, SocketModeRequest], None]) -> None:
        self._take = take
        self._changed = threading.Condition()
        self._under_way = 0
        self._is_ended = False

    def __call__(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        with self._changed:
            if self._is_ended:
                return
            self._under_way += 1
        try:
            self._take(client, request)
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def end(self, *, timeout_s: float) -> None:
        """Take nothing more, and return when what is under way is acknowledged."""
        with self._changed:
            self._is_ended = True
            self._changed.wait_for(lambda: not self._under_way, timeout_s)


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
