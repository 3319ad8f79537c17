"""Builds the services of `knowledge` from the settings; the roots of all programs call it.

There are two roots. `open_corpus` opens what ingestion and `/define` need, and `open_knowledge`
what answering needs besides, so that a fault in the second leaves the first at work.
"""

import datetime as dt
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path

from filelock import FileLock, Timeout
from typing_extensions import override

from knowledge.answers.answering import Answerer
from knowledge.answers.evidence.gate import EvidenceGate, load_gate
from knowledge.answers.subject import BUNDLED_SUBJECT, SubjectCache, describe_corpus
from knowledge.answers.written.writing import Writer
from knowledge.domain import CorpusStatus, Subject
from knowledge.errors import ConfigError, DataDirectoryBusyError, KnowledgeError
from knowledge.glossary.glossary import Glossary
from knowledge.glossary.lexicon import CorpusLexicon
from knowledge.glossary.vocabulary import VocabularyCache
from knowledge.models.bundled import bundled_model
from knowledge.models.chat import LangChainChatModel, UnusableChatModel, create_chat_model
from knowledge.models.cross_encoders import (
    CrossEncoderJudge,
    LocalCrossEncoder,
    create_judge,
    create_reranker,
)
from knowledge.models.embeddings import create_embedder
from knowledge.models.joint_reader import JointReader
from knowledge.models.loading import one_thread_for_numpy
from knowledge.models.model_use import (
    MODEL_USE,
    ModelReport,
    ModelUse,
    describe_use,
    read_use,
    report_use,
)
from knowledge.models.support_judge import SupportJudge
from knowledge.ports import Embedder
from knowledge.questions.vagueness import shipped_vagueness
from knowledge.record.catalog import Catalog
from knowledge.record.database import Database, open_database
from knowledge.record.leases import INGESTION, Leases
from knowledge.record.ledger import Ledger, RegisteredSource, RunRow
from knowledge.search.index import StoreFactory, VectorIndex
from knowledge.search.question_vectors import QuestionVectors
from knowledge.search.remoteness import Remoteness
from knowledge.search.retrieval import Retriever
from knowledge.search.sentence_vectors import SentenceVectors
from knowledge.search.servers import ChromaServer, chroma_headers
from knowledge.settings import (
    BUNDLED,
    BUNDLED_ARTICLES,
    KnowledgeSettings,
    lend_provider_keys,
)
from knowledge.support.verifying import Verifier

__all__ = ["Knowledge", "OpenCorpus", "open_corpus", "open_knowledge", "own_data_directory"]

logger = logging.getLogger(__name__)

LOCK_WAIT_S = 1.0
OTHERS = 0o077
"""The bits of a mode that let other people in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCorpus:
    """The record, the index, the glossary and the embedder of one data directory."""

    settings: KnowledgeSettings
    database: Database
    leases: Leases
    catalog: Catalog
    ledger: Ledger
    index: VectorIndex
    embedder: Embedder
    glossary: Glossary
    vocabulary: VocabularyCache
    question_vectors: QuestionVectors
    sentence_vectors: SentenceVectors
    subject: SubjectCache

    def status(self) -> CorpusStatus:
        """Return what the corpus holds and how it was last ingested."""
        counts = self.catalog.counts()
        generation = self.ledger.active_generation()
        runs = self.ledger.runs(limit=1)
        return CorpusStatus(
            articles=counts["articles"],
            chunks=counts["chunks"],
            glossary_terms=len(self.glossary.terms()),
            embedder=self.embedder.name,
            chat_model=self.settings.chat_model,
            index_embedder=generation.embedder if generation else "",
            last_run=f"{runs[0].state}, {runs[0].started_at:%Y-%m-%d %H:%M} UTC" if runs else "",
        )

    def sources(self) -> list[RegisteredSource]:
        """Return the registered sources, by location."""
        return self.ledger.sources()

    def runs(self, *, limit: int) -> list[RunRow]:
        """Return the latest runs of ingestion, newest first."""
        return self.ledger.runs(limit=limit)

    def ingesting(self) -> str:
        """Return who started the ingestion that runs now, in any process; empty when none does."""
        held = self.leases.held(INGESTION)
        return held[0].detail or "somebody" if held else ""

    def mend_index(self) -> None:
        """Write what the index lacks of the record, unless another process is ingesting."""
        with self.leases.hold(INGESTION, detail="start") as lease:
            if lease is not None:
                self.index.prepare_or_rebuild(self.embedder.embed_documents)


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge(OpenCorpus):
    """A corpus, and what answers from it."""

    lexicon: CorpusLexicon
    reader: JointReader
    remoteness: Remoteness
    retriever: Retriever
    answerer: Answerer
    cross_encoders: tuple[LocalCrossEncoder, ...]
    """The optional ones that are configured."""
    chat: "Chat | None" = None
    """What writes answers; None when they are quoted."""

    @override
    def status(self) -> CorpusStatus:
        """Return what the corpus holds, and what became of the chat model today."""
        return replace(OpenCorpus.status(self), chat_model=self._describe_chat())

    def model_report(self, *, not_before: dt.date) -> ModelReport | None:
        """Return what the chat model was used for since a day; None when there is none."""
        if self.chat is None:
            return None
        model = self.chat.model
        return report_use(
            read_use(self.settings.data_dir / MODEL_USE),
            not_before=not_before,
            name=model.name,
            refusal=model.refusal,
        )

    def _describe_chat(self) -> str:
        """Return the chat model, why it cannot be used, and what it was used for today."""
        if self.chat is None:
            return ""
        name, refusal = self.chat.model.name, self.chat.model.refusal
        if refusal:
            return f"{name} cannot be used: {refusal}"
        today = read_use(self.settings.data_dir / MODEL_USE).get(
            f"{dt.datetime.now(dt.UTC):%Y-%m-%d}"
        )
        return f"{name}; today {describe_use(today)}" if today else name

    def warm(self, stop: threading.Event) -> None:
        """Load the models and make what answers need, until `stop` is set."""
        self.question_vectors.warm()
        self.sentence_vectors.warm(stop)
        self.remoteness.current()
        models: tuple[JointReader | LocalCrossEncoder, ...] = (self.reader, *self.cross_encoders)
        for model in models:
            if not stop.is_set():
                model.load()
        if self.chat is not None and not stop.is_set():
            self.chat.judge.load()
            self.chat.model.check()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A chat model, what writes with it, and the judge of what it writes."""

    model: LangChainChatModel | UnusableChatModel
    judge: SupportJudge
    writer: Writer


