"""What the bot needs from the rest of the program, named for the role."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from bot.record.activity import Activity
from bot.record.channels import Channels
from bot.record.digests import Digests
from bot.record.experts import ExpertQuestions
from bot.record.gaps import Gaps
from bot.record.journal import Journal
from bot.record.privacy import Privacy
from bot.record.remarks import Remarks
from knowledge.answers.trace import Reply
from knowledge.domain import (
    Answer,
    CorpusStatus,
    DefineResult,
    IngestProgress,
    IngestReport,
    Question,
    SectionPage,
)
from knowledge.models.model_use import ModelReport
from knowledge.record.history import Publication
from knowledge.record.ledger import RegisteredSource, RunRow
from knowledge.record.library import Freshness

__all__ = [
    "Additions",
    "Answerer",
    "AuditTrail",
    "Corpus",
    "Glossary",
    "Ingest",
    "Library",
    "Plan",
    "Rollback",
    "Services",
]

Ingest: TypeAlias = Callable[[str, Callable[[IngestProgress], None]], IngestReport]
"""Reads all sources again on behalf of the actor, reporting progress as it goes."""
Plan: TypeAlias = Callable[[], IngestReport]
"""Reads all sources and tells what an ingestion would do; changes nothing."""


class Additions(Protocol):
    """Takes in a new source."""

    def describe(self, address: str, /) -> RegisteredSource:
        """Return the source that a web address names; raise `ArticleError` when it is none."""

    def add(
        self, source: RegisteredSource, actor: str, show: Callable[[IngestProgress], None], /
    ) -> IngestReport:
        """Register a source and read it."""


class Rollback(Protocol):
    """Takes back what earlier runs changed."""

    def publications(self) -> Sequence[Publication]:
        """Return the runs that can be taken back, newest first."""

    def rollback(self, run_id: int, actor: str, /) -> IngestReport:
        """Make all as it was before a run."""


class Answerer(Protocol):
    """Answers questions from the articles."""

    def answer(
        self, question: Question, /, *, watch: Callable[[Answer], None] | None = None
    ) -> Reply:
        """Return an answer, a refusal or small talk; safe to call from several threads.

        `watch` is called with the answer so far while it is written, if it is.
        """


class Glossary(Protocol):
    """Knows terms and their meanings."""

    def define(self, term: str, /) -> DefineResult:
        """Return what is known of a term."""

    def terms(self) -> Sequence[str]:
        """Return all terms."""


class Corpus(Protocol):
    """Tells administrators what there is."""

    def status(self) -> CorpusStatus:
        """Return what the corpus holds and how it was last ingested."""

    def sources(self) -> Sequence[RegisteredSource]:
        """Return the registered sources."""

    def runs(self, *, limit: int) -> Sequence[RunRow]:
        """Return the latest ingestions, newest first."""

    def ingesting(self) -> str:
        """Return who started the ingestion that runs now; empty when none does."""

    def model_report(self, *, not_before: dt.date) -> ModelReport | None:
        """Return what the chat model was used for since a day; None when there is none."""


class Library(Protocol):
    """Opens the articles."""

    def page(self, article_id: str, heading: str, /) -> SectionPage | None:
        """Return a section by its heading, or the article's first one; None without an article."""

    def numbered_page(self, article_id: str, number: int, /) -> SectionPage | None:
        """Return a section by its place, from 1; None without an article."""

    def freshness(self) -> Freshness:
        """Return how many articles there are, and how fresh they are."""


class AuditTrail(Protocol):
    """Remembers what administrators did, and who was refused."""

    def write_audit(self, *, actor: str, action: str, result: str) -> None:
        """Record an act."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything behind the bot."""

    answerer: Answerer
    glossary: Glossary
    corpus: Corpus
    library: Library
    ingest: Ingest
    plan: Plan
    additions: Additions
    rollback: Rollback
    audit: AuditTrail
    journal: Journal
    remarks: Remarks
    gaps: Gaps
    activity: Activity
    digests: Digests
    channels: Channels
    expert_questions: ExpertQuestions
    privacy: Privacy
    clock: Callable[[], dt.datetime]
    """The time now, in UTC."""
