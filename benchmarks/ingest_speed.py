"""Compares a whole run of ingestion with `model.encode` alone on the same chunks.

Each round ingests a folder of articles into an empty knowledge base, ingests it again unchanged,
and then encodes the very same chunk texts with the very same model object and nothing around it
(one `encode` call, which sorts by length itself). Model and process are warm before the first
round, and the rounds alternate (run, encode, run, encode), so that a change in the machine's speed
touches both. The figures are ratios of medians:

    speed    chunks embedded per second by the run / by `encode`, goal >= 0.85
    repeat   seconds of the second run / of the first one, goal <= 0.1

Repeat it from the repository's root with

    python -m benchmarks.ingest_speed                      # 1,000 SciFact abstracts
    python -m benchmarks.ingest_speed --articles           # the bundled articles
    python -m benchmarks.ingest_speed --documents 150      # a short run
"""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

from benchmarks.harness import (
    Figure,
    fresh_knowledge,
    ingest,
    model_of,
    option_parser,
    parse,
    positive,
    publish,
    scratch_folder,
    write_articles,
)
from benchmarks.public.public_data import load_scifact
from ingest.sources import BUNDLED

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round took, in seconds."""

    chunks: int
    first_s: float
    second_s: float
    encode_s: float


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    source_options = parser.add_mutually_exclusive_group()
    source_options.add_argument(
        "--documents", type=positive, default=1_000, metavar="N", help="SciFact abstracts (1000)"
    )
    source_options.add_argument("--articles", action="store_true", help="the bundled articles")
    parser.add_argument("--rounds", type=positive, default=3, metavar="N", help="rounds (3)")
    options = parse(parser, arguments)
    with scratch_folder() as folder:
        source = BUNDLED
        if not options.articles:
            # One claim, so that the sample is not mostly what claims are about.
            scifact = load_scifact(options.data, documents=options.documents, queries=1)
            source = str(write_articles(folder / "articles", scifact.documents))
        rounds = [_round(source) for _ in range(options.rounds)]
    settings = {
        "articles": "bundled" if options.articles else options.documents,
        "chunks": rounds[0].chunks,
        "rounds": len(rounds),
    }
    publish("ingest_speed", _figures(rounds), settings=settings, json_file=options.json)
    return 0


def _round(source: str) -> Round:
    with fresh_knowledge() as knowledge:
        first_s, first = _timed(lambda: ingest(knowledge, source))
        second_s, second = _timed(lambda: ingest(knowledge, source))
        if second.chunks_embedded or second.chunks_written:
            sys.exit(f"the second run was not a repetition: {second}")
        # A text that occurs twice is embedded once.
        texts = list(
            dict.fromkeys(
                chunk.embedding_text
                for chunks in knowledge.catalog.active_chunks()
                for chunk in chunks
            )
        )
        if len(texts) != first.chunks_embedded:
            sys.exit(f"{first.chunks_embedded} texts were embedded, not {len(texts)}")
        model = model_of(knowledge)
        encode_s, _ = _timed(lambda: model.encode(texts, show_progress_bar=False))
    return Round(chunks=len(texts), first_s=first_s, second_s=second_s, encode_s=encode_s)


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def _figures(rounds: Sequence[Round]) -> list[Figure]:
    chunks = rounds[0].chunks
    first_s = median(one.first_s for one in rounds)
    second_s = median(one.second_s for one in rounds)
    encode_s = median(one.encode_s for one in rounds)
    return [
        Figure("ingestion, chunks/s", chunks / first_s),
        Figure("encode alone, chunks/s", chunks / encode_s),
        Figure("speed: ingestion / encode", encode_s / first_s, at_least=0.85),
        Figure("speed, worst round", min(one.encode_s / one.first_s for one in rounds)),
        Figure("repeat: second run / first", second_s / first_s, at_most=0.1),
    ]


if __name__ == "__main__":
    sys.exit(main())
