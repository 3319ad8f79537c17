"""How near questions on other subjects come to this corpus, which is what "far" means in it.

A large corpus has something a little like everything, and a small one has not: the same similarity
tells more in the one than in the other.
"""

import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

from knowledge.errors import IndexNotReadyError, StoreError
from knowledge.ports import Embedder, Vectors
from knowledge.search.index import VectorIndex

__all__ = ["Remoteness", "far_questions"]

FAR_QUESTIONS = Path(__file__).parent / "far_questions.txt"


@cache
def far_questions() -> tuple[str, ...]:
    """Return questions on eighty subjects that hardly any corpus is about."""
    return tuple(FAR_QUESTIONS.read_text(encoding="utf-8").splitlines())


class Remoteness:
    """Measures a corpus by far questions, anew when it has changed; safe to share."""

    def __init__(
        self, *, revision: Callable[[], int], index: VectorIndex, embedder: Embedder
    ) -> None:
        """`revision` is cheap and changes whenever the corpus may have."""
        self._revision = revision
        self._index = index
        self._embedder = embedder
        self._vectors: Vectors | None = None
        self._held: tuple[int, float] | None = None
        self._lock = threading.Lock()

    def current(self) -> float:
        """Return the median similarity of a far question and the passage nearest to it.

        0.0 while the index does not answer.
        """
        revision = self._revision()
        with self._lock:
            if self._held is None or self._held[0] != revision:
                try:
                    self._held = (revision, self._measure())
                except (IndexNotReadyError, StoreError):
                    return 0.0
            return self._held[1]

    def _measure(self) -> float:
        if self._vectors is None:
            self._vectors = self._embedder.embed_documents(far_questions())
        nearest = [
            max((similarity for _, similarity in self._index.query(vector, limit=1)), default=0.0)
            for vector in self._vectors
        ]
        return float(np.median(nearest))
