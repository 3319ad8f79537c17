"""Keeps other web pages out: a browser on this machine must not be made to act in their name."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SAFE = {"GET", "HEAD"}
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        # Blocks may show pictures from the web.
        "img-src 'self' https: http:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


class OwnPagesOnly:
    """Serves only what is asked for by our own name, and takes forms of our own pages only.

    A name of another's that leads to this machine is refused by its `Host`. What changes anything
    must say by `Origin` that it comes from here, which a page cannot make up.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        if not _is_ours(scope, headers):
            refusal = PlainTextResponse("This page answers only to itself.", 403)
            await refusal(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, send_guarded)


class NoPages:
    """Serves programs only: every browser says of itself where a request comes from."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers({})
        if "origin" in headers or "sec-fetch-site" in headers:
            await PlainTextResponse("This is no page.", 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_ours(scope: Scope, headers: Headers) -> bool:
    _, port = scope["server"]
    host = headers.get("host", "")
    if host not in {f"127.0.0.1:{port}", f"localhost:{port}"}:
        return False
    return scope["method"] in _SAFE or headers.get("origin") == f"http://{host}"
