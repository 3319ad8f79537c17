"""Serves the local Slack as a web page, and tells open pages when something has changed."""

import asyncio
import contextlib
import threading
import webbrowser
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.local_slack.server import LocalSlack
from bot.local_slack.transport.loopback import LoopbackServer
from bot.local_slack.transport.own_pages import OwnPagesOnly
from bot.local_slack.web.deeds import BadDeedError, Deeds
from bot.local_slack.web.dialogs import OpenDialogs
from bot.local_slack.web.pages import Page
from bot.local_slack.web.places import ASSISTANT, Places
from bot.local_slack.web.visits import Visit
from bot.local_slack.workspace.errors import ApiError
from bot.local_slack.workspace.values import User

PORT = 3080
"""Asked for first, so that the address stays the same from one start to the next."""
MAX_FORM_BYTES = 200_000
_KEEP_ALIVE_S = 15.0
_STATIC = Path(__file__).parent / "static"
_STATIC_FILES = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}


class WebChat:
    """The page of one local Slack.

    with WebChat(slack, manifest=manifest) as chat:
        print(chat.url)
    """

    def __init__(
        self, slack: LocalSlack, *, manifest: Mapping[str, Any] | None = None, port: int = PORT
    ) -> None:
        """Take a port, or any that is free where that one is not; `start` serves."""
        self._slack = slack
        self._places = Places(slack.workspace, manifest=manifest or {})
        self._dialogs = OpenDialogs(slack.transcript)
        self._deeds = Deeds(slack, self._places, self._dialogs)
        self._changes = _Changes()
        app = Starlette(
            routes=[
                Route("/", self._start_page),
                Route("/changes", self._tell_changes),
                *(Route(f"/{name}", self._file) for name in _STATIC_FILES),
                Route("/{user}/write", self._write, methods=["POST"]),
                Route("/{user}/act", self._act, methods=["POST"]),
                Route("/{user}/{place}", self._page),
            ]
        )
        self._server = _server(OwnPagesOnly(app), port)
        self._unsubscribe: Callable[[], None] = lambda: None

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"http://127.0.0.1:{self._server.port}/"

    def __enter__(self) -> Self:
        self._server.start()
        self._changes.begin(self._server.loop)
        self._unsubscribe = self._slack.transcript.subscribe(lambda _entry: self._changes.note())
        return self

    def __exit__(self, *_: object) -> None:
        self._unsubscribe()
        self._changes.end()
        self._server.stop()

    # What is served

    async def _start_page(self, _request: Request) -> Response:
        first = next((u for u in self._places.people if u.name == "member"), self._places.people[0])
        return RedirectResponse(self._places.address(first, ASSISTANT), 303)

    async def _file(self, request: Request) -> Response:
        name = request.url.path.removeprefix("/")
        return FileResponse(_STATIC / name, media_type=_STATIC_FILES[name])

    async def _page(self, request: Request) -> Response:
        try:
            user = self._person(request)
            place = request.path_params["place"]
            channel = self._places.channel(user, place)
        except ApiError:
            return PlainTextResponse("There is no such place.", 404)
        # A page that only looks again must not tell the app that somebody came.
        if "x-refresh" not in request.headers:
            self._deeds.visit(user, place)
        self._places.see(user, channel)
        visit = Visit(
            user=user,
            place=place,
            channel=channel,
            thread=request.query_params.get("thread", ""),
            is_new="new" in request.query_params,
            dialog=self._dialogs.top(user.id),
            note=self._deeds.note(user),
        )
        return HTMLResponse(Page(visit, self._places).draw())

    async def _write(self, request: Request) -> Response:
        return await self._do(request, self._deeds.write)

    async def _act(self, request: Request) -> Response:
        def act(user: User, fields: Mapping[str, list[str]]) -> str:
            self._deeds.act(user, fields)
            here = request.query_params.get("here", "")
            is_own = here.startswith(f"/{user.name}/")
            return here if is_own else self._places.address(user, ASSISTANT)

        return await self._do(request, act)

    async def _do(
        self, request: Request, deed: Callable[[User, Mapping[str, list[str]]], str]
    ) -> Response:
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > MAX_FORM_BYTES:
                return PlainTextResponse("too large", 413)
        try:
            user = self._person(request)
            fields = parse_qs(body.decode(), keep_blank_values=True, strict_parsing=False)
            address = await run_in_threadpool(deed, user, fields)
        except (ApiError, BadDeedError, UnicodeDecodeError):
            return PlainTextResponse("That is nothing that this page offers.", 400)
        self._changes.note()
        return RedirectResponse(address, 303)

    async def _tell_changes(self, _request: Request) -> Response:
        return StreamingResponse(self._changes.follow(), media_type="text/event-stream")

    def _person(self, request: Request) -> User:
        user = self._slack.workspace.user(request.path_params["user"])
        if user.is_bot:
            raise ApiError("user_not_found")
        return user


class _Changes:
    """Wakes open pages, in the server's loop, from any thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: set[asyncio.Event] = set()
        self._has_ended = False

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take the loop in which pages wait."""
        self._loop = loop

    def note(self) -> None:
        """Something has changed."""
        if self._loop is not None and not self._loop.is_closed():
            with contextlib.suppress(RuntimeError):  # it was closed just now
                self._loop.call_soon_threadsafe(self._wake)

    def end(self) -> None:
        """Let every page go."""
        self._has_ended = True
        self.note()

    async def follow(self) -> AsyncIterator[str]:
        """Yield an event for each change; several at once are one."""
        woken = asyncio.Event()
        self._waiting.add(woken)
        try:
            yield "retry: 1000\n\ndata: here\n\n"
            while not self._has_ended:
                try:
                    async with asyncio.timeout(_KEEP_ALIVE_S):
                        await woken.wait()
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                woken.clear()
                yield "data: changed\n\n"
        finally:
            self._waiting.discard(woken)

    def _wake(self) -> None:
        for woken in self._waiting:
            woken.set()


def open_in_browser(url: str) -> None:
    """Open the page where there is a browser; what goes wrong is of no account."""

    def open_it() -> None:
        # A browser of the system may fail in its own ways, and the address is printed anyway.
        with contextlib.suppress(Exception):
            browser = webbrowser.get()
            # Such as lynx, which would take the terminal over.
            is_text_only = type(browser) is webbrowser.GenericBrowser
            if not is_text_only:
                browser.open(url)

    threading.Thread(target=open_it, name="browser", daemon=True).start()


def _server(app: ASGIApp, port: int) -> LoopbackServer:
    try:
        return LoopbackServer(app, port=port)
    except OSError:
        return LoopbackServer(app)
