"""Measures answers against golden questions: what they hold, cite, refuse and cost."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from knowledge.answers.answering import Answerer
from knowledge.answers.citations import plain_text
from knowledge.answers.composing import compose
from knowledge.answers.trace import PartTrace
from knowledge.domain import Answer, ArticleId, Chunk, ChunkId, Outcome, Question, Refusal
from knowledge.evaluation.golden import Case
from knowledge.record.catalog import Catalog
from knowledge.support.wording import Support, check_support

__all__ = [
    "CaseResult",
    "CitationCheck",
    "check_citations",
    "evaluate",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CitationCheck:
    """What the citations of one answer are worth; nothing stated is nothing wrong."""

    sentences: int = 0
    cited: int = 0
    """Sentences with a citation."""
    unsupported: tuple[str, ...] = ()
    """Sentences that no passage they cite supports."""
    bettered: tuple[str, ...] = ()
    """Sentences that a passage found but not cited for them supports strictly better."""
    quotes_verbatim: bool = True
    cites_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """How one question went."""

    case: Case
    kind: str
    text: str
    cited_articles: tuple[str, ...]
    citations: CitationCheck
    missing: tuple[tuple[str, ...], ...]
    """Groups of facts that the answer does not hold; all of them when there is none."""
    missing_if_answered: tuple[tuple[str, ...], ...]
    """The same, had the gate let a refused question through."""
    missing_in_full: tuple[tuple[str, ...], ...] | None
    """The same for the follow-up asked in full; None when that is not in the case."""
    forbidden: tuple[str, ...]
    after_last_fact: int | None
    """Sentences said after the last one that holds a fact asked for; None unless all are held."""
    facts_in_five: bool | None
    """Whether the first five passages hold all facts; None when none are asked for."""
    words: int
    found_articles: tuple[str, ...]
    """Article of each passage found, best first."""
    probability: float
    """What the evidence gate said, of several questions the highest; 0.0 when it was not asked."""
    total_ms: float

    @property
    def refused(self) -> bool:
        """Whether nothing was stated."""
        return self.kind in ("refusal", "chat")

    @property
    def facts_held(self) -> float:
        """Share of the groups of facts; 1.0 when none are asked for."""
        return self._held(self.missing)

    @property
    def facts_if_answered(self) -> float:
        """The same, had the gate let the question through."""
        return self._held(self.missing_if_answered)

    @property
    def holds_as_in_full(self) -> bool | None:
        """Whether a follow-up got all facts that it gets when asked in full; None if it is none."""
        if self.missing_in_full is None:
            return None
        return set(self.missing) <= set(self.missing_in_full)

    def _held(self, missing: Sequence[tuple[str, ...]]) -> float:
        return 1 - len(missing) / len(self.case.facts) if self.case.facts else 1.0


def evaluate(cases: Iterable[Case], *, answerer: Answerer, catalog: Catalog) -> list[CaseResult]:
    """Ask every question and compare the replies with what they should hold, in order."""
    active = catalog.active_chunk_ids()
    return [_run(case, answerer, catalog, active) for case in cases]


def _run(
    case: Case,
    answerer: Answerer,
    catalog: Catalog,
    active: Collection[str],
) -> CaseResult:
    question = case.as_question()
    reply = answerer.answer(question)
    seen = reply.trace
    text, kind = _said(reply.outcome)
    answer = reply.outcome if isinstance(reply.outcome, Answer) else None
    in_full = answerer.answer(Question(text=case.full)).outcome if case.full else None
    return CaseResult(
        case=case,
        kind=kind,
        text=text,
        cited_articles=tuple(source.article_id for source in answer.sources) if answer else (),
        citations=_check(answer, seen, catalog, active) if answer else CitationCheck(),
        missing=case.missing(_stated(reply.outcome)),
        missing_if_answered=case.missing(_stated(reply.outcome) or _composed(seen)),
        missing_in_full=case.missing(_stated(in_full)) if in_full else None,
        forbidden=case.forbidden(text),
        after_last_fact=_after_last_fact(case, answer) if answer else None,
        facts_in_five=_facts_in_five(case, seen) if case.facts else None,
        words=len(text.split()),
        found_articles=_found_articles(seen),
        probability=max((one.probability for one in seen), default=0.0),
        total_ms=reply.timings_ms.get("total", 0.0),
    )


def _after_last_fact(case: Case, answer: Answer) -> int | None:
    sentences = [sentence.text for sentence in answer.sentences]
    if not case.facts or case.missing(plain_text(answer.sentences)):
        return None
    needed = next(n for n in range(len(sentences) + 1) if not case.missing(" ".join(sentences[:n])))
    return len(sentences) - needed


def _facts_in_five(case: Case, seen: Sequence[PartTrace]) -> bool:
    chunks = [result.chunk for one in seen for result in one.found.results[:5]]
    return not case.missing(" ".join(f"{chunk.frame} {chunk.text}" for chunk in chunks))


def _check(
    answer: Answer, seen: Sequence[PartTrace], catalog: Catalog, active: Collection[str]
) -> CitationCheck:
    return check_citations(
        answer,
        visible=catalog.chunks([source.chunk_id for source in answer.sources]),
        found=[result.chunk for one in seen for result in one.found.results],
        active=active,
    )


def check_citations(
    answer: Answer,
    *,
    visible: Mapping[ChunkId, Chunk],
    found: Collection[Chunk],
    active: Collection[str],
) -> CitationCheck:
    """Compare an answer with the passages it cites and with all that were found.

    `visible` holds the cited chunks that readers may see, and `active` the ids of all such chunks.
    """
    seen = [source for source in answer.sources if source.chunk_id in visible]
    unsupported, bettered = [], []
    for sentence in answer.sentences:
        cited = [visible[source.chunk_id] for source in seen if source.n in sentence.citations]
        supports = [_support(sentence.text, chunk) for chunk in cited]
        if not any(support.is_enough for support in supports):
            unsupported.append(sentence.text)
        if _is_bettered(sentence.text, supports, found):
            bettered.append(sentence.text)
    return CitationCheck(
        sentences=len(answer.sentences),
        cited=sum(bool(sentence.citations) for sentence in answer.sentences),
        unsupported=tuple(unsupported),
        bettered=tuple(bettered),
        quotes_verbatim=all(source.quote in visible[source.chunk_id].text for source in seen),
        cites_active=all(source.chunk_id in active for source in answer.sources),
    )


def _is_bettered(sentence: str, cited: Sequence[Support], found: Collection[Chunk]) -> bool:
    """Whether a passage that was found supports a sentence more than those it cites."""
    best = max((support.containment for support in cited), default=0.0)
    # A passage that holds every stem cannot be bettered, and nearly every sentence has one.
    others = (_support(sentence, chunk) for chunk in found) if best < 1.0 else ()
    return any(other.is_enough and other.containment > best for other in others)


def _support(sentence: str, chunk: Chunk) -> Support:
    return check_support(sentence, chunk.text, frame=chunk.frame)


def _found_articles(seen: Sequence[PartTrace]) -> tuple[ArticleId, ...]:
    """Return the article of each passage, best first; the questions of a message take turns."""
    turns = zip_longest(*(one.found.articles for one in seen))
    return tuple(article for turn in turns for article in turn if article is not None)


def _composed(seen: Iterable[PartTrace]) -> str:
    """Return what would be said if the evidence were judged enough, without a model."""
    picks = [pick for one in seen for pick in compose(one.query, one.candidates)]
    return " ".join(pick.text for pick in picks)


def _stated(outcome: Outcome) -> str:
    return plain_text(outcome.sentences) if isinstance(outcome, Answer) else ""


def _said(outcome: Outcome) -> tuple[str, str]:
    if isinstance(outcome, Answer):
        return _stated(outcome), outcome.kind
    return outcome.text, "refusal" if isinstance(outcome, Refusal) else "chat"