@contextmanager
def open_corpus(
    settings: KnowledgeSettings, *, exclusive: bool, embedder: Embedder | None = None
) -> Iterator[OpenCorpus]:
    """Open the record and the index, and close them at the end.

    `exclusive` is needed by whoever touches the vector index or writes; with record and index on
    servers several processes may. `embedder` takes the place
    of the one that the settings name. A model is loaded when it is first used. Raises
    `DataDirectoryBusyError` within two seconds when another process has the data directory.
    """
    one_thread_for_numpy()
    embedder = embedder or create_embedder(settings.embedding_model)
    with ExitStack() as stack:
        is_alone = exclusive and not settings.is_shared
        stack.enter_context(own_data_directory(settings.data_dir, exclusive=is_alone))
        database = open_database(settings.resolved_database_url)
        try:
            if exclusive:
                stack.enter_context(database.owned(shared=settings.is_shared))
            leases = Leases(database)
            if is_alone:
                # What a process that was killed held is held by nobody.
                leases.end_all()
        except KnowledgeError:
            database.close()
            raise
        catalog = Catalog(database, kept=settings.kept_publications)
        ledger = Ledger(database)
        index = VectorIndex(
            catalog=catalog,
            ledger=ledger,
            stores=StoreFactory(directory=settings.data_dir / "index", server=_server(settings)),
            embedder_name=embedder.name,
        )
        try:
            yield OpenCorpus(
                settings=settings,
                database=database,
                leases=leases,
                catalog=catalog,
                ledger=ledger,
                index=index,
                embedder=embedder,
                glossary=Glossary.load(settings.glossary_file, passages=catalog.passage),
                vocabulary=VocabularyCache(revision=catalog.revision, load=catalog.vocabulary),
                question_vectors=QuestionVectors(catalog=catalog, embedder=embedder),
                sentence_vectors=SentenceVectors(catalog=catalog, embedder=embedder),
                subject=SubjectCache(
                    revision=catalog.revision, load=lambda: _subject(settings, catalog)
                ),
            )
        finally:
            index.close()
            stack.close()
            database.close()


@contextmanager
def open_knowledge(
    settings: KnowledgeSettings,
    *,
    exclusive: bool,
    embedder: Embedder | None = None,
    gate: EvidenceGate | None = None,
) -> Iterator[Knowledge]:
    """Open a corpus with what answers from it; the rest is as `open_corpus` says.

    `gate` takes the place of the one that was fitted.
    """
    reader = JointReader(bundled_model())
    reranker = create_reranker(settings.reranker_model) if settings.reranker_model else None
    judge = create_judge(settings.grounding_model) if settings.grounding_model else None
    with open_corpus(settings, exclusive=exclusive, embedder=embedder) as corpus:
        chat = (
            _open_chat(settings, corpus.catalog, grounding=judge) if settings.chat_model else None
        )
        gate = gate or load_gate(settings.data_dir)
        # A gate that lets everything through was fitted on nothing.
        if gate.fingerprint not in ("", corpus.embedder.name):
            logger.warning(
                "the decision to refuse was fitted on %s, not on %s: measure it with `python -m "
                "knowledge evaluate` and fit it anew with `calibrate`",
                gate.fingerprint,
                corpus.embedder.name,
            )
        lexicon = CorpusLexicon(corpus.glossary, vocabulary=corpus.vocabulary)
        remoteness = Remoteness(
            revision=corpus.catalog.revision, index=corpus.index, embedder=corpus.embedder
        )
        retriever = Retriever(
            catalog=corpus.catalog,
            index=corpus.index,
            embedder=corpus.embedder,
            sentence_vectors=corpus.sentence_vectors,
            question_vectors=corpus.question_vectors,
            remoteness=remoteness,
            reader=reader,
            reranker=reranker,
        )
        yield Knowledge(
            **{field.name: getattr(corpus, field.name) for field in fields(corpus)},
            lexicon=lexicon,
            reader=reader,
            remoteness=remoteness,
            retriever=retriever,
            answerer=Answerer(
                retriever=retriever,
                lexicon=lexicon,
                vocabulary=corpus.vocabulary,
                gate=gate,
                subject=corpus.subject,
                vagueness=shipped_vagueness(embedder=corpus.embedder.name),
                writer=chat.writer if chat is not None else None,
            ),
            cross_encoders=tuple(model for model in (reranker, judge) if model is not None),
            chat=chat,
        )


