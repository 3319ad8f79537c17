"""The real programs, as processes of their own, beside a local Slack."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from bot.local_slack import LocalSlack
from tests.scenarios.world import ADMIN
from tests.servers import free_port

__all__ = ["environment_of", "ingest", "running_bot"]

START_S = 300.0


def environment_of(data_dir: Path) -> dict[str, str]:
    """Return what the programs find in the environment: a data directory, and no limits."""
    inherited = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251
        if not name.startswith(("KB_", "SLACK_"))
    }
    return inherited | {
        "KB_DATA_DIR": str(data_dir),
        "KB_ADMINS": ADMIN,
        "KB_LOG_LEVEL": "WARNING",
        "KB_QUESTIONS_PER_MINUTE": "0",
        "KB_CHANNEL_QUESTIONS_PER_MINUTE": "0",
    }


def ingest(environment: dict[str, str], *sources: Path) -> None:
    """Ingest the registered sources and these, the bundled articles if there are none."""
    subprocess.run(
        [sys.executable, "-m", "ingest", *map(str, sources)],
        env=environment,
        check=True,
        capture_output=True,
    )


@contextmanager
def running_bot(
    environment: dict[str, str], slack: LocalSlack, *, log: Path, is_http: bool = False
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `python -m bot` on a local Slack, over Socket Mode or HTTP; show what it logged."""
    port = free_port() if is_http else 0
    environment = environment | {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_SIGNING_SECRET": slack.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "KB_HTTP_PORT": str(port or 3000),
    }
    with log.open("wb") as file:
        bot = subprocess.Popen(
            [sys.executable, "-m", "bot", *(["--http"] if is_http else [])],
            env=environment,
            stderr=file,
            stdin=subprocess.DEVNULL,
        )
    try:
        if port:
            _wait_until_healthy(port, bot)
            slack.deliver_by_http(f"http://127.0.0.1:{port}/slack/events")
        else:
            slack.wait_for(lambda: slack.connections > 0, timeout_s=START_S)
        yield bot
    finally:
        bot.terminate()
        bot.wait(60)
        if said := log.read_text(errors="replace").strip():
            print(f"the bot wrote: {said[-2_000:]}", file=sys.stderr)


def _wait_until_healthy(port: int, bot: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while bot.poll() is None and time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{port}/healthz")
            return
        time.sleep(0.1)
    raise RuntimeError("the bot does not serve")
