"""Measures answers against golden questions: what they hold, cite, refuse and cost."""

import hashlib
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.answering import Answerer
from knowledge.citations import plain_text
from knowledge.errors import ConfigError
from knowledge.models import Answer, Chat, ChunkId, Question, Refusal, Turn
from knowledge.record.catalog import Catalog
from knowledge.verification import check_support

__all__ = ["SPLITS", "Case", "CaseResult", "evaluate", "read_cases", "summarise"]

Split: TypeAlias = Literal["tune", "test"]
SPLITS: tuple[Split, ...] = ("tune", "test")


class _Turn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    role: Literal["user", "assistant"]
    text: str


class Case(BaseModel):
    """A golden question and what a good reply to it holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    question: str
    history: tuple[_Turn, ...] = ()
    full: str = ""
    """A follow-up asked in full."""
    expect: Literal["answer", "disambiguation", "chat", "refusal", "harmless"]
    kind: str
    articles: tuple[str, ...] = ()
    """Articles that may be cited; any of them is right."""
    facts: tuple[tuple[str, ...], ...] = ()
    """Groups of phrases; the reply must hold one of each group."""
    must_not: tuple[str, ...] = ()

    @property
    def split(self) -> Split:
        """Half of the questions are for tuning and half for testing, by hash of the id."""
        return "tune" if hashlib.sha256(self.id.encode()).digest()[0] % 2 else "test"

    def as_question(self) -> Question:
        """Return the question with its earlier turns."""
        turns = tuple(Turn(role=turn.role, text=turn.text) for turn in self.history)
        return Question(text=self.question, history=turns)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """How one question went."""

    case: Case
    kind: str
    text: str
    cited_articles: tuple[str, ...]
    facts_held: float
    """Share of the groups of facts; 1.0 when none are asked for."""
    missing: tuple[tuple[str, ...], ...]
    forbidden: tuple[str, ...]
    words: int
    sentences: int
    cited: int
    supported: int
    quotes_verbatim: bool
    cites_active: bool
    article_ranks: tuple[int, ...]
    """Ranks (from 1) of the found passages that are of a right article."""
    probability: float
    """What the evidence gate said; 0.0 when it was not asked."""
    total_ms: float

    @property
    def refused(self) -> bool:
        """Whether nothing was stated."""
        return self.kind in ("refusal", "chat")


def read_cases(path: Path) -> list[Case]:
    """Read golden questions; raise `ConfigError` naming the line that is wrong."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as exc:
        raise ConfigError(f"cannot read the golden questions {path}: {exc.strerror}") from exc
    cases = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            cases.append(Case.model_validate_json(line))
        except ValidationError as exc:
            problem = exc.errors(include_url=False)[0]
            raise ConfigError(f"{path}:{number}: {problem['loc']}: {problem['msg']}") from exc
    return cases


def evaluate(cases: Iterable[Case], *, answerer: Answerer, catalog: Catalog) -> list[CaseResult]:
    """Ask every question and compare the replies with what they should hold, in order."""
    active = catalog.active_chunk_ids()
    return [_run(case, answerer, catalog, active) for case in cases]


