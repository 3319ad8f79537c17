"""Slack's Web API goes away or fails under load: every question must end in one answer.

    python -m benchmarks.faults.outages [QUESTIONS]

Loopback only: the bot with a fake answerer behind it, and the local Slack. Three trials: refused
connections for ten seconds, 30 % of posts failing (rate limits, errors before and after the post),
and a rate limit of twenty seconds for every channel. Questions are direct messages, where the app
may read the thread.
"""

import logging
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from tests.outage import Door
from tests.scenarios.world import World, start_world

WAIT_S = 300.0


def main(arguments: list[str]) -> int:
    number = int(arguments[0]) if arguments else 100
    logging.disable(logging.CRITICAL)
    is_good = True
    for name, trial in (("refused", _refused), ("30 % faults", _faulty), ("limited", _limited)):
        with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'record.sqlite3'}"
            began = time.monotonic()
            world, asked = trial(stack, url, number)
            counts = _settle(world, asked)
            seconds = time.monotonic() - began
            open_ones = len(world.journal.waiting())
            print(f"{name}: {number} questions, replies each {dict(counts)}, ", end="")
            print(f"{open_ones} open, {seconds:.0f} s", flush=True)
            is_good = is_good and counts == {1: number} and not open_ones
    return 0 if is_good else 1


def _refused(stack: ExitStack, url: str, number: int) -> tuple[World, list[str]]:
    before = start_world(stack, database_url=url, connection="none", ack_timeout_s=10)
    before.bot.workers.close(timeout_s=1)
    door = stack.enter_context(Door(int(before.slack.url.rpartition(":")[2])))
    api = f"http://127.0.0.1:{door.port}/api/"
    world = start_world(stack, database_url=url, slack=before.slack, api_url=api)
    door.shut()
    asked = [world.slack.direct_message("member", f"question {n}") for n in range(number)]
    time.sleep(10)
    door.open()
    return world, asked


def _faulty(stack: ExitStack, url: str, number: int) -> tuple[World, list[str]]:
    world = start_world(stack, database_url=url, ack_timeout_s=10)
    dice = random.Random(1)  # noqa: S311
    for _ in range(4 * number):
        fault = dice.random()
        if fault < 0.1:
            world.slack.fail_next("chat.postMessage", retry_after_s=1)
        elif fault < 0.3:
            world.slack.fail_next("chat.postMessage", status=503, is_applied=fault < 0.2)
        else:
            world.slack.fail_next("chat.postMessage")
    return world, [world.slack.direct_message("member", f"question {n}") for n in range(number)]


def _limited(stack: ExitStack, url: str, number: int) -> tuple[World, list[str]]:
    world = start_world(stack, database_url=url, ack_timeout_s=10)
    world.slack.fail_next("chat.postMessage", retry_after_s=20, times=number)
    return world, [world.slack.direct_message("member", f"question {n}") for n in range(number)]


def _settle(world: World, asked: list[str]) -> Counter[int]:
    deadline = time.monotonic() + WAIT_S
    world.slack.wait_for(lambda: len(world.slack.transcript.acks) >= len(asked), timeout_s=60)
    while world.journal.waiting() and time.monotonic() < deadline:
        time.sleep(0.2)
    time.sleep(1)
    return Counter(len(world.slack.transcript.replies(ts)) for ts in asked)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
