"""Golden questions: what is asked, and what a good reply to it holds."""

import hashlib
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from knowledge.domain import Question, Turn
from knowledge.errors import ConfigError

__all__ = ["SPLITS", "Case", "read_cases"]

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
    """What is due; `refuse` is read as `refusal`."""
    kind: str = ""
    articles: tuple[str, ...] = ()
    """Articles that may be cited; any of them is right."""
    facts: tuple[tuple[str, ...], ...] = ()
    """Groups of phrases; the reply must hold one of each group."""
    must_not: tuple[str, ...] = ()
    file: str | None = None
    also: tuple[str, ...] | None = None
    heading: str | None = None
    """Where whoever wrote the question found the answer; for people, and read by nothing."""

    @field_validator("expect", mode="before")
    @classmethod
    def _in_our_words(cls, expect: object) -> object:
        return "refusal" if expect == "refuse" else expect

    @property
    def split(self) -> Split:
        """Half of the questions are for tuning and half for testing, by hash of the id."""
        return "tune" if hashlib.sha256(self.id.encode()).digest()[0] % 2 else "test"

    def missing(self, text: str) -> tuple[tuple[str, ...], ...]:
        """Return the groups of facts of which a text holds no phrase; case does not count."""
        held = _folded(text)
        return tuple(
            group for group in self.facts if not any(_folded(phrase) in held for phrase in group)
        )

    def forbidden(self, text: str) -> tuple[str, ...]:
        """Return the phrases that must not be in a text and are; case does not count."""
        held = _folded(text)
        return tuple(phrase for phrase in self.must_not if _folded(phrase) in held)

    def as_question(self) -> Question:
        """Return the question with its earlier turns."""
        turns = tuple(Turn(role=turn.role, text=turn.text) for turn in self.history)
        return Question(text=self.question, history=turns)


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


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
