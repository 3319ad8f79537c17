"""Small, deterministic stand-ins for what is behind the bot."""

import datetime as dt
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ingest.sources import describe_source
from knowledge.answers.trace import Reply
from knowledge.domain import (
    Answer,
    AnswerSentence,
    ArticleId,
    Chunk,
    ChunkId,
    ClosestSection,
    CorpusStatus,
    DefineResult,
    IngestProgress,
    IngestReport,
    Option,
    Question,
    Refusal,
    RefusalReason,
    SectionPage,
    Sense,
    Source,
)
from knowledge.models.model_use import ModelReport
from knowledge.ports import Vectors
from knowledge.record.history import Publication
from knowledge.record.ledger import RegisteredSource, RunRow
from knowledge.record.library import Freshness
from knowledge.text.language import stems_of
from knowledge.text.passages import units

START = dt.datetime(2026, 11, 2, 9, 0, tzinfo=dt.UTC)


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: dt.datetime = START) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def advance(self, **parts: float) -> None:
        self.now += dt.timedelta(**parts)


def make_source(n: int = 1, **changes: object) -> Source:
    values: dict[str, object] = {
        "n": n,
        "article_id": ArticleId("what-is-bpo"),
        "title": "What is BPO?",
        "url": "https://articles.example/what-is-bpo",
        "heading": "Definition",
        "quote": "Business process outsourcing hands a process to a provider.",
        "chunk_id": ChunkId(f"what-is-bpo#{n}"),
    }
    return Source(**{**values, **changes})  # type: ignore[arg-type]


def make_answer(text: str = "BPO hands a process to a provider.", **changes: object) -> Answer:
    values: dict[str, object] = {
        "kind": "answer",
        "sentences": (AnswerSentence(text=text, citations=(1,)),),
        "sources": (make_source(),),
    }
    return Answer(**{**values, **changes})  # type: ignore[arg-type]


def make_section(**changes: object) -> ClosestSection:
    values: dict[str, object] = {
        "article_id": ArticleId("what-is-bpo"),
        "title": "What is BPO?",
        "heading": "Definition",
        "url": "https://articles.example/what-is-bpo",
    }
    return ClosestSection(**{**values, **changes})  # type: ignore[arg-type]


def make_refusal(text: str = "The articles do not say.", **changes: object) -> Refusal:
    values: dict[str, object] = {
        "reason": RefusalReason.NO_EVIDENCE,
        "text": text,
        "closest": (make_section(),),
    }
    return Refusal(**{**values, **changes})  # type: ignore[arg-type]


class FakeAnswerer:
    """Answers every question with what was asked; refuses what holds "unknown"."""

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self.error: Exception | None = None
        self.gate = threading.Event()
        """Answers wait for it; it is open unless a test closes it."""
        self.gate.set()
        self._lock = threading.Lock()

    def answer(
        self, question: Question, /, *, watch: Callable[[Answer], None] | None = None
    ) -> Reply:
        with self._lock:
            self.questions.append(question)
        self.gate.wait(10)
        if self.error is not None:
            raise self.error
        if "which RPO" in question.text:
            options = (
                Option(text="recruitment", question="What is recruitment outsourcing?"),
                Option(text="recovery", question="What is a recovery point?"),
            )
            return Reply(outcome=make_answer("RPO has two meanings.", options=options))
        if "unknown" in question.text:
            return Reply(outcome=make_refusal())
        return Reply(outcome=make_answer(f"About {question.text}."), timings_ms={"total": 12.5})


class FakeGlossary:
    """Knows the term SLA."""

    def terms(self) -> tuple[str, ...]:
        return ("24/7", "KPI", "SLA")

    def define(self, term: str, /) -> DefineResult:
        if not term:
            return DefineResult(kind="help", term="", text="Give a term, such as SLA.")
        if term == "slaa":
            return DefineResult(
                kind="suggestions", term=term, text="Did you mean SLA?", suggestions=("SLA",)
            )
        if term.casefold() != "sla":
            return DefineResult(kind="unknown", term=term, text=f"I do not know {term}.")
        sense = Sense(
            term="SLA",
            expansion="service level agreement",
            definition="The promised quality of a service.",
            context="contracts",
            in_domain=True,
        )
        return DefineResult(
            kind="definition",
            term="SLA",
            text="SLA (service level agreement): The promised quality of a service. [1]",
            senses=(sense,),
            sources=(make_source(),),
            related=("KPI",),
        )


