"""A bot in HTTP mode that is told to end, as every deployment does."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from bot.local_slack import LocalSlack
from tests.scenarios.world import MANIFEST
from tests.servers import free_port

ROOT = Path(__file__).parents[2]


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(manifest=json.loads(MANIFEST.read_text())) as running:
        yield running


@contextmanager
def _child(slack: LocalSlack, database: Path, *, pause_s: float) -> Iterator[subprocess.Popen[str]]:
    port = free_port()
    child = subprocess.Popen(
        [
            *(sys.executable, "-m", "tests.scenarios.bot_child"),
            *(slack.api_url, f"sqlite:///{database}", str(port), str(pause_s)),
        ],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _until_healthy(port, child)
        slack.deliver_by_http(f"http://127.0.0.1:{port}/slack/events")
        child.port = port  # type: ignore[attr-defined]
        yield child
    finally:
        if child.poll() is None:
            child.kill()
        child.communicate()


def _until_healthy(port: int, child: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 90
    while child.poll() is None and time.monotonic() < deadline:
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz")
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the child does not serve")


def test_on_sigterm_answers_come_to_their_end_and_the_exit_code_is_zero(
    slack: LocalSlack, tmp_path: Path
) -> None:
    database = tmp_path / "record.sqlite3"
    with _child(slack, database, pause_s=1.5) as child:
        asked = [slack.direct_message("member", f"question {n}") for n in range(8)]
        slack.wait_for(lambda: len(slack.transcript.acks) == 8, timeout_s=20)

        began = time.monotonic()
        child.send_signal(signal.SIGTERM)
        code = child.wait(30)

        assert code == 0
        assert time.monotonic() - began < 15
        # Four are answered at a time; what had begun is whole.
        done = [ts for ts in asked if slack.transcript.replies(ts)]
        assert len(done) >= 4

    with _child(slack, database, pause_s=0):
        for ts in asked:
            assert "About question" in slack.wait_for_reply(ts, timeout_s=30).shown_text
    assert "interrupted" not in slack.transcript.describe()


def test_a_reply_that_was_on_its_way_when_the_bot_was_killed_is_not_sent_again(
    slack: LocalSlack, tmp_path: Path
) -> None:
    database = tmp_path / "record.sqlite3"
    slack.fail_next("chat.postMessage", delay_s=3.5)
    with _child(slack, database, pause_s=0) as child:
        ts = slack.direct_message("member", "what is BPO?")
        slack.wait_for(lambda: len(slack.transcript.acks) == 1, timeout_s=20)
        time.sleep(0.7)
        child.kill()
        child.wait(10)

    with _child(slack, database, pause_s=0):
        slack.wait_for_reply(ts, timeout_s=30)
        time.sleep(4)

    slack.transcript.unique_reply(ts)


def test_a_request_that_is_only_half_sent_is_given_up(slack: LocalSlack, tmp_path: Path) -> None:
    with _child(slack, tmp_path / "r.sqlite3", pause_s=0) as child:
        address = ("127.0.0.1", child.port)  # type: ignore[attr-defined]
        head = socket.create_connection(address, timeout=30)
        head.sendall(b"POST /slack/events HTTP/1.1\r\nHost: x\r\n")
        body = socket.create_connection(address, timeout=30)
        body.sendall(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\nhalf")

        assert head.recv(100) == b""
        assert body.recv(100).startswith(b"HTTP/1.1 408")
        head.close()
        body.close()