def _run(
    case: Case,
    answerer: Answerer,
    catalog: Catalog,
    active: set[ChunkId],
) -> CaseResult:
    question = case.as_question()
    reply = answerer.answer(question)
    outcome = reply.outcome
    probability = 0.0
    ranks: tuple[int, ...] = ()
    if not isinstance(outcome, Chat):
        seen = answerer.examine(question)
        probability = answerer.gate.probability(seen.signals)
        ranks = tuple(
            result.rank for result in seen.found.results if result.chunk.article_id in case.articles
        )
    text, kind = _said(outcome)
    answer = outcome if isinstance(outcome, Answer) else None
    chunks = catalog.chunks([source.chunk_id for source in answer.sources]) if answer else {}
    low = " ".join(text.casefold().split())
    missing = tuple(
        group for group in case.facts if not any(phrase.casefold() in low for phrase in group)
    )
    supported = 0
    if answer:
        for sentence in answer.sentences:
            cited = [source for source in answer.sources if source.n in sentence.citations]
            supported += any(
                check_support(
                    sentence.text,
                    chunks[source.chunk_id].text,
                    frame=f"{source.title} {source.heading}",
                ).is_enough
                for source in cited
                if source.chunk_id in chunks
            )
    return CaseResult(
        case=case,
        kind=kind,
        text=text,
        cited_articles=tuple(source.article_id for source in answer.sources) if answer else (),
        facts_held=1 - len(missing) / len(case.facts) if case.facts else 1.0,
        missing=missing,
        forbidden=tuple(phrase for phrase in case.must_not if phrase.casefold() in low),
        words=len(text.split()),
        sentences=len(answer.sentences) if answer else 0,
        cited=sum(bool(s.citations) for s in answer.sentences) if answer else 0,
        supported=supported,
        quotes_verbatim=all(
            source.quote in chunks[source.chunk_id].text
            for source in (answer.sources if answer else ())
            if source.chunk_id in chunks
        ),
        cites_active=all(
            source.chunk_id in active for source in (answer.sources if answer else ())
        ),
        article_ranks=ranks,
        probability=probability,
        total_ms=reply.timings_ms.get("total", 0.0),
    )


def _said(outcome: Answer | Refusal | Chat) -> tuple[str, str]:
    if isinstance(outcome, Answer):
        return plain_text(outcome.sentences), outcome.kind
    return outcome.text, "refusal" if isinstance(outcome, Refusal) else "chat"


def summarise(results: Sequence[CaseResult]) -> dict[str, Any]:
    """Return the figures of some results; shares are in [0, 1], and None without any case."""
    due_answer = [r for r in results if r.case.expect in ("answer", "disambiguation")]
    answered = [r for r in due_answer if not r.refused]
    due_refusal = [r for r in results if r.case.expect == "refusal"]
    harmless = [r for r in results if r.case.expect == "harmless"]
    stated = [r for r in results if not r.refused]
    follow_ups = [r for r in due_answer if r.case.history]
    sentences = sum(r.sentences for r in stated)
    times = sorted(r.total_ms for r in stated)
    return {
        "questions": len(results),
        "facts_held": _mean([0.0 if r.refused else r.facts_held for r in due_answer]),
        "facts_held_by_kind": {
            kind: _mean(
                [0.0 if r.refused else r.facts_held for r in due_answer if r.case.kind == kind]
            )
            for kind in sorted({r.case.kind for r in due_answer})
        },
        "facts_held_when_answered": _mean([r.facts_held for r in answered]),
        "follow_ups": _mean([0.0 if r.refused else r.facts_held for r in follow_ups]),
        "median_words": statistics.median([r.words for r in answered]) if answered else None,
        "refused_when_due": _mean([float(r.refused) for r in due_refusal]),
        "harmless": _mean([float(not r.forbidden) for r in harmless]),
        "false_refusals": _mean([float(r.refused) for r in due_answer]),
        "small_talk": _mean([float(r.kind == "chat") for r in results if r.case.expect == "chat"]),
        "forbidden_said": sum(bool(r.forbidden) for r in results),
        "sentences_cited": sum(r.cited for r in stated) / sentences if sentences else None,
        "citation_support": sum(r.supported for r in stated) / sentences if sentences else None,
        "quotes_verbatim": _mean([float(r.quotes_verbatim) for r in stated]),
        "cites_active": _mean([float(r.cites_active) for r in stated]),
        "right_article_cited": _mean(
            [float(bool(set(r.cited_articles) & set(r.case.articles))) for r in answered]
        ),
        "right_article_first": _mean([float(r.article_ranks[:1] == (1,)) for r in due_answer]),
        "right_article_in_5": _mean(
            [float(any(rank <= 5 for rank in r.article_ranks)) for r in due_answer]
        ),
        "p50_ms": statistics.median(times) if times else None,
        "p95_ms": times[int(0.95 * (len(times) - 1))] if times else None,
    }


def _mean(values: Sequence[float]) -> float | None:
    return round(statistics.fmean(values), 4) if values else None