class FakeCorpus:
    """Holds two articles."""

    def __init__(self) -> None:
        self.actor = ""
        """Who ingests in another process."""
        self.model: ModelReport | None = None

    def status(self) -> CorpusStatus:
        return CorpusStatus(
            articles=2,
            chunks=9,
            glossary_terms=30,
            embedder="all-MiniLM-L6-v2",
            chat_model="",
            index_embedder="all-MiniLM-L6-v2",
            last_run="2 November 2026, done",
        )

    def runs(self, *, limit: int) -> list[RunRow]:
        return [
            RunRow(
                run_id=1,
                actor="U0ADMIN01",
                state="partly",
                started_at=START - dt.timedelta(hours=2),
                ended_at=START - dt.timedelta(hours=1),
                report={"added": ["a", "b"], "changed": [], "failed": [{"location": "x.pdf"}]},
            )
        ][:limit]

    def ingesting(self) -> str:
        return self.actor

    def model_report(self, *, not_before: dt.date) -> ModelReport | None:
        return self.model

    def sources(self) -> Sequence[RegisteredSource]:
        return [RegisteredSource(location="/srv/articles", kind="folder")]


class FakeLibrary:
    """Holds one article of two sections."""

    def freshness(self) -> Freshness:
        return Freshness(articles=2, oldest="2024-05-17", newest="2026-11-23")

    def page(self, article_id: str, heading: str, /) -> SectionPage | None:
        return self.numbered_page(article_id, 2 if heading == "History" else 1)

    def numbered_page(self, article_id: str, number: int, /) -> SectionPage | None:
        if article_id != "what-is-bpo":
            return None
        bodies = {
            1: (
                "Some words first. Business process outsourcing hands a process to a *provider*."
                "\n\n- invoices\n- calls\n\n| Aspect | BPO |\n| --- | --- |\n| Work | processes |"
            ),
            2: "It began long ago.",
        }
        return SectionPage(
            article_id=ArticleId("what-is-bpo"),
            title="What is BPO?",
            heading="History" if number == 2 else "Definition",
            body=bodies[number],
            number=number,
            total=2,
            url="https://articles.example/what-is-bpo",
            author="Ada Author",
            published="2023-01-02",
            updated="2024-05-17",
        )


class FakeIngestion:
    """Reports two steps; waits between them while its gate is closed."""

    def __init__(self) -> None:
        self.actors: list[str] = []
        self.error: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, actor: str, show: Callable[[IngestProgress], None], /) -> IngestReport:
        self.actors.append(actor)
        show(IngestProgress(stage="reading", done=1, total=2))
        self.gate.wait(10)
        if self.error is not None:
            raise self.error
        show(IngestProgress(stage="embedding", done=2, total=2))
        return IngestReport(added=(ArticleId("a"),), unchanged=(ArticleId("b"),), chunks_written=3)

    def plan(self) -> IngestReport:
        return IngestReport(added=(ArticleId("new-policy"),), unchanged=(ArticleId("b"),))


class FakeChanges:
    """Takes any address on port 443, and can take back run 7."""

    def __init__(self) -> None:
        self.added: list[str] = []
        self.taken_back: list[int] = []

    def describe(self, address: str, /) -> RegisteredSource:
        return describe_source(address, ports=(443,))

    def add(
        self, source: RegisteredSource, actor: str, show: Callable[[IngestProgress], None], /
    ) -> IngestReport:
        self.added.append(source.location)
        return IngestReport(added=(ArticleId("page"),))

    def publications(self) -> list[Publication]:
        at = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
        return [Publication(run_id=7, actor="U1", at=at, articles=3)]

    def rollback(self, run_id: int, actor: str, /) -> IngestReport:
        self.taken_back.append(run_id)
        return IngestReport(changed=(ArticleId("a"),))


