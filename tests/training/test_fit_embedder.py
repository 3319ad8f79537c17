"""A tiny fit, with the real model: two articles, a few steps."""

import math
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from torch import Tensor

from knowledge.evaluation.golden import Case
from knowledge.search.ranking import WEIGHTS
from tests.workbench import make_chunk
from training.fit_embedder import Field, load, main, right_sections, tune
from training.low_rank import RANK

ATTRITION = make_chunk(
    "a#0",
    title="Attrition",
    heading="What is it?",
    text="Attrition is the departure of staff. Night work drives it.",
    questions=("who walks out?", "why quit a phone job?"),
)
PRICES = make_chunk(
    "b#0",
    title="Prices",
    heading="How are agents paid for?",
    text="Agents are paid for by the hour or by the call.",
    questions=("what do they charge?", "why quit a phone job?"),
)
CHUNKS = [ATTRITION, PRICES]


@pytest.fixture(scope="module")
def model() -> SentenceTransformer:
    return load()


@pytest.fixture(scope="module")
def field(model: SentenceTransformer) -> Field:
    return Field(CHUNKS, model)


@pytest.fixture(scope="module")
def changes(field: Field) -> dict[str, Tensor]:
    return tune(load(), field, steps=2)


def _rows(flags: Tensor) -> list[list[int]]:
    return flags.int().tolist()


def test_each_listed_question_is_fitted_to_once_and_not_compared_with_itself(field: Field) -> None:
    assert _rows(field.right) == [[1, 0], [1, 1], [0, 1]]
    assert field.listed.tolist() == [1, 2, 4]
    assert _rows(field.own) == [[0, 1, 0, 0, 0, 0], [0, 0, 1, 0, 0, 1], [0, 0, 0, 0, 1, 0]]


@torch.no_grad()
def test_a_section_scores_by_its_text_its_nearest_sentence_and_what_it_is_asked_as(
    model: SentenceTransformer, field: Field
) -> None:
    vectors = field.embed(model)
    question = vectors.asked[1:2]
    sections, sentences, asked = ((question @ part.T)[0].tolist() for part in vectors)
    first = WEIGHTS.similarity * sections[0] + WEIGHTS.sentence * max(sentences[:2])

    bare = field.scores(question, vectors, hidden=None)
    hidden = field.scores(question, vectors, hidden=field.own[:1])

    assert bare[0, 0].item() == pytest.approx(first, abs=1e-4)
    assert hidden[0, 0].item() == pytest.approx(
        first + WEIGHTS.asked * max(asked[0], asked[2]), abs=1e-4
    )
    # Either section is right for the question that both list.
    assert field.loss(vectors, hidden=None).item() < math.log(2)


@torch.no_grad()
def test_texts_of_any_length_have_the_vectors_that_the_program_gives_them(
    model: SentenceTransformer, field: Field
) -> None:
    texts = [chunk.embedding_text for chunk in CHUNKS]

    own = torch.from_numpy(model.encode(texts)).to(model.device)

    assert torch.allclose(field.embed(model).sections, own, atol=0.01)


@torch.no_grad()
def test_a_fit_writes_changes_that_the_program_takes_and_that_lower_the_loss(
    model: SentenceTransformer, field: Field, changes: dict[str, Tensor], tmp_path: Path
) -> None:
    file = tmp_path / "changes.safetensors"
    save_file(changes, file)

    tuned, published = field.embed(load(file)), field.embed(model)

    assert len(changes) == 6 * 6 * 2
    assert {change.dtype for change in changes.values()} == {torch.float16}
    assert {min(change.shape) for change in changes.values()} == {RANK}
    assert 0 < tuned.moved(published).sum() < 0.1
    losses = [
        sum(field.loss(vectors, hidden=hidden).item() for hidden in (field.own, None))
        for vectors in (published, tuned)
    ]
    assert losses[1] < losses[0]


def test_the_same_fit_gives_the_same_changes(field: Field, changes: dict[str, Tensor]) -> None:
    again = tune(load(), field, steps=2)

    assert all(torch.allclose(again[name], change, atol=1e-3) for name, change in changes.items())


def test_a_section_is_right_when_it_is_of_a_right_article_and_holds_a_fact() -> None:
    line = {"id": "a", "question": "why do they go?", "expect": "answer", "kind": "why"}
    facts = [["night work"], ["monotony"]]
    case = Case.model_validate({**line, "articles": ["a"], "facts": facts})
    elsewhere = make_chunk("b#1", text="Night work is common.")
    bare = make_chunk("a#1", text="Nothing of it.")

    assert right_sections(case, [ATTRITION, elsewhere, bare]) == [True, False, False]


def test_a_folder_that_is_not_there_is_reported_before_anything_is_fitted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signal.alarm", lambda _seconds: None)

    with pytest.raises(SystemExit):
        main(["--out", str(tmp_path / "no" / "new.safetensors")])

    assert "there is no folder" in capsys.readouterr().err
