"""Generations of the vector index: built, checked, worn out, replaced."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from knowledge.domain import ChunkId
from knowledge.errors import EmbedderError, FingerprintMismatchError, IndexNotReadyError
from knowledge.ports import ChunkStore, Vectors
from tests.fakes import HashingEmbedder
from tests.workbench import Workbench, make_chunk, open_workbench, unit_vectors, write_article


def _fill(data_dir: Path, *, articles: int = 3) -> None:
    folder = data_dir.parent / "articles"
    for n in range(articles):
        write_article(folder, f"article-{n}", f"Text number {n}.")
    with open_workbench(data_dir) as bench:
        bench.ingest(folder)


def _no_model(texts: Sequence[str]) -> Vectors:
    raise AssertionError(f"no model may be called, but it was asked for {texts!r}")


def _generations(data_dir: Path) -> list[str]:
    return sorted(path.name for path in (data_dir / "index").iterdir())


def _store(bench: Workbench) -> ChunkStore:
    return bench.index._opened()[1]


def test_there_is_no_index_before_the_first_run(tmp_path: Path) -> None:
    with open_workbench(tmp_path / "data") as bench:
        for ask in (
            bench.index.check_ready,
            lambda: bench.index.query(unit_vectors(1)[0], limit=1),
        ):
            with pytest.raises(IndexNotReadyError, match="python -m ingest"):
                ask()


def test_a_rebuild_needs_no_model_and_finds_the_same(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _fill(data)
    with open_workbench(data) as bench:
        query = bench.embedder.embed_query("number 1")
        before, old = bench.index.query(query, limit=3), _generations(data)

        written = bench.index.rebuild(_no_model)

        assert written == 3
        assert [found for found, _ in bench.index.query(query, limit=3)] == [f for f, _ in before]
        assert len(_generations(data)) == 1
        assert _generations(data) != old


def test_an_index_that_was_deleted_comes_back_without_a_model(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _fill(data)
    shutil.rmtree(data / "index")
    with open_workbench(data) as bench:
        built = bench.index.prepare(_no_model)

        assert not built
        assert bench.indexed_ids() == bench.catalog.active_chunk_ids()


def test_orphans_are_deleted_and_missing_chunks_written(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _fill(data)
    with open_workbench(data) as bench:
        lost = min(bench.catalog.active_chunk_ids())
        _store(bench).delete([lost])
        _store(bench).upsert([make_chunk("orphan")], unit_vectors(1, dimension=64))

        bench.index.prepare(_no_model)

        assert _store(bench).ids() == bench.catalog.active_chunk_ids()


def test_another_embedder_is_refused_until_a_run_has_built_its_index(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _fill(data)
    (old,) = _generations(data)
    other = HashingEmbedder(name="other", dimension=32)
    with open_workbench(data, embedder=other) as bench:
        with pytest.raises(FingerprintMismatchError, match=r"'hashing'.*'other'"):
            bench.index.query(other.embed_query("text"), limit=1)

        built = bench.index.prepare(other.embed_documents)

        assert built
        assert len(other.embedded) == 3
        assert bench.indexed_ids() == bench.catalog.active_chunk_ids()
        assert old not in _generations(data)
    with open_workbench(data) as bench, pytest.raises(FingerprintMismatchError):
        bench.index.check_ready()


def test_the_way_back_to_an_earlier_embedder_needs_no_model(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _fill(data)
    other = HashingEmbedder(name="other")
    with open_workbench(data, embedder=other) as bench:
        bench.index.prepare(other.embed_documents)

    with open_workbench(data) as bench:
        assert bench.index.prepare(_no_model)
        assert bench.indexed_ids() == bench.catalog.active_chunk_ids()


def test_an_embedder_that_fails_leaves_the_old_index_in_place(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _fill(data)
    (old,) = _generations(data)
    broken = HashingEmbedder(name="broken")
    broken.error = EmbedderError("no such model")
    for _ in range(3):
        with open_workbench(data, embedder=broken) as bench, pytest.raises(EmbedderError):
            bench.index.prepare(broken.embed_documents)

    with open_workbench(data) as bench:
        bench.index.prepare(_no_model)

        assert bench.indexed_ids() == bench.catalog.active_chunk_ids()
    assert _generations(data) == [old]


def test_an_index_stays_when_a_run_replaces_one_article_and_embeds_that_one(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "articles"
    _fill(data, articles=30)
    (old,) = _generations(data)
    with open_workbench(data) as bench:
        write_article(folder, "another", "Something new.")
        bench.ingest(folder)
        after_adding = _generations(data)
        write_article(folder, "article-3", "Rewritten number 3.")
        bench.embedder.embedded.clear()
        report = bench.ingest(folder)

        assert after_adding == _generations(data) == [old]
        assert report.chunks_embedded == 1
        sentence = "Rewritten number 3."
        passage = f"article-3 > Part 1\n{sentence}"
        assert bench.embedder.embedded == [passage, "Part 1", sentence]
        assert bench.indexed_ids() == bench.catalog.active_chunk_ids()
        assert not bench.index.is_worn(chunks=30)


def test_an_index_of_which_a_tenth_was_replaced_is_built_anew(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "articles"
    _fill(data, articles=30)
    (old,) = _generations(data)
    with open_workbench(data) as bench:
        for number in range(4):
            write_article(folder, f"article-{number}", f"Rewritten number {number}.")
        bench.ingest(folder)

        assert len(_generations(data)) == 1
        assert _generations(data) != [old]
        assert bench.indexed_ids() == bench.catalog.active_chunk_ids()


def test_chunks_can_be_written_and_discarded_by_id(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _fill(data)
    chunk = make_chunk("new")
    with open_workbench(data) as bench:
        index = bench.index
        index.add([chunk], lambda texts: unit_vectors(len(texts), dimension=64))
        found = index.query(unit_vectors(1, dimension=64)[0], limit=1)
        index.discard([chunk.chunk_id, ChunkId("unknown")])

        assert found[0][0] == chunk.chunk_id
        assert found[0][1] == pytest.approx(1.0, abs=1e-5)
        assert bench.indexed_ids() == bench.catalog.active_chunk_ids()
