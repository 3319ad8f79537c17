"""What every chunk store does: embedded Chroma, and Chroma's own server over HTTP."""

import time
from collections.abc import Iterator
from pathlib import Path

import chromadb
import numpy as np
import pytest

from knowledge.domain import ChunkId
from knowledge.errors import StoreError
from knowledge.ports import ChunkStore
from knowledge.search.servers import ChromaServer
from knowledge.search.store import _close, drop_generation, open_store
from tests import servers
from tests.workbench import Workbench, make_chunk, open_workbench, unit_vectors, write_article

DIMENSION = 16


@pytest.fixture(scope="module")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.run_chroma(tmp_path_factory.mktemp("chroma")) as url:
        yield url


@pytest.fixture(params=["embedded", "server"])
def url(request: pytest.FixtureRequest) -> str:
    return "" if request.param == "embedded" else str(request.getfixturevalue("server_url"))


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[ChunkStore]:
    # Names differ between tests, since they share a server.
    opened = open_store(tmp_path.name, directory=tmp_path, server=ChromaServer(url=url))
    yield opened
    opened.close()


def _fill(store: ChunkStore, number: int) -> list[ChunkId]:
    chunks = [make_chunk(f"a#{n}") for n in range(number)]
    store.upsert(chunks, unit_vectors(number, dimension=DIMENSION))
    return [chunk.chunk_id for chunk in chunks]


def test_an_empty_store_finds_nothing(store: ChunkStore) -> None:
    assert store.ids() == set()
    assert store.query(unit_vectors(1)[0], limit=3) == []


def test_the_nearest_come_first_with_their_cosine_similarity(store: ChunkStore) -> None:
    ids = _fill(store, 3)
    vector = np.zeros(DIMENSION, dtype=np.float32)
    vector[[0, 1]] = 0.8, 0.6

    found = store.query(vector, limit=10)

    assert [chunk_id for chunk_id, _ in found] == ids
    assert [score for _, score in found] == pytest.approx([0.8, 0.6, 0.0], abs=1e-5)


def test_no_more_is_returned_than_asked_for(store: ChunkStore) -> None:
    _fill(store, 5)

    assert len(store.query(unit_vectors(1, dimension=DIMENSION)[0], limit=2)) == 2


def test_writing_again_changes_nothing(store: ChunkStore) -> None:
    ids = _fill(store, 4)

    _fill(store, 4)

    assert store.ids() == set(ids)
    assert len(store.query(unit_vectors(1, dimension=DIMENSION)[0], limit=10)) == 4


def test_a_chunk_that_is_written_with_another_vector_moves(store: ChunkStore) -> None:
    ids = _fill(store, 2)
    store.upsert([make_chunk(ids[0])], unit_vectors(3, dimension=DIMENSION)[2:])

    found = dict(store.query(unit_vectors(3, dimension=DIMENSION)[2], limit=2))

    assert found[ids[0]] == pytest.approx(1.0, abs=1e-5)


def test_deleted_chunks_are_gone_and_unknown_ones_ignored(store: ChunkStore) -> None:
    ids = _fill(store, 4)

    store.delete([ids[0], ChunkId("unknown")])
    store.delete([])

    assert store.ids() == set(ids[1:])
    assert len(store.query(unit_vectors(1, dimension=DIMENSION)[0], limit=10)) == 3


def test_many_chunks_go_through_in_batches(store: ChunkStore) -> None:
    ids = _fill(store, 1_050)

    store.delete(ids[:450])

    assert store.ids() == set(ids[450:])


def test_nothing_to_write_is_no_error(store: ChunkStore) -> None:
    store.upsert([], np.empty((0, 0), dtype=np.float32))

    assert store.ids() == set()


def test_a_vector_of_another_length_is_refused(store: ChunkStore) -> None:
    _fill(store, 2)

    with pytest.raises(StoreError, match="dimension"):
        store.query(unit_vectors(1, dimension=DIMENSION + 1)[0], limit=1)


def test_what_was_written_is_there_after_opening_again(url: str, tmp_path: Path) -> None:
    first = open_store(tmp_path.name, directory=tmp_path, server=ChromaServer(url=url))
    ids = _fill(first, 3)
    first.close()

    second = open_store(tmp_path.name, directory=tmp_path, server=ChromaServer(url=url))

    assert second.ids() == set(ids)
    second.close()


def test_a_closed_store_says_that_it_does_not_answer(tmp_path: Path) -> None:
    store = open_store("closed", directory=tmp_path, server=ChromaServer(url=""))
    store.close()

    with pytest.raises(StoreError):
        store.query(unit_vectors(1)[0], limit=1)


def test_a_dropped_generation_is_gone_and_its_neighbour_stays(url: str, tmp_path: Path) -> None:
    names = [f"{tmp_path.name}-{n}" for n in range(2)]
    for name in names:
        store = open_store(name, directory=tmp_path, server=ChromaServer(url=url))
        _fill(store, 2)
        store.close()

    drop_generation(names[0], directory=tmp_path, server=ChromaServer(url=url))
    drop_generation(names[0], directory=tmp_path, server=ChromaServer(url=url))

    kept = [open_store(name, directory=tmp_path, server=ChromaServer(url=url)) for name in names]
    assert [len(store.ids()) for store in kept] == [0, 2]
    for store in kept:
        store.close()