class FakeAudit:
    """Keeps the audit trail in a list."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, str, str]] = []

    @property
    def last_result(self) -> str:
        return self.entries[-1][2] if self.entries else ""

    def write_audit(self, *, actor: str, action: str, result: str) -> None:
        self.entries.append((actor, action, result))


class ScriptedChatModel:
    """Writes a reply in pieces of a few characters, or fails after it."""

    name = "scripted"

    def __init__(self, reply: str = "NOTHING", *, error: Exception | None = None) -> None:
        self.reply = reply
        self.error = error
        self.asked: list[tuple[str, str]] = []
        """The instructions and the request of each call."""

    def write(self, instructions: str, request: str) -> Iterator[str]:
        self.asked.append((instructions, request))
        for start in range(0, len(self.reply), 7):
            yield self.reply[start : start + 7]
        if self.error is not None:
            raise self.error


class SteppedChatModel:
    """Writes a piece of its reply each time it is told to go on, and then ends or fails."""

    name = "stepped"

    def __init__(self, *pieces: str, error: Exception | None = None) -> None:
        self.pieces = pieces
        self.error = error
        self._steps = threading.Semaphore(0)

    def go_on(self, steps: int = 1) -> None:
        self._steps.release(steps)

    def finish(self) -> None:
        self.go_on(len(self.pieces) + 1)

    def write(self, instructions: str, request: str) -> Iterator[str]:
        for piece in self.pieces:
            self._steps.acquire(timeout=10)
            yield piece
        self._steps.acquire(timeout=10)
        if self.error is not None:
            raise self.error


class ScriptedReader:
    """Takes every unit that holds a word for an answer, and no other."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.asked: list[tuple[str, list[str]]] = []
        """The question and the texts of each call."""

    def read(self, question: str, chunks: Sequence[Chunk], /) -> list[tuple[float, ...]]:
        self.asked.append((question, [chunk.text for chunk in chunks]))
        return [
            tuple(3.0 if self.word in unit.text else -3.0 for unit in units(chunk.text))
            for chunk in chunks
        ]


class ScriptedReranker:
    """Scores a passage by the first of the given words that it holds; fails when told to."""

    def __init__(self, scores: dict[str, float], *, error: Exception | None = None) -> None:
        self.scores = scores
        self.error = error
        self.asked: list[tuple[str, list[str]]] = []
        """The query and the passages of each call."""

    def score(self, query: str, passages: Sequence[str], /) -> list[float]:
        self.asked.append((query, list(passages)))
        if self.error is not None:
            raise self.error
        return [
            next((score for word, score in self.scores.items() if word in passage), 0.0)
            for passage in passages
        ]


class ScriptedJudge:
    """Gives every passage the same probability, or the one given for it; fails when told to."""

    def __init__(
        self,
        probability: float = 0.0,
        *,
        of: dict[str, float] | None = None,
        error: Exception | None = None,
    ) -> None:
        self.probability = probability
        self.of = of or {}
        self.error = error
        self.asked: list[tuple[str, list[str]]] = []
        """The statement and the passages of each call."""

    def entailment(self, statement: str, passages: Sequence[str], /) -> list[float]:
        self.asked.append((statement, list(passages)))
        if self.error is not None:
            raise self.error
        return [self.of.get(passage, self.probability) for passage in passages]


def embed_stems(texts: Sequence[str]) -> Vectors:
    """Return a vector of the stems of each text: texts that share stems are near."""
    vectors = np.zeros((len(texts), 256), dtype=np.float32)
    for row, text in zip(vectors, texts, strict=True):
        row[[zlib.crc32(stem.encode()) % 256 for stem in set(stems_of(text)) or {text}]] = 1
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / lengths, dtype=np.float32)


class HashingEmbedder:
    """Counts words in 64 hashed buckets: texts that share words are near, and nothing is loaded."""

    def __init__(
        self, *, name: str = "hashing", max_tokens: int = 256, dimension: int = 64
    ) -> None:
        self.embedded: list[str] = []
        """Every text that was embedded, in order."""
        self.error: Exception | None = None
        self._name = name
        self._max_tokens = max_tokens
        self._dimension = dimension

    @property
    def name(self) -> str:
        return self._name

    @property
    def max_tokens(self) -> int:
        return self._max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """A token is a word, or a line's mark; two special ones stand around a text."""
        return [len(text.split()) + 2 for text in texts]

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        if self.error is not None:
            raise self.error
        self.embedded += texts
        return np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(
            len(texts), self._dimension
        )

    def embed_query(self, text: str) -> Vectors:
        return self._vector(text)

    def _vector(self, text: str) -> Vectors:
        vector = np.full(self._dimension, 1e-3, dtype=np.float32)
        for word in text.casefold().split():
            vector[zlib.crc32(word.encode()) % self._dimension] += 1
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)