def _server(settings: KnowledgeSettings) -> ChromaServer:
    return ChromaServer(
        url=settings.chroma_url,
        tenant=settings.chroma_tenant,
        database=settings.chroma_database,
        headers=chroma_headers(
            token=settings.chroma_token.get_secret_value(),
            token_header=settings.chroma_token_header,
            basic=settings.chroma_basic.get_secret_value(),
        ),
    )


def _subject(settings: KnowledgeSettings, catalog: Catalog) -> Subject:
    """Return what the settings say that it is about, or else what the visible articles say."""
    articles = catalog.articles()
    is_ours = settings.articles_dir == BUNDLED_ARTICLES and any(
        row.source_location == BUNDLED for row in articles
    )
    if is_ours and not settings.about:
        return replace(BUNDLED_SUBJECT, name=settings.name or BUNDLED_SUBJECT.name)
    titles = [row.title for row in articles]
    return describe_corpus(titles, name=settings.name, about=settings.about)


def _open_chat(
    settings: KnowledgeSettings, catalog: Catalog, *, grounding: CrossEncoderJudge | None
) -> Chat:
    """Open the chat model; one that cannot be used stops nothing but its own answers."""
    lend_provider_keys()
    use = ModelUse(
        settings.data_dir / MODEL_USE,
        per_day=settings.chat_calls_per_day,
        per_person=settings.chat_calls_per_person,
    )
    model: LangChainChatModel | UnusableChatModel
    try:
        model = create_chat_model(
            settings.chat_model,
            deadline_s=settings.chat_deadline_s,
            max_tokens=settings.chat_max_tokens,
            temperature=settings.chat_temperature,
            count_tokens=use.add_tokens,
        )
    except ConfigError as exc:
        logger.error("%s; answers are quoted from the articles meanwhile", exc)  # noqa: TRY400 (its text says all)
        model = UnusableChatModel(settings.chat_model, refusal=str(exc))
    judge = SupportJudge(bundled_model())
    writer = Writer(
        model,
        verifier=Verifier(judge),
        grounding=grounding,
        use=use,
        first_sentence_s=settings.chat_first_sentence_s,
        dates=catalog.dates,
    )
    return Chat(model=model, judge=judge, writer=writer)


@contextmanager
def own_data_directory(data_dir: Path, *, exclusive: bool) -> Iterator[None]:
    """Create the data directory and, when `exclusive`, keep every other process out of it."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as exc:
        raise ConfigError(f"KB_DATA_DIR: cannot create {data_dir}: {exc.strerror or exc}") from exc
    _keep_private(data_dir)
    if not exclusive:
        yield
        return
    owner = data_dir / "owner"
    try:
        lock = FileLock(data_dir / "lock").acquire(timeout=LOCK_WAIT_S)
    except Timeout as exc:
        raise DataDirectoryBusyError(
            f"the data directory {data_dir} is in use by process {_read_owner(owner)}. Stop that "
            f"process (if it is the bot, use `/kb ingest` in Slack instead), or set KB_DATA_DIR "
            f"to another directory"
        ) from exc
    except OSError as exc:
        raise ConfigError(
            f"KB_DATA_DIR: cannot write to {data_dir}: {exc.strerror or exc}"
        ) from exc
    with lock:
        # Only for messages; a full disk is reported by the one who has something to write.
        with suppress(OSError):
            owner.write_text(str(os.getpid()))
        yield


def _keep_private(data_dir: Path) -> None:
    """Let nobody else look into a directory that was made beforehand, too."""
    try:
        if data_dir.stat().st_mode & OTHERS:
            data_dir.chmod(0o700)
    except OSError as exc:
        logger.warning(
            "others on this machine may read %s, which holds what people ask: %s",
            data_dir,
            exc.strerror or exc,
        )


def _read_owner(owner: Path) -> str:
    try:
        return owner.read_text().strip() or "?"
    except OSError:
        return "?"
