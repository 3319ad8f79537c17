"""Compares answers on PostgreSQL and a Chroma server with those on SQLite and embedded Chroma.

The bundled articles are ingested into both, and golden questions asked of both. An answer is the
same when it says the same sentences in the same order and cites the same sections, a refusal when
it says the same; to the letter in both cases. The first that differ are printed.

    same     share of the questions with the same reply, goal >= 0.99

Repeat it from the repository's root with

    python -m benchmarks.sizes.databases                  # 150 golden questions
    python -m benchmarks.sizes.databases --queries 20     # a short run
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import psycopg

from benchmarks.harness import (
    GOLDEN,
    Figure,
    ingest,
    option_parser,
    parse,
    positive,
    publish,
    scratch_folder,
)
from benchmarks.public.public_data import sample
from ingest.sources import BUNDLED
from knowledge.assembly import Knowledge, open_knowledge
from knowledge.domain import Answer, Outcome
from knowledge.evaluation.golden import read_cases
from knowledge.models.embeddings import create_embedder
from knowledge.ports import Embedder, Vectors
from knowledge.settings import KnowledgeSettings
from tests.servers import find_postgresql, run_chroma, run_postgresql

SHOWN = 5


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    parser.add_argument("--queries", type=positive, default=150, metavar="N", help="(150)")
    options = parse(parser, arguments)
    cases = sample(read_cases(GOLDEN), options.queries)
    embedder = _Once(create_embedder(""))
    with scratch_folder() as folder, _both(folder, embedder) as (plain, served):
        same, told = [], []
        for case in cases:
            replies = [
                _said(one.answerer.answer(case.as_question()).outcome) for one in (plain, served)
            ]
            same.append(replies[0] == replies[1])
            if not same[-1]:
                told.append(
                    f"{case.question}\n  SQLite:     {replies[0]}\n  PostgreSQL: {replies[1]}"
                )
    print("\n\n".join(told[:SHOWN]), flush=True)
    figures = [Figure("same replies", float(np.mean(same)), at_least=0.99)]
    publish("databases", figures, settings={"questions": len(cases)}, json_file=options.json)
    return 0


def _said(outcome: Outcome) -> tuple[str, ...]:
    """Return all that a reply says, and what it cites."""
    if not isinstance(outcome, Answer):
        return (type(outcome).__name__, outcome.text)
    sources = (f"[{source.article_id}: {source.heading}]" for source in outcome.sources)
    return (outcome.note, *(one.text for one in outcome.sentences), *sources)


class _Once:
    """Embeds each text once, so that both sides have the very same vectors."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._made: dict[str, Vectors] = {}
        self.name, self.max_tokens = embedder.name, embedder.max_tokens
        self.count_tokens = embedder.count_tokens

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        missing = list(dict.fromkeys(text for text in texts if text not in self._made))
        vectors = self._embedder.embed_documents(missing)
        self._made.update(zip(missing, vectors, strict=True))
        return np.stack([self._made[text] for text in texts]) if texts else vectors

    def embed_query(self, text: str) -> Vectors:
        return np.asarray(self.embed_documents([text])[0], dtype=np.float32)


@contextmanager
def _both(folder: Path, embedder: Embedder) -> Iterator[tuple[Knowledge, Knowledge]]:
    """Yield the same articles on SQLite with embedded Chroma, and on servers."""
    programs = find_postgresql()
    if programs is None:
        sys.exit("PostgreSQL is not installed")
    with ExitStack() as stack:
        server = stack.enter_context(run_postgresql(programs))
        with psycopg.connect(host=server, user="postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE served")
        chroma = stack.enter_context(run_chroma(folder / "chroma"))
        opened = []
        for name, database_url, chroma_url in (
            ("plain", "", ""),
            ("served", f"postgresql+psycopg://postgres@/served?host={server}", chroma),
        ):
            settings = KnowledgeSettings(
                _env_file=None,
                data_dir=folder / name,
                database_url=database_url,
                chroma_url=chroma_url,
            )
            knowledge = stack.enter_context(
                open_knowledge(settings, exclusive=True, embedder=embedder)
            )
            ingest(knowledge, BUNDLED)
            opened.append(knowledge)
        yield opened[0], opened[1]


if __name__ == "__main__":
    sys.exit(main())
