"""A chat model behind LangChain: what comes, what does not come, and what is said then."""

import threading
import time
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import (
    FakeListChatModel,
    GenericFakeChatModel,
)
from langchain_core.messages import AIMessage

from knowledge.errors import ConfigError, GenerationError
from knowledge.models.chat import MAX_CHARS, TICK_S, LangChainChatModel, create_chat_model
from tests.chat_provider import KEY, TOKENS, ChatProvider

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


TOLD = ("instructions", "request")
WHOLE = "BPO hands a process to a provider. [1]"


@pytest.mark.parametrize("kind", ["says", "busy-429", "busy-529", "busy-500"])
def test_a_provider_that_is_busy_is_asked_once_more(kind: str, chat_provider: ChatProvider) -> None:
    chat_provider.says, chat_provider.headers = WHOLE, {"retry-after": "0"}

    written = "".join(create_chat_model(f"openai:{kind}").write(*TOLD))

    assert written == WHOLE
    assert len(chat_provider.calls) == 1 + kind.startswith("busy")


@pytest.mark.parametrize(
    ("kind", "retry_after", "calls"),
    [
        pytest.param("429", "0", 2, id="busy twice"),
        pytest.param("429", "60", 1, id="beyond the deadline"),
        pytest.param("403", "0", 1, id="not for being busy"),
    ],
)
def test_no_more_than_once_and_only_where_that_can_help(
    kind: str, retry_after: str, calls: int, chat_provider: ChatProvider
) -> None:
    chat_provider.headers = {"retry-after": retry_after}

    with pytest.raises(GenerationError, match=rf"failed: .* \({kind}\)"):
        list(create_chat_model(f"openai:{kind}").write(*TOLD))

    assert len(chat_provider.calls) == calls


@pytest.mark.parametrize(
    ("kind", "reason", "calls"),
    [
        pytest.param("403", "failed", 3, id="failures"),
        pytest.param("mute", "late", 3, id="silence"),
        pytest.param("cut", "cut", 3, id="streams that break off"),
        pytest.param("length", "cut", 4, id="answers cut short are none"),
    ],
)
def test_a_provider_that_fails_three_times_in_a_row_is_left_alone(
    kind: str, reason: str, calls: int, chat_provider: ChatProvider
) -> None:
    chat_provider.says = WHOLE
    model = create_chat_model(f"openai:{kind}", deadline_s=0.5 if kind == "mute" else 20)
    reasons = []

    for _ in range(4):
        with pytest.raises(GenerationError) as caught:
            list(model.write(*TOLD))
        reasons.append(caught.value.reason)

    assert reasons[:3] == [reason] * 3
    assert len(chat_provider.calls) == calls


def test_whoever_waits_hears_so_and_a_drip_ends_at_the_deadline(
    chat_provider: ChatProvider,
) -> None:
    for kind, heard in (("mute", ""), ("drip", "word ")):
        pieces: list[str] = []

        with pytest.raises(GenerationError, match="not done in") as caught:
            pieces.extend(create_chat_model(f"openai:{kind}", deadline_s=0.6).write(*TOLD))

        assert caught.value.reason == "late"
        assert heard in pieces
    assert chat_provider.calls == ["mute", "drip"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_what_is_wrong_with_the_settings_is_known_from_the_start(
    status: int, chat_provider: ChatProvider, caplog: pytest.LogCaptureFixture
) -> None:
    chat_provider.delay_s = 3 * TICK_S
    model = create_chat_model(f"openai:{status}")

    model.check()
    with pytest.raises(GenerationError) as caught:
        list(model.write(*TOLD))

    assert f"KB_CHAT_MODEL: openai:{status} refused the request ({status})" in caplog.text
    assert (caught.value.reason, model.refusal) == ("unusable", str(caught.value))
    assert len(chat_provider.calls) == 1
    assert KEY not in caplog.text


@pytest.mark.parametrize(("kind", "is_logged"), [("says", False), ("length", False), ("500", True)])
def test_a_model_that_may_work_is_asked_again_after_the_check(
    kind: str, is_logged: bool, chat_provider: ChatProvider, caplog: pytest.LogCaptureFixture
) -> None:
    chat_provider.says, chat_provider.headers = WHOLE, {"retry-after": "0"}
    model = create_chat_model(f"openai:{kind}")

    model.check()

    assert model.refusal == ""
    assert ("KB_CHAT_MODEL" in caplog.text) == is_logged


def test_a_wrong_key_is_not_tried_again(chat_provider: ChatProvider) -> None:
    model = create_chat_model("openai:401")

    for _ in range(2):
        with pytest.raises(GenerationError, match="provider's key"):
            list(model.write(*TOLD))

    assert len(chat_provider.calls) == 1


def test_tokens_are_counted(chat_provider: ChatProvider) -> None:
    chat_provider.says = WHOLE
    counted: list[tuple[int, int]] = []

    list(create_chat_model("openai:says", count_tokens=lambda *n: counted.append(n)).write(*TOLD))

    assert counted == [TOKENS]


def test_a_models_settings_reach_its_provider(chat_provider: ChatProvider) -> None:
    chat_provider.says = WHOLE

    list(create_chat_model("openai:says", max_tokens=123, temperature=0.5).write(*TOLD))

    (body,) = chat_provider.bodies
    assert body["temperature"] == 0.5
    assert 123 in {body.get("max_tokens"), body.get("max_completion_tokens")}
