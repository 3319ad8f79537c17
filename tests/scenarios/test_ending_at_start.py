"""A bot that is told to end while it starts."""

import contextlib
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import bot.__main__
from benchmarks.faults.program import environment_of
from bot.ending import ended_by_sigterm
from bot.local_slack import LocalSlack
from tests.scenarios.real_world import RealCorpus
from tests.servers import free_port


class _SlowKnowledge:
    """Loads its models for longer than anybody waits."""

    def __init__(self) -> None:
        self.is_loading = threading.Event()
        self.may_end = threading.Event()

    def warm(self, _stop: threading.Event) -> None:
        self.is_loading.set()
        self.may_end.wait(60)


def test_the_end_does_not_wait_for_a_model_that_is_being_loaded() -> None:
    slow: Any = _SlowKnowledge()

    with bot.__main__._warming(slow):
        assert slow.is_loading.wait(20)

    assert not slow.may_end.is_set()
    slow.may_end.set()


def test_sigterm_is_taken_like_ctrl_c_until_somebody_serves() -> None:
    before = signal.getsignal(signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt), ended_by_sigterm():
        signal.raise_signal(signal.SIGTERM)

    assert signal.getsignal(signal.SIGTERM) is before


def test_what_ends_the_start_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_options: object) -> None:
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(bot.__main__, "_start", start)

    assert bot.__main__.main([]) == 0


@pytest.mark.long
@pytest.mark.parametrize("arguments", [[], ["--http"]], ids=["socket", "http"])
@pytest.mark.parametrize("after_s", [0.0, 0.5, 1.5, 3.0, 6.0])
def test_at_any_moment_of_its_start_it_ends_in_order(
    real_corpus: RealCorpus, tmp_path: Path, arguments: list[str], after_s: float
) -> None:
    data = real_corpus.copy_to(tmp_path / "data")
    (data / "owner").unlink(missing_ok=True)
    with LocalSlack() as slack:
        environment = environment_of(data) | {
            "KB_HTTP_PORT": str(free_port()),
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_API_URL": slack.api_url,
        }
        child = subprocess.Popen(
            [sys.executable, "-m", "bot", *arguments],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        with contextlib.ExitStack() as stack:
            stack.callback(child.kill)
            _wait_until((data / "owner").exists)
            time.sleep(after_s)
            began = time.monotonic()
            child.terminate()
            _, errors = child.communicate(timeout=60)

    assert (child.returncode, "Traceback" in errors) == (0, False)
    assert time.monotonic() - began < 15


def _wait_until(is_true: Any) -> None:
    deadline = time.monotonic() + 120
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
