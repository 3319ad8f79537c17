"""How long others wait for their acknowledgement while one person, or one file, is at its worst.

    python -m benchmarks.faults.acknowledgements [--texts N] [--files N] [--seconds S]

Loopback only. `python -m bot --http` on the bundled articles; somebody says "thanks" ten times a
second, and each time it is measured how long the signed request takes until it is acknowledged:

    quiet   nothing else happens
    texts   a member writes 40,000 characters, one text after another, each made of one unit that
            is slow to read; the slowest to be answered is named
    files   `/kb ingest` takes in files that are made to hang, to flood or to break a reader

    longest   the longest acknowledgement in seconds, goal 1; Slack gives up after 3
    ratio     of the longest to that of the quiet time, goal 5
"""

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.faults.fuzz_files import malicious
from benchmarks.faults.program import environment_of, ingest, running_bot
from bot.local_slack import LocalSlack
from tests.adversaries import UNITS
from tests.scenarios.world import MANIFEST

SIZE = 40_000
QUIET_S = 20.0
PAUSE_S = 0.1
ANSWER_S = 60.0
GIVEN_UP_S = 3.0
"""What counts for a request that Slack gave up and sent again."""
MOST_S = 1.0
MOST_RATIO = 5.0


@dataclass(slots=True, kw_only=True)
class _Phase:
    name: str
    seconds: list[float] = field(default_factory=list)

    @property
    def longest(self) -> float:
        return max(self.seconds)

    def describe(self, quiet: "_Phase") -> str:
        ordered = sorted(self.seconds)
        return (
            f"{self.name}: {len(ordered)} acknowledgements, median "
            f"{statistics.median(ordered):.3f} s, 99 % {ordered[len(ordered) * 99 // 100]:.3f} s, "
            f"longest {self.longest:.3f} s, ratio {self.longest / quiet.longest:.1f}"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=len(UNITS))
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=600.0, help="for the files, at most")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        articles = folder / "articles"
        articles.mkdir()
        (articles / "first.md").write_text("# The canteen\n\nThe canteen opens at noon.\n")
        environment = environment_of(folder / "data")
        ingest(environment)
        ingest(environment, articles)
        manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
        with (
            LocalSlack(manifest=manifest, ack_timeout_s=30) as slack,
            running_bot(environment, slack, log=folder / "log", is_http=True),
        ):
            _warm(slack)
            quiet, texts, files = _Phase(name="quiet"), _Phase(name="texts"), _Phase(name="files")
            with _measuring(slack, quiet):
                time.sleep(QUIET_S)
            print(quiet.describe(quiet), flush=True)
            with _measuring(slack, texts):
                slowest_s, unit = _write_texts(slack, options.texts)
            print(texts.describe(quiet), flush=True)
            print(f"  slowest to be answered: {unit!r} after {slowest_s:.1f} s", flush=True)
            for file in malicious(options.files):
                (articles / file.location).write_bytes(file.data)
            with _measuring(slack, files):
                taken_s = _ingest(slack, options.seconds)
            print(files.describe(quiet), flush=True)
            print(f"  {options.files} files were taken in after {taken_s:.0f} s", flush=True)
    longest = max(texts.longest, files.longest)
    return 0 if longest < MOST_S and longest <= MOST_RATIO * quiet.longest else 1


def _warm(slack: LocalSlack) -> None:
    """Let the models be loaded and everything be used once."""
    for text in ("thanks", "what is BPO?", "how is an SLA measured?"):
        slack.wait_for_reply(slack.direct_message("member", text), timeout_s=ANSWER_S)
    slack.wait_until_idle(quiet_s=5.0, timeout_s=ANSWER_S)


@contextmanager
def _measuring(slack: LocalSlack, phase: _Phase) -> Iterator[None]:
    """Let somebody say a word again and again, and note how soon each is acknowledged."""
    stop = threading.Event()
    before = len(slack.deliveries)

    def speak() -> None:
        while not stop.wait(PAUSE_S):
            slack.direct_message("admin", "thanks")

    speaker = threading.Thread(target=speak)
    speaker.start()
    try:
        yield
    finally:
        stop.set()
        speaker.join()
    slack.wait_for(lambda: all(d.state != "pending" for d in slack.deliveries[before:]), 120)
    acks = slack.transcript.acks
    for delivery in slack.deliveries[before:]:
        if delivery.payload.get("event", {}).get("text") == "thanks":
            once = delivery.attempts == 1 and delivery.state == "acknowledged"
            phase.seconds.append(acks[delivery.envelope_ids[0]] if once else GIVEN_UP_S)


def _write_texts(slack: LocalSlack, number: int) -> tuple[float, str]:
    """Write one text after another; return how long the slowest took, and what it is made of."""
    slowest = (0.0, "")
    for unit in UNITS[:number]:
        began = time.monotonic()
        text = (unit * (SIZE // len(unit)))[:SIZE]
        ts = slack.direct_message("member", text)
        # Half a character is refused, as are its repetitions.
        slack.wait_for(lambda ts=ts: _is_through(slack, ts), ANSWER_S)
        slowest = max(slowest, (time.monotonic() - began, unit))
    return slowest


def _is_through(slack: LocalSlack, ts: str) -> bool:
    if slack.transcript.replies(ts):
        return True
    return any(event.state == "failed" for event in slack.events("message", ts=ts))


def _ingest(slack: LocalSlack, limit_s: float) -> float:
    """Take in what is new, and return after how many seconds it was done or given up."""
    began = time.monotonic()
    slack.command("admin", "/kb", "ingest")

    def is_done() -> bool:
        return any(
            message.is_from_app and message.text.startswith("Ingestion finished")
            for message in slack.transcript.messages()
        )

    while not is_done() and time.monotonic() - began < limit_s:
        time.sleep(0.5)
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
