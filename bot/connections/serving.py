"""Serves the HTTP app until a signal, and comes back so that the bot can end in order."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["serve", "serving"]

END_REQUESTS_S = 3
"""How long requests under way may still take."""
HALF_SENT_S = 10
"""A request that is not all here by then is given up, so that slow senders hold nothing."""


def serve(app: ASGIApp, *, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT, and return.

    uvicorn's own `run` raises the signal again after its shutdown, which kills the process.
    """
    _Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            log_config=None,
            http=_ImpatientProtocol,
            timeout_graceful_shutdown=END_REQUESTS_S,
            timeout_keep_alive=HALF_SENT_S,
        )
    ).run()


@contextmanager
def serving(app: ASGIApp, *, host: str, port: int) -> Iterator[None]:
    """Serve from a thread for as long as the context lasts."""
    server = _Server(uvicorn.Config(app, host=host, port=port, log_config=None))
    thread = threading.Thread(target=server.run, name="watching", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(END_REQUESTS_S)


class _ImpatientProtocol(H11Protocol):
    """Closes a connection whose next request has not begun to be served in time."""

    _limit: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._unwatch()
        super().connection_lost(exc)

    def _watch(self) -> None:
        # uvicorn calls it never None, but it is before the first request.
        is_idle = self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]
        if not is_idle:
            self._unwatch()
        elif self._limit is None:
            self._limit = self.loop.call_later(HALF_SENT_S, self.transport.close)

    def _unwatch(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None


class _Server(uvicorn.Server):
    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals for the time of serving, and do not raise them again."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def end(_number: int, _frame: FrameType | None) -> None:
            self.should_exit = True

        earlier = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, action in earlier.items():
                signal.signal(number, action)
