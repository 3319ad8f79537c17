"""Lets a chat model write an answer, and keeps only the sentences that a passage supports."""

import logging
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.answers.composing import Pick
from knowledge.domain import Chunk, SearchResult
from knowledge.errors import GenerationError
from knowledge.ports import ChatModel, GroundingModel
from knowledge.questions.understanding import ADDRESS
from knowledge.support.entailment import find_entailing
from knowledge.support.statements import Statement, read_statements
from knowledge.support.wording import check_statement
from knowledge.text.passages import DANGLING, Unit, is_dangling, units

__all__ = ["Draft", "Writer"]

logger = logging.getLogger(__name__)

PROMPT_FILE = Path(__file__).parent / "prompts" / "answer.md"
PASSAGES = 8
TURNING = re.compile(
    r"\b(?:not|no|never|without|cannot|myths?|mistakes?|wrong|false|avoid|if|unless|only)\b|n't\b",
    re.IGNORECASE,
)
"""What makes a list say something else than its items say."""
LEAST_KEPT = 0.5
"""Share of a model's sentences that must be supported; below it the rest is not trusted either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is left of a model's answer after the check."""

    picks: tuple[Pick, ...]
    stated: int
    """How many sentences the model wrote, without repetitions of supported ones."""
    is_complete: bool
    """Whether the model came to its end."""

    @property
    def is_trustworthy(self) -> bool:
        """Whether enough is left to be an answer."""
        is_enough = bool(self.picks) and len(self.picks) >= LEAST_KEPT * self.stated
        return self.is_complete and is_enough


class Writer:
    """Writes answers with a chat model from passages, which are data to it and never orders."""

    def __init__(
        self,
        model: ChatModel,
        *,
        grounding: GroundingModel | None = None,
        token: Callable[[], str] = lambda: secrets.token_hex(12),
    ) -> None:
        """`token` makes the fence around the passages, which no text can foresee.

        With a `grounding` model, a sentence may say in other words what a cited passage says.
        """
        self._model = model
        self._grounding = grounding
        self._token = token
        self._instructions = PROMPT_FILE.read_text(encoding="utf-8")

    def write(
        self,
        question: str,
        results: Sequence[SearchResult],
        *,
        release: Callable[[tuple[Pick, ...]], None] = lambda _picks: None,
    ) -> Draft:
        """Return the supported sentences of the model's answer, each bound to its passage.

        `release` is called with the sentences so far whenever there is one more, while the model
        goes on. Of a model that fails or is too slow, the draft holds what it wrote until then.
        """
        chunks = [result.chunk for result in results[:PASSAGES]]
        picks: list[Pick] = []
        stated = 0
        before: Pick | None = None
        try:
            for statement in read_statements(self._reply(question, chunks)):
                pick = _supported(statement, chunks, before=before, grounding=self._grounding)
                if pick is not None and pick in picks:
                    # It is not shown again, so nothing after it can point back at it.
                    before = None
                    continue
                before = pick
                stated += 1
                if pick is not None:
                    picks.append(pick)
                    release(tuple(picks))
        except GenerationError as exc:
            logger.warning("the chat model did not finish: %s", exc)
            return Draft(picks=tuple(picks), stated=stated, is_complete=False)
        return Draft(picks=tuple(picks), stated=stated, is_complete=True)

    def _reply(self, question: str, chunks: Sequence[Chunk]) -> Iterator[str]:
        fence = self._token()
        passages = "\n".join(
            f"[{n}] {chunk.title} > {chunk.heading}\n{chunk.text}"
            for n, chunk in enumerate(chunks, start=1)
        )
        request = f"{fence}\n{passages}\n{fence}\n\nQuestion: {question}"
        return self._model.write(self._instructions.format(fence=fence), request)


def _supported(
    statement: Statement,
    chunks: Sequence[Chunk],
    *,
    before: Pick | None,
    grounding: GroundingModel | None = None,
) -> Pick | None:
    """Bind a sentence to the unit that says it, the cited passages first.

    `before` is what the sentence before it was bound to. A sentence that points back, as "They are
    paid by the hour" does, means the same only after the sentence that it follows in its passage.
    When nothing says it in nearly the same words, the grounding model may find a unit of a cited
    passage that entails it.
    """
    sentence = statement.text
    if ADDRESS.search(sentence):
        return None
    named = [n - 1 for n in statement.cited if 0 < n <= len(chunks)]
    others = [place for place in range(len(chunks)) if place not in named]
    for chunk in (chunks[place] for place in named + others):
        for pick in _bindings(sentence, chunk, before=before):
            if check_statement(sentence, _said(pick), frame=chunk.frame):
                return pick
    if grounding is None:
        return None
    picks = [pick for at in named for pick in _bindings(sentence, chunks[at], before=before)]
    found = find_entailing(sentence, [_said(pick) for pick in picks], grounding)
    return None if found is None else picks[found]


def _bindings(sentence: str, chunk: Chunk, *, before: Pick | None) -> Iterator[Pick]:
    """Yield what a sentence can be bound to in a chunk, wherever it stands after what it needs."""
    inside = units(chunk.text)
    for place, said in _passages(inside):
        points_back = is_dangling(inside[place]) or DANGLING.match(sentence)
        if not points_back or _follows(before, chunk, inside, place):
            yield Pick(text=sentence, chunk=chunk, units=said)


def _said(pick: Pick) -> str:
    return " ".join(unit.text for unit in pick.units)


def _passages(inside: Sequence[Unit]) -> Iterator[tuple[int, tuple[Unit, ...]]]:
    """Yield what one sentence can be taken from, with its place: a sentence, or a list item.

    An item is read with the sentence that announces its list, and alone when that one does not
    turn it around. A table's row says nothing without its head, and no sentence is made of both.
    """
    lead = None
    for place, unit in enumerate(inside):
        if unit.kind == "sentence":
            lead = unit if unit.text.endswith(":") else None
            yield place, (unit,)
        elif unit.kind == "item":
            if lead is not None:
                yield place, (lead, unit)
            if lead is None or not TURNING.search(lead.text):
                yield place, (unit,)


def _follows(before: Pick | None, chunk: Chunk, inside: Sequence[Unit], place: int) -> bool:
    return (
        before is not None
        and place > 0
        and before.chunk.chunk_id == chunk.chunk_id
        and before.units[-1] == inside[place - 1]
    )
