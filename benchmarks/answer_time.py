"""Compares answering a question with embedding it and asking Chroma once.

The bundled articles are ingested by another process, so that the peak of memory is that of
answering. Everything is warm: each question was answered once before the rounds. For every
question, `answerer.answer` and the yardstick (`embed_query` and one query of the vector index for
ten chunks) take turns in going first.

    ratio        p50 of answering / p50 of the yardstick, goal <= 3
    first asked  the one answer before the rounds, when the sentences of passages that were never
                 found before are embedded; the model itself is warm

Repeat it from the repository's root with

    python -m benchmarks.answer_time                   # the golden questions, or a dozen
    python -m benchmarks.answer_time --queries 12 --rounds 1    # a short run
"""

import json
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks.harness import (
    GOLDEN,
    Figure,
    ingest_bundled,
    option_parser,
    parse,
    positive,
    publish,
    scratch_folder,
    settings_for,
)
from benchmarks.public.public_data import sample
from knowledge.assembly import Knowledge, open_knowledge
from knowledge.domain import Answer, Outcome, Question, Turn

T = TypeVar("T")

CHUNKS = 10
"""What the yardstick asks for, as a plain search would."""

DOZEN = (
    "What is the difference between BPO and KPO?",
    "what is a captive centre",
    "Which pricing models are used in outsourcing contracts?",
    "why do outsourcing deals fail",
    "How does a service credit work?",
    "what does RPO stand for",
    "List the steps of a transition.",
    "when is nearshoring better than offshoring",
    "How big is the BPO market?",
    "What should an exit plan contain?",
    "what is our contract's notice period",
    "Who won the football world cup in 1998?",
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    parser.add_argument(
        "--questions", type=Path, metavar="FILE.jsonl", help="`question` and `history` a line"
    )
    parser.add_argument("--queries", type=positive, metavar="N", help="a sample of them (all)")
    parser.add_argument("--rounds", type=positive, default=3, metavar="N", help="rounds (3)")
    options = parse(parser, arguments)
    questions = sample(_questions(options.questions), options.queries)
    with scratch_folder() as folder:
        _ingest_elsewhere(folder / "data")
        with open_knowledge(settings_for(folder / "data"), exclusive=True) as knowledge:
            figures = _figures(knowledge, questions, rounds=options.rounds)
    settings = {"questions": len(questions), "rounds": options.rounds}
    publish("answer_time", figures, settings=settings, json_file=options.json)
    return 0


def _questions(path: Path | None) -> list[Question]:
    if path is None and not GOLDEN.exists():
        return [Question(text=text) for text in DOZEN]
    rows = map(json.loads, (path or GOLDEN).read_text(encoding="utf-8").strip().split("\n"))
    return [
        Question(
            text=row["question"],
            history=tuple(
                Turn(role=turn["role"], text=turn["text"]) for turn in row.get("history", ())
            ),
        )
        for row in rows
    ]


def _ingest_elsewhere(data_dir: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(
        target=ingest_bundled, args=(data_dir,), daemon=True
    )
    process.start()
    process.join()
    if process.exitcode:
        sys.exit("ingestion of the bundled articles failed")


def _figures(knowledge: Knowledge, questions: Sequence[Question], *, rounds: int) -> list[Figure]:
    def answer(question: Question) -> Outcome:
        return knowledge.answerer.answer(question).outcome

    def embed_and_query(question: Question) -> None:
        knowledge.index.query(knowledge.embedder.embed_query(question.text), limit=CHUNKS)

    for question in questions:
        embed_and_query(question)
    # A refusal costs less than an answer, so it matters how many there are.
    first_ms, outcomes = zip(*(_timed_ms(answer, question) for question in questions), strict=True)
    spent: dict[Callable[[Question], object], list[float]] = {answer: [], embed_and_query: []}
    turn: list[Callable[[Question], object]] = [answer, embed_and_query]
    for _ in range(rounds):
        for question in questions:
            turn.reverse()
            for work in turn:
                spent[work].append(_timed_ms(work, question)[0])
    answer_ms = np.percentile(spent[answer], [50, 95])
    yardstick_ms = np.percentile(spent[embed_and_query], [50, 95])
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return [
        Figure("answer, p50 ms", float(answer_ms[0])),
        Figure("answer, p95 ms", float(answer_ms[1])),
        Figure("embed and query, p50 ms", float(yardstick_ms[0])),
        Figure("embed and query, p95 ms", float(yardstick_ms[1])),
        Figure("ratio of p50", float(answer_ms[0] / yardstick_ms[0]), at_most=3.0),
        Figure("first asked, p50 ms", float(np.percentile(first_ms, 50))),
        Figure("first asked, p95 ms", float(np.percentile(first_ms, 95))),
        Figure("share answered", float(np.mean([isinstance(one, Answer) for one in outcomes]))),
        Figure("peak memory, MiB", peak_kib / 1_024),
    ]


def _timed_ms(work: Callable[[Question], T], question: Question) -> tuple[float, T]:
    started = time.perf_counter()
    result = work(question)
    return 1_000 * (time.perf_counter() - started), result


if __name__ == "__main__":
    sys.exit(main())
