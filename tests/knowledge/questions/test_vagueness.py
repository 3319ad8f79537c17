from pathlib import Path

import numpy as np
import pytest

from knowledge.models.embeddings import SentenceTransformerEmbedder
from knowledge.questions.vagueness import Vagueness, shipped_vagueness


def _toy() -> Vagueness:
    return Vagueness(weights=(4.0, -4.0), bias=0.5, threshold=0.6, fingerprint="toy")


def test_a_vector_that_points_one_way_is_vague_and_the_other_way_clear() -> None:
    assert _toy().is_vague(np.array([1.0, 0.0], dtype=np.float32))
    assert not _toy().is_vague(np.array([0.0, 1.0], dtype=np.float32))


def test_what_is_saved_is_read_back(tmp_path: Path) -> None:
    _toy().save(tmp_path / "vagueness.json")

    assert Vagueness.load(tmp_path / "vagueness.json") == _toy()


def test_another_embedder_has_no_model() -> None:
    assert shipped_vagueness(embedder="another") is None


@pytest.mark.parametrize(
    ("question", "is_vague"),
    [
        ("who approves it", True),
        ("how long does it take", True),
        ("who approves the budget of the tax department at the bank", False),
        ("what is the notice period for landlords in Scotland", False),
    ],
)
def test_a_question_without_a_subject_is_told_from_one_with_one(
    question: str, is_vague: bool, embedder: SentenceTransformerEmbedder
) -> None:
    shipped = shipped_vagueness(embedder=embedder.name)

    assert shipped is not None
    assert shipped.is_vague(embedder.embed_query(question)) is is_vague
