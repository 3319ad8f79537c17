"""Runs ingestion: read, split, embed what is new, write to the index, make visible, sweep."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias, assert_never

from ingest.chunking import BUNDLED_WINDOW, split_articles, version_id
from ingest.planning import Placement, Plan
from ingest.reading.parsing import Parsed, RawFile, parse_articles
from ingest.reading.remarks import Remark
from ingest.sources import NotRead, file_path, read_source
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

__all__ = ["Ingestion", "ProgressCallback", "make_ingestion"]

GROUP_CHARS = 100_000
"""Text taken through embedding and activation at once: some 150 chunks."""

Stage: TypeAlias = Literal["reading", "embedding", "finishing"]
ProgressCallback: TypeAlias = Callable[[IngestProgress], None]
_Pending: TypeAlias = tuple[Placement, str]
"""What is to be done with an article, and the location of its source."""


@dataclass(slots=True)
class _Tally:
    """What a run has done so far."""

    added: list[ArticleId] = field(default_factory=list)
    changed: list[ArticleId] = field(default_factory=list)
    unchanged: list[ArticleId] = field(default_factory=list)
    removed: list[ArticleId] = field(default_factory=list)
    failed: list[FailedArticle] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    not_read: Counter[str] = field(default_factory=Counter)
    chunks_written: int = 0
    chunks_embedded: int = 0

    def report(self, *, seconds: float) -> IngestReport:
        return IngestReport(
            added=tuple(self.added),
            changed=tuple(self.changed),
            unchanged=tuple(self.unchanged),
            removed=tuple(self.removed),
            failed=tuple(self.failed),
            warnings=tuple(self._warnings()),
            chunks_written=self.chunks_written,
            chunks_embedded=self.chunks_embedded,
            seconds=round(seconds, 3),
        )

    def count(self, placed: Placement) -> None:
        counted = {"add": self.added, "change": self.changed}
        counted.get(placed.action, self.unchanged).append(placed.article.article_id)
        if placed.remark:
            self.remarks.append(Remark(text=placed.remark, location=placed.article.location))

    def progress(self, stage: Stage, *, pending: int = 0) -> IngestProgress:
        taken = len(self.added) + len(self.changed)
        done = taken + len(self.unchanged) + len(self.failed)
        return IngestProgress(stage=stage, done=done, total=done + pending)

    def _warnings(self) -> Iterator[str]:
        yield from map(str, self.remarks)
        if kinds := sorted(self.not_read.items()):
            number = self.not_read.total()
            listed = ", ".join(f"{kind} ({count})" for kind, count in kinds)
            yield f"{number} {'file' if number == 1 else 'files'} of kinds not read: {listed}"

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
        embedder: Embedder,
        bundled_dir: Path,
    ) -> None:
        """`bundled_dir` holds the articles that come with the program."""
        self._catalog = catalog
        self._ledger = ledger
        self._index = index
        self._question_vectors = question_vectors
        self._embedder = embedder
        self._bundled_dir = bundled_dir
        self._running = threading.Lock()

    def run(
        self,
        sources: Sequence[RegisteredSource],
        *,
        actor: str,
        on_progress: ProgressCallback = lambda _: None,
        confirm_empty: bool = False,
    ) -> IngestReport:
        """Add, update and remove articles so that they are as `sources` have them.

        A source that held articles and has no file any more is reported and keeps them, as a disk
        that is not mounted looks the same; with `confirm_empty` they are removed.
        Articles that cannot be read are in the report and keep their old version. Raises
        `KnowledgeError` when the run as a whole cannot go on; what was done by then stays.
        """
        with self._running:
            started = time.monotonic()
            run_id = self._ledger.begin_run(actor=actor)
            tally = _Tally()
            try:
                self._recover(tally)
                plan = self._plan(sources)
                for source in sources:
                    self._ledger.register_source(source, actor=actor)
                pending = self._pending(sources, plan, tally, confirm_empty=confirm_empty)
                self._take_all(pending, plan, tally, on_progress=on_progress)
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

    def plan(
        self, sources: Sequence[RegisteredSource], *, confirm_empty: bool = False
    ) -> IngestReport:
        """Return what a run would do; nothing is written and no model is loaded."""
        started = time.monotonic()
        tally = _Tally()
        plan = self._plan(sources)
        for placed, _ in self._pending(sources, plan, tally, confirm_empty=confirm_empty):
            tally.count(placed)
        tally.removed += plan.gone()
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

    def _plan(self, sources: Sequence[RegisteredSource]) -> Plan:
        try:
            max_tokens = self._embedder.max_tokens
        except EmbedderError:
            # The run will say so; what is new or gone can be told all the same.
            max_tokens = BUNDLED_WINDOW
        return Plan(
            self._catalog.articles(),
            max_tokens=max_tokens,
            sources=[source.location for source in sources],
            is_there=lambda file: file_path(file, bundled_dir=self._bundled_dir).exists(),
        )

    def _take_all(
        self,
        pending: Iterator[_Pending],
        plan: Plan,
        tally: _Tally,
        *,
        on_progress: ProgressCallback,
    ) -> None:
        for group in _groups(pending):
            on_progress(tally.progress("embedding", pending=len(group)))
            self._take_in(group, tally)
            on_progress(tally.progress("reading"))
        on_progress(tally.progress("finishing"))
        tally.removed += plan.gone()
        self._catalog.remove(tally.removed)

    def _pending(
        self,
        sources: Sequence[RegisteredSource],
        plan: Plan,
        tally: _Tally,
        *,
        confirm_empty: bool,
    ) -> Iterator[_Pending]:
        """Yield what is new, changed or moved, with its source; tally all the rest."""
        waiting: list[tuple[Article, str]] = []
        for source in sources:
            for article in self._articles(source, plan, tally, confirm_empty=confirm_empty):
                for placed in _place(article, source.location, plan, tally):
                    if placed is None:
                        waiting.append((article, source.location))
                    elif placed.action == "keep":
                        tally.count(placed)
                    else:
                        yield placed, source.location
        for article, location in waiting:
            for placed in _place(article, location, plan, tally, is_last=True):
                if placed is not None:
                    yield placed, location

    def _articles(
        self, source: RegisteredSource, plan: Plan, tally: _Tally, *, confirm_empty: bool
    ) -> Iterator[Article]:
        """Yield the articles of a source; tally what it has besides."""
        files = 0
        try:
            for item in _parsed(source, self._bundled_dir):
                match item:
                    case NotRead():
                        tally.not_read[item.kind] += 1
                        continue
                    case Remark():
                        tally.remarks.append(item)
                    case ArticleError():
                        plan.fail(item.location)
                        tally.fail(item)
                    case Article():
                        yield item
                    case _:
                        assert_never(item)
                files += 1
        except ArticleError as error:
            # The source as a whole cannot be read: what it held stays.
            tally.fail(error)
            return
        held = plan.held_by(source.location)
        if held and not files and not confirm_empty:
            tally.fail(
                ArticleError(
                    f"has no file any more, and {held} of its articles are kept; restore it, or "
                    f"remove them with `--confirm-empty`",
                    location=source.location,
                )
            )
            return
        plan.end_source(source.location)

    def _take_in(self, group: Sequence[_Pending], tally: _Tally) -> None:
        """Take articles through to visibility; a crash before `activate` leaves them unseen."""
        for placed, location in group:
            if placed.action in ("move", "keep"):
                self._catalog.move([placed.article], source_location=location)
        versions = self._split(
            [(placed.article, at) for placed, at in group if placed.action in ("add", "change")]
        )
        self._catalog.stage(versions)
        chunks = [chunk for version in versions for chunk in version.chunks]
        if chunks:
            self._index.add(chunks, self._embed_counting(tally))
            self._question_vectors.keep(chunks)
        self._catalog.activate(versions)
        tally.chunks_written += len(chunks)
        for placed, _ in group:
            tally.count(placed)

    def _split(self, articles: Sequence[tuple[Article, str]]) -> list[StagedVersion]:
        chunks_of = split_articles(
            [article for article, _ in articles],
            count_tokens=self._embedder.count_tokens,
            max_tokens=self._embedder.max_tokens,
        )
        return [
            StagedVersion(
                version_id=version_id(article, max_tokens=self._embedder.max_tokens),
                article=article,
                source_location=source_location,
                chunks=chunks,
            )
            for (article, source_location), chunks in zip(articles, chunks_of, strict=True)
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
        embedder=corpus.embedder,
        bundled_dir=corpus.settings.articles_dir,
    )


def _parsed(source: RegisteredSource, bundled_dir: Path) -> Iterator[Parsed | NotRead]:
    for item in read_source(source, bundled_dir=bundled_dir):
        if isinstance(item, RawFile):
            yield from parse_articles(item)
        else:
            yield item


def _place(
    article: Article, source_location: str, plan: Plan, tally: _Tally, *, is_last: bool = False
) -> Iterator[Placement | None]:
    """Yield where an article goes, or None when it has to wait; nothing when its id is taken."""
    try:
        yield plan.place(article, source_location=source_location, is_last=is_last)
    except ArticleError as error:
        plan.fail(error.location)
        tally.fail(error)


def _groups(pending: Iterable[_Pending]) -> Iterator[list[_Pending]]:
    group: list[_Pending] = []
    chars = 0
    for placed, source_location in pending:
        group.append((placed, source_location))
        chars += len(placed.article.body)
        if chars >= GROUP_CHARS:
            yield group
            group, chars = [], 0
    if group:
        yield group
