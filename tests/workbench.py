"""A record, an index and an ingestion in a directory of their own, and articles to put in."""

import atexit
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ingest.chunking import version_id
from ingest.limited.pool import ReaderPool
from ingest.pipeline import Ingestion, make_ingestion
from ingest.sources import describe_source
from ingest.web.visiting import Visitor
from knowledge.answers.answering import Answerer
from knowledge.answers.evidence.gate import EvidenceGate, Signals
from knowledge.answers.subject import BUNDLED_SUBJECT, SubjectCache
from knowledge.answers.written.writing import Writer
from knowledge.assembly import open_corpus
from knowledge.domain import Article, ArticleId, Chunk, ChunkId, IngestReport
from knowledge.glossary.glossary import Glossary
from knowledge.glossary.lexicon import CorpusLexicon
from knowledge.glossary.vocabulary import VocabularyCache
from knowledge.ports import Vectors
from knowledge.record.catalog import Catalog, StagedVersion
from knowledge.record.ledger import Ledger
from knowledge.search.index import VectorIndex
from knowledge.search.question_vectors import QuestionVectors
from knowledge.search.retrieval import Retriever
from knowledge.search.sentence_vectors import SentenceVectors
from knowledge.settings import PACKAGE_DIR, KnowledgeSettings
from tests.fakes import HashingEmbedder

WINDOW = HashingEmbedder().max_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """Everything that ingestion writes to, open."""

    catalog: Catalog
    ledger: Ledger
    index: VectorIndex
    embedder: HashingEmbedder
    ingestion: Ingestion

    def ingest(self, *paths: Path | str) -> IngestReport:
        sources = [describe_source(str(path)) for path in paths]
        return self.ingestion.run(sources, actor="test")

    def answerer(self, *, threshold: float = 0.0, writer: Writer | None = None) -> Answerer:
        """Return an answerer that answers everything, or nothing from a threshold of 1."""
        catalog = self.catalog
        glossary = Glossary.load(PACKAGE_DIR / "glossary.yaml", passages=catalog.passage)
        vocabulary = VocabularyCache(revision=catalog.revision, load=catalog.vocabulary)
        return Answerer(
            retriever=Retriever(
                catalog=catalog,
                index=self.index,
                embedder=self.embedder,
                sentence_vectors=SentenceVectors(catalog=catalog, embedder=self.embedder),
                question_vectors=QuestionVectors(catalog=catalog, embedder=self.embedder),
            ),
            lexicon=CorpusLexicon(glossary, vocabulary=vocabulary),
            vocabulary=vocabulary,
            gate=EvidenceGate(
                weights=(0.0,) * len(fields(Signals)),
                bias=0.0,
                threshold=threshold,
                fingerprint="toy",
            ),
            subject=SubjectCache(revision=catalog.revision, load=lambda: BUNDLED_SUBJECT),
            writer=writer,
        )

    def texts(self) -> dict[str, str]:
        """Return the visible text of each article."""
        return {
            str(row.article_id): "\n".join(
                chunk.text for chunk in self.catalog.article_chunks(row.article_id)
            )
            for row in self.catalog.articles()
        }

    def indexed_ids(self) -> set[ChunkId]:
        """Return what the vector index holds, seen or not."""
        found = self.index.query(self.embedder.embed_query("anything"), limit=5_000)
        return {chunk_id for chunk_id, _ in found}


@contextmanager
def open_workbench(
    data_dir: Path,
    *,
    embedder: HashingEmbedder | None = None,
    chroma_url: str = "",
    database_url: str = "",
    visitor: Visitor | None = None,
    kept_publications: int = 20,
) -> Iterator[Workbench]:
    embedder = embedder or HashingEmbedder()
    settings = KnowledgeSettings(
        _env_file=None,
        data_dir=data_dir,
        chroma_url=chroma_url,
        database_url=database_url,
        articles_dir=data_dir,
        kept_publications=kept_publications,
    )
    with open_corpus(settings, exclusive=True, embedder=embedder) as corpus:
        yield Workbench(
            catalog=corpus.catalog,
            ledger=corpus.ledger,
            index=corpus.index,
            embedder=embedder,
            ingestion=make_ingestion(corpus, open_readers=_shared_readers, visitor=visitor),
        )


@cache
def _readers() -> ReaderPool:
    pool = ReaderPool()
    atexit.register(pool.close)
    return pool


@contextmanager
def _shared_readers() -> Iterator[ReaderPool]:
    """Spare each run the start of its child processes."""
    yield _readers()


def write_article(
    folder: Path,
    name: str,
    *paragraphs: str,
    title: str = "",
    questions: Mapping[str, Sequence[str]] | None = None,
) -> Path:
    """Write `name.md` with a section for each paragraph, `Part 1` and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    front = f"---\nquestions: {json.dumps(questions)}\n---\n\n" if questions else ""
    sections = [f"## Part {n}\n\n{text}\n" for n, text in enumerate(paragraphs, start=1)]
    path = folder / f"{name}.md"
    path.write_text(f"{front}# {title or name}\n\n" + "\n".join(sections), encoding="utf-8")
    return path


def make_article(article_id: str = "a", **changes: Any) -> Article:
    values: dict[str, Any] = {
        "article_id": ArticleId(article_id),
        "title": article_id.title(),
        "body": f"The text of {article_id}.",
        "location": f"/articles/{article_id}.md",
    }
    return Article(**{**values, **changes})


def make_chunk(chunk_id: str = "a#0", **changes: Any) -> Chunk:
    values: dict[str, Any] = {
        "chunk_id": ChunkId(chunk_id),
        "article_id": ArticleId(chunk_id.partition("#")[0]),
        "title": "Title",
        "url": "",
        "heading": "",
        "position": 0,
        "text": f"The text of {chunk_id}.",
    }
    return Chunk(**{**values, **changes})


def make_version(
    article: Article, *texts: str, heading: str = "", questions: tuple[str, ...] = ()
) -> StagedVersion:
    """Return a version of `article` with a chunk for each text, or one of its whole body."""
    version = version_id(article, max_tokens=WINDOW)
    return StagedVersion(
        version_id=version,
        article=article,
        source_location="/articles",
        chunks=tuple(
            make_chunk(
                f"{version[:12]}#{position}",
                article_id=article.article_id,
                title=article.title,
                url=article.url,
                heading=heading,
                position=position,
                text=text,
                questions=questions,
            )
            for position, text in enumerate(texts or (article.body,))
        ),
    )


def unit_vectors(number: int, *, dimension: int = 8) -> Vectors:
    """Return `number` rows that are at right angles, as far as the dimension allows."""
    rows = np.eye(dimension, dtype=np.float32)[np.arange(number) % dimension]
    return np.asarray(rows, dtype=np.float32)
