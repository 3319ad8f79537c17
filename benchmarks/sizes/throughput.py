"""Compares the questions a second of three bots with those of one, where waiting dominates.

    python -m benchmarks.sizes.throughput [--events 200] [--pause-ms 200]

Loopback only: PostgreSQL, a Chroma server and the bots are processes of this machine. Each answer
waits `--pause-ms` as for a language model, with words in hashed buckets behind it. One bot and
three take turns on the same servers, each twice; what counts is the median of the questions a
second from the first question to the last reply.

    ratio    three bots / one bot, goal >= 2.5
"""

import json
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import psycopg

from benchmarks.harness import Figure, option_parser, parse, positive, publish, scratch_folder
from bot.local_slack import LocalSlack
from tests.replicas import Replicas
from tests.scenarios.world import MANIFEST
from tests.servers import find_postgresql, run_chroma, run_postgresql
from tests.workbench import open_workbench, write_article

BOTS = 3
TURNS = 2
WAIT_S = 600.0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    parser.add_argument("--events", type=positive, default=200, metavar="N", help="a turn (200)")
    parser.add_argument("--pause-ms", type=positive, default=200, metavar="N", help="(200)")
    options = parse(parser, arguments)
    programs = find_postgresql()
    if programs is None:
        sys.exit("PostgreSQL is not installed")
    rates: dict[int, list[float]] = {1: [], BOTS: []}
    with scratch_folder() as folder, ExitStack() as stack:
        server = stack.enter_context(run_postgresql(programs))
        chroma = stack.enter_context(run_chroma(folder / "chroma"))
        for turn in range(TURNS):
            for bots in rates:
                name = f"turn_{turn}_{bots}"
                with psycopg.connect(host=server, user="postgres", autocommit=True) as connection:
                    connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
                rate = _turn(
                    folder / name,
                    bots=bots,
                    events=options.events,
                    pause_s=options.pause_ms / 1_000,
                    urls=(f"postgresql+psycopg://postgres@/{name}?host={server}", chroma),
                )
                print(f"  {bots} at work: {rate:.1f} questions/s", flush=True)
                rates[bots].append(rate)
    one, three = median(rates[1]), median(rates[BOTS])
    figures = [
        Figure("one bot, questions/s", one),
        Figure("three bots, questions/s", three),
        Figure("ratio: three / one", three / one, at_least=2.5),
    ]
    settings = {"events": options.events, "pause, ms": options.pause_ms, "turns": TURNS}
    publish("throughput", figures, settings=settings, json_file=options.json)
    return 0


def _turn(folder: Path, *, bots: int, events: int, pause_s: float, urls: tuple[str, str]) -> float:
    """Return the questions a second that some bots answer."""
    database_url, chroma_url = urls
    with ExitStack() as stack:
        workbench = stack.enter_context(
            open_workbench(folder / "ingesting", chroma_url=chroma_url, database_url=database_url)
        )
        write_article(folder / "articles", "payroll", "A provider runs payroll for a company.")
        workbench.ingest(folder / "articles")
        slack = stack.enter_context(
            LocalSlack(manifest=json.loads(MANIFEST.read_text()), ack_timeout_s=30, retries=100)
        )
        replicas = Replicas(
            slack=slack,
            database_url=database_url,
            chroma_url=chroma_url,
            folder=folder / "bots",
            pause_s=pause_s,
            copies=1,
        )
        stack.callback(replicas.close)
        replicas.start(bots)
        slack._courier.carrier = replicas.carry  # noqa: SLF001
        # The first questions open what is opened when it is needed.
        _answered(slack, 4 * bots)
        started = time.perf_counter()
        _answered(slack, events)
        return events / (time.perf_counter() - started)


def _answered(slack: LocalSlack, number: int) -> None:
    """Ask questions and return when each has its reply."""
    asked = [slack.direct_message("member", f"who runs payroll {n}?") for n in range(number)]
    deadline = time.monotonic() + WAIT_S
    waiting = set(asked)
    while waiting:
        waiting = {ts for ts in waiting if not slack.transcript.replies(ts)}
        if time.monotonic() > deadline:
            sys.exit(f"{len(waiting)} questions have no reply")
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
