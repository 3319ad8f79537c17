"""The only module that knows LangChain: a chat model that writes, within a deadline."""

import queue
import threading
import time
from collections.abc import Iterator
from typing import Any

from knowledge.errors import ConfigError, GenerationError

__all__ = ["LangChainChatModel", "create_chat_model"]

DEADLINE_S = 30.0
MAX_CHARS = 8_000
MAX_TOKENS = 700


class LangChainChatModel:
    """A LangChain chat model behind our own deadline; nothing is loaded before the first call.

    Providers name their time-out differently and some have none, so the deadline is kept here:
    what is not written by then is given up.
    """

    def __init__(self, model: Any, *, name: str, deadline_s: float = DEADLINE_S) -> None:
        """`model` is a LangChain `BaseChatModel`."""
        self._model = model
        self._deadline_s = deadline_s
        self.name = name

    def write(self, instructions: str, request: str) -> Iterator[str]:
        """Yield pieces of the reply as they come.

        Raises `GenerationError` when the model fails, or is not done by the deadline.
        """
        pieces: queue.Queue[str | Exception | None] = queue.Queue()
        given_up = threading.Event()

        def run() -> None:
            try:
                for piece in self._model.stream([("system", instructions), ("human", request)]):
                    if given_up.is_set():
                        return
                    pieces.put(str(piece.text))
                pieces.put(None)
            except Exception as exc:  # noqa: BLE001 (providers raise errors of their own)
                pieces.put(exc)

        threading.Thread(target=run, name="chat-model", daemon=True).start()
        try:
            yield from self._read(pieces, until=time.monotonic() + self._deadline_s)
        finally:
            given_up.set()

    def _read(
        self, pieces: "queue.Queue[str | Exception | None]", *, until: float
    ) -> Iterator[str]:
        size = 0
        while True:
            try:
                piece = pieces.get(timeout=max(until - time.monotonic(), 0.0))
            except queue.Empty as exc:
                raise GenerationError(f"{self.name} was not done in {self._deadline_s} s") from exc
            if piece is None:
                return
            if isinstance(piece, Exception):
                raise GenerationError(f"{self.name} failed: {type(piece).__name__}") from piece
            size += len(piece)
            if size > MAX_CHARS:
                raise GenerationError(f"{self.name} wrote more than {MAX_CHARS} characters")
            yield piece


def create_chat_model(name: str) -> LangChainChatModel:
    """Return the chat model of an `init_chat_model` name such as `openai:gpt-...`.

    Raises `ConfigError` when its provider is unknown, not installed or not configured.
    """
    # LangChain takes a second to import and is needed only with a model.
    from langchain.chat_models import init_chat_model  # noqa: PLC0415

    try:
        model = init_chat_model(
            name, temperature=0, timeout=DEADLINE_S, max_retries=0, max_tokens=MAX_TOKENS
        )
    except Exception as exc:
        raise ConfigError(
            f"KB_CHAT_MODEL: cannot use {name!r}: {_first_line(exc)}. Name a model as "
            f"`provider:model`, install the provider's LangChain package and set its key"
        ) from exc
    return LangChainChatModel(model, name=name)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
