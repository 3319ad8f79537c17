"""What the bot needs goes away or fails under load: every question must end in one answer.

    python -m benchmarks.faults.outages [QUESTIONS] [--seconds S] [--only TRIAL ...]

Loopback only: the bot with a fake answerer behind it, and the local Slack behind a door that can be
shut. The questions are open when the outage begins, or come in while it lasts.

    refused     Slack's Web API refuses connections for 60 s
    cut         connections break off in the middle, before or after Slack has done its part, 60 s
    errors      every call is answered with 500 for 60 s, half of them after it was done
    limited     every call is answered with 429 and `Retry-After: 60` for 60 s
    faulty      30 % of all calls fail, in any of these ways, for five minutes; six times as many
                questions, asked all along
    locked      another process holds SQLite's lock for 30 s
    killed      PostgreSQL is killed, and started again after 10 s

    answered    questions with exactly one answer, goal all; lost, doubled, open: goal 0
    notices     what was said in threads that is no answer, goal 0

Questions are direct messages, where the app may read the thread. `--seconds` is in place of the 60.
"""

import argparse
import logging
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from knowledge.answers.trace import Reply
from knowledge.domain import Answer, Question
from tests.fakes import FakeAnswerer
from tests.outage import CUT_AFTER, CUT_BEFORE, Door, Mishap, answer
from tests.scenarios.world import World, start_world
from tests.servers import PostgresqlServer, find_postgresql

SETTLE_S = 600.0
OUTAGE_S = 60.0
LOCKED_S = 30.0
AWAY_S = 10.0
FAULTY_S = 300.0
FAULTY_SHARE = 0.3
FAULTY_TIMES = 6
"""So many times as many questions are asked of a Slack that fails now and then."""
ANSWER_S = 1.0
"""How long an answer takes where the questions are to be open before the outage begins."""

HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""

ERRORS = (
    Mishap(is_passed_on=False, answer=answer("500 Internal Server Error")),
    Mishap(is_passed_on=True, answer=answer("500 Internal Server Error")),
)
CUTS = (CUT_BEFORE, CUT_AFTER)
BRIEFLY_LIMITED = Mishap(
    is_passed_on=False, answer=answer("429 Too Many Requests", "Retry-After: 2")
)
LIMITED = Mishap(is_passed_on=False, answer=answer("429 Too Many Requests", "Retry-After: 60"))


@dataclass(slots=True, kw_only=True)
class _Stage:
    """What a trial plays on."""

    stack: ExitStack
    folder: Path
    questions: int
    outage_s: float
    dice: random.Random
    asked: list[str] = field(default_factory=list)
    open_at_once: int = 0
    """How many questions were open when the outage was at its height."""

    def ask(self, world: World, number: int, *, pause_s: float = 0.0) -> None:
        for _ in range(number):
            self.asked.append(world.slack.direct_message("member", f"question {len(self.asked)}"))
            time.sleep(pause_s)

    def accepted(self, world: World) -> None:
        """Wait until the bot has acknowledged everything, and note how much of it is open."""
        world.slack.wait_for(
            lambda: len(world.slack.transcript.acks) >= len(self.asked), timeout_s=120
        )
        self.open_at_once = len(world.journal.waiting())


Trial = Callable[[_Stage], World]


class _SlowAnswerer(FakeAnswerer):
    def answer(
        self, question: Question, /, *, watch: Callable[[Answer], None] | None = None
    ) -> Reply:
        time.sleep(ANSWER_S)
        return super().answer(question, watch=watch)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=int, nargs="?", default=50)
    parser.add_argument("--seconds", type=float, default=OUTAGE_S)
    parser.add_argument("--only", nargs="*", choices=[*TRIALS], default=[*TRIALS])
    options = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    is_good = True
    for name in options.only:
        if name == "killed" and find_postgresql() is None:
            print("killed: PostgreSQL is not installed")
            continue
        with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
            stage = _Stage(
                stack=stack,
                folder=Path(folder),
                questions=options.questions,
                outage_s=options.seconds,
                dice=random.Random(1),  # noqa: S311
            )
            began = time.monotonic()
            world = TRIALS[name](stage)
            is_good &= _report(name, stage, world, ended_at=_settle(world), began=began)
    return 0 if is_good else 1


def _refused(stage: _Stage) -> World:
    world, door = _behind_a_door(stage)
    door.shut()
    stage.ask(world, stage.questions)
    stage.accepted(world)
    time.sleep(stage.outage_s)
    door.open()
    return world


def _failing(mishaps: Sequence[Mishap]) -> Trial:
    def trial(stage: _Stage) -> World:
        world, door = _behind_a_door(stage)
        door.mishap = lambda: stage.dice.choice(mishaps)
        stage.ask(world, stage.questions)
        stage.accepted(world)
        time.sleep(stage.outage_s)
        door.mishap = lambda: None
        return world

    return trial


