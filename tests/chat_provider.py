"""A provider of chat models on loopback that speaks OpenAI's protocol and does what it is told."""

import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.servers import free_port

KEY = "sk-secret-key"
DRIP_S = 0.1
TOKENS = (900, 80)
"""What it says that every call took, read and written."""


@dataclass
class ChatProvider:
    """What it writes, and what it was asked. The name of the model says how it behaves:

    a number      refuses with that status, and `busy-N` only the first time
    silent        writes its text and then nothing more; `mute` writes nothing at all
    drip          writes a word, waits, and so on without end
    cut           breaks the stream off; `half` ends it without saying why
    length, ...   ends with that reason
    echo          writes what it was told
    """

    url: str = ""
    says: str = ""
    delay_s: float = 0.0
    """It waits so long before a status."""
    headers: dict[str, str] = field(default_factory=dict)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    """What it was asked, in order."""

    @property
    def calls(self) -> list[str]:
        """The names of the models asked, in order."""
        return [body["model"] for body in self.bodies]

    async def complete(self, request: Request) -> Response:
        body = await request.json()
        kind = body["model"]
        self.bodies.append(body)
        status = kind.removeprefix("busy-")
        if status.isdigit() and (status == kind or self.calls.count(kind) == 1):
            await anyio.sleep(self.delay_s)
            return JSONResponse(
                {"error": {"message": KEY}}, status_code=int(status), headers=self.headers
            )
        told = "\n\n".join(message["content"] for message in body["messages"])
        stream = self._stream(kind, told if kind == "echo" else self.says)
        return StreamingResponse(stream, media_type="text/event-stream")

    async def _stream(self, kind: str, text: str) -> AsyncIterator[str]:
        if kind == "mute":
            await anyio.sleep(5)
        while kind == "drip":
            yield _event("word ")
            await anyio.sleep(DRIP_S)
        for place in range(0, len(text), 400):
            yield _event(text[place : place + 400])
        if kind == "silent":
            await anyio.sleep(5)
        if kind == "cut":
            raise ConnectionResetError
        if kind != "half":
            yield _event("", finish=kind if kind in {"length", "content_filter"} else "stop")
            read, written = TOKENS
            used = {
                "prompt_tokens": read,
                "completion_tokens": written,
                "total_tokens": read + written,
            }
            yield _event("", used=used)
        yield "data: [DONE]\n\n"


@contextmanager
def serve_chat(set_variable: Callable[[str, str], None]) -> Iterator[ChatProvider]:
    """Run a provider, and set the variables that lead to it."""
    provider = ChatProvider()
    app = Starlette(routes=[Route("/v1/chat/completions", provider.complete, methods=["POST"])])
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host="127.0.0.1",
            port=port,
            log_level="critical",
            ws="none",
            timeout_graceful_shutdown=0,
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    provider.url = f"http://127.0.0.1:{port}/v1"
    for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE"):
        set_variable(name, provider.url)
    set_variable("OPENAI_API_KEY", KEY)
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def served_chat() -> Iterator[ChatProvider]:
    """Run a provider for all tests of a module; they use it as `chat_provider`."""
    with pytest.MonkeyPatch.context() as patch, serve_chat(patch.setenv) as provider:
        yield provider


@pytest.fixture
def chat_provider(served_chat: ChatProvider) -> ChatProvider:
    """Return a running provider to which models named `openai:...` lead."""
    served_chat.bodies, served_chat.headers = [], {}
    served_chat.says, served_chat.delay_s = "", 0.0
    return served_chat


def _event(text: str, *, finish: str | None = None, used: dict[str, int] | None = None) -> str:
    chunk: dict[str, Any] = {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "local",
        "choices": [
            {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": finish}
        ],
    }
    if used is not None:
        chunk |= {"choices": [], "usage": used}
    return f"data: {json.dumps(chunk)}\n\n"
