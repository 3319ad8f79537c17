"""The only module that knows LangChain: a chat model that writes, within a deadline."""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from knowledge.errors import ConfigError, GenerationError
from knowledge.models.breaker import Breaker

__all__ = ["LangChainChatModel", "UnusableChatModel", "create_chat_model"]

logger = logging.getLogger(__name__)

DEADLINE_S = 30.0
MAX_CHARS = 8_000
MAX_TOKENS = 700
TICK_S = 0.25
"""How often whoever reads hears that the model is still waited for."""
RETRY_WAIT_S = 1.0
BUSY = frozenset({429, 529, *range(500, 600)})
"""Statuses after which the same request may succeed."""
REFUSED = frozenset({401, 404})
"""Statuses that a wrong key or name of a model leads to."""
REFUSED_AT_START = REFUSED | {400, 403, 422}
"""The same for a request that nothing is wrong with. Later these may be about what was asked."""
ENDS = ("finish_reason", "stop_reason", "stopReason", "done_reason")
WHOLE = frozenset({"stop", "end_turn", "stop_sequence", "eos", "complete", "end", "eos_token"})


class LangChainChatModel:
    """A LangChain chat model behind our own deadline; nothing is loaded before the first call.

    Providers name their time-out differently and some have none, so the deadline is kept here:
    what is not written by then is given up.
    """

    def __init__(
        self,
        model: Any,
        *,
        name: str,
        deadline_s: float = DEADLINE_S,
        count_tokens: Callable[[int, int], None] = lambda _read, _written: None,
        breaker: Breaker | None = None,
    ) -> None:
        """`model` is a LangChain `BaseChatModel`; `count_tokens` is told what a call took."""
        self._model = model
        self._deadline_s = deadline_s
        self._count_tokens = count_tokens
        self._breaker = breaker or Breaker()
        self._refusal = ""
        self.name = name

    @property
    def refusal(self) -> str:
        """Why the provider does not let us in, as far as is known; empty when it does."""
        return self._refusal

    def check(self) -> None:
        """Ask the provider once for a word, so that a wrong key or name is known at the start.

        What is wrong is logged; until it is put right, answers are quoted.
        """
        try:
            for piece in self._pieces("You test a connection.", "Write: OK", self._deadline_s):
                # While nothing has come, nothing is known.
                if piece:
                    return
        except GenerationError as exc:
            if exc.reason == "cut":
                return
            status = _status(exc.__cause__) if exc.__cause__ else 0
            if status in REFUSED_AT_START:
                self._refusal = self._refused(status)
            logger.error(  # noqa: TRY400 (its text says all there is to say)
                "KB_CHAT_MODEL: %s; answers are quoted from the articles meanwhile",
                self._refusal or exc,
            )

    def write(self, instructions: str, request: str) -> Iterator[str]:
        """Yield pieces of the reply as they come, and an empty one while none comes.

        Raises `GenerationError` when the model fails, is not done by the deadline, or stops for
        another reason than having come to its end.
        """
        if self._refusal:
            raise GenerationError(self._refusal, reason="unusable")
        if wait_s := self._breaker.rests_for_s:
            raise GenerationError(
                f"{self.name} failed several times and is left alone for {wait_s:.0f} s"
            )
        try:
            yield from self._pieces(instructions, request, self._deadline_s)
        except GenerationError as exc:
            # What it raised, or did not do in time; one that cuts an answer short is at work.
            if exc.__cause__ is not None:
                self._breaker.failed()
            raise
        self._breaker.succeeded()

    def _pieces(self, instructions: str, request: str, deadline_s: float) -> Iterator[str]:
        pieces: queue.Queue[Any] = queue.Queue()
        given_up = threading.Event()
        until = time.monotonic() + deadline_s

        def run() -> None:
            has_begun = False
            for is_last in (False, True):
                try:
                    for piece in self._model.stream([("system", instructions), ("human", request)]):
                        if given_up.is_set():
                            return
                        has_begun = True
                        pieces.put(piece)
                    pieces.put(None)
                except Exception as exc:  # noqa: BLE001 (providers raise errors of their own)
                    wait_s = _wait_s(exc)
                    left_s = until - time.monotonic()
                    if is_last or has_begun or _status(exc) not in BUSY or wait_s >= left_s:
                        pieces.put(exc)
                        return
                    if given_up.wait(wait_s):
                        return
                else:
                    return

        threading.Thread(target=run, name="chat-model", daemon=True).start()
        try:
            yield from self._read(pieces, until=until, deadline_s=deadline_s)
        finally:
            given_up.set()

    def _read(
        self, pieces: "queue.Queue[Any]", *, until: float, deadline_s: float
    ) -> Iterator[str]:
        size = 0
        end = _End()
        while True:
            left_s = until - time.monotonic()
            try:
                piece = pieces.get(timeout=max(min(left_s, TICK_S), 0.0))
            except queue.Empty as exc:
                if left_s > 0:
                    yield ""
                    continue
                raise GenerationError(
                    f"{self.name} was not done in {deadline_s} s", reason="late"
                ) from exc
            if piece is None:
                self._count_tokens(end.tokens_read, end.tokens_written)
                end.check(self.name)
                return
            if isinstance(piece, Exception):
                raise self._failure(piece, has_begun=size > 0) from piece
            end.see(piece)
            text = str(piece.text)
            size += len(text)
            if size > MAX_CHARS:
                raise GenerationError(
                    f"{self.name} wrote more than {MAX_CHARS} characters", reason="cut"
                )
            yield text

    def _failure(self, error: Exception, *, has_begun: bool) -> GenerationError:
        """Return what is said of a provider's error; its text may hold a key."""
        status = _status(error)
        kind = f"{type(error).__name__}{f' ({status})' if status else ''}"
        if status in REFUSED:
            self._refusal = self._refused(status)
            return GenerationError(self._refusal, reason="unusable")
        if has_begun:
            return GenerationError(f"{self.name} was cut off: {kind}", reason="cut")
        return GenerationError(f"{self.name} failed: {kind}")

    def _refused(self, status: int) -> str:
        settings = (
            "KB_CHAT_TEMPERATURE and KB_CHAT_MAX_TOKENS"
            if status in {400, 422}
            else "the provider's key"
        )
        return (
            f"{self.name} refused the request ({status}): check the name of the model and "
            f"{settings}, and start again"
        )


