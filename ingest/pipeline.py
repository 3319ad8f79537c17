"""Runs ingestion: read, split, embed what is new, write to the index, make visible, sweep."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from ingest.chunking import BUNDLED_WINDOW, split_articles, version_id
from ingest.planning import Placement, Plan
from ingest.reading.parsing import parse_articles
from ingest.sources import read_source
from knowledge.assembly import OpenCorpus
from knowledge.domain import (
    Article,
    ArticleId,
    FailedArticle,
    IngestProgress,
    IngestReport,
)
from knowledge.errors import ArticleError, EmbedderError, KnowledgeError
from knowledge.ports import Embedder, Vectors
from knowledge.record.catalog import Catalog, StagedVersion
from knowledge.record.ledger import Ledger, RegisteredSource
from knowledge.search.index import VectorIndex
from knowledge.search.question_vectors import QuestionVectors
from knowledge.search.sentence_vectors import SentenceVectors

__all__ = ["Ingestion", "ProgressCallback", "make_ingestion"]

GROUP_CHARS = 100_000
"""Text taken through embedding and activation at once: some 150 chunks."""

Stage: TypeAlias = Literal["reading", "embedding", "finishing"]
ProgressCallback: TypeAlias = Callable[[IngestProgress], None]


@dataclass(frozen=True, slots=True)
class _Change:
    """An article that is not as the record has it."""

    placement: Placement
    article: Article


@dataclass(slots=True)
class _Tally:
    """What a run has done so far."""

    added: list[ArticleId] = field(default_factory=list)
    changed: list[ArticleId] = field(default_factory=list)
    unchanged: list[ArticleId] = field(default_factory=list)
    removed: list[ArticleId] = field(default_factory=list)
    failed: list[FailedArticle] = field(default_factory=list)
    chunks_written: int = 0
    chunks_embedded: int = 0

    def report(self, *, seconds: float) -> IngestReport:
        return IngestReport(
            added=tuple(self.added),
            changed=tuple(self.changed),
            unchanged=tuple(self.unchanged),
            removed=tuple(self.removed),
            failed=tuple(self.failed),
            chunks_written=self.chunks_written,
            chunks_embedded=self.chunks_embedded,
            seconds=round(seconds, 3),
        )

    def count(self, change: _Change) -> None:
        counted = {"add": self.added, "change": self.changed, "move": self.unchanged}
        counted[change.placement].append(change.article.article_id)

    def progress(self, stage: Stage, *, pending: int = 0) -> IngestProgress:
        taken = len(self.added) + len(self.changed)
        done = taken + len(self.unchanged) + len(self.failed)
        return IngestProgress(stage=stage, done=done, total=done + pending)

    def fail(self, error: ArticleError) -> None:
        self.failed.append(
            FailedArticle(location=error.location, reason=error.reason, line=error.line)
        )


class Ingestion:
    """Brings the record and the index in step with the sources.

    A run may be killed at any point: what was visible stays visible, and the next run takes up
    from there. Runs exclude each other within a process; the lock on the data directory
    excludes other processes.
    """

    def __init__(
        self,
        *,
        catalog: Catalog,
        ledger: Ledger,
        index: VectorIndex,
        question_vectors: QuestionVectors,
        sentence_vectors: SentenceVectors,
        embedder: Embedder,
        bundled_dir: Path,
    ) -> None:
        """`bundled_dir` holds the articles that come with the program."""
        self._catalog = catalog
        self._ledger = ledger
        self._index = index
        self._question_vectors = question_vectors
        self._sentence_vectors = sentence_vectors
        self._embedder = embedder
        self._bundled_dir = bundled_dir
        self._running = threading.Lock()

    def run(
        self,
        sources: Sequence[RegisteredSource],
        *,
        actor: str,
        on_progress: ProgressCallback = lambda _: None,
    ) -> IngestReport:
        """Add, update and remove articles so that they are as `sources` have them.

        Articles that cannot be read are in the report and keep their old version. Raises
        `KnowledgeError` when the run as a whole cannot go on; what was done by then stays.
        """
        with self._running:
            started = time.monotonic()
            run_id = self._ledger.begin_run(actor=actor)
            tally = _Tally()
            try:
                self._recover(tally)
                self._read_all(sources, tally, actor=actor, on_progress=on_progress)
                self._sweep()
                if self._index.is_worn(chunks=self._catalog.counts()["chunks"]):
                    self._index.rebuild(self._embed_counting(tally))
            except KnowledgeError:
                report = tally.report(seconds=time.monotonic() - started)
                self._ledger.end_run(run_id, state="failed", report=report)
                raise
            report = tally.report(seconds=time.monotonic() - started)
            self._ledger.end_run(
                run_id, state="done" if report.is_complete else "partly", report=report
            )
            return report

    def plan(self, sources: Sequence[RegisteredSource]) -> IngestReport:
        """Return what a run would do; nothing is written and no model is loaded."""
        started = time.monotonic()
        tally = _Tally()
        try:
            max_tokens = self._embedder.max_tokens
        except EmbedderError:
            # The run will say so; what is new or gone can be told all the same.
            max_tokens = BUNDLED_WINDOW
        plan = Plan(self._catalog.articles(), max_tokens=max_tokens)
        for source in sources:
            for change in self._pending(source, plan, tally):
                tally.count(change)
        return tally.report(seconds=time.monotonic() - started)

    def rebuild(self) -> int:
        """Build the vector index anew from stored vectors; return its chunks."""
        with self._running:
            self._catalog.sweep()
            return self._index.rebuild(self._embedder.embed_documents)

    def remove(self, article_ids: Sequence[ArticleId], *, actor: str) -> tuple[ArticleId, ...]:
        """Remove articles from record and index; return those that were there."""
        with self._running:
            known = {row.article_id for row in self._catalog.articles()}
            present = tuple(article_id for article_id in article_ids if article_id in known)
            run_id = self._ledger.begin_run(actor=actor)
            self._catalog.remove(present)
            self._sweep()
            report = IngestReport(removed=present)
            self._ledger.end_run(run_id, state="done", report=report)
            return present

    def _recover(self, tally: _Tally) -> None:
        # What a killed run left behind: staged text nobody has seen, chunks that are in Chroma
        # and no longer in the record, or the other way round.
        self._catalog.sweep()
        self._index.prepare(self._embed_counting(tally))

    def _read_all(
        self,
        sources: Sequence[RegisteredSource],
        tally: _Tally,
        *,
        actor: str,
        on_progress: ProgressCallback,
    ) -> None:
        plan = Plan(self._catalog.articles(), max_tokens=self._embedder.max_tokens)
        for source in sources:
            self._ledger.register_source(source, actor=actor)
            for group in _groups(self._pending(source, plan, tally)):
                on_progress(tally.progress("embedding", pending=len(group)))
                self._take_in(group, source, tally)
                on_progress(tally.progress("reading"))
        on_progress(tally.progress("finishing"))
        self._catalog.remove(tally.removed)

    def _pending(self, source: RegisteredSource, plan: Plan, tally: _Tally) -> Iterator[_Change]:
        """Yield what is new or changed in a source; tally all the rest of it."""
        try:
            for article in _articles(source, self._bundled_dir):
                try:
                    if isinstance(article, ArticleError):
                        raise article
                    placement = plan.place(article, source_location=source.location)
                except ArticleError as error:
                    plan.fail(error.location)
                    tally.fail(error)
                    continue
                if placement == "keep":
                    tally.unchanged.append(article.article_id)
                else:
                    yield _Change(placement, article)
        except ArticleError as error:
            # The source as a whole cannot be read: what it held stays.
            tally.fail(error)
            return
        tally.removed += plan.gone(source.location)

    def _take_in(self, changes: Sequence[_Change], source: RegisteredSource, tally: _Tally) -> None:
        """Take articles through to visibility; a crash before `activate` leaves them unseen."""
        moved = [change.article for change in changes if change.placement == "move"]
        self._catalog.move(moved, source_location=source.location)
        versions = self._split(
            [change.article for change in changes if change.placement != "move"], source
        )
        self._catalog.stage(versions)
        chunks = [chunk for version in versions for chunk in version.chunks]
        if chunks:
            self._index.add(chunks, self._embed_counting(tally))
            self._question_vectors.keep(chunks)
            self._sentence_vectors.keep(chunks)
        self._catalog.activate(versions)
        tally.chunks_written += len(chunks)
        for change in changes:
            tally.count(change)

    def _split(self, articles: Sequence[Article], source: RegisteredSource) -> list[StagedVersion]:
        chunks_of = split_articles(
            articles,
            count_tokens=self._embedder.count_tokens,
            max_tokens=self._embedder.max_tokens,
        )
        return [
            StagedVersion(
                version_id=version_id(article, max_tokens=self._embedder.max_tokens),
                article=article,
                source_location=source.location,
                chunks=chunks,
            )
            for article, chunks in zip(articles, chunks_of, strict=True)
        ]

    def _embed_counting(self, tally: _Tally) -> Callable[[Sequence[str]], Vectors]:
        def embed(texts: Sequence[str]) -> Vectors:
            tally.chunks_embedded += len(texts)
            return self._embedder.embed_documents(texts)

        return embed

    def _sweep(self) -> None:
        unseen = self._catalog.unseen_chunk_ids()
        if unseen:
            self._index.discard(sorted(unseen))
        self._catalog.sweep()


def make_ingestion(corpus: OpenCorpus) -> Ingestion:
    """Return what ingests into an open corpus."""
    return Ingestion(
        catalog=corpus.catalog,
        ledger=corpus.ledger,
        index=corpus.index,
        question_vectors=corpus.question_vectors,
        sentence_vectors=corpus.sentence_vectors,
        embedder=corpus.embedder,
        bundled_dir=corpus.settings.articles_dir,
    )


def _articles(source: RegisteredSource, bundled_dir: Path) -> Iterator[Article | ArticleError]:
    for raw in read_source(source, bundled_dir=bundled_dir):
        if isinstance(raw, ArticleError):
            yield raw
        else:
            yield from parse_articles(raw)


def _groups(changes: Iterable[_Change]) -> Iterator[list[_Change]]:
    group: list[_Change] = []
    chars = 0
    for change in changes:
        group.append(change)
        chars += len(change.article.body)
        if chars >= GROUP_CHARS:
            yield group
            group, chars = [], 0
    if group:
        yield group
