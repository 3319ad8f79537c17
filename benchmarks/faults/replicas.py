"""Three bots on one PostgreSQL and one Chroma server, one of them killed again and again.

    python -m benchmarks.faults.replicas [EVENTS] [KILL_EVERY_S] [PAUSE_S]

Loopback only. Each event is delivered four times, each time to any of the bots, while ingestion
goes on; every `KILL_EVERY_S` seconds a bot is killed and another started, and every third time one
is frozen past its lease and woken instead. In the end each question must have exactly one answer.
Questions are direct messages, where the app may read the thread; an answer takes `PAUSE_S` seconds
besides the search.
"""

import json
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import psycopg

from bot.local_slack import LocalSlack
from bot.record.journal import Journal
from knowledge.record.database import open_database
from tests.replicas import LEASE_S, Replicas
from tests.scenarios.world import MANIFEST
from tests.servers import find_postgresql, run_chroma, run_postgresql
from tests.workbench import Workbench, open_workbench, write_article

WAIT_S = 3_600.0
BOTS = 3
UNDER_WAY = 60
"""Questions asked and not yet answered, at most."""


def main(arguments: list[str]) -> int:
    events = int(arguments[0]) if arguments else 2_000
    kill_every_s = float(arguments[1]) if len(arguments) > 1 else 20.0
    pause_s = float(arguments[2]) if len(arguments) > 2 else 0.0
    programs = find_postgresql()
    if programs is None:
        print("PostgreSQL is not installed")
        return 2
    with ExitStack() as stack, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = stack.enter_context(run_postgresql(programs))
        with psycopg.connect(host=server, user="postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE shared")
        url = f"postgresql+psycopg://postgres@/shared?host={server}"
        chroma = stack.enter_context(run_chroma(folder / "chroma"))
        workbench = stack.enter_context(
            open_workbench(folder / "ingesting", chroma_url=chroma, database_url=url)
        )
        _write(folder / "articles", 0)
        workbench.ingest(folder / "articles")
        manifest = json.loads(MANIFEST.read_text())
        slack = stack.enter_context(LocalSlack(manifest=manifest, ack_timeout_s=30, retries=100))
        replicas = Replicas(
            slack=slack,
            database_url=url,
            chroma_url=chroma,
            folder=folder / "bots",
            pause_s=pause_s,
        )
        stack.callback(replicas.close)
        replicas.start(BOTS)
        slack._courier.carrier = replicas.carry  # noqa: SLF001
        return _trial(
            replicas, workbench, folder / "articles", url, events=events, kill_every_s=kill_every_s
        )


def _trial(
    replicas: Replicas,
    workbench: Workbench,
    articles: Path,
    url: str,
    *,
    events: int,
    kill_every_s: float,
) -> int:
    stop = threading.Event()
    counts: Counter[str] = Counter()
    threads = [
        threading.Thread(target=_ingest_on, args=(workbench, articles, stop, counts)),
        threading.Thread(target=_kill_on, args=(replicas, kill_every_s, stop, counts)),
    ]
    for thread in threads:
        thread.start()
    database = open_database(url)
    journal, slack = Journal(database), replicas.slack
    began = time.monotonic()
    asked: list[str] = []
    try:
        while len(asked) < events and time.monotonic() - began < WAIT_S:
            if len(asked) - sum(bool(slack.transcript.replies(ts)) for ts in asked) < UNDER_WAY:
                batch = range(len(asked), min(len(asked) + 20, events))
                asked += [slack.direct_message("member", f"what is topic {n}?") for n in batch]
            time.sleep(0.2)
        while journal.waiting() and time.monotonic() - began < WAIT_S:
            time.sleep(0.5)
        seconds = time.monotonic() - began
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    time.sleep(LEASE_S)
    replies = Counter(len(slack.transcript.replies(ts)) for ts in asked)
    left = len(journal.waiting())
    database.close()
    print(
        f"{len(asked)} events, each delivered {replicas.copies} times: replies each "
        f"{dict(replies)}, {left} open; {dict(counts)}; {seconds:.0f} s",
        flush=True,
    )
    return 0 if replies == {1: events} and not left and counts["failed runs"] == 0 else 1


def _write(folder: Path, number: int) -> None:
    for n in range(number, number + 5):
        write_article(folder, f"topic-{n}", f"Topic {n} is what a provider does in case {number}.")


def _ingest_on(
    workbench: Workbench, folder: Path, stop: threading.Event, counts: Counter[str]
) -> None:
    while not stop.wait(1.0):
        _write(folder, counts["runs"] % 40)
        report = workbench.ingest(folder)
        counts["runs"] += 1
        counts["failed runs"] += not report.is_complete
        if counts["runs"] % 10 == 0:
            workbench.ingestion.rebuild()


def _kill_on(
    replicas: Replicas, every_s: float, stop: threading.Event, counts: Counter[str]
) -> None:
    while not stop.wait(every_s):
        bot = replicas.dice.choice(replicas.bots)
        if (counts["killed"] + counts["frozen"]) % 3 == 2:
            replicas.freeze(bot)
            stop.wait(2 * LEASE_S)
            replicas.wake(bot)
            counts["frozen"] += 1
        else:
            replicas.kill(bot)
            replicas.start_soon()
            counts["killed"] += 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
