"""A question to a grounded, cited answer, or to a refusal that says what is missing."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeAlias

from knowledge.answers.citations import bind
from knowledge.answers.clarifying import clarify
from knowledge.answers.composing import MAX_WORDS, Pick, compose, unsaid
from knowledge.answers.evidence.gate import EvidenceGate, read_signals
from knowledge.answers.rating import rate
from knowledge.answers.refusing import (
    MAX_QUESTION_CHARS,
    closest_sections,
    refuse,
    refuse_empty,
    refuse_not_ready,
    refuse_order,
    refuse_too_long,
)
from knowledge.answers.subject import SubjectCache
from knowledge.answers.suggesting import suggest
from knowledge.answers.trace import PartTrace, Reply
from knowledge.answers.written.drafts import Draft, why_quoted
from knowledge.answers.written.writing import Writer
from knowledge.domain import (
    Answer,
    AnswerKind,
    AnswerMode,
    AnswerSentence,
    Option,
    Outcome,
    Question,
    Refusal,
    SearchResult,
    Section,
    Source,
    Subject,
    Turn,
)
from knowledge.errors import IndexNotReadyError
from knowledge.glossary.glossary import TermMention
from knowledge.glossary.vocabulary import VocabularyCache
from knowledge.questions.advice import read_advice
from knowledge.questions.conversation import leans_if_short
from knowledge.questions.orders import without_orders
from knowledge.questions.reading import read_question
from knowledge.questions.small_talk import has_words, read_small_talk
from knowledge.questions.understanding import (
    Lexicon,
    Query,
    QuestionKind,
    is_bare,
    split_requests,
)
from knowledge.questions.vagueness import Vagueness
from knowledge.search.retrieval import Retriever

__all__ = ["Answerer", "Watch"]

TOP_K = 16
MAX_PARTS = 3
DECLINING = 0.5
"""How far, from the least evidence to the best there can be, a model's finding no answer counts."""
EARLY = "The language model took long, so the articles were quoted first."
DEGRADED = "The vector index did not answer, so less may have been found than there is."

Watch: TypeAlias = Callable[[Answer], None]
"""Is shown an answer as far as it goes, each time with more sentences below the same ones."""


