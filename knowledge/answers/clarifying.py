"""Asks back where a question leaves open which of several sections it is about."""

import textwrap
from collections.abc import Sequence
from dataclasses import replace

from knowledge.answers.citations import bind
from knowledge.answers.composing import Pick, can_be_said
from knowledge.answers.rating import Candidate
from knowledge.domain import Answer, Chunk, Option, last_heading
from knowledge.questions.wishes import JUST_ANSWER
from knowledge.text.passages import is_dangling

__all__ = ["clarify"]

READINGS = 4
AHEAD = 5.0
"""Log-odds by which one section's best sentence is so far ahead that there is nothing to ask."""
NEAR = 0.0
"""Similarity above that of a far question from which a section may be meant."""
LABEL_CHARS = 70
ASKS = "That can be about several things. Which one do you mean?"


def clarify(
    asked: str, candidates: Sequence[Candidate], *, far_similarity: float, is_answered: bool
) -> Answer | None:
    """Return what each of a few sections says, and ask which is meant; None when one is clear.

    `candidates` are in order, best first; only sections count that are `NEAR` above a question on
    another subject (`far_similarity`). When the question could be answered as it stands
    (`is_answered`), that is a choice too.
    """
    best = _best_of_sections(candidates, near=far_similarity + NEAR)
    if len(best) < 2 or (is_answered and best[0].signals.read > best[1].signals.read + AHEAD):
        return None
    names = _labels([one.chunk for one in best])
    sentences, sources = bind([[_pick(one)] for one in best])
    just_answer = Option(text="Just answer", question=f"{JUST_ANSWER}{asked}")
    return Answer(
        kind="clarification",
        sentences=tuple(
            replace(said, text=f"{name}: {said.text}", style="item", opens_paragraph=False)
            for name, said in zip(names, sentences, strict=True)
        ),
        sources=sources,
        note=ASKS,
        options=(
            *(
                Option(text=name, question=f"{JUST_ANSWER}{asked.rstrip(' ?')} ({name})?")
                for name in names
            ),
            *([just_answer] if is_answered else []),
        ),
    )


def _best_of_sections(candidates: Sequence[Candidate], *, near: float) -> list[Candidate]:
    """Return the best sentence of each section that has one, best first."""
    found: dict[tuple[str, str], Candidate] = {}
    for candidate in candidates:
        unit = candidate.unit
        stands = unit.kind == "sentence" and not is_dangling(unit) and not unit.text.endswith(":")
        if stands and candidate.result.similarity >= near and can_be_said(candidate):
            found.setdefault((candidate.chunk.article_id, candidate.chunk.heading), candidate)
    return [*found.values()][:READINGS]


def _labels(chunks: Sequence[Chunk]) -> list[str]:
    """Return the shortest name of each section that tells it from the others, if any does."""
    names = [_names(chunk) for chunk in chunks]
    return [
        textwrap.shorten(
            next((name for name in own if sum(name in other for other in names) == 1), own[-1]),
            LABEL_CHARS,
            placeholder="…",
        )
        for own in names
    ]


def _names(chunk: Chunk) -> list[str]:
    heading = last_heading(chunk.heading)
    named = [heading, f"{chunk.title}, {heading}", f"{chunk.title}, {chunk.heading}"]
    return named if heading else [chunk.title]


def _pick(candidate: Candidate) -> Pick:
    return Pick(text=candidate.unit.text, chunk=candidate.chunk, units=(candidate.unit,))
