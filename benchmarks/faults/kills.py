"""The bot is killed, or told to end, while it answers: every question ends in one answer.

    python -m benchmarks.faults.kills [MOMENTS] [SEED]

Loopback only. For each mode (Socket Mode, HTTP) and signal (SIGKILL, SIGTERM) one bot after another
works on the same database, with a fake answerer behind it and the local Slack before it. Each is
asked some questions, ended at a random moment of answering them, and followed by the next. Slack
takes some posts late, so that moments lie within them too. Questions are direct messages, where the
app may read the thread.

    lost, doubled   questions without an answer in the end, and with more than one, goal 0
    interrupted     people who were told that their answer may be missing, goal 0
    exit codes      of SIGTERM, goal 0, and the longest end in seconds, goal 15
"""

import json
import logging
import multiprocessing
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx

from bot.local_slack import LocalSlack
from bot.record.journal import Journal
from knowledge.record.database import open_database
from tests.scenarios.bot_child import run
from tests.scenarios.world import MANIFEST
from tests.servers import free_port

QUESTIONS = 8
ANSWER_S = 0.3
LONGEST_POST_S = 0.4
START_S = 120.0
SETTLE_S = 240.0
# Imported once, and each bot is forked from there.
STARTER = multiprocessing.get_context("forkserver")


def main(arguments: list[str]) -> int:
    moments = int(arguments[0]) if arguments else 30
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    logging.disable(logging.CRITICAL)
    STARTER.set_forkserver_preload(["tests.scenarios.bot_child"])
    is_good = True
    for mode in ("socket", "http"):
        for ending in (signal.SIGKILL, signal.SIGTERM):
            with tempfile.TemporaryDirectory() as folder:
                is_good &= _Trial(Path(folder), mode, ending, random.Random(seed)).run(moments)  # noqa: S311
    return 0 if is_good else 1


class _Trial:
    def __init__(
        self, folder: Path, mode: str, ending: signal.Signals, dice: random.Random
    ) -> None:
        self.url = f"sqlite:///{folder / 'record.sqlite3'}"
        self.mode = mode
        self.ending = ending
        self.dice = dice
        self.codes: Counter[int | None] = Counter()
        self.longest_s = 0.0
        self.asked: list[str] = []

    def run(self, moments: int) -> bool:
        began = time.monotonic()
        manifest = json.loads(MANIFEST.read_text())
        # Slack sends an event again when a bot that is gone has not acknowledged it.
        with LocalSlack(
            manifest=manifest, ack_timeout_s=3.0, retries=60, retry_pause_s=1.0
        ) as slack:
            for _ in range(moments):
                bot = self._start(slack)
                self._ask(slack)
                time.sleep(self.dice.uniform(0.0, 1.5))
                self._end(bot)
            bot = self._start(slack)
            open_ones = self._settle(slack)
            bot.kill()
            bot.join()
            return self._report(slack, moments, open_ones, time.monotonic() - began)

    def _start(self, slack: LocalSlack) -> ForkServerProcess:
        port = free_port() if self.mode == "http" else 0
        bot = STARTER.Process(target=run, args=(slack.api_url, self.url, port, ANSWER_S))
        bot.start()
        deadline = time.monotonic() + START_S
        while not _is_up(slack, port):
            if not bot.is_alive() or time.monotonic() > deadline:
                raise RuntimeError(f"the bot did not start: {bot.exitcode}")
            time.sleep(0.02)
        if port:
            slack.deliver_by_http(f"http://127.0.0.1:{port}/slack/events")
        return bot

    def _ask(self, slack: LocalSlack) -> None:
        for _ in range(QUESTIONS):
            slack.fail_next("chat.postMessage", delay_s=self.dice.uniform(0, LONGEST_POST_S))
            name = self.dice.choice(("member", "admin"))
            self.asked.append(slack.direct_message(name, f"question {len(self.asked)}"))

    def _end(self, bot: ForkServerProcess) -> None:
        began = time.monotonic()
        if self.ending == signal.SIGTERM:
            bot.terminate()
        else:
            bot.kill()
        bot.join(30)
        self.longest_s = max(self.longest_s, time.monotonic() - began)
        self.codes[bot.exitcode] += 1
        bot.kill()
        bot.join()

    def _settle(self, slack: LocalSlack) -> int:
        """Wait until nothing is left to do; return how many questions are open all the same."""
        database = open_database(self.url)
        journal = Journal(database)
        deadline = time.monotonic() + SETTLE_S
        while time.monotonic() < deadline:
            is_taken = all(one.state != "pending" for one in slack.deliveries)
            if is_taken and not journal.waiting():
                break
            time.sleep(0.2)
        time.sleep(1.0)
        open_ones = len(journal.waiting())
        database.close()
        return open_ones

    def _report(self, slack: LocalSlack, moments: int, open_ones: int, seconds: float) -> bool:
        shown = {ts: _shown(slack, ts) for ts in self.asked}
        instead = Counter(
            text
            for texts in shown.values()
            if not any("About question" in text for text in texts)
            for text in texts or ("nothing was said",)
        )
        answers = Counter(
            sum("About question" in text for text in texts) for texts in shown.values()
        )
        notes = sum("interrupted" in text for texts in shown.values() for text in texts)
        for text, times in instead.items():
            print(f"not answered, {times} times: {text}")
        lost, doubled = answers[0], sum(n for times, n in answers.items() if times > 1)
        print(
            f"{self.mode}, {self.ending.name}: {moments} moments, {len(self.asked)} questions, "
            f"{lost} lost, {doubled} doubled, {open_ones} open, {notes} interrupted; exit codes "
            f"{dict(self.codes)}, longest end {self.longest_s:.1f} s; {seconds:.0f} s",
            flush=True,
        )
        is_ordered = self.ending != signal.SIGTERM or (
            set(self.codes) == {0} and self.longest_s < 15
        )
        return not (lost or doubled or open_ones or notes) and is_ordered


def _shown(slack: LocalSlack, ts: str) -> list[str]:
    return [reply.shown_text for reply in slack.transcript.replies(ts)]


def _is_up(slack: LocalSlack, port: int) -> bool:
    if not port:
        return slack.connections > 0
    with suppress(httpx.HTTPError):
        return httpx.get(f"http://127.0.0.1:{port}/healthz").is_success
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
