"""The domain's values: standard library only, frozen, complete."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NewType, TypeAlias

__all__ = [
    "Answer",
    "AnswerKind",
    "AnswerMode",
    "AnswerSentence",
    "Article",
    "ArticleId",
    "Chat",
    "Chunk",
    "ChunkId",
    "ClosestSection",
    "CorpusStatus",
    "DefineKind",
    "DefineResult",
    "FailedArticle",
    "IngestProgress",
    "IngestReport",
    "Option",
    "Outcome",
    "Question",
    "Refusal",
    "RefusalReason",
    "SearchResult",
    "Section",
    "SectionPage",
    "Sense",
    "Source",
    "Subject",
    "Turn",
    "last_heading",
]

ArticleId = NewType("ArticleId", str)
ChunkId = NewType("ChunkId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A source text, whole and clean, before it is split."""

    article_id: ArticleId
    title: str
    body: str
    """Markdown without front matter and without the title as a heading."""
    location: str
    """Where it was read: a path, `path#id` for a line of a JSON Lines file, or a URL."""
    url: str = ""
    author: str = ""
    summary: str = ""
    published: dt.date | None = None
    updated: dt.date | None = None
    tags: tuple[str, ...] = ()
    questions: tuple[tuple[str, str], ...] = ()
    """Pairs of a heading of the body and a question that the section under it answers."""
    own_id: bool = False
    """Whether it names its id itself; one made of its title may have to be told apart."""

    @property
    def content_hash(self) -> str:
        """SHA-256 over all that is read of it; equal hashes mean nothing to do."""
        visible = [self.title, self.body, self.url, self.author, self.summary]
        visible += [str(self.published), str(self.updated), *self.tags]
        visible += [part for pair in self.questions for part in pair]
        return hashlib.sha256(json.dumps(visible).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a knowledge base is about, as its fixed sentences say it."""

    name: str
    """What it is called, as in "I am NAME"."""
    about: str
    """As in "articles about ABOUT"."""
    examples: tuple[str, ...] = ()
    """Questions that its articles answer."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of an article, named by the last heading that leads to it."""

    article_id: ArticleId
    heading: str
    """Empty for what stands above the first heading."""


def last_heading(trail: str) -> str:
    """Return the heading that a heading trail such as `A > B` ends with; empty for an empty one."""
    return trail.split(" > ")[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """The indexed piece of an article: some sentences of one section."""

    chunk_id: ChunkId
    article_id: ArticleId
    title: str
    url: str
    heading: str
    """Heading trail inside the article, `A > B`; empty above the first heading."""
    position: int
    """Order within the article, from 0."""
    text: str
    """Plain text: sentences, `- ` list items and `| a | b |` table rows, as quoted."""
    questions: tuple[str, ...] = ()
    """Questions that its section answers, in other words than its own; never quoted."""
    updated: str = ""
    """ISO date of the last change of its article, or else of its publication; empty if unknown."""

    @property
    def asked_as(self) -> tuple[str, ...]:
        """Its heading, or the title above the first one, and the questions that it answers."""
        return (last_heading(self.heading) or self.title, *self.questions)

    @property
    def frame(self) -> str:
        """What is said before the text begins: its title and its heading trail."""
        return f"{self.title} {self.heading}"

    @property
    def section(self) -> Section:
        """The section that it is a piece of."""
        return Section(self.article_id, last_heading(self.heading))

    @property
    def embedding_text(self) -> str:
        """What is embedded: the text under its title and heading."""
        trail = " > ".join(part for part in (self.title, self.heading) if part)
        return f"{trail}\n{self.text}" if trail else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionPage:
    """A section of an article as it stands, for a person to read."""

    article_id: ArticleId
    title: str
    heading: str
    """Heading trail, as of a chunk."""
    body: str
    """Markdown without the heading."""
    number: int
    """Its place among the sections that have text, from 1."""
    total: int
    """How many these are."""
    url: str = ""
    author: str = ""
    published: str = ""
    """ISO date; empty when unknown."""
    updated: str = ""
    """ISO date of the last change; empty when unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """A chunk that matched a query."""

    chunk: Chunk
    rank: int
    """1 is the best match."""
    score: float
    """Odds of answering against the best result's, in (0, 1]; comparable only within one query."""
    similarity: float
    """Cosine similarity of question and chunk; 0.0 when it is not known."""
    listed_similarity: float = 0.0
    """Cosine similarity of the question and the nearest that the chunk lists; 0.0 for none."""
    unit_similarities: tuple[float, ...] = ()
    """Cosine similarity of the question and each sentence; empty when they were not compared."""
    unit_readings: tuple[float, ...] = ()
    """Log-odds that each sentence answers, read together; empty when the chunk was not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message of a conversation."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person asks, with what was said before, oldest first."""

    text: str
    history: tuple[Turn, ...] = ()
    person: str = ""
    """Who asks, for limits that are each person's; empty for nobody in particular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A numbered source of an answer."""

    n: int
    article_id: ArticleId
    title: str
    url: str
    heading: str
    quote: str
    """A verbatim passage of the chunk."""
    chunk_id: ChunkId
    updated: str = ""
    """As the chunk says."""

    @property
    def section(self) -> Section:
        """The section that it stands in."""
        return Section(self.article_id, last_heading(self.heading))


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSentence:
    """One sentence (or list item) of an answer and the sources that say it."""

    text: str
    citations: tuple[int, ...]
    """Numbers of `Source.n`; never empty."""
    style: Literal["prose", "item"] = "prose"
    opens_paragraph: bool = False
    """Whether a new part of the answer starts here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A choice that a person is offered, and the question that choosing it asks."""

    text: str
    """What the choice is called: a few words."""
    question: str
    """Self-standing: it needs no conversation before it."""


AnswerKind: TypeAlias = Literal[
    "answer", "definition", "comparison", "disambiguation", "clarification"
]
AnswerMode: TypeAlias = Literal["extractive", "model", "mixed", "fallback"]
"""Whether the sentences are quoted from passages, written by a chat model, or some are either.

A `fallback` is quoted although a chat model was asked; the answer's note says why.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A reply in which every sentence cites a passage that supports it."""

    kind: AnswerKind
    sentences: tuple[AnswerSentence, ...]
    sources: tuple[Source, ...]
    closest: tuple["ClosestSection", ...] = ()
    """Further reading: sections near the question that the answer does not cite."""
    mode: AnswerMode = "extractive"
    note: str = ""
    """A remark by the program itself, such as a corrected spelling; never from an article."""
    options: tuple[Option, ...] = ()
    """What else can have been meant; each leads to an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosestSection:
    """A section that is near a question."""

    article_id: ArticleId
    title: str
    heading: str
    url: str
    gist: str = ""
    """Its sentence that is nearest to the question, shortened; empty when none stands alone."""
    updated: str = ""
    """As its chunks say."""


class RefusalReason(StrEnum):
    """Why a question is not answered."""

    NO_EVIDENCE = "no_evidence"
    """The articles do not say."""
    PRIVATE = "private"
    """About a contract, a person or another matter that no article can hold."""
    ADVICE = "advice"
    """It asks what to do in a matter of law, taxes, health or investment."""
    OUT_OF_SCOPE = "out_of_scope"
    """About another field."""
    UNKNOWN_TERM = "unknown_term"
    """The question turns on a name or term that no article mentions."""
    NO_FIGURE = "no_figure"
    """It asks for a figure that no passage holds."""
    INSTRUCTION = "instruction"
    """An order to the assistant rather than a question."""
    EMPTY = "empty"
    """Nothing was asked."""
    TOO_LONG = "too_long"
    """More text than a question has."""
    NOT_READY = "not_ready"
    """Nothing has been ingested yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The honest "the articles do not say", with what is nearest."""

    reason: RefusalReason
    text: str
    """What is missing and what to do next, for the person who asked."""
    closest: tuple[ClosestSection, ...] = ()
    options: tuple[Option, ...] = ()
    """What can have been meant instead; each leads to an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A fixed reply to a greeting, thanks or a question about the assistant itself."""

    text: str


Outcome: TypeAlias = Answer | Refusal | Chat


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """One meaning of a term."""

    term: str
    expansion: str
    definition: str
    context: str
    """Where this meaning is used, such as "recruitment" or "business continuity"."""
    in_domain: bool
    """False for a meaning outside outsourcing, which is only named."""


DefineKind: TypeAlias = Literal["definition", "senses", "suggestions", "unknown", "help"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefineResult:
    """What `/define` found."""

    kind: DefineKind
    term: str
    """The entry's term, or what was asked when there is no entry."""
    text: str
    """The whole reply in plain text."""
    senses: tuple[Sense, ...] = ()
    sources: tuple[Source, ...] = ()
    suggestions: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    not_to_confuse: str = ""
    example: str = ""
    note: str = ""
    """That another term than the one typed is explained; empty when it is the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedArticle:
    """An article that a run could not take in; its old version, if any, stays."""

    location: str
    reason: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReport:
    """The outcome of one run of ingestion, or of a plan of one."""

    added: tuple[ArticleId, ...] = ()
    changed: tuple[ArticleId, ...] = ()
    unchanged: tuple[ArticleId, ...] = ()
    removed: tuple[ArticleId, ...] = ()
    failed: tuple[FailedArticle, ...] = ()
    warnings: tuple[str, ...] = ()
    chunks_written: int = 0
    """Chunks written to the vector index."""
    chunks_embedded: int = 0
    """Distinct texts that the model had to embed."""
    seconds: float = 0.0

    @property
    def is_complete(self) -> bool:
        """Whether nothing failed."""
        return not self.failed


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestProgress:
    """How far a run has come."""

    stage: Literal["reading", "embedding", "finishing"]
    done: int
    """Articles dealt with so far."""
    total: int
    """Articles known of so far; grows while files are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusStatus:
    """What the corpus holds and how it was last ingested."""

    articles: int
    chunks: int
    glossary_terms: int
    embedder: str
    chat_model: str
    """Empty when answers are extractive."""
    index_embedder: str
    """The embedder that made the index in use; empty while nothing has been ingested."""
    last_run: str
    """One line on the latest run, empty when there was none."""
