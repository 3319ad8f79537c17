"""Whether a question leaves open what it is about, by its vector."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

import numpy as np

from knowledge.ports import Vectors

__all__ = ["Vagueness", "shipped_vagueness"]

VAGUENESS = Path(__file__).parent / "vagueness.json"
"""What `python -m training.fit_vagueness` learnt from labelled questions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vagueness:
    """A logistic model on the unit vector of a question."""

    weights: tuple[float, ...]
    bias: float
    threshold: float
    """Smallest probability at which a question counts as vague."""
    fingerprint: str
    """Embedder whose vectors it was fitted to; of others' it says nothing."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        saved = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            weights=tuple(map(float, saved["weights"])),
            bias=float(saved["bias"]),
            threshold=float(saved["threshold"]),
            fingerprint=str(saved["fingerprint"]),
        )

    def save(self, path: Path) -> None:
        """Write the model in a form that `load` reads."""
        saved = {
            "fingerprint": self.fingerprint,
            "threshold": round(self.threshold, 3),
            "bias": round(self.bias, 3),
            "weights": [round(weight, 3) for weight in self.weights],
        }
        path.write_text(json.dumps(saved) + "\n", encoding="utf-8")

    def probability(self, vector: Vectors) -> float:
        """Return how likely it is that a question must be asked back, in [0, 1]."""
        activation = self.bias + float(np.asarray(self.weights, dtype=np.float32) @ vector)
        return float(1.0 / (1.0 + np.exp(-activation)))

    def needs_a_subject(self, vector: Vectors) -> bool:
        """Whether, where there is something that it may lean on, a question rather does."""
        return self.probability(vector) >= 0.5

    def is_vague(self, vector: Vectors) -> bool:
        """Whether the question of this vector leaves open what it is about."""
        return self.probability(vector) >= self.threshold


@cache
def shipped_vagueness(*, embedder: str) -> Vagueness | None:
    """Return the model that comes with the program; None for an embedder it was not fitted to."""
    shipped = Vagueness.load(VAGUENESS)
    return shipped if shipped.fingerprint == embedder else None
