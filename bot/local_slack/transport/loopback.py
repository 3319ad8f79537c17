"""An ASGI application served on the loopback interface, from a thread of its own."""

import asyncio
import socket
import threading

import uvicorn
from starlette.types import ASGIApp

START_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 10.0


class LoopbackServer:
    """One uvicorn server in one thread; its port is known before it starts."""

    def __init__(self, app: ASGIApp, *, port: int = 0) -> None:
        """Port 0 takes any that is free."""
        self._socket = socket.create_server(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            log_config=None,
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="websockets-sansio",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._is_running = threading.Event()
        self._thread = threading.Thread(target=self._run, name="local-slack", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop that serves."""
        if self._loop is None:
            raise RuntimeError("the server is not started")
        return self._loop

    def start(self) -> None:
        """Serve; requests are accepted when this returns."""
        self._thread.start()
        if not self._is_running.wait(START_TIMEOUT_S):
            raise RuntimeError("the server did not start")

    def stop(self) -> None:
        """Stop serving and end the thread."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(STOP_TIMEOUT_S)
        self._socket.close()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        # The socket listens already: a request that comes now waits for the server.
        self._is_running.set()
        await self._server.serve(sockets=[self._socket])
