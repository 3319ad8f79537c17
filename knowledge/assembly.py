"""Builds the services of `knowledge` from the settings; the roots of all programs call it."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from knowledge.answers.answering import Answerer
from knowledge.answers.gate import EvidenceGate
from knowledge.answers.writing import Writer
from knowledge.errors import ConfigError, DataDirectoryBusyError, KnowledgeError
from knowledge.glossary.glossary import Glossary
from knowledge.glossary.lexicon import CorpusLexicon
from knowledge.glossary.vocabulary import VocabularyCache
from knowledge.models.breaker import Breaker
from knowledge.models.bundled import bundled_model
from knowledge.models.chat import create_chat_model
from knowledge.models.cross_encoders import LocalCrossEncoder, create_judge, create_reranker
from knowledge.models.embeddings import create_embedder
from knowledge.models.joint_reader import JointReader
from knowledge.models.loading import one_thread_for_numpy
from knowledge.ports import Embedder
from knowledge.record.catalog import Catalog
from knowledge.record.database import Database, open_database
from knowledge.record.ledger import Ledger
from knowledge.search.index import StoreFactory, VectorIndex
from knowledge.search.question_vectors import QuestionVectors
from knowledge.search.retrieval import Retriever
from knowledge.search.sentence_vectors import UnitVectors
from knowledge.settings import KnowledgeSettings

__all__ = ["Knowledge", "open_knowledge", "own_data_directory"]

logger = logging.getLogger(__name__)

LOCK_WAIT_S = 1.0
OTHERS = 0o077
"""The bits of a mode that let other people in."""
EVIDENCE_FILE = Path(__file__).parent / "answers" / "evidence.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """The record, the index and the embedder of one data directory."""

    settings: KnowledgeSettings
    database: Database
    catalog: Catalog
    ledger: Ledger
    index: VectorIndex
    embedder: Embedder
    glossary: Glossary
    lexicon: CorpusLexicon
    vocabulary: VocabularyCache
    unit_vectors: UnitVectors
    question_vectors: QuestionVectors
    reader: JointReader
    retriever: Retriever
    answerer: Answerer
    cross_encoders: tuple[LocalCrossEncoder, ...]
    """The optional ones that are configured."""

    def warm(self, stop: threading.Event) -> None:
        """Load the models and make what answers need, until `stop` is set."""
        self.question_vectors.warm()
        self.unit_vectors.warm(stop)
        models: tuple[JointReader | LocalCrossEncoder, ...] = (self.reader, *self.cross_encoders)
        for model in models:
            if not stop.is_set():
                model.load()


@contextmanager
def open_knowledge(settings: KnowledgeSettings, *, exclusive: bool) -> Iterator[Knowledge]:
    """Open everything, and close it at the end; models are loaded when they are first used.

    `exclusive` is needed by whoever touches the vector index or writes. Raises
    `DataDirectoryBusyError` within two seconds when another process has it.
    """
    one_thread_for_numpy()
    embedder = create_embedder(settings.embedding_model)
    reader = JointReader(bundled_model())
    reranker = create_reranker(settings.reranker_model) if settings.reranker_model else None
    judge = create_judge(settings.grounding_model) if settings.grounding_model else None
    with ExitStack() as stack:
        stack.enter_context(own_data_directory(settings.data_dir, exclusive=exclusive))
        database = open_database(settings.resolved_database_url)
        try:
            if exclusive:
                stack.enter_context(database.owned())
        except KnowledgeError:
            database.close()
            raise
        catalog, ledger = Catalog(database), Ledger(database)
        index = VectorIndex(
            catalog=catalog,
            ledger=ledger,
            stores=StoreFactory(directory=settings.data_dir / "index", url=settings.chroma_url),
            embedder_name=embedder.name,
        )
        glossary = Glossary.load(settings.glossary_file, passages=catalog.passage)
        vocabulary = VocabularyCache(revision=catalog.revision, load=catalog.vocabulary)
        lexicon = CorpusLexicon(glossary, vocabulary=vocabulary)
        unit_vectors = UnitVectors(catalog=catalog, embedder=embedder)
        question_vectors = QuestionVectors(catalog=catalog, embedder=embedder)
        retriever = Retriever(
            catalog=catalog,
            index=index,
            embedder=embedder,
            unit_vectors=unit_vectors,
            question_vectors=question_vectors,
            reader=reader,
            reranker=reranker,
        )
        gate = EvidenceGate.load(EVIDENCE_FILE)
        if gate.fingerprint != embedder.name:
            logger.warning(
                "the decision to refuse was fitted on %s, not on %s: measure it with `python -m "
                "knowledge evaluate` and fit it anew with `calibrate`",
                gate.fingerprint,
                embedder.name,
            )
        answerer = Answerer(
            retriever=retriever,
            lexicon=lexicon,
            vocabulary=vocabulary,
            gate=gate,
            writer=Writer(Breaker(create_chat_model(settings.chat_model)), grounding=judge)
            if settings.chat_model
            else None,
        )
        try:
            yield Knowledge(
                settings=settings,
                database=database,
                catalog=catalog,
                ledger=ledger,
                index=index,
                embedder=embedder,
                glossary=glossary,
                lexicon=lexicon,
                vocabulary=vocabulary,
                unit_vectors=unit_vectors,
                question_vectors=question_vectors,
                reader=reader,
                retriever=retriever,
                answerer=answerer,
                cross_encoders=tuple(model for model in (reranker, judge) if model is not None),
            )
        finally:
            index.close()
            stack.close()
            database.close()


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
