"""Compares a large installation with a small one: what grows, and by how much.

Documents are made (two chunks each), and so are the vectors, unless `--real` is given: then the
real model embeds them, which takes minutes for a thousand. The question's answer, read by the
real reader, is timed in two processes that take turns, one on each installation; no question is
asked twice. Each run of ingestion is a process of its own.

Seconds of a processor are told beside those on the clock: they say the same on a busy machine.

    answer       p50 on the large installation / on the small one, goal <= 2.5
    repeat       seconds of an unchanged run / of the first one, goal <= 1/50
    one changed  seconds of a run after one document has changed, goal <= 5
    memory       held by the answering process above that of the small one, goal <= 400 MB

Repeat it from the repository's root with

    python -m benchmarks.scale                             # 50,000 documents beside 250
    python -m benchmarks.scale --documents 1000 --real     # embedded by the real model
    python -m benchmarks.scale --servers                   # on PostgreSQL and a Chroma server
    python -m benchmarks.scale --documents 500 --small 50 --queries 20    # a short run
"""

import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import psycopg

from benchmarks.harness import Figure, option_parser, parse, positive, publish, scratch_folder
from benchmarks.sizes.installation import Answering, Installation, Run
from benchmarks.sizes.made import made_question
from tests.servers import find_postgresql, run_chroma, run_postgresql

WARM_UP = 5
"""Questions that are asked first and not counted."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    parser.add_argument(
        "--documents", type=positive, default=50_000, metavar="N", help="the large one (50000)"
    )
    parser.add_argument(
        "--small", type=positive, default=250, metavar="N", help="the small one (250)"
    )
    parser.add_argument("--queries", type=positive, default=100, metavar="N", help="(100)")
    parser.add_argument("--real", action="store_true", help="embed with the real model")
    parser.add_argument("--servers", action="store_true", help="PostgreSQL and a Chroma server")
    options = parse(parser, arguments)
    with scratch_folder() as folder, _servers(folder, wanted=options.servers) as urls:
        small, large = (
            Installation(
                folder=folder / name,
                documents=documents,
                has_made_vectors=not options.real,
                database_url=url,
                chroma_url=urls[2],
            )
            for name, documents, url in zip(
                ("small", "large"), (options.small, options.documents), urls, strict=False
            )
        )
        figures = [*_ingesting(small, large), *_answering(small, large, options.queries)]
        figures.append(Figure("disk, MiB", large.disk_mib()))
    settings = {
        "documents": options.documents,
        "beside": options.small,
        "vectors": "real" if options.real else "made",
        "on": "servers" if options.servers else "SQLite",
    }
    publish("scale", figures, settings=settings, json_file=options.json)
    return 0


def _ingesting(small: Installation, large: Installation) -> Iterator[Figure]:
    for one in (small, large):
        one.write()
    first_small = small.ingest()
    first = _told("first run", large.ingest())
    again = _told("unchanged run", large.ingest())
    if again.chunks_written:
        sys.exit(f"the second run was not a repetition: {again}")
    large.change_one(1)
    changed = _told("one changed", large.ingest())
    large.change_one(2)
    changed_again = _told("one changed again", large.ingest())
    return iter(
        [
            Figure("chunks", first.chunks),
            Figure("first run, chunks/s", first.chunks / first.seconds),
            Figure("first run, chunks/s, small", first_small.chunks / first_small.seconds),
            Figure("first run, s", first.seconds),
            Figure("first run, peak MiB", first.peak_mib),
            Figure("unchanged run, s", again.seconds),
            Figure("unchanged run, peak MiB", again.peak_mib),
            Figure("repeat: unchanged / first", again.seconds / first.seconds, at_most=0.02),
            Figure("one changed, s", max(changed.seconds, changed_again.seconds), at_most=5.0),
            Figure("first run, processor s", first.processor_s),
            Figure("unchanged run, processor s", again.processor_s),
            Figure("one changed, processor s", max(changed.processor_s, changed_again.processor_s)),
        ]
    )


def _answering(small: Installation, large: Installation, queries: int) -> list[Figure]:
    dice = random.Random(20)  # noqa: S311
    spent: dict[bool, list[float]] = {False: [], True: []}
    worked: dict[bool, list[float]] = {False: [], True: []}
    with Answering(small) as at_small, Answering(large) as at_large:
        for number in range(WARM_UP + queries):
            turns = [(False, at_small, small), (True, at_large, large)]
            for is_large, process, one in turns if number % 2 else reversed(turns):
                took = process.answer_ms(made_question(dice, documents=one.documents))
                if number >= WARM_UP:
                    spent[is_large].append(took[0])
                    worked[is_large].append(took[1])
        memory = at_small.memory_mib(), at_large.memory_mib()
        starts = at_small, at_large
        p50 = [float(np.percentile(spent[key], 50)) for key in (False, True)]
        return [
            Figure("start and first answer, s", starts[1].start_s),
            Figure("start and first answer, s, small", starts[0].start_s),
            Figure("start until warm, s", starts[1].warm_s),
            Figure("answer, p50 ms", p50[1]),
            Figure("answer, p95 ms", float(np.percentile(spent[True], 95))),
            Figure("answer, p50 ms, small", p50[0]),
            Figure("answer, p95 ms, small", float(np.percentile(spent[False], 95))),
            Figure("answer: p50 large / small", p50[1] / p50[0], at_most=2.5),
            Figure(
                "answer: p50 large / small, processor",
                float(np.median(worked[True]) / np.median(worked[False])),
            ),
            Figure("memory, MiB", memory[1][0]),
            Figure("memory, MiB, small", memory[0][0]),
            Figure(
                "memory above the small one, MB",
                (memory[1][0] - memory[0][0]) * 2**20 / 1e6,
                at_most=400.0,
            ),
            Figure("peak above the small one's, MB", (memory[1][1] - memory[0][1]) * 2**20 / 1e6),
        ]


def _told(name: str, run: Run) -> Run:
    print(
        f"  {name}: {run.seconds:.1f} s, {run.processor_s:.1f} s of a processor, "
        f"peak {run.peak_mib:.0f} MiB",
        flush=True,
    )
    return run


@contextmanager
def _servers(folder: Path, *, wanted: bool) -> Iterator[tuple[str, str, str]]:
    """Yield the addresses of a database for the small one, one for the large one, and Chroma."""
    if not wanted:
        yield "", "", ""
        return
    programs = find_postgresql()
    if programs is None:
        sys.exit("PostgreSQL is not installed")
    with ExitStack() as stack:
        server = stack.enter_context(run_postgresql(programs))
        with psycopg.connect(host=server, user="postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE small")
            connection.execute("CREATE DATABASE large")
        chroma = stack.enter_context(run_chroma(folder / "chroma"))
        small, large = (
            f"postgresql+psycopg://postgres@/{name}?host={server}" for name in ("small", "large")
        )
        yield small, large, chroma


if __name__ == "__main__":
    sys.exit(main())
