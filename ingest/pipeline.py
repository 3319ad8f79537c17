"""Runs ingestion: read, split, embed what is new, write to the index, make visible, sweep."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, assert_never

from ingest.chunking import BUNDLED_WINDOW, split_articles, version_id
from ingest.limited.pool import ReaderPool, open_pool
from ingest.planning import Placement, Plan
from ingest.reading.files import NotRead, Unchanged
from ingest.reading.remarks import Remark
from ingest.sections import Section
from ingest.sources import ADDRESS, SourceItem, is_there, read_source
from ingest.tally import Tally
from ingest.visits import Visits
from ingest.web.visiting import VisitItem, Visitor, make_visitor
from knowledge.assembly import OpenCorpus
from knowledge.domain import (
    Article,
    ArticleId,
    IngestProgress,
    IngestReport,
)
from knowledge.errors import (
    ArticleError,
    EmbedderError,
    IngestionBusyError,
    KnowledgeError,
)
from knowledge.ports import Embedder, Vectors
from knowledge.record.catalog import Catalog, StagedVersion
from knowledge.record.history import History
from knowledge.record.leases import INGESTION, Leases
from knowledge.record.ledger import Ledger, RegisteredSource, RunState
from knowledge.record.web_pages import WebPages
from knowledge.search.index import VectorIndex
from knowledge.search.question_vectors import QuestionVectors
from knowledge.search.sentence_vectors import SentenceVectors

__all__ = ["Ingestion", "ProgressCallback", "make_ingestion"]

GROUP_CHARS = 100_000
"""Text taken through embedding and activation at once: some 150 chunks."""

ProgressCallback: TypeAlias = Callable[[IngestProgress], None]
OpenReaders: TypeAlias = Callable[[], AbstractContextManager[ReaderPool]]
_Pending: TypeAlias = tuple[Placement, str]
"""What is to be done with an article, and the location of its source."""


@dataclass(frozen=True, slots=True)
class _Run:
    """What the steps of one run share."""

    readers: ReaderPool
    plan: Plan
    tally: Tally
    confirm_empty: bool

    def place(
        self, article: Article, source_location: str, *, is_last: bool = False
    ) -> Iterator[Placement | None]:
        """Yield where an article goes, or None when it has to wait; nothing when it has no id."""
        try:
            yield self.plan.place(article, source_location=source_location, is_last=is_last)
        except ArticleError as error:
            self.fail(error)

    def fail(self, error: ArticleError) -> None:
        self.plan.fail(error.location)
        self.tally.fail(error)


class Ingestion:
    """Brings the record and the index in step with the sources.

    A run may be killed at any point: what was visible stays visible, and the next run takes up
    from there. Runs exclude each other, also those of several processes on one record: a lease
    lets one at a time write.
    """

    def __init__(
        self,
        *,
        catalog: Catalog,
        ledger: Ledger,
        leases: Leases,
        index: VectorIndex,
        question_vectors: QuestionVectors,
        sentence_vectors: SentenceVectors,
        embedder: Embedder,
        bundled_dir: Path,
        visits: Visits,
        history: History,
        open_readers: OpenReaders = open_pool,
    ) -> None:
        """Take what a run works with.

        `visits` asks the web for the sources that lie there, `bundled_dir` holds the articles that
        come with the program, and `open_readers` opens the child processes of a run, which reads
        nothing itself.
        """
        self._catalog = catalog
        self._ledger = ledger
        self._leases = leases
        self._index = index
        self._question_vectors = question_vectors
        self._sentence_vectors = sentence_vectors
        self._embedder = embedder
        self._bundled_dir = bundled_dir
        self._visits = visits
        self._history = history
        self._open_readers = open_readers
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
        `KnowledgeError` when the run as a whole cannot go on; what was done by then stays. That
        another process is ingesting is an `IngestionBusyError`.
        """
        with self._alone(actor):
            started = time.monotonic()
            run_id = self._ledger.begin_run(actor=actor)
            tally = Tally()
            try:
                is_mended = self._recover(tally)
                for source in sources:
                    self._ledger.register_source(source, actor=actor)
                with self._open_readers() as readers:
                    run = _Run(readers, self._plan(sources), tally, confirm_empty)
                    self._take_all(sources, run, on_progress=on_progress)
                    self._visits.keep(run.plan)
                self._sweep()
                self._settle(self._embed_counting(tally))
            except BaseException as exc:
                report = tally.report(seconds=time.monotonic() - started)
                is_known = isinstance(exc, KnowledgeError)
                state: RunState = "failed" if is_known else "interrupted"
                # What ended the run counts, and not that it could not be noted.
                with suppress(KnowledgeError):
                    self._ledger.end_run(run_id, state=state, report=report)
                raise
            report = tally.report(seconds=time.monotonic() - started)
            self._ledger.end_run(
                run_id,
                state="done" if report.is_complete else "partly",
                report=report,
                is_idle=tally.is_idle and not is_mended,
            )
            return report

    def plan(
        self, sources: Sequence[RegisteredSource], *, confirm_empty: bool = False
    ) -> IngestReport:
        """Return what a run would do; nothing is written and no model is loaded."""
        started = time.monotonic()
        tally = Tally()
        with self._open_readers() as readers:
            run = _Run(readers, self._plan(sources), tally, confirm_empty)
            for placed, _ in self._pending(sources, run):
                tally.count(placed)
        tally.removed += run.plan.gone()
        return tally.report(seconds=time.monotonic() - started)

    def rebuild(self) -> int:
        """Build the vector index anew from stored vectors; return its chunks."""
        with self._alone("rebuild"):
            self._sweep_record()
            return self._index.rebuild(self._embedder.embed_documents)

    def remove(self, article_ids: Sequence[ArticleId], *, actor: str) -> tuple[ArticleId, ...]:
        """Remove articles from record and index, with what is kept of them for a rollback.

        Return those of which there was something, be it only kept.
        """
        with self._alone(actor):
            visible = {row.article_id for row in self._catalog.articles()}
            known = visible | {article_id for article_id, _ in self._history.kept_articles()}
            present = tuple(article_id for article_id in article_ids if article_id in known)
            run_id = self._ledger.begin_run(actor=actor)
            self._catalog.remove([one for one in present if one in visible])
            # Whoever removes an article by name wants its text gone, and no run brings it back.
            self._history.forget(article_ids)
            self._sweep()
            self._settle(self._embedder.embed_documents)
            report = IngestReport(removed=present)
            self._ledger.end_run(run_id, state="done", report=report)
            return present

    def rollback(self, run_id: int, *, actor: str) -> IngestReport:
        """Make all as it was before a run; raise `KnowledgeError` when that is not kept.

        No model is asked, and it is a run itself, which can be taken back in its turn. The sources
        stay as they are: the next run takes in again what they hold.
        """
        with self._alone(actor):
            started = time.monotonic()
            if run_id not in {one.run_id for one in self._history.publications()}:
                raise KnowledgeError(
                    f"run {run_id} cannot be taken back: `python -m ingest rollback` lists those "
                    f"that can"
                )
            self._sweep_record()
            earlier = self._history.before(run_id)
            versions = [one.version_id for one in earlier if one.version_id]
            if unkept := self._history.unkept(versions):
                raise KnowledgeError(
                    f"run {run_id} cannot be taken back: {len(unkept)} of its articles are not kept"
                )
            visible = {row.article_id: row for row in self._catalog.articles()}
            own_run = self._ledger.begin_run(actor=actor)
            self._history.stage_kept(versions)
            chunks = self._catalog.version_chunks(versions)
            self._index.add(chunks, self._embedder.embed_documents)
            self._visits.forget()
            self._catalog.restore(earlier)
            self._sweep()
            self._settle(self._embedder.embed_documents)
            ids = {
                name: [ArticleId(o.article_id) for o in found]
                for name, found in (
                    ("added", [o for o in earlier if o.article_id not in visible]),
                    ("removed", [o for o in earlier if not o.version_id]),
                    ("changed", [o for o in earlier if o.version_id and o.article_id in visible]),
                )
            }
            report = IngestReport(
                added=tuple(ids["added"]),
                changed=tuple(ids["changed"]),
                removed=tuple(ids["removed"]),
                chunks_written=len(chunks),
                seconds=round(time.monotonic() - started, 3),
            )
            self._ledger.end_run(own_run, state="done", report=report)
            return report

    @contextmanager
    def _alone(self, actor: str) -> Iterator[None]:
        with self._running, self._leases.hold(INGESTION, detail=actor) as lease:
            if lease is None:
                holders = [held.detail for held in self._leases.held(INGESTION)]
                who = holders[0] if holders else "somebody"
                raise IngestionBusyError(
                    f"another process is ingesting (started by {who}); run this again when it "
                    f"has ended",
                    actor=who,
                )
            yield

    def _recover(self, tally: Tally) -> bool:
        """Return whether the index had to be built anew."""
        # What a killed run left behind: staged text nobody has seen, chunks that are in Chroma
        # and no longer in the record, or the other way round.
        self._sweep_record()
        return self._index.prepare(self._embed_counting(tally))

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
            is_there=lambda file: is_there(file, bundled_dir=self._bundled_dir),
        )

    def _take_all(
        self,
        sources: Sequence[RegisteredSource],
        run: _Run,
        *,
        on_progress: ProgressCallback,
    ) -> None:
        tally = run.tally
        for group in _groups(self._pending(sources, run)):
            on_progress(tally.progress("embedding", pending=len(group)))
            self._take_in(group, run)
            on_progress(tally.progress("reading"))
        on_progress(tally.progress("finishing"))
        tally.removed += run.plan.gone()
        self._catalog.remove(tally.removed)

    def _pending(self, sources: Sequence[RegisteredSource], run: _Run) -> Iterator[_Pending]:
        """Yield what is new, changed or moved, with its source; tally all the rest."""
        waiting: list[tuple[Article, str]] = []
        for source in sources:
            for article in self._articles(source, run):
                for placed in run.place(article, source.location):
                    if placed is None:
                        waiting.append((article, source.location))
                    elif placed.action == "keep":
                        run.tally.count(placed)
                    else:
                        yield placed, source.location
        for article, location in waiting:
            for placed in run.place(article, location, is_last=True):
                if placed is not None:
                    yield placed, location

    def _articles(self, source: RegisteredSource, run: _Run) -> Iterator[Article]:
        """Yield the articles of a source; tally what it has besides."""
        files = 0
        try:
            for item in run.readers.read(self._items(source, run)):
                match item:
                    case NotRead():
                        run.tally.not_read[item.kind] += 1
                        continue
                    case Remark():
                        run.tally.remarks.append(item)
                    case ArticleError():
                        run.fail(item)
                    case Unchanged():
                        kept = run.plan.keep_file(item.location, source_location=source.location)
                        run.tally.unchanged += kept
                    case Article():
                        yield item
                    case _:
                        assert_never(item)
                files += 1
        except ArticleError as error:
            # The source as a whole cannot be read: what it held stays.
            run.tally.fail(error)
            return
        held = run.plan.held_by(source.location)
        if held and not files and not run.confirm_empty:
            run.tally.fail(
                ArticleError(
                    f"has no file any more, and {held} of its articles are kept; restore it, or "
                    f"remove them with `--confirm-empty`",
                    location=source.location,
                )
            )
            return
        run.plan.end_source(source.location)

    def _items(self, source: RegisteredSource, run: _Run) -> Iterable[VisitItem | SourceItem]:
        if source.kind == ADDRESS:
            return self._visits.visit(source.location, run.plan, readers=run.readers)
        return read_source(source, bundled_dir=self._bundled_dir)

    def _take_in(self, group: Sequence[_Pending], run: _Run) -> None:
        """Take articles through to visibility; a crash before `activate` leaves them unseen."""
        done = [one for one in group if one[0].action not in ("add", "change")]
        for placed, location in done:
            self._catalog.move([placed.article], source_location=location)
        split, versions = self._split(
            [one for one in group if one[0].action in ("add", "change")], run
        )
        self._catalog.stage(versions)
        chunks = [chunk for version in versions for chunk in version.chunks]
        if chunks:
            self._index.add(chunks, self._embed_counting(run.tally))
            self._question_vectors.keep(chunks)
            self._sentence_vectors.keep(chunks)
        self._catalog.activate(versions)
        run.tally.chunks_written += len(chunks)
        for placed, _ in [*done, *split]:
            run.tally.count(placed)

    def _split(
        self, group: Sequence[_Pending], run: _Run
    ) -> tuple[list[_Pending], list[StagedVersion]]:
        """Return what could be split, and its versions."""
        split: list[_Pending] = []
        sections: list[list[Section]] = []
        found = run.readers.sections([placed.article for placed, _ in group])
        for pending, parts in zip(group, found, strict=True):
            if isinstance(parts, ArticleError):
                run.fail(parts)
            else:
                split.append(pending)
                sections.append(parts)
        chunks_of = split_articles(
            [placed.article for placed, _ in split],
            count_tokens=self._embedder.count_tokens,
            max_tokens=self._embedder.max_tokens,
            sections=sections,
        )
        versions = [
            StagedVersion(
                version_id=version_id(placed.article, max_tokens=self._embedder.max_tokens),
                article=placed.article,
                source_location=source_location,
                chunks=chunks,
            )
            for (placed, source_location), chunks in zip(split, chunks_of, strict=True)
        ]
        return split, versions

    def _embed_counting(self, tally: Tally) -> Callable[[Sequence[str]], Vectors]:
        def embed(texts: Sequence[str]) -> Vectors:
            tally.chunks_embedded += len(texts)
            return self._embedder.embed_documents(texts)

        return embed

    def _settle(self, embed: Callable[[Sequence[str]], Vectors]) -> None:
        """Leave an index that is whole, and no file with the text of what was removed."""
        has_replaced = self._index.has_replaced()
        is_worn = self._index.is_worn(chunks=self._catalog.counts()["chunks"])
        if is_worn or not self._index.is_whole():
            self._index.rebuild(embed)
        if has_replaced:
            self._catalog.forget_deleted()
        self._index.forget_leftovers()

    def _sweep(self) -> None:
        unseen = self._catalog.unseen_chunk_ids()
        if unseen:
            self._index.discard(sorted(unseen))
        self._sweep_record()

    def _sweep_record(self) -> None:
        if self._catalog.sweep():
            # It left the index long ago, so that the end of the run does not see to its bytes.
            self._catalog.forget_deleted()


def make_ingestion(
    corpus: OpenCorpus, *, open_readers: OpenReaders = open_pool, visitor: Visitor | None = None
) -> Ingestion:
    """Return what ingests into an open corpus; `visitor` takes the place of the settings' one."""
    visitor = visitor or make_visitor(corpus.settings)
    return Ingestion(
        catalog=corpus.catalog,
        ledger=corpus.ledger,
        leases=corpus.leases,
        index=corpus.index,
        question_vectors=corpus.question_vectors,
        sentence_vectors=corpus.sentence_vectors,
        embedder=corpus.embedder,
        bundled_dir=corpus.settings.articles_dir,
        visits=Visits(visitor, WebPages(corpus.database)),
        history=History(corpus.database),
        open_readers=open_readers,
    )


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
