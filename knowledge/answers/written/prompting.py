"""Pure: what a chat model is told, and whether a reply only repeats it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge.domain import ArticleId, Chunk, Question

__all__ = ["TURNS", "Prompt", "make_prompt"]

PROMPT_FILE = Path(__file__).parent / "prompts" / "answer.md"
TURNS = 4
"""So much of the conversation is told to the model."""
TURN_CHARS = 600
BEGUN_CHARS = 40
"""A passage that begins like this in a reply is repeated, and not only named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A question and its passages, which are data to a model and never orders."""

    instructions: str
    request: str
    """With `{fence}`, as the instructions, where the lines around the passages belong."""
    openings: tuple[str, ...]
    """How each passage begins under its head."""

    def fenced(self, fence: str) -> tuple[str, str]:
        """Return instructions and request around a fence that no text can foresee."""
        return self.instructions.format(fence=fence), self.request.format(fence=fence)

    def is_repeated_in(self, reply: str, *, fence: str) -> bool:
        """Whether a reply holds what only the prompt does: the fence, or a passage under its head.

        All that passages say is true and can be verified, but one after the other they are no
        answer.
        """
        return fence in reply or any(opening in reply for opening in self.openings)


def make_prompt(
    asked: Question, chunks: Sequence[Chunk], *, dates: Mapping[ArticleId, str]
) -> Prompt:
    """Return what a model is told; `dates` says when articles were last changed."""
    heads = [
        f"[{n}] {' > '.join(part for part in (chunk.title, chunk.heading) if part)}"
        f"{_dated(dates.get(chunk.article_id, ''))}\n"
        for n, chunk in enumerate(chunks, start=1)
    ]
    passages = "\n\n".join(f"{head}{chunk.text}" for head, chunk in zip(heads, chunks, strict=True))
    turns = "\n".join(
        f"{'Person' if turn.role == 'user' else 'You'}: {turn.text[:TURN_CHARS]}"
        for turn in asked.history[-TURNS:]
    )
    said = f"The conversation so far:\n{turns}\n\n" if turns else ""
    return Prompt(
        instructions=_instructions(),
        request=f"{{fence}}\n{_braced(passages)}\n{{fence}}\n\n{_braced(said)}Question: "
        f"{_braced(asked.text)}",
        openings=tuple(
            f"{head}{chunk.text[:BEGUN_CHARS]}" for head, chunk in zip(heads, chunks, strict=True)
        ),
    )


@cache
def _instructions() -> str:
    return PROMPT_FILE.read_text(encoding="utf-8")


def _dated(date: str) -> str:
    return f" (last changed {date})" if date else ""


def _braced(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