class UnusableChatModel:
    """Stands for a chat model that is set but cannot be used: every call says why."""

    def __init__(self, name: str, *, refusal: str) -> None:
        """`refusal` is what is wrong with the setting."""
        self.name = name
        self.refusal = refusal

    def check(self) -> None:
        """Do nothing, since what is wrong has been said."""

    def write(self, instructions: str, request: str) -> Iterator[str]:  # noqa: ARG002
        """Raise `GenerationError`."""
        raise GenerationError(self.refusal, reason="unusable")


class _End:
    """What a stream says of its end and of what it took."""

    def __init__(self) -> None:
        self.tokens_read = 0
        self.tokens_written = 0
        self._reason = ""
        self._tells = False

    def see(self, piece: Any) -> None:
        """Look at one more piece."""
        told = getattr(piece, "response_metadata", None) or {}
        self._tells = self._tells or bool(told)
        self._reason = next((str(told[key]) for key in ENDS if told.get(key)), self._reason)
        used = getattr(piece, "usage_metadata", None) or {}
        self.tokens_read = max(self.tokens_read, int(used.get("input_tokens") or 0))
        self.tokens_written = max(self.tokens_written, int(used.get("output_tokens") or 0))

    def check(self, name: str) -> None:
        """Raise `GenerationError` unless the model came to its end.

        Models that tell nothing at all, as local ones may, are believed.
        """
        if self._reason.casefold() in WHOLE or not (self._reason or self._tells):
            return
        why = f"stopped for {self._reason}" if self._reason else "was cut off"
        raise GenerationError(f"{name} {why}", reason="cut")


def create_chat_model(
    name: str,
    *,
    deadline_s: float | None = None,
    max_tokens: int = MAX_TOKENS,
    temperature: float = 0.0,
    count_tokens: Callable[[int, int], None] = lambda _read, _written: None,
) -> LangChainChatModel:
    """Return the chat model of an `init_chat_model` name such as `openai:gpt-...`.

    Raises `ConfigError` when its provider is unknown, not installed or not configured.
    """
    # LangChain takes a second to import and is needed only with a model.
    from langchain.chat_models import init_chat_model  # noqa: PLC0415

    deadline_s = DEADLINE_S if deadline_s is None else deadline_s
    try:
        model = init_chat_model(
            name,
            temperature=temperature,
            timeout=deadline_s,
            max_retries=0,
            max_tokens=max_tokens,
        )
    except Exception as exc:
        raise ConfigError(
            f"KB_CHAT_MODEL: cannot use {name!r}: {_first_line(exc)}. Name a model as "
            f"`provider:model`, install the provider's LangChain package and set its key"
        ) from exc
    return LangChainChatModel(model, name=name, deadline_s=deadline_s, count_tokens=count_tokens)


def _status(error: BaseException) -> int:
    """Return the HTTP status of a provider's error; 0 when it has none."""
    response = getattr(error, "response", None)
    for value in (
        getattr(error, "status_code", None),
        getattr(response, "status_code", None),
        getattr(error, "code", None),
    ):
        with suppress(TypeError, ValueError):
            return int(value)  # type: ignore[arg-type]  # what it is no number of is skipped
    return 0


def _wait_s(error: Exception) -> float:
    """Return how long a provider wants to be left alone."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    try:
        return max(float(headers.get("retry-after", RETRY_WAIT_S)), 0.0)
    except (TypeError, ValueError, AttributeError):
        return RETRY_WAIT_S


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