def _faulty(stage: _Stage) -> World:
    world, door = _behind_a_door(stage)
    mishaps = (BRIEFLY_LIMITED, *ERRORS, *CUTS)

    def mishap() -> Mishap | None:
        return stage.dice.choice(mishaps) if stage.dice.random() < FAULTY_SHARE else None

    door.mishap = mishap
    number = FAULTY_TIMES * stage.questions
    lasts_s = FAULTY_S * stage.outage_s / OUTAGE_S
    stage.ask(world, number, pause_s=lasts_s / number)
    stage.accepted(world)
    door.mishap = lambda: None
    return world


def _locked(stage: _Stage) -> World:
    url = _sqlite(stage)
    world = start_world(stage.stack, database_url=url, answers=_SlowAnswerer(), **_PATIENT_SLACK)
    stage.ask(world, stage.questions)
    stage.accepted(world)
    with _lock_held(stage.folder / "record.sqlite3"):
        time.sleep(LOCKED_S * stage.outage_s / OUTAGE_S)
    return world


def _killed(stage: _Stage) -> World:
    programs = find_postgresql()
    assert programs is not None  # noqa: S101 (tells the type checker)
    place = stage.stack.enter_context(tempfile.TemporaryDirectory(prefix="pg", dir="/tmp"))
    server = PostgresqlServer(programs, place)
    server.start()
    stage.stack.callback(server.stop)
    with psycopg.connect(host=place, user="postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE record")
    url = f"postgresql+psycopg://postgres@/record?host={place}"
    world = start_world(stage.stack, database_url=url, answers=_SlowAnswerer(), **_PATIENT_SLACK)
    stage.ask(world, stage.questions)
    stage.accepted(world)
    server.kill()
    time.sleep(AWAY_S)
    server.start()
    return world


TRIALS: dict[str, Trial] = {
    "refused": _refused,
    "cut": _failing(CUTS),
    "errors": _failing(ERRORS),
    "limited": _failing((LIMITED,)),
    "faulty": _faulty,
    "locked": _locked,
    "killed": _killed,
}
# Slack sends an event again when it is not acknowledged; here it does so for as long as it takes.
_PATIENT_SLACK = {"ack_timeout_s": 10.0, "retries": 60, "retry_pause_s": 1.0}


def _behind_a_door(stage: _Stage) -> tuple[World, Door]:
    """Start a bot that reaches Slack through a door."""
    before = start_world(
        stage.stack, database_url=_sqlite(stage), connection="none", **_PATIENT_SLACK
    )
    before.bot.close()
    door = stage.stack.enter_context(Door(int(before.slack.url.rpartition(":")[2])))
    api = f"http://127.0.0.1:{door.port}/api/"
    return start_world(
        stage.stack, database_url=_sqlite(stage), slack=before.slack, api_url=api
    ), door


def _sqlite(stage: _Stage) -> str:
    return f"sqlite:///{stage.folder / 'record.sqlite3'}"


@contextmanager
def _lock_held(path: Path) -> Iterator[None]:
    """Let another process hold SQLite's lock."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None  # noqa: S101 (tells the type checker)
        if holder.stdout.readline() != b"held\n":
            raise RuntimeError("the lock was not to be had")
        try:
            yield
        finally:
            holder.communicate()


def _settle(world: World) -> float:
    """Wait until nothing is open; return when that was."""
    deadline = time.monotonic() + SETTLE_S
    while _open(world) and time.monotonic() < deadline:
        time.sleep(0.2)
    ended_at = time.monotonic()
    # What is said twice would be said now.
    time.sleep(5)
    return ended_at


def _open(world: World) -> int:
    return len(world.journal.waiting())


def _report(name: str, stage: _Stage, world: World, *, ended_at: float, began: float) -> bool:
    answers, notices = Counter[int](), 0
    for number, ts in enumerate(stage.asked):
        shown = [reply.shown_text for reply in world.slack.transcript.replies(ts)]
        said = sum(f"About question {number}." in text for text in shown)
        answers[said] += 1
        notices += len(shown) - said
    doubled = sum(count for times, count in answers.items() if times > 1)
    left = _open(world)
    print(
        f"{name}: {len(stage.asked)} questions, {stage.open_at_once} open in the outage; "
        f"{answers[1]} answered, {answers[0]} lost, {doubled} doubled, {left} open, "
        f"{notices} notices; all answered after {ended_at - began:.0f} s",
        flush=True,
    )
    return answers[1] == len(stage.asked) and not left and not notices


if __name__ == "__main__":
    sys.exit(main())
