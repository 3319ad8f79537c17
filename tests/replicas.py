"""Several bots as programs of their own on one PostgreSQL and one Chroma server."""

import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bot.local_slack import LocalSlack
from bot.local_slack.transport.http_mode import HttpAnswer, post_signed
from bot.local_slack.workspace.deliveries import Delivery
from tests.servers import free_port

ROOT = Path(__file__).parents[1]
LEASE_S = 6.0
"""Shorter than in life, so that a trial does not wait; far above what a busy machine delays."""
START_S = 180.0


@dataclass(slots=True)
class Replica:
    """One bot: its process and where it listens."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def is_healthy(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/healthz", timeout=1).is_success
        except httpx.HTTPError:
            return False


@dataclass(slots=True, kw_only=True)
class Replicas:
    """Starts, kills and freezes bots, and tells each of every event several times."""

    slack: LocalSlack
    database_url: str
    chroma_url: str
    folder: Path
    pause_s: float = 0.0
    copies: int = 4
    """How often each event is delivered."""
    bots: list[Replica] = field(default_factory=list)
    dice: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311

    def start(self, number: int) -> None:
        """Start bots and wait until they serve."""
        started = [self._start() for _ in range(number)]
        for bot in started:
            deadline = time.monotonic() + START_S
            while not bot.is_healthy:
                assert bot.process.poll() is None, "a bot has ended"
                assert time.monotonic() < deadline, "a bot does not start"
                time.sleep(0.1)
        self.bots += started

    def start_soon(self) -> None:
        """Start a bot and do not wait for it; Slack's first calls to it fail."""
        self.bots.append(self._start())

    def kill(self, bot: Replica) -> None:
        """End a bot as a power cut does."""
        bot.process.kill()
        bot.process.wait()
        self.bots.remove(bot)

    def freeze(self, bot: Replica) -> None:
        bot.process.send_signal(signal.SIGSTOP)

    def wake(self, bot: Replica) -> None:
        bot.process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        for bot in self.bots:
            bot.process.kill()
            bot.process.wait()

    def carry(self, delivery: Delivery) -> HttpAnswer:
        """Deliver an event as often as `copies` says, each time to any bot."""
        answers = []
        for copy in range(self.copies):
            bot = self.dice.choice(self.bots)
            url = f"http://127.0.0.1:{bot.port}/slack/events"
            try:
                answers.append(
                    post_signed(url, delivery.kind, delivery.payload, retry=copy, timeout_s=3)
                )
            except OSError:
                continue
        for answer in answers:
            if answer.is_ack:
                return answer
        raise ConnectionError("no bot took the event")

    def _start(self) -> Replica:
        port = free_port()
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.scenarios.replica_child", self.slack.api_url),
                *(self.database_url, self.chroma_url, str(self.folder), str(port)),
                str(self.pause_s),
            ],
            cwd=ROOT,
        )
        return Replica(process, port)
