"""One installation, and the processes that ingest into it and answer from it."""

import multiprocessing
import os
import random
import resource
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.harness import write_articles
from benchmarks.sizes.made import MadeEmbedder, made_document, made_documents, made_question
from ingest.pipeline import make_ingestion
from ingest.sources import describe_source
from knowledge.answers.evidence.gate import EvidenceGate, Signals
from knowledge.assembly import Knowledge, open_corpus, open_knowledge
from knowledge.domain import IngestReport, Question
from knowledge.settings import KnowledgeSettings

__all__ = ["Answering", "Installation", "Run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one run of ingestion took."""

    seconds: float
    """Without the start of the process and the loading of a model."""
    processor_s: float
    """The same on a processor, with the processes that read."""
    peak_mib: float
    chunks_written: int
    chunks: int
    """What is visible afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A folder of made documents, and where what is made of them is kept."""

    folder: Path
    documents: int
    has_made_vectors: bool
    database_url: str = ""
    chroma_url: str = ""

    def settings(self) -> KnowledgeSettings:
        """Return its settings, whatever the environment says."""
        return KnowledgeSettings(
            _env_file=None,
            data_dir=self.folder / "data",
            database_url=self.database_url,
            chroma_url=self.chroma_url,
        )

    def write(self) -> None:
        """Write all documents."""
        write_articles(self.folder / "articles", made_documents(self.documents))

    def change_one(self, edition: int) -> None:
        """Give one document another text."""
        document = made_document(self.documents // 2, edition=edition)
        path = self.folder / "articles" / f"{document.document_id}.md"
        head = path.read_text(encoding="utf-8").split("\n---\n")[0]
        path.write_text(f"{head}\n---\n\n{document.text}\n", encoding="utf-8")

    def ingest(self) -> Run:
        """Run ingestion in a process of its own."""
        with _Child(_ingest, self) as child:
            found: Run = child.receive()
        return found

    def disk_mib(self) -> float:
        """Return what its data directory takes on the disk."""
        files = (path for path in (self.folder / "data").rglob("*") if path.is_file())
        return sum(path.stat().st_blocks * 512 for path in files) / 2**20


class _Child(AbstractContextManager["_Child"]):
    """A fresh process that does `work` with a connection to this one."""

    def __init__(self, work: Callable[..., None], *arguments: object) -> None:
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(theirs, *arguments))
        self._process.start()
        theirs.close()

    def send(self, message: object) -> None:
        self._ours.send(message)

    def receive(self) -> Any:
        return self._ours.recv()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ours.close()
        self._process.join()


class Answering(_Child):
    """A process that answers from an installation, as a bot does."""

    def __init__(self, installation: Installation) -> None:
        """Start it, and wait until it is warm."""
        super().__init__(_answer, installation)
        self.start_s: float
        self.warm_s: float
        self.start_s, self.warm_s = self.receive()

    def answer_ms(self, question: str) -> tuple[float, float]:
        """Ask a question; return how long the answer took, by the clock and on a processor."""
        self.send(question)
        took, worked = self.receive()
        return took, worked

    def memory_mib(self) -> tuple[float, float]:
        """Return the memory that it holds now, and the most that it held."""
        self.send(None)
        now, peak = self.receive()
        return now, peak


def _ingest(parent: Connection, installation: Installation) -> None:
    embedder = MadeEmbedder() if installation.has_made_vectors else None
    with open_corpus(installation.settings(), exclusive=True, embedder=embedder) as corpus:
        corpus.embedder.embed_documents(["A sentence to load the model with."])
        source = describe_source(str(installation.folder / "articles"))
        started, worked = time.perf_counter(), _processor_s()
        report: IngestReport = make_ingestion(corpus).run([source], actor="benchmark")
        seconds, processor_s = time.perf_counter() - started, _processor_s() - worked
        if not report.is_complete:
            sys.exit(f"{len(report.failed)} articles failed: {report.failed[0]}")
        chunks = corpus.catalog.counts()["chunks"]
    parent.send(
        Run(
            seconds=seconds,
            processor_s=processor_s,
            peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024,
            chunks_written=report.chunks_written,
            chunks=chunks,
        )
    )


def _answer(parent: Connection, installation: Installation) -> None:
    embedder = MadeEmbedder() if installation.has_made_vectors else None
    # Made vectors say nothing on which a decision to refuse could rest, and refusing is quicker.
    gate = (
        EvidenceGate(weights=(0.0,) * len(fields(Signals)), bias=0.0, threshold=0.0, fingerprint="")
        if installation.has_made_vectors
        else None
    )
    started = time.perf_counter()
    with open_knowledge(
        installation.settings(), exclusive=True, embedder=embedder, gate=gate
    ) as knowledge:
        _ask(knowledge, made_question(random.Random(0), documents=1))  # noqa: S311
        first_s = time.perf_counter() - started
        knowledge.warm(threading.Event())
        parent.send((first_s, time.perf_counter() - started))
        while True:
            try:
                message = parent.recv()
            except EOFError:
                return
            parent.send(_memory_mib() if message is None else _ask(knowledge, message))


def _ask(knowledge: Knowledge, text: str) -> tuple[float, float]:
    started, worked = time.perf_counter(), time.process_time()
    knowledge.answerer.answer(Question(text=text))
    return 1_000 * (time.perf_counter() - started), 1_000 * (time.process_time() - worked)


def _processor_s() -> float:
    return sum(os.times()[:4])


def _memory_mib() -> tuple[float, float]:
    with Path("/proc/self/statm").open() as statm:
        pages = int(statm.read().split()[1])
    now = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return now, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
