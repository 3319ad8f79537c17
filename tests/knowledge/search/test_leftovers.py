import struct
from pathlib import Path

import chromadb
import numpy as np
import pytest
from chromadb.config import Settings

from knowledge.search.leftovers import HEADER, clear_leftovers

WORD = b"xylophonist"


def _index(folder: Path, *, places: int, in_use: int, size: int, version: int = 1) -> Path:
    folder.mkdir(parents=True)
    header = HEADER.pack(version, 0, places, in_use, size)
    (folder / "header.bin").write_bytes(header + bytes(64))
    for name, each in (("data_level0.bin", size), ("length.bin", 4)):
        (folder / name).write_bytes(WORD * (places * each // len(WORD) + 1))
        with (folder / name).open("r+b") as file:
            file.truncate(places * each)
    return folder


def test_what_is_not_in_use_is_cleared_and_what_is_stays(tmp_path: Path) -> None:
    index = _index(tmp_path / "g" / "i", places=100, in_use=10, size=44)

    clear_leftovers(tmp_path)

    for name, each in (("data_level0.bin", 44), ("length.bin", 4)):
        held = (index / name).read_bytes()
        assert len(held) == 100 * each
        assert held[: 10 * each] == (WORD * 100)[: 10 * each]
        assert not any(held[10 * each :])


def test_an_index_written_without_unused_places_is_of_the_form_expected(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    index = _index(tmp_path / "i", places=100, in_use=10, size=44)
    for name, each in (("data_level0.bin", 44), ("length.bin", 4)):
        with (index / name).open("r+b") as file:
            file.truncate(10 * each)
    before = {file.name: file.read_bytes() for file in index.iterdir()}

    clear_leftovers(tmp_path)

    assert {file.name: file.read_bytes() for file in index.iterdir()} == before
    assert caplog.messages == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda index: (index / "header.bin").write_bytes(b"short"),
        lambda index: (index / "header.bin").write_bytes(struct.pack("<i4Q", 2, 0, 9, 1, 44)),
        lambda index: (index / "header.bin").write_bytes(struct.pack("<i4Q", 1, 0, 9, 10, 44)),
        lambda index: (index / "header.bin").write_bytes(struct.pack("<i4Q", 1, 0, 8, 1, 44)),
        lambda index: (index / "data_level0.bin").unlink(),
    ],
    ids=["cut", "another version", "more than there is", "another size", "a file is gone"],
)
def test_what_is_of_another_form_is_left_alone(tmp_path: Path, spoil: object) -> None:
    index = _index(tmp_path / "i", places=9, in_use=1, size=44)
    spoil(index)  # type: ignore[operator]
    before = {file.name: file.read_bytes() for file in index.iterdir()}

    clear_leftovers(tmp_path)

    assert {file.name: file.read_bytes() for file in index.iterdir()} == before


@pytest.mark.parametrize("number", [40, 1_200], ids=["nothing written yet", "written by Chroma"])
def test_an_index_of_chroma_is_of_the_form_expected_and_answers_as_before(
    number: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    vectors = np.random.default_rng(0).normal(size=(number, 24)).astype(np.float32)
    settings = Settings(anonymized_telemetry=False)
    client = chromadb.PersistentClient(path=str(tmp_path), settings=settings)
    made = client.create_collection("kept", embedding_function=None)
    ids = [str(n) for n in range(number)]
    for start in range(0, number, 100):
        made.upsert(ids=ids[start : start + 100], embeddings=vectors[start : start + 100])
    client.close()
    (header,) = tmp_path.rglob("header.bin")
    _, _, _, in_use, _ = HEADER.unpack(header.read_bytes()[: HEADER.size])

    clear_leftovers(tmp_path)

    assert caplog.messages == []
    assert not any(header.with_name("length.bin").read_bytes()[in_use * 4 :])
    client = chromadb.PersistentClient(path=str(tmp_path), settings=settings)
    again = client.get_collection("kept", embedding_function=None)
    found = again.query(query_embeddings=vectors[:30], n_results=1)["ids"]
    client.close()
    assert [nearest[0] for nearest in found] == ids[:30]