class Answerer:
    """Answers questions from the visible chunks; safe to share between threads."""

    def __init__(
        self,
        *,
        retriever: Retriever,
        lexicon: Lexicon,
        vocabulary: VocabularyCache,
        gate: EvidenceGate,
        subject: SubjectCache,
        vagueness: Vagueness | None = None,
        writer: Writer | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`writer` writes with a chat model; without it answers are extractive.

        `vagueness` must be fitted to the retriever's embedder; without it nothing is asked back
        but which meaning of a term is meant.
        """
        self._retriever = retriever
        self._lexicon = lexicon
        self._vocabulary = vocabulary
        self._gate = gate
        self._subject = subject
        self._vagueness = vagueness
        self._writer = writer
        self._clock = clock

    def answer(self, question: Question, *, watch: Watch | None = None) -> Reply:
        """Return an answer whose every sentence cites its passage, a refusal, or small talk.

        `watch` is called while a chat model writes, with every sentence as soon as it is checked.
        The answer returned begins with the sentences that were shown, under the same numbers. It
        is called in this thread and must not raise.
        """
        timer = _Timer(self._clock)
        trace: list[PartTrace] = []
        with timer.step("total"):
            subject = self._subject.current()
            outcome = _reply_at_once(question, subject) or self._answer(
                question, trace, timer, watch
            )
        return Reply(outcome=outcome, trace=tuple(trace), timings_ms=timer.spent_ms)

    def _answer(
        self, question: Question, trace: list[PartTrace], timer: "_Timer", watch: Watch | None
    ) -> Outcome:
        asked = _split(question)
        share = MAX_WORDS if len(asked) == 1 else MAX_WORDS // len(asked) + 20
        parts: list[_Part] = []
        show = None if watch is None else lambda part: watch(_join([*parts, part]))
        for part in asked:
            try:
                seen = self._examine(part, timer, max_words=share)
            except IndexNotReadyError:
                parts.append(_Part(refusal=refuse_not_ready()))
                continue
            trace.append(seen)
            # One after the other: `show` must find the parts that came before.
            parts.append(self._answer_part(seen, timer, show=show))
        with timer.step("verify"):
            return _finish(parts)

    def _examine(self, question: Question, timer: "_Timer", *, max_words: int) -> PartTrace:
        """Return what is found for one question, what it is worth, and what would be quoted."""
        with timer.step("understand"):
            vocabulary = self._vocabulary.current()
            query = read_question(
                question,
                lexicon=self._lexicon,
                vocabulary=vocabulary,
                leaves_open=self._leaves_open,
            )
        with timer.step("retrieve"):
            found = self._retriever.retrieve(query, top_k=TOP_K)
        with timer.step("compose"):
            candidates = tuple(rate(query, found.results, vocabulary))
            signals = read_signals(
                query, found.results, vocabulary, far_similarity=found.far_similarity
            )
            is_enough = self._gate.is_enough(signals)
            picks = compose(query, candidates, max_words=max_words) if is_enough else ()
        return PartTrace(
            asked=question,
            query=query,
            found=found,
            candidates=candidates,
            signals=signals,
            probability=self._gate.probability(signals),
            picks=picks,
        )

    def _leaves_open(self, text: str) -> bool:
        """Whether a short question, asked alone, leaves open what it is about."""
        if self._vagueness is None:
            return leans_if_short(text)
        return self._vagueness.needs_a_subject(self._retriever.vector_of(text))

    def _answer_part(
        self, seen: PartTrace, timer: "_Timer", *, show: Callable[["_Part"], None] | None
    ) -> "_Part":
        results = seen.found.results
        if asks := self._asks_back(seen):
            return _Part(asks=asks)
        if not seen.picks:
            meant = suggest(
                seen.query, lexicon=self._lexicon, vocabulary=self._vocabulary.current()
            )
            refusal = refuse(
                seen.query,
                results,
                seen.signals,
                subject=self._subject.current(),
                advice=read_advice(seen.asked.text),
                suggestions=meant,
            )
            return _Part(refusal=refusal)
        quoted = _Part(
            kind=_answer_kind(seen.query),
            paragraphs=(seen.picks,),
            results=results,
            note=DEGRADED if seen.found.is_degraded else "",
        )
        if self._writer is None:
            return quoted

        is_early = False

        def release(written: tuple[Pick, ...]) -> None:
            # Under what is shown already nothing can be put before the whole is known.
            if show is not None and not is_early:
                show(replace(quoted, paragraphs=(written,), mode="model"))

        def show_quoted() -> None:
            nonlocal is_early
            if show is not None:
                is_early = True
                show(quoted)

        with timer.step("generate"):
            draft = self._writer.write(
                seen.asked, results, release=release, waiting=show_quoted, quoted=seen.picks
            )
        if draft.ending == "declined" and not is_early and self._may_decline(seen):
            refusal = refuse(
                seen.query,
                results,
                seen.signals,
                subject=self._subject.current(),
                advice=read_advice(seen.asked.text),
            )
            return _Part(refusal=refusal)
        if is_early:
            return _after_early(quoted, draft)
        return _with_draft(quoted, draft, is_shown=show is not None)

    def _asks_back(self, seen: PartTrace) -> Answer | None:
        """Return what a term or a vague question can mean; None when nothing is to be asked."""
        mention = seen.query.ambiguous
        if mention and (meanings := self._meanings(mention, seen.found.results)):
            return meanings
        # A follow-up has its subject from before, and who chose wants no second question back.
        is_open = not (seen.asked.history or seen.query.wishes.is_final)
        if self._vagueness is None or not is_open:
            return None
        if not self._vagueness.is_vague(seen.found.vector):
            return None
        return clarify(
            seen.query.text,
            seen.candidates,
            far_similarity=seen.found.far_similarity,
            is_answered=bool(seen.picks),
        )

    def _may_decline(self, seen: PartTrace) -> bool:
        """Whether a model that finds no answer outweighs what speaks for one."""
        threshold = self._gate.threshold
        return seen.probability < threshold + DECLINING * (1 - threshold)

    def _meanings(self, mention: TermMention, results: Sequence[SearchResult]) -> Answer | None:
        """Return a sentence from the articles on each meaning of a term, and ask which is meant.

        None when the articles at hand explain fewer than two of the meanings.
        """
        # Of meanings that one section explains, each has a source of its own, in the same order.
        sources: dict[Section, list[Source]] = {}
        for source in self._lexicon.define(mention.term).sources:
            sources.setdefault(source.section, []).append(source)
        explained = [
            (sense, sources[section].pop(0))
            for sense, section in zip(mention.senses, mention.sections, strict=True)
            if sources.get(section)
        ]
        if len(explained) < 2:
            return None
        shown = tuple(dict.fromkeys(source for _, source in explained))
        return Answer(
            kind="disambiguation",
            sentences=tuple(
                AnswerSentence(
                    text=f"{sense.expansion[:1].upper()}{sense.expansion[1:]} ({sense.context}): "
                    f"{source.quote}",
                    citations=(source.n,),
                    style="item",
                )
                for sense, source in explained
            ),
            sources=shown,
            closest=closest_sections(results, without=[source.chunk_id for source in shown]),
            note=f"“{mention.text}” has several meanings. Which one do you mean?",
            options=tuple(
                Option(text=sense.expansion, question=f"What is {sense.expansion}?")
                for sense, _ in explained
            ),
        )


def _reply_at_once(question: Question, subject: Subject) -> Outcome | None:
    """Return the reply to what needs no article: nothing asked, small talk, an order."""
    text = question.text.strip()
    if len(text) > MAX_QUESTION_CHARS:
        return refuse_too_long()
    if chat := read_small_talk(text, subject=subject, is_follow_up=bool(question.history)):
        return chat
    if not has_words(text) or is_bare(text):
        return refuse_empty(subject)
    return None if without_orders(text) else refuse_order(subject)


def _split(question: Question) -> tuple[Question, ...]:
    """Return the questions of a message without its orders, each with what was said before."""
    parts: list[Question] = []
    history = question.history
    for text in split_requests(without_orders(question.text))[:MAX_PARTS]:
        parts.append(replace(question, text=text, history=history))
        # "What is X and why does it matter": the second part leans on the first.
        history = (*history, Turn(role="user", text=text))
    return tuple(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One question of a message: what is said to it, or why nothing is."""

    kind: AnswerKind = "answer"
    paragraphs: tuple[tuple[Pick, ...], ...] = ()
    results: tuple[SearchResult, ...] = ()
    refusal: Refusal | None = None
    asks: Answer | None = None
    """What is asked back instead."""
    note: str = ""
    mode: AnswerMode = "extractive"


def _with_draft(quoted: _Part, draft: Draft, *, is_shown: bool) -> _Part:
    """Return what becomes of an extractive part beside what a chat model wrote.

    Where too little is left of the model's answer, the extractive one takes its place. What was
    shown already (`is_shown`) is true and stays; what it does not say yet follows it.
    """
    if draft.is_trustworthy:
        paragraphs: tuple[tuple[Pick, ...], ...] = (draft.picks,)
    elif is_shown and draft.picks:
        rest = unsaid(quoted.paragraphs[0], said=draft.picks)
        paragraphs = (draft.picks, rest) if rest else (draft.picks,)
    else:
        return _noted(quoted, why_quoted(draft), mode="fallback")
    is_mixed = len(paragraphs) > 1
    return _noted(
        replace(quoted, paragraphs=paragraphs),
        _verified(draft, is_mixed=is_mixed),
        mode="mixed" if is_mixed else "model",
    )


def _after_early(quoted: _Part, draft: Draft) -> _Part:
    """Return the quoted part, shown because the model took long, with what the model adds."""
    adds = unsaid(draft.picks, said=quoted.paragraphs[0]) if draft.is_trustworthy else ()
    if not adds:
        why = EARLY if draft.is_trustworthy else why_quoted(draft)
        return _noted(quoted, why, mode="fallback")
    return _noted(
        replace(quoted, paragraphs=(*quoted.paragraphs, adds)),
        f"{EARLY} {_verified(draft, is_mixed=False)}",
        mode="mixed",
    )


def _noted(part: _Part, note: str, *, mode: AnswerMode) -> _Part:
    return replace(part, note=f"{part.note} {note}".strip(), mode=mode)


def _verified(draft: Draft, *, is_mixed: bool) -> str:
    """Return what is said about the check of a model's sentences."""
    lead = "" if draft.is_complete else "The language model did not finish: "
    by = f"written by {draft.model}, " if draft.model else ""
    told = f"{lead}{by}{draft.verified} of {draft.stated} statements verified"
    quoted = f", {draft.quoted} quoted instead" if draft.quoted else ""
    rest = "; the rest is quoted from the articles" if is_mixed else ""
    return f"{told[:1].upper()}{told[1:]}{quoted}{rest}."


def _finish(parts: Sequence[_Part]) -> Outcome:
    """Return one answer to all parts that have one, and say which part has none."""
    if len(parts) == 1 and parts[0].asks is not None:
        return parts[0].asks
    if any(part.paragraphs for part in parts):
        return _join(parts)
    refusals = (part.refusal for part in parts if part.refusal is not None)
    asked_back = (part.asks for part in parts if part.asks is not None)
    return next(asked_back, None) or next(refusals)


def _join(parts: Sequence[_Part]) -> Answer:
    """Return one answer to the parts that have one, of which there must be one."""
    answered = [part for part in parts if part.paragraphs]
    sentences, sources = bind([picks for part in answered for picks in part.paragraphs])
    notes = dict.fromkeys(part.note for part in answered if part.note)
    if refusals := [part.refusal for part in parts if part.refusal is not None]:
        notes[f"One part of the question is not answered: {refusals[0].text}"] = None
    modes = {part.mode for part in answered}
    return Answer(
        kind=answered[0].kind if len(parts) == 1 else "answer",
        sentences=sentences,
        sources=sources,
        closest=closest_sections(answered[0].results, without=[s.chunk_id for s in sources]),
        mode=modes.pop() if len(modes) == 1 else "mixed",
        note=" ".join(notes),
    )


def _answer_kind(query: Query) -> AnswerKind:
    match query.kind:
        case QuestionKind.DEFINITION:
            return "definition"
        case QuestionKind.COMPARISON:
            return "comparison"
        case _:
            return "answer"


class _Timer:
    """Adds up how long each step takes, in milliseconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.spent_ms = dict.fromkeys(("understand", "retrieve", "compose", "verify"), 0.0)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = self._clock()
        try:
            yield
        finally:
            spent = (self._clock() - started) * 1_000
            self.spent_ms[name] = round(self.spent_ms.get(name, 0.0) + spent, 2)
