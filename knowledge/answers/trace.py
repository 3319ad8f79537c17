"""A reply, and how it came about."""

from dataclasses import dataclass, field

from knowledge.answers.composing import Pick
from knowledge.answers.evidence.gate import Signals
from knowledge.answers.rating import Candidate
from knowledge.domain import Outcome, Question
from knowledge.questions.understanding import Query
from knowledge.search.retrieval import Retrieval

__all__ = ["PartTrace", "Reply"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartTrace:
    """One question of a message: what was understood, found, judged and chosen for it."""

    asked: Question
    """As it stands in the message."""
    query: Query
    found: Retrieval
    candidates: tuple[Candidate, ...]
    """Every sentence of the passages found, best first."""
    signals: Signals
    probability: float
    """How likely it is that the passages answer, as the evidence gate has it."""
    picks: tuple[Pick, ...]
    """What was chosen to be quoted; empty when the question is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An outcome, how it came about, and how long each step took."""

    outcome: Outcome
    trace: tuple[PartTrace, ...] = ()
    """One for each question of the message; empty when no article was looked at."""
    timings_ms: dict[str, float] = field(default_factory=dict)
