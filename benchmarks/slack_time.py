"""Measures how long a person waits in Slack: from the event to a first sign, and to the answer.

The bundled articles are ingested, and golden questions that are to be answered are asked in a
channel of the local Slack, which delivers each over a websocket as Slack does. Everything is warm:
each question was answered once before.

    first sign    from the event to the first thing that shows: a status, or the answer itself
    whole answer  from the event to the answer with its sources

Repeat it from the repository's root with

    python -m benchmarks.slack_time                   # 60 questions, bundled articles
    python -m benchmarks.slack_time --questions 10
    python -m benchmarks.slack_time --articles DIR    # a data directory that is ready
"""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

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
)
from knowledge.domain import Answer
from knowledge.evaluation.golden import read_cases
from knowledge.models.embeddings import create_embedder
from tests.scenarios.real_world import RealWorld, open_real_world

QUESTIONS = 60
QUIET_S = 60.0
UNLIMITED = {"KB_QUESTIONS_PER_MINUTE": 0, "KB_CHANNEL_QUESTIONS_PER_MINUTE": 0}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures."""
    parser = option_parser(__doc__)
    parser.add_argument(
        "--articles", type=Path, metavar="DIR", help="a data directory with articles ingested"
    )
    parser.add_argument("--questions", type=positive, default=QUESTIONS, help="how many (60)")
    options = parse(parser, arguments)
    cases = [case for case in read_cases(GOLDEN) if case.expect == "answer" and not case.history]
    texts = [case.question for case in cases[:: max(len(cases) // options.questions, 1)]]
    with ExitStack() as stack:
        data_dir = options.articles
        if data_dir is None:
            data_dir = stack.enter_context(scratch_folder()) / "data"
            ingest_bundled(data_dir)
        world = stack.enter_context(
            open_real_world(data_dir, embedder=create_embedder(""), **UNLIMITED)
        )
        warm = [text for text in texts[: options.questions] if _is_answered(world, text)]
        waited = np.array([_ask(world, text) for text in warm])
    figures = [
        Figure("first sign, p50 ms", float(np.percentile(waited[:, 0], 50)), at_most=300.0),
        Figure("first sign, p95 ms", float(np.percentile(waited[:, 0], 95))),
        Figure("whole answer, p50 ms", float(np.percentile(waited[:, 1], 50)), at_most=600.0),
        Figure("whole answer, p95 ms", float(np.percentile(waited[:, 1], 95))),
    ]
    settings = {"questions": len(warm)}
    publish("slack_time", figures, settings=settings, json_file=options.json)
    return 0


def _is_answered(world: RealWorld, text: str) -> bool:
    return isinstance(world.outcome(text), Answer)


def _ask(world: RealWorld, text: str) -> tuple[float, float]:
    """Ask in a channel; return in how many ms there was a sign, and the answer."""
    slack = world.slack
    since = len(slack.transcript.entries)
    ts = slack.mention("member", "general", text)
    slack.wait_for_reply(ts, timeout_s=QUIET_S)
    asked = slack.transcript.entries[since]
    signs = [
        entry.at
        for entry in slack.transcript.entries[since + 1 :]
        if entry.kind == "status" or (entry.message is not None and entry.message.is_from_app)
    ]
    whole = [
        entry.at
        for entry in slack.transcript.entries[since + 1 :]
        if entry.message is not None and entry.message.is_from_app
    ]
    return 1_000 * (signs[0] - asked.at), 1_000 * (whole[-1] - asked.at)


if __name__ == "__main__":
    sys.exit(main())
