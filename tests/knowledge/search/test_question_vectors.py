from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.domain import ArticleId, ChunkId
from knowledge.search import question_vectors
from knowledge.search.question_vectors import Asked, QuestionVectors
from tests.fakes import HashingEmbedder
from tests.workbench import (
    Workbench,
    make_article,
    make_version,
    open_workbench,
    write_article,
)

QUIT, PAY = "why do people quit", "what must customers pay"
ROUNDING = 0.01
"""Vectors are rounded when they are kept."""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with open_workbench(tmp_path / "data") as bench:
        yield bench


@pytest.fixture
def folder(bench: Workbench, tmp_path: Path) -> Path:
    """Return a folder of two articles that are taken in; one lists two questions."""
    folder = tmp_path / "in"
    write_article(folder, "attrition", "Agents depart.", questions={"Part 1": [QUIT, PAY]})
    write_article(folder, "pricing", "By the hour.")
    bench.ingest(folder)
    bench.embedder.embedded.clear()
    return folder


def _vectors(bench: Workbench, embedder: HashingEmbedder | None = None) -> QuestionVectors:
    return QuestionVectors(catalog=bench.catalog, embedder=embedder or bench.embedder)


def _similarities(bench: Workbench, vectors: QuestionVectors, text: str) -> dict[ArticleId, Asked]:
    found = vectors.similarities(bench.embedder.embed_query(text))
    chunks = bench.catalog.chunks(list(found.places))
    return {chunk.article_id: found.of(key) for key, chunk in chunks.items()}


def _chunk_id(bench: Workbench, article_id: str) -> ChunkId:
    (chunk,) = bench.catalog.article_chunks(article_id)
    return chunk.chunk_id


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("question", [QUIT, PAY])
def test_the_nearest_of_the_listed_questions_counts(question: str, bench: Workbench) -> None:
    found = _similarities(bench, _vectors(bench), question)

    assert found["attrition"] == pytest.approx((1, 1), abs=ROUNDING)
    assert found["pricing"].nearest < 0.5


@pytest.mark.usefixtures("folder")
def test_a_heading_counts_but_is_no_listed_question(bench: Workbench) -> None:
    found = _similarities(bench, _vectors(bench), "Part 1")

    assert found["pricing"] == pytest.approx((1, 0), abs=ROUNDING)
    assert found["attrition"].nearest == pytest.approx(1, abs=ROUNDING)
    assert found["attrition"].listed < 0.5


def test_the_title_stands_for_the_heading_above_the_first_one(bench: Workbench) -> None:
    bench.catalog.stage([version := make_version(make_article(title="Attrition of agents"))])
    bench.catalog.activate([version])

    found = _similarities(bench, _vectors(bench), "Attrition of agents")

    assert found == {"a": pytest.approx((1, 0), abs=ROUNDING)}


@pytest.mark.usefixtures("folder")
def test_what_a_run_has_kept_is_embedded_by_no_process_after_it(bench: Workbench) -> None:
    for vectors in (_vectors(bench), _vectors(bench)):
        vectors.warm()
        _similarities(bench, vectors, QUIT)

    assert bench.embedder.embedded == []


def test_what_is_missing_is_made_once_and_once_for_all_chunks_of_a_section(
    bench: Workbench,
) -> None:
    version = make_version(make_article(), "One.", "Two.", heading="Costs", questions=(PAY,))
    bench.catalog.stage([version])
    bench.catalog.activate([version])

    _vectors(bench).warm()
    _vectors(bench).warm()

    assert bench.embedder.embedded == ["Costs", PAY]


@pytest.mark.parametrize("kept_publications", [0, 20])
def test_the_vectors_of_a_chunk_stay_as_long_as_its_text_is_kept(
    kept_publications: int, tmp_path: Path
) -> None:
    with open_workbench(tmp_path / "data", kept_publications=kept_publications) as bench:
        folder = tmp_path / "in"
        write_article(folder, "attrition", "Agents depart.", questions={"Part 1": [QUIT]})
        write_article(folder, "pricing", "By the hour.", questions={"Part 1": [PAY]})
        bench.ingest(folder)
        gone, there = _chunk_id(bench, "attrition"), _chunk_id(bench, "pricing")
        _vectors(bench).similarities(bench.embedder.embed_query(QUIT))
        (folder / "attrition.md").unlink()

        bench.ingest(folder)

        stored = bench.catalog.vectors.of_questions([gone, there], embedder=bench.embedder.name)
        assert stored.keys() == ({gone, there} if kept_publications else {there})


@pytest.mark.usefixtures("folder")
def test_another_embedder_has_vectors_of_its_own(bench: Workbench) -> None:
    other = HashingEmbedder(name="other", dimension=16)

    found = _vectors(bench, other).similarities(other.embed_query(QUIT))

    assert found.of(_chunk_id(bench, "attrition")).listed == pytest.approx(1, abs=ROUNDING)
    assert sorted(other.embedded) == sorted(["Part 1", QUIT, PAY])
    assert _similarities(bench, _vectors(bench), QUIT)["attrition"].listed > 0.9
    assert bench.embedder.embedded == []


def test_what_is_held_follows_every_run(bench: Workbench, folder: Path) -> None:
    vectors = _vectors(bench)
    before = _similarities(bench, vectors, "who eats there")
    write_article(folder, "canteen", "Agents eat.", questions={"Part 1": ["who eats there"]})
    (folder / "pricing.md").unlink()
    bench.ingest(folder)

    after = _similarities(bench, vectors, "who eats there")

    assert before.keys() == {"attrition", "pricing"}
    assert after.keys() == {"attrition", "canteen"}
    assert after["canteen"].listed == pytest.approx(1, abs=ROUNDING)


def test_a_corpus_of_nothing_is_asked_nothing(bench: Workbench) -> None:
    vectors = _vectors(bench)
    vectors.warm()

    assert _similarities(bench, vectors, QUIT) == {}
    assert bench.embedder.embedded == []


def test_what_is_held_of_many_gives_what_is_held_of_few(
    bench: Workbench, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        write_article(folder, f"more-{number}", f"Case {number}.", questions={"Part 1": [QUIT]})
    bench.ingest(folder)
    vector = bench.embedder.embed_query(QUIT)
    wide = _vectors(bench).similarities(vector)

    monkeypatch.setattr(question_vectors, "BLOCK", 2)
    narrow = _vectors(bench).similarities(vector)

    assert narrow.chunk_ids == wide.chunk_ids
    for key in wide.chunk_ids:
        assert tuple(narrow.of(key)) == pytest.approx(tuple(wide.of(key)))


def test_of_equally_near_ones_those_stored_first_are_the_best(
    bench: Workbench, folder: Path
) -> None:
    for number in range(6):
        write_article(folder, f"more-{number}", f"Case {number}.", questions={"Part 1": [QUIT]})
    bench.ingest(folder)

    found = _vectors(bench).similarities(bench.embedder.embed_query(QUIT))

    expected = sorted(found.chunk_ids, key=lambda key: -found.of(key).nearest)
    for number in (1, 3, 7, 20):
        assert found.best(number) == expected[:number]


def test_only_what_is_new_is_read_after_a_run(
    bench: Workbench, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = _vectors(bench)
    vectors.warm()
    write_article(folder, "new", "A new one.")
    bench.ingest(folder)
    read: list[ChunkId] = []
    plain = bench.catalog.vectors.of_questions
    monkeypatch.setattr(
        bench.catalog.vectors,
        "of_questions",
        lambda keys, *, embedder: read.extend(keys) or plain(keys, embedder=embedder),
    )

    vectors.warm()

    assert read == [_chunk_id(bench, "new")]
