"""The embedder: the bundled model, what it promises, and what is said when it is not there."""

import threading
import time
from pathlib import Path

import numpy as np
import pytest

from knowledge.answers.evidence.gate import SHIPPED_GATE, EvidenceGate
from knowledge.errors import EmbedderError
from knowledge.models.bundled import BUNDLED_NAME
from knowledge.models.embeddings import SentenceTransformerEmbedder, create_embedder


def test_vectors_have_length_one_and_keep_the_order(
    embedder: SentenceTransformerEmbedder,
) -> None:
    texts = ["Outsourcing of payroll.", "A much longer text about boats. " * 20, "Boats."]

    vectors = embedder.embed_documents(texts)

    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    for text, vector in zip(texts, vectors, strict=True):
        assert float(embedder.embed_query(text) @ vector) > 0.99


def test_near_meanings_are_nearer_than_far_ones(embedder: SentenceTransformerEmbedder) -> None:
    question = embedder.embed_query("What does it cost to hand over payroll?")

    payroll, boats = embedder.embed_documents(["The price of payroll outsourcing.", "Red boats."])

    assert float(question @ payroll) > float(question @ boats) + 0.3


def test_no_text_gives_no_vector(embedder: SentenceTransformerEmbedder) -> None:
    assert embedder.embed_documents([]).shape == (0, 384)
    assert embedder.count_tokens([]) == []


def test_tokens_are_counted_whole_with_the_special_ones(
    embedder: SentenceTransformerEmbedder,
) -> None:
    counts = embedder.count_tokens(["", "boat", "boat " * 1_000])

    assert counts == [2, 3, 1_002]
    assert embedder.max_tokens == 256


def test_counting_does_not_change_what_is_embedded(embedder: SentenceTransformerEmbedder) -> None:
    before = embedder.embed_query("boat " * 1_000)
    embedder.count_tokens(["boat " * 1_000])

    after = embedder.embed_query("boat " * 1_000)

    assert float(before @ after) > 0.999


def test_a_question_does_not_wait_for_a_whole_run(embedder: SentenceTransformerEmbedder) -> None:
    embedder.embed_query("warm")
    run = threading.Thread(target=embedder.embed_documents, args=[["Some words. " * 8] * 500])
    run.start()
    time.sleep(0.1)

    embedder.embed_query("a question")
    was_running = run.is_alive()
    run.join()

    assert was_running


@pytest.mark.parametrize("name", [BUNDLED_NAME, f"sentence-transformers/{BUNDLED_NAME}"])
def test_the_published_model_has_its_name(name: str) -> None:
    assert create_embedder(name).name == BUNDLED_NAME


def test_the_tuned_model_has_another_name_that_changes_with_the_tuning(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shipped = create_embedder("").name
    other = tmp_path / "other.safetensors"
    other.write_bytes(b"other changes")

    monkeypatch.setattr("knowledge.models.embeddings.FIELD_TUNING", other)

    assert shipped.startswith(f"{BUNDLED_NAME}+")
    assert create_embedder("").name not in (shipped, BUNDLED_NAME)


def test_the_decision_to_refuse_is_that_of_the_tuned_model(
    embedder: SentenceTransformerEmbedder,
) -> None:
    assert EvidenceGate.load(SHIPPED_GATE).fingerprint == embedder.name


def test_the_tuned_model_finds_what_a_loose_question_is_about(
    embedder: SentenceTransformerEmbedder,
) -> None:
    question = "They hit every target on paper but our users are still fed up."
    sections = [
        "What is an SLA, a KPI, a service credit and an XLA? > What is an XLA?\n"
        "An XLA, or experience level agreement, sets targets for how users experience a service "
        "instead of how the service runs technically.",
        "Crowdsourcing and impact sourcing > What was the Global Impact Sourcing Coalition?\n"
        "The Global Impact Sourcing Coalition was a business network that the Rockefeller "
        "Foundation and BSR launched in September 2016 to spread impact sourcing.",
    ]

    published, tuned = (
        right - wrong
        for one in (create_embedder(BUNDLED_NAME), embedder)
        for right, wrong in [(one.embed_documents(sections) @ one.embed_query(question)).tolist()]
    )

    assert published < 0 < tuned


def test_a_tuning_that_does_not_fit_is_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"no tensors")
    monkeypatch.setattr("knowledge.models.embeddings.FIELD_TUNING", broken)

    with pytest.raises(EmbedderError, match=r"cannot read broken\.safetensors"):
        create_embedder("").embed_query("text")


def test_weights_that_are_not_the_published_ones_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"tampered with")
    tampered = SentenceTransformerEmbedder(tmp_path, name="model", sha256="53aa51172d142c89")

    with pytest.raises(EmbedderError, match="not the published ones"):
        tampered.embed_query("text")


def test_weights_that_are_missing_are_named(tmp_path: Path) -> None:
    empty = SentenceTransformerEmbedder(tmp_path, name="model", sha256="53aa51172d142c89")

    with pytest.raises(EmbedderError, match=r"cannot read .*model\.safetensors"):
        empty.embed_query("text")


@pytest.mark.parametrize("kind", ["a name", "an empty folder", "a folder with a broken model"])
def test_a_model_that_is_not_there_is_named_and_not_looked_for(kind: str, tmp_path: Path) -> None:
    model = "nobody/no-such-model"
    if kind != "a name":
        model = str(tmp_path)
    if kind == "a folder with a broken model":
        (tmp_path / "config.json").write_text("{")
        (tmp_path / "modules.json").write_text("[]")

    with pytest.raises(EmbedderError, match="KB_EMBEDDING_MODEL") as caught:
        create_embedder(model).embed_query("text")

    assert model in str(caught.value)
