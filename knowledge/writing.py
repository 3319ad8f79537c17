"""Lets a chat model write an answer, and keeps only the sentences that a passage supports."""

import logging
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.composing import Pick
from knowledge.errors import GenerationError
from knowledge.language import sentence_spans
from knowledge.models import Chunk, SearchResult
from knowledge.passages import Unit, context_start, units
from knowledge.ports import ChatModel
from knowledge.understanding import ADDRESS
from knowledge.verification import check_statement

__all__ = ["Draft", "Writer"]

logger = logging.getLogger(__name__)

PROMPT_FILE = Path(__file__).parent / "prompts" / "answer.md"
PASSAGES = 8
MARKER = re.compile(r"\s*\[(\d{1,2}(?:\s*,\s*\d{1,2})*)\]")
NOTHING = "NOTHING"
LEAST_KEPT = 0.5
"""Share of a model's sentences that must be supported; below it the rest is not trusted either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is left of a model's answer after the check."""

    picks: tuple[Pick, ...]
    stated: int
    """How many sentences the model wrote."""

    @property
    def is_trustworthy(self) -> bool:
        """Whether enough is left to be an answer."""
        return bool(self.picks) and len(self.picks) >= LEAST_KEPT * self.stated


class Writer:
    """Writes answers with a chat model from passages, which are data to it and never orders."""

    def __init__(
        self, model: ChatModel, *, token: Callable[[], str] = lambda: secrets.token_hex(12)
    ) -> None:
        """`token` makes the fence around the passages, which no text can foresee."""
        self._model = model
        self._token = token
        self._instructions = PROMPT_FILE.read_text(encoding="utf-8")

    def write(self, question: str, results: Sequence[SearchResult]) -> Draft | None:
        """Return the supported sentences of the model's answer, each bound to its passage.

        None when the model fails, is too slow, says that the passages hold nothing, or writes
        too much that they do not support: the extractive composer answers then.
        """
        chunks = [result.chunk for result in results[:PASSAGES]]
        picks: list[Pick] = []
        stated = 0
        try:
            for sentence, cited in self._sentences(question, chunks):
                stated += 1
                if (pick := _supported(sentence, cited, chunks)) is not None:
                    picks.append(pick)
        except GenerationError as exc:
            logger.warning("answering without the chat model: %s", exc)
            return None
        draft = Draft(picks=tuple(dict.fromkeys(picks)), stated=stated)
        return draft if draft.is_trustworthy else None

    def _sentences(
        self, question: str, chunks: Sequence[Chunk]
    ) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Yield the model's sentences as they are finished, with the passages that each cites."""
        fence = self._token()
        passages = "\n".join(
            f"[{n}] {chunk.title} > {chunk.heading}\n{chunk.text}"
            for n, chunk in enumerate(chunks, start=1)
        )
        request = f"{fence}\n{passages}\n{fence}\n\nQuestion: {question}"
        text = ""
        for piece in self._model.write(self._instructions.format(fence=fence), request):
            text += piece
            # A sentence is finished when another one has begun after it.
            *finished, _ = _split(text) or [("", ())]
            if finished:
                yield from finished
                text = text[_end_of(text, len(finished)) :]
        yield from (part for part in _split(text) if part[0] != NOTHING)


def _split(text: str) -> list[tuple[str, tuple[int, ...]]]:
    """Return sentences with the markers that stand in them or right after them."""
    return [
        (" ".join(MARKER.sub("", part).split()), _numbers(part))
        for part in _parts(text)
        if MARKER.sub("", part).strip(" .\n")
    ]


def _parts(text: str) -> list[str]:
    """Cut a text after each sentence, leaving its markers with it."""
    parts: list[str] = []
    for span in sentence_spans(text):
        leading = re.match(rf"(?:{MARKER.pattern})+\s*", span.text)
        if leading and parts:
            parts[-1] += leading.group()
            rest = span.text[leading.end() :]
        else:
            rest = span.text
        if rest:
            parts.append(rest)
    return parts


def _end_of(text: str, sentences: int) -> int:
    """Return where the first `sentences` sentences of a text end, their markers included."""
    end = 0
    for part in _parts(text)[:sentences]:
        for word in part.split():
            end = text.index(word, end) + len(word)
    return end


def _numbers(part: str) -> tuple[int, ...]:
    return tuple(int(n) for found in MARKER.findall(part) for n in found.split(","))


def _supported(sentence: str, cited: Sequence[int], chunks: Sequence[Chunk]) -> Pick | None:
    """Bind a sentence to the passage that supports it best, the cited ones first."""
    if ADDRESS.search(sentence):
        return None
    order = [n - 1 for n in cited if 0 < n <= len(chunks)]
    order += [place for place in range(len(chunks)) if place not in order]
    for place in order:
        inside = units(chunks[place].text)
        for at in range(len(inside)):
            said = inside[context_start(inside, at) : at + 1]
            if _says(said, sentence, chunks[place]):
                return Pick(text=sentence, chunk=chunks[place], units=tuple(said))
    return None


def _says(said: Sequence[Unit], sentence: str, chunk: Chunk) -> bool:
    passage = " ".join(unit.text for unit in said)
    return check_statement(sentence, passage, frame=f"{chunk.title} {chunk.heading}")
