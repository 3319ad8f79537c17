"""Questions that ask for about the same, put together by meaning and, where need be, by words."""

import hashlib
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from knowledge.errors import KnowledgeError
from knowledge.ports import Vectors
from knowledge.text.language import stems_of

__all__ = ["Embed", "Meaning"]

logger = logging.getLogger(__name__)

Embed: TypeAlias = Callable[[Sequence[str]], Vectors]
"""Returns a vector of length 1 for each text."""
NEAR = 0.65
"""Cosine of questions that ask for the same: of reworded ones 0.69 and more, of others less."""
ALIKE = 0.5
"""Where there is no vector: the share of the stems that two questions have in common."""
MAX_EMBEDDED = 300
"""A question takes some 20 ms of a processor, and answers need it too."""


@dataclass(slots=True)
class _Group:
    stems: frozenset[str]
    places: list[int] = field(default_factory=list)
    vector: Vectors | None = None
    """The sum of those of its questions."""

    def resembles(self, stems: frozenset[str], vector: Vectors | None) -> float:
        """Return how near a question is; 0 when it is not near enough."""
        if stems == self.stems:
            return 2.0
        if vector is not None and self.vector is not None:
            nearness = float(vector @ self.vector / np.linalg.norm(self.vector))
            return nearness if nearness >= NEAR else 0.0
        share = len(stems & self.stems) / len(stems | self.stems)
        return share if share >= ALIKE else 0.0


class Meaning:
    """Groups questions; the vectors of those that it was last asked of are kept in memory."""

    def __init__(self, embed: Embed) -> None:
        """`embed` may raise a `KnowledgeError`; words alone decide then."""
        self._embed = embed
        self._kept: dict[str, Vectors] = {}
        self._lock = threading.Lock()

    def group(self, questions: Sequence[str]) -> list[list[int]]:
        """Return the places of the questions, those that ask for the same together, in order."""
        stems = [frozenset(stems_of(text)) or frozenset({text.casefold()}) for text in questions]
        # Questions of the same words need one vector.
        first: dict[frozenset[str], int] = {}
        for place, words in enumerate(stems):
            first.setdefault(words, place)
        embedded = list(first.values())[:MAX_EMBEDDED]
        vectors = dict(zip(embedded, self._vectors([questions[n] for n in embedded]), strict=False))
        groups: list[_Group] = []
        for place, words in enumerate(stems):
            vector = vectors.get(first[words])
            best = max(groups, key=lambda group: group.resembles(words, vector), default=None)
            if best is None or not best.resembles(words, vector):
                best = _Group(stems=words)
                groups.append(best)
            best.places.append(place)
            if vector is not None:
                best.vector = vector if best.vector is None else best.vector + vector
        return [group.places for group in groups]

    def _vectors(self, texts: Sequence[str]) -> list[Vectors]:
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        with self._lock:
            lacking = [n for n, key in enumerate(keys) if key not in self._kept]
            try:
                made = list(self._embed([texts[n] for n in lacking])) if lacking else []
            except KnowledgeError as exc:
                logger.warning("gaps are grouped by words alone: %s", exc)
                return []
            known = self._kept | {keys[n]: vector for n, vector in zip(lacking, made, strict=True)}
            # What is not on record any more is not kept here either.
            self._kept = {key: known[key] for key in keys}
            return [self._kept[key] for key in keys]
