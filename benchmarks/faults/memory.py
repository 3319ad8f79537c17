"""The memory of the bot over many questions: it must not grow with them.

    python -m benchmarks.faults.memory [QUESTIONS]

Loopback only. `python -m bot` on the bundled articles and a folder beside them, in Socket Mode, is
asked 10,000 different questions by the local Slack, a few at a time. Three times meanwhile the
articles of the folder change, and `/kb ingest` takes them in.

    slope_mib_per_1000  resident memory of the bot's process against questions, after the first
                        2,000 of which, and the first ingestion, goal 1
    unanswered          questions without a reply, goal 0

The slope is that of the line of least squares; the samples, one every 250 questions, are printed.
"""

import argparse
import json
import os
import queue
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import IO

from benchmarks.faults.program import environment_of, ingest, running_bot
from benchmarks.harness import GOLDEN
from bot.local_slack import LocalSlack
from bot.local_slack.workspace.values import Entry
from tests.scenarios.world import MANIFEST

__all__ = ["Growth", "measure"]

WARM_UP = 2_000
SAMPLE_EVERY = 250
AT_ONCE = 4
INGESTED_AT = (0.1, 0.4, 0.7)
"""After which shares of the questions the folder is ingested anew."""
ARTICLES = 6
ANSWER_S = 120.0
MOST_SLOPE = 1.0
WAYS = (
    "{}", "hello, {}", "quick one: {}", "{} thanks", "my boss asks: {}", "for a friend: {}",
    "please tell me: {}", "{} (for our team)", "again: {}", "in our case, {}",
)  # fmt: skip
PLACES = ("", " in Poland", " for a bank", " at a hospital", " this year")


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How the memory of the bot's process went."""

    samples: tuple[tuple[int, float], ...]
    """Questions answered, and resident MiB."""
    unanswered: int
    ingestions: int
    """How many came to their end, everything taken in."""

    @property
    def slope(self) -> float:
        """MiB for every 1,000 questions after the warm-up."""
        points = [(asked / 1_000, mib) for asked, mib in self.samples if asked >= WARM_UP]
        middle = sum(x for x, _ in points) / len(points)
        spread = sum((x - middle) ** 2 for x, _ in points)
        return sum((x - middle) * mib for x, mib in points) / spread


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=int, nargs="?", default=10_000)
    options = parser.parse_args(arguments)
    began = time.monotonic()
    growth = measure(options.questions, out=sys.stdout)
    print(
        f"{options.questions} questions, {growth.ingestions} ingestions in "
        f"{time.monotonic() - began:.0f} s: slope {growth.slope:.2f} MiB per 1,000 after "
        f"{WARM_UP}, {growth.unanswered} unanswered"
    )
    is_good = growth.slope <= MOST_SLOPE and not growth.unanswered
    return 0 if is_good and growth.ingestions == len(INGESTED_AT) else 1


def measure(questions: int, *, out: IO[str] | None = None) -> Growth:
    """Ask that many, more than the warm-up takes; write each sample to `out`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder / "articles", edition=0)
        environment = environment_of(folder / "data")
        ingest(environment)
        ingest(environment, folder / "articles")
        manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
        with (
            LocalSlack(manifest=manifest, ack_timeout_s=30) as slack,
            running_bot(environment, slack, log=folder / "log") as bot,
        ):
            return _Trial(slack, bot.pid, folder / "articles", out).run(questions)


class _Trial:
    def __init__(self, slack: LocalSlack, pid: int, articles: Path, out: IO[str] | None) -> None:
        self._slack = slack
        self._pid = pid
        self._articles = articles
        self._out = out
        self._replied: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._open: set[str] = set()
        self._early: set[str] = set()
        self._ingestions = 0
        self._samples: list[tuple[int, float]] = []
        # Looking through the whole transcript would take longer with each question.
        slack.transcript.subscribe(self._notice)

    def run(self, questions: int) -> Growth:
        ingest_at = [int(share * questions) for share in INGESTED_AT]
        asked = 0
        for text in _questions(questions):
            while len(self._open) >= AT_ONCE:
                self._await_reply()
            ts = self._slack.direct_message("member", text)
            self._open.add(ts)
            asked += 1
            if asked in ingest_at:
                _write(self._articles, edition=asked)
                self._slack.command("admin", "/kb", "ingest")
            if asked % SAMPLE_EVERY == 0:
                self._sample(asked)
        while self._open:
            try:
                self._await_reply()
            except queue.Empty:
                break
        deadline = time.monotonic() + ANSWER_S
        while self._ingestions < len(ingest_at) and time.monotonic() < deadline:
            time.sleep(0.5)
        self._sample(asked)
        return Growth(
            samples=tuple(self._samples),
            unanswered=len(self._open),
            ingestions=self._ingestions,
        )

    def _notice(self, entry: Entry) -> None:
        message = entry.message
        if message is None or not message.is_from_app:
            return
        if message.text.startswith("Ingestion finished"):
            self._ingestions += 1
        if message.thread_ts and not message.is_streaming:
            self._replied.put(message.thread_ts)

    def _await_reply(self) -> None:
        self._early.add(self._replied.get(timeout=ANSWER_S))
        done = self._open & self._early
        self._open -= done
        self._early -= done

    def _sample(self, asked: int) -> None:
        fields = Path(f"/proc/{self._pid}/statm").read_text().split()
        mib = int(fields[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
        self._samples.append((asked, mib))
        if self._out is not None:
            print(f"{asked} questions: {mib:.1f} MiB", file=self._out, flush=True)


def _questions(number: int) -> Iterator[str]:
    """Return that many different questions."""
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line)["question"] for line in lines]
    made = 0
    for place, way in product(PLACES, WAYS):
        for question in asked:
            if made == number:
                return
            made += 1
            yield way.format(question.rstrip("?") + place + "?")


def _write(folder: Path, *, edition: int) -> None:
    folder.mkdir(exist_ok=True)
    for n in range(ARTICLES):
        paragraphs = "\n\n".join(
            f"## Part {part}\n\nRule {part} of house {n}, edition {edition}: the office {part} "
            f"opens at {6 + (part + edition) % 6} and serves {10 + part} people a day."
            for part in range(20)
        )
        (folder / f"house-{n}.md").write_text(f"# House {n}\n\n{paragraphs}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
