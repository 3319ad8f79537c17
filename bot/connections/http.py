"""Signed HTTP mode: Slack's requests checked, then handed to Bolt in a thread."""

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

from slack_bolt import App, BoltResponse
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from slack_sdk.signature import Clock, SignatureVerifier
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from typing_extensions import override

from bot.connections.bodies import is_readable

__all__ = ["create_http_app"]

MAX_BODY_BYTES = 1_000_000
BODY_S = 10.0
"""How long a request may take to arrive."""
# Slack's verifier accepts timestamps of five minutes either way.
REPLAY_WINDOW_S = 600.0


class _Clock(Clock):
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now

    @override
    def now(self) -> float:
        return self._now()


class _Signatures:
    """Decides whether a request comes from Slack, and for the first time."""

    def __init__(self, signing_secret: str, *, clock: Callable[[], float]) -> None:
        self._verifier = SignatureVerifier(signing_secret, clock=_Clock(clock))
        self._clock = clock
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def accept(self, body: bytes, *, timestamp: str, signature: str) -> bool:
        try:
            is_valid = self._verifier.is_valid(body, timestamp, signature)
        except (ValueError, TypeError, OverflowError):
            # The verifier raises on a timestamp that is no number and on odd characters.
            return False
        return is_valid and self._is_first(signature)

    def forget(self, signature: str) -> None:
        """Let a request that was not dealt with be sent again as it is."""
        with self._lock:
            self._seen.pop(signature, None)

    def _is_first(self, signature: str) -> bool:
        now = self._clock()
        with self._lock:
            while self._seen and next(iter(self._seen.values())) < now - REPLAY_WINDOW_S:
                self._seen.popitem(last=False)
            if signature in self._seen:
                return False
            self._seen[signature] = now
            return True


def create_http_app(
    app: App,
    *,
    signing_secret: str,
    clock: Callable[[], float] = time.time,
    probes: Sequence[Route] = (),
) -> Starlette:
    """Return the ASGI app with `/slack/events`; `clock` counts epoch seconds.

    `probes` are served beside it, in the place of a `/healthz` that says only that it serves.
    """
    signatures = _Signatures(signing_secret, clock=clock)

    async def events(request: Request) -> Response:
        try:
            async with asyncio.timeout(BODY_S):
                body = await _read(request)
        except TimeoutError:
            return PlainTextResponse("too slow", 408, {"connection": "close"})
        if body is None:
            return PlainTextResponse("too large", 413)
        signature = request.headers.get("x-slack-signature", "")
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        if not signatures.accept(body, timestamp=timestamp, signature=signature):
            return PlainTextResponse("invalid signature", 401)
        if not is_readable(body, content_type=request.headers.get("content-type", "")):
            return PlainTextResponse("not a request of Slack's", 400)
        bolt_request = to_bolt_request(request, body)
        response: BoltResponse = await run_in_threadpool(app.dispatch, bolt_request)
        if response.status >= 500:
            signatures.forget(signature)
        return to_starlette_response(response)

    async def health(_request: Request) -> Response:
        return PlainTextResponse("ok")

    return Starlette(
        routes=[
            Route("/slack/events", events, methods=["POST"]),
            *(probes or [Route("/healthz", health, methods=["GET"])]),
        ]
    )


async def _read(request: Request) -> bytes | None:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)
