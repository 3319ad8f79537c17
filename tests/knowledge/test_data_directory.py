"""A data directory that was made beforehand, or that a failing disk has damaged."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.assembly import open_corpus, own_data_directory
from knowledge.errors import KnowledgeError
from knowledge.settings import KnowledgeSettings
from tests.fakes import HashingEmbedder
from tests.workbench import open_workbench, write_article

Damage = Callable[[Path], None]
TEXTS = {f"article-{n}": f"Text number {n}." for n in range(3)}


def _emptied(file: Path) -> None:
    file.write_bytes(b"")


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def _zeroed(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("whole")
    for name, text in TEXTS.items():
        write_article(root / "articles", name, text)
    with open_workbench(root / "data") as bench:
        bench.ingest(root / "articles")
    return root / "data"


@pytest.fixture
def data(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "data"))


def _start(data: Path) -> list[str]:
    """Open it as the bot does at its start; return the texts that are found then."""
    settings = KnowledgeSettings(_env_file=None, data_dir=data, articles_dir=data)
    embedder = HashingEmbedder()
    with open_corpus(settings, exclusive=True, embedder=embedder) as corpus:
        corpus.index.check_ready()
        corpus.mend_index()
        found = corpus.index.query(embedder.embed_query("number 1"), limit=9)
        chunks = corpus.catalog.chunks([chunk_id for chunk_id, _ in found])
        return sorted(chunk.text for chunk in chunks.values())


def test_a_data_directory_that_was_made_beforehand_lets_nobody_else_in(tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir(mode=0o755)

    with own_data_directory(made, exclusive=True):
        assert made.stat().st_mode & 0o777 == 0o700


def test_one_that_cannot_be_closed_to_others_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = tmp_path / "made"
    made.mkdir(mode=0o755)

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refuse)
    with own_data_directory(made, exclusive=False):
        pass

    assert f"others on this machine may read {made}" in caplog.text


@pytest.mark.parametrize("damage", [_emptied, _cut, _zeroed, Path.unlink])
def test_a_damaged_index_is_built_anew_at_the_start(
    data: Path, damage: Damage, caplog: pytest.LogCaptureFixture
) -> None:
    [file] = (data / "index").rglob("chroma.sqlite3")
    damage(file)

    with caplog.at_level(logging.WARNING):
        texts = _start(data)

    assert len(texts) == len(TEXTS)
    if damage in (_cut, _zeroed):
        assert "the index is damaged and built anew from the database" in caplog.text
    caplog.clear()
    assert _start(data) == texts
    assert "damaged" not in caplog.text


@pytest.mark.parametrize("damage", [_emptied, _cut, _zeroed, Path.unlink])
def test_a_damaged_record_is_told_in_one_line(data: Path, damage: Damage) -> None:
    damage(data / "record.sqlite3")
    for beside in data.glob("record.sqlite3-*"):
        beside.unlink()

    with pytest.raises(KnowledgeError) as told:
        _start(data)

    assert str(told.value).count("\n") == 0


@pytest.mark.parametrize("damage", [_emptied, _zeroed, Path.unlink])
@pytest.mark.parametrize("name", ["owner", "lock"])
def test_what_is_of_use_to_one_process_only_is_made_anew(
    data: Path, name: str, damage: Damage
) -> None:
    (data / name).touch()
    damage(data / name)

    assert len(_start(data)) == len(TEXTS)
