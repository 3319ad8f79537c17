"""Stored vectors of texts, units and questions, on SQLite and PostgreSQL."""

import numpy as np
import pytest

from knowledge.domain import ChunkId
from knowledge.record.catalog import Catalog, StagedVersion
from knowledge.record.database import Database
from knowledge.record.vectors import StoredVectors, text_hash
from tests.workbench import make_article, make_version, unit_vectors


@pytest.fixture
def catalog(database: Database) -> Catalog:
    return Catalog(database)


def _publish(catalog: Catalog, *versions: StagedVersion) -> None:
    catalog.stage(versions)
    catalog.activate(versions)


def test_vectors_come_back_bit_by_bit_and_only_for_their_embedder(catalog: Catalog) -> None:
    vectors = dict(zip(("one", "two"), unit_vectors(2) * np.float32(0.1), strict=True))

    catalog.vectors.keep_texts(vectors, embedder="small")

    found = catalog.vectors.of_texts(["one", "two", "three"], embedder="small")
    assert found.keys() == vectors.keys()
    assert all(np.array_equal(found[key], vectors[key]) for key in vectors)
    assert catalog.vectors.of_texts(["one"], embedder="large") == {}


def test_a_vector_that_is_stored_twice_stays_as_it_was(catalog: Catalog) -> None:
    first, second = unit_vectors(2)
    catalog.vectors.keep_texts({"one": first}, embedder="small")

    catalog.vectors.keep_texts({"one": second}, embedder="small")

    assert np.array_equal(catalog.vectors.of_texts(["one"], embedder="small")["one"], first)


def test_a_sweep_forgets_vectors_of_texts_that_are_gone(catalog: Catalog) -> None:
    old, new = make_version(make_article(body="old")), make_version(make_article(body="new"))
    keys = [text_hash(version.chunks[0].embedding_text) for version in (old, new)]
    catalog.vectors.keep_texts(dict(zip(keys, unit_vectors(2), strict=True)), embedder="small")
    _publish(catalog, old)
    _publish(catalog, new)

    catalog.sweep()

    assert catalog.vectors.of_texts(keys, embedder="small").keys() == {keys[1]}


@pytest.mark.parametrize("kind", ["units", "questions"])
def test_the_vectors_of_a_chunk_come_back_in_order_and_only_for_their_embedder(
    kind: str, catalog: Catalog
) -> None:
    version = make_version(make_article(), "One.", "Two.")
    one, two = (chunk.chunk_id for chunk in version.chunks)
    _publish(catalog, version)
    keep = getattr(catalog.vectors, f"keep_{kind}")
    of = getattr(catalog.vectors, f"of_{kind}")
    made = {one: unit_vectors(3), two: unit_vectors(1), ChunkId("gone"): unit_vectors(2)}

    keep(made, embedder="small")
    keep({one: unit_vectors(5)}, embedder="small")

    found = of([one, two, "gone"], embedder="small")
    assert found.keys() == {one, two}
    assert all(np.array_equal(found[key], made[key]) for key in found)
    assert of([one], embedder="large") == {}


def test_units_and_questions_of_a_chunk_are_kept_apart(catalog: Catalog) -> None:
    version = make_version(make_article())
    (chunk,) = version.chunks
    _publish(catalog, version)

    catalog.vectors.keep_questions({chunk.chunk_id: unit_vectors(2)}, embedder="small")

    assert catalog.vectors.of_units([chunk.chunk_id], embedder="small") == {}


def test_a_sweep_forgets_the_vectors_of_chunks_that_are_gone(database: Database) -> None:
    catalog, vectors = Catalog(database), StoredVectors(database)
    old, new = make_version(make_article(body="old")), make_version(make_article(body="new"))
    ids = [version.chunks[0].chunk_id for version in (old, new)]
    _publish(catalog, old)
    catalog.stage([new])
    for keep in (vectors.keep_units, vectors.keep_questions):
        keep({key: unit_vectors(2) for key in ids}, embedder="small")
    catalog.activate([new])

    catalog.sweep()

    assert vectors.of_units(ids, embedder="small").keys() == {ids[1]}
    assert vectors.of_questions(ids, embedder="small").keys() == {ids[1]}
