"""Pure: pieces of an answer to numbered sentences and the sources that say them."""

from collections.abc import Sequence
from typing import TypeAlias

from knowledge.answers.composing import Pick
from knowledge.domain import AnswerSentence, Chunk, ChunkId, Source
from knowledge.questions.orders import is_told_to_a_writer
from knowledge.text.read_chunks import read_chunk

__all__ = ["bind", "plain_text"]

_Stretch: TypeAlias = tuple[ChunkId, int]
"""A chunk, and how many of its sentences before are never quoted."""


def bind(
    parts: Sequence[Sequence[Pick]],
) -> tuple[tuple[AnswerSentence, ...], tuple[Source, ...]]:
    """Return the sentences of an answer's parts, and one source for each passage cited.

    Sources are numbered in the order in which they are first cited. A source's quote is the
    verbatim stretch of its chunk from the first to the last unit that the answer uses; where a
    sentence that is never quoted stands between them, they are two sources.
    """
    numbers: dict[_Stretch, int] = {}
    stretches: dict[_Stretch, tuple[int, int]] = {}
    chunks: dict[_Stretch, Chunk] = {}
    sentences: list[AnswerSentence] = []
    for part in parts:
        for place, pick in enumerate(part):
            cited = []
            for said in (pick, *pick.also):
                start = min(unit.start for unit in said.units)
                end = max(unit.end for unit in said.units)
                key = said.chunk.chunk_id, _unquotable_before(said.chunk, start)
                chunks[key] = said.chunk
                before = stretches.get(key, (start, end))
                stretches[key] = (min(before[0], start), max(before[1], end))
                cited.append(numbers.setdefault(key, len(numbers) + 1))
            sentences.append(
                AnswerSentence(
                    text=pick.text,
                    citations=tuple(cited),
                    style="item" if pick.is_item else "prose",
                    opens_paragraph=place == 0 and bool(sentences),
                )
            )
    sources = tuple(_source(chunks[key], n=n, stretch=stretches[key]) for key, n in numbers.items())
    return tuple(sentences), sources


def plain_text(sentences: Sequence[AnswerSentence]) -> str:
    """Return the answer as plain text with `[1]` markers, list items on lines of their own."""
    text = ""
    after_item = False
    for sentence in sentences:
        if sentence.style == "item":
            separator, mark = "\n", "- "
        else:
            separator, mark = ("\n\n" if after_item or sentence.opens_paragraph else " "), ""
        marks = "".join(f" [{n}]" for n in sentence.citations)
        text += (separator if text else "") + mark + sentence.text + marks
        after_item = sentence.style == "item"
    return text


def _unquotable_before(chunk: Chunk, start: int) -> int:
    return sum(
        unit.text.endswith("?") or is_told_to_a_writer(unit, frame=chunk.frame)
        for unit in read_chunk(chunk).units
        if unit.start < start
    )


def _source(chunk: Chunk, *, n: int, stretch: tuple[int, int]) -> Source:
    return Source(
        n=n,
        article_id=chunk.article_id,
        title=chunk.title,
        url=chunk.url,
        heading=chunk.heading,
        quote=chunk.text[slice(*stretch)],
        chunk_id=chunk.chunk_id,
        updated=chunk.updated,
    )
