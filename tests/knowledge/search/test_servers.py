"""A Chroma server behind a door that asks who is there."""

import base64
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.local_slack.transport.loopback import LoopbackServer
from knowledge.errors import StoreError
from knowledge.search.servers import ChromaServer, chroma_headers
from knowledge.search.store import open_store
from tests.servers import run_chroma
from tests.workbench import make_chunk, unit_vectors

DOORS = {
    "token": chroma_headers(token="s3cret", token_header="Authorization", basic=""),
    "other header": chroma_headers(token="s3cret", token_header="X-Chroma-Token", basic=""),
    "basic": chroma_headers(token="", token_header="Authorization", basic="me:s3cret"),
}
KEYS = {f"Basic {base64.b64encode(b'me:s3cret').decode()}", "Bearer s3cret", "s3cret"}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a proxy that lets in who has a key."""
    with run_chroma(tmp_path_factory.mktemp("chroma")) as chroma, httpx.Client() as client:

        async def forward(request: Request) -> Response:
            shown = {request.headers.get("authorization"), request.headers.get("x-chroma-token")}
            if not shown & KEYS:
                return Response(status_code=401)
            body = await request.body()
            answer = client.request(
                request.method,
                f"{chroma}{request.url.path}",
                params=request.query_params,
                content=body,
                headers={"content-type": "application/json"},
            )
            return Response(answer.content, answer.status_code, media_type="application/json")

        methods = ["GET", "POST", "PUT", "DELETE"]
        server = LoopbackServer(Starlette(routes=[Route("/{path:path}", forward, methods=methods)]))
        server.start()
        yield f"http://127.0.0.1:{server.port}"
        server.stop()


@pytest.mark.parametrize("name", DOORS)
def test_a_server_that_asks_for_a_key_is_shown_it(name: str, door: str, tmp_path: Path) -> None:
    server = ChromaServer(url=door, headers=DOORS[name])

    store = open_store(name.replace(" ", "-"), directory=tmp_path, server=server)
    store.upsert([make_chunk()], unit_vectors(1))

    assert store.count() == 1
    assert "s3cret" not in repr(server)
    store.close()


def test_a_server_that_refuses_says_which_setting_is_wrong(door: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="KB_CHROMA_TOKEN"):
        open_store("g", directory=tmp_path, server=ChromaServer(url=door))
