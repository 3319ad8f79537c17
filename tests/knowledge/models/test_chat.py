"""A chat model behind LangChain: what comes, what does not come, and what is said then."""

import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import pytest
import uvicorn
from langchain_core.language_models.fake_chat_models import (
    FakeListChatModel,
    GenericFakeChatModel,
)
from langchain_core.messages import AIMessage
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from knowledge.answers.written.writing import Writer
from knowledge.domain import Chunk, SearchResult
from knowledge.errors import ConfigError, GenerationError
from knowledge.models.chat import MAX_CHARS, LangChainChatModel, create_chat_model
from tests.servers import free_port
from tests.workbench import make_chunk

SECRET = "sk-secret-key"


def _model(model: Any, *, deadline_s: float = 5.0) -> LangChainChatModel:
    return LangChainChatModel(model, name="fake:model", deadline_s=deadline_s)


class _Broken(FakeListChatModel):
    def _stream(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(SECRET)


class _Silent(FakeListChatModel):
    def _stream(self, *args: Any, **kwargs: Any) -> Any:
        yield from super()._stream(*args, **kwargs)
        threading.Event().wait(2)


def test_pieces_come_in_order() -> None:
    model = _model(GenericFakeChatModel(messages=iter([AIMessage("BPO hands over work.")])))

    pieces = list(model.write("instructions", "request"))

    assert len(pieces) > 1
    assert "".join(pieces) == "BPO hands over work."


def test_a_model_that_falls_silent_is_given_up_at_the_deadline() -> None:
    model = _model(_Silent(responses=["Half"]), deadline_s=0.2)
    written = []

    started = time.monotonic()
    with pytest.raises(GenerationError, match=r"not done in 0\.2 s"):
        written += model.write("instructions", "request")

    assert time.monotonic() - started < 1


def test_an_error_of_a_provider_is_translated_and_its_text_stays_inside() -> None:
    model = _model(_Broken(responses=["x"]))

    with pytest.raises(GenerationError) as caught:
        list(model.write("instructions", "request"))

    assert str(caught.value) == "fake:model failed: RuntimeError"


def test_a_model_that_does_not_stop_is_stopped() -> None:
    model = _model(FakeListChatModel(responses=["x" * (MAX_CHARS + 1)]))

    with pytest.raises(GenerationError, match="wrote more than"):
        list(model.write("instructions", "request"))


@pytest.mark.parametrize("name", ["nobody:model", "model-of-nobody", "openai:gpt-no-key"])
def test_a_model_that_cannot_be_used_is_reported_with_its_setting(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    with pytest.raises(ConfigError, match=r"^KB_CHAT_MODEL: cannot use"):
        create_chat_model(name)


def _event(text: str, *, finish: str | None = None) -> str:
    chunk = {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "local",
        "choices": [
            {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": finish}
        ],
    }
    return f"data: {json.dumps(chunk)}\n\n"


CALLS: list[str] = []


async def _complete(request: Request) -> Response:
    """Answer as the model's name says."""
    kind = (await request.json())["model"]
    if kind == "busy-once":
        CALLS.append(kind)
        if len(CALLS) == 1:
            return JSONResponse({"error": {}}, status_code=529, headers={"retry-after": "0"})
    if kind.isdigit():
        return JSONResponse({"error": {"message": SECRET}}, status_code=int(kind))

    async def stream() -> AsyncIterator[str]:
        if kind != "empty":
            yield _event("BPO hands a process ")
        if kind == "silent":
            await anyio.sleep(1)
        if kind in {"whole", "busy-once"}:
            yield _event("to a provider. [1]")
            yield _event("", finish="stop")
        if kind in {"length", "content_filter"}:
            yield _event("to a provider. [1] It")
            yield _event("", finish=kind)
        yield "data: [DONE]\n\n"

    return StreamingResponse(stream(), media_type="text/event-stream")


@contextmanager
def _serve() -> Iterator[str]:
    app = Starlette(routes=[Route("/v1/chat/completions", _complete, methods=["POST"])])
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="critical", ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def openai_url() -> Iterator[str]:
    """Run a server that speaks the protocol of OpenAI."""
    with _serve() as url:
        yield url


@pytest.mark.parametrize(
    ("kind", "is_written"),
    [
        pytest.param("whole", True, id="whole"),
        pytest.param("silent", False, id="silent-half-way"),
        pytest.param("half", False, id="ends-half-way"),
        pytest.param("500", False, id="server-error"),
        pytest.param("429", False, id="too-many-requests"),
        pytest.param("401", False, id="wrong-key"),
        pytest.param("length", False, id="too-long"),
        pytest.param("content_filter", False, id="filtered"),
        pytest.param("busy-once", True, id="busy-once"),
        pytest.param("empty", False, id="empty"),
    ],
)
def test_a_provider_writes_or_the_writer_gives_way(
    kind: str,
    is_written: bool,
    openai_url: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", openai_url)
    monkeypatch.setenv("OPENAI_API_BASE", openai_url)
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setattr("knowledge.models.chat.DEADLINE_S", 0.5)
    chunk: Chunk = make_chunk(text="BPO hands a process to a provider.")

    writer = Writer(create_chat_model(f"openai:{kind}"))
    draft = writer.write("BPO?", [SearchResult(chunk=chunk, rank=1, score=1.0, similarity=1.0)])

    assert draft.is_trustworthy == is_written
    assert SECRET not in caplog.text