def test_any_chroma_client_can_read_what_is_stored(server_url: str, tmp_path: Path) -> None:
    store = open_store(tmp_path.name, directory=tmp_path, server=ChromaServer(url=server_url))
    chunk = make_chunk("a#7", url="https://articles.example/a", heading="One > Two", position=7)
    store.upsert([chunk], unit_vectors(1))
    port = int(server_url.rpartition(":")[2])

    client = chromadb.HttpClient(host="127.0.0.1", port=port)
    found = client.get_collection(f"knowledge-{tmp_path.name}", embedding_function=None).get()

    assert found["documents"] == [chunk.text]
    assert found["metadatas"] == [
        {
            "article_id": "a",
            "title": "Title",
            "url": "https://articles.example/a",
            "heading": "One > Two",
            "position": 7,
        }
    ]
    _close(client)
    store.close()


def test_an_embedded_store_has_no_text_in_its_files(tmp_path: Path) -> None:
    store = open_store("fresh", directory=tmp_path, server=ChromaServer())
    chunk = make_chunk("a#7", heading="Unmistakable heading", text="An unmistakable sentence.")
    store.upsert([chunk], unit_vectors(1, dimension=DIMENSION))
    store.close()

    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]

    assert any(b"a#7" in file for file in files)
    assert not any(b"nmistakable" in file for file in files)


def test_an_embedded_store_of_an_earlier_version_is_known_to_keep_text(tmp_path: Path) -> None:
    client = chromadb.PersistentClient(path=str(tmp_path / "old"))
    client.create_collection(
        "knowledge-old", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
    ).upsert(ids=["a#0"], embeddings=unit_vectors(1, dimension=DIMENSION), documents=["A text."])
    _close(client)

    store = open_store("old", directory=tmp_path, server=ChromaServer())

    assert (store.keeps_text, store.ids()) == (True, {ChunkId("a#0")})
    store.close()


def test_a_whole_run_goes_through_a_server(server_url: str, tmp_path: Path) -> None:
    with open_workbench(tmp_path / "data", chroma_url=server_url) as bench:
        _ingest_two(bench, tmp_path)

        assert bench.indexed_ids() == bench.catalog.active_chunk_ids()
        assert not (tmp_path / "data" / "index").exists()


def test_two_installations_share_a_server_and_leave_each_other_alone(
    server_url: str, tmp_path: Path
) -> None:
    with (
        open_workbench(tmp_path / "one", chroma_url=server_url) as one,
        open_workbench(tmp_path / "two", chroma_url=server_url) as two,
    ):
        _ingest_two(one, tmp_path)
        _ingest_two(two, tmp_path)

        one.ingestion.rebuild()

        assert two.indexed_ids() == two.catalog.active_chunk_ids()
        assert one.indexed_ids() == one.catalog.active_chunk_ids()


def test_a_server_that_ends_is_an_error_and_one_that_returns_is_asked_again(
    tmp_path: Path,
) -> None:
    port = servers.free_port()
    with servers.run_chroma(tmp_path / "chroma", port=port) as url:
        store = open_store("g", directory=tmp_path, server=ChromaServer(url=url))
        ids = _fill(store, 2)

    with pytest.raises(StoreError, match="check KB_CHROMA_URL"):
        store.query(unit_vectors(1, dimension=DIMENSION)[0], limit=2)
    with servers.run_chroma(tmp_path / "chroma", port=port):
        found = store.query(unit_vectors(1, dimension=DIMENSION)[0], limit=2)

    assert {chunk_id for chunk_id, _ in found} == set(ids)
    store.close()


def test_a_server_that_was_made_anew_is_filled_by_the_next_run(tmp_path: Path) -> None:
    port = servers.free_port()
    with servers.run_chroma(tmp_path / "first", port=port) as url:
        bench_context = open_workbench(tmp_path / "data", chroma_url=url)
        bench = bench_context.__enter__()
        _ingest_two(bench, tmp_path)
    with servers.run_chroma(tmp_path / "second", port=port):
        with pytest.raises(StoreError):
            bench.indexed_ids()
        bench.embedder.embedded.clear()

        bench.ingest(tmp_path / "articles")

        assert bench.embedder.embedded == []
        assert bench.indexed_ids() == bench.catalog.active_chunk_ids()
        bench_context.__exit__(None, None, None)


@pytest.mark.parametrize("kind", ["nobody listens", "nobody answers"])
def test_a_server_that_is_not_there_is_named_in_bounded_time(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge.search.store.SERVER_WAIT_S", 0.5)
    started = time.monotonic()
    with servers.run_silent_server() as silent:
        url = silent if kind == "nobody answers" else f"http://127.0.0.1:{servers.free_port()}"

        with pytest.raises(StoreError, match="check KB_CHROMA_URL and that the server runs"):
            open_store("g", directory=tmp_path, server=ChromaServer(url=url))

    assert time.monotonic() - started < 3


def _ingest_two(bench: Workbench, tmp_path: Path) -> None:
    for name in ("alpha", "beta"):
        write_article(tmp_path / "articles", name, f"The text of {name}.")
    bench.ingest(tmp_path / "articles")
