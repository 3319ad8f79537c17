"""`/healthz`, `/readyz` and `/metrics`, for whatever watches the process."""

import logging
import time
from collections.abc import Callable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.watching.metrics import CONTENT_TYPE, Metrics

__all__ = ["Check", "kept", "probe_routes", "watching_app"]

logger = logging.getLogger(__name__)

Check = Callable[[], object]
"""Raises when a part does not work."""


def probe_routes(*, checks: Mapping[str, Check], metrics: Metrics) -> list[Route]:
    """Return the routes; `checks` are the parts without which no question is answered well."""

    def health(_request: Request) -> Response:
        return PlainTextResponse("ok")

    def ready(_request: Request) -> Response:
        found = {name: _state(name, check) for name, check in checks.items()}
        is_ready = all(state == "ok" for state in found.values())
        return JSONResponse(found, status_code=200 if is_ready else 503)

    def figures(_request: Request) -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    return [
        Route("/healthz", health, methods=["GET"]),
        Route("/readyz", ready, methods=["GET"]),
        Route("/metrics", figures, methods=["GET"]),
    ]


def watching_app(routes: list[Route]) -> Starlette:
    """Return an app with these routes and no other, for a port of its own."""
    return Starlette(routes=routes)


def kept(check: Check, *, for_s: float, clock: Callable[[], float] = time.monotonic) -> Check:
    """Return a check whose good result holds for some seconds: Slack limits such calls."""
    good_until = 0.0

    def checked() -> None:
        nonlocal good_until
        if clock() >= good_until:
            check()
            good_until = clock() + for_s

    return checked


def _state(name: str, check: Check) -> str:
    try:
        check()
    except Exception as exc:  # noqa: BLE001 (whatever is wrong with a part, it does not work)
        logger.warning("not ready: %s: %s", name, type(exc).__name__)
        # What an error says may name hosts; the log of the part itself has it.
        return type(exc).__name__
    return "ok"
