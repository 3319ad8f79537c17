"""What a run changed is taken back letter by letter, without a model."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from knowledge.domain import ArticleId
from knowledge.errors import KnowledgeError
from knowledge.record.history import KEPT
from tests.workbench import Workbench, open_workbench, write_article


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with open_workbench(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    write_article(folder, "alpha", "Alpha handles invoices.", "Alpha was founded in Lisbon.")
    write_article(folder, "beta", "Beta answers telephone calls.")
    return folder


def _state(bench: Workbench) -> dict[str, Any]:
    """Return all that answers are made of."""
    return {
        "articles": bench.catalog.articles(),
        "chunks": [chunk for batch in bench.catalog.active_chunks() for chunk in batch],
        "found": bench.catalog.search(["invoic", "telephon", "payrol"], limit=9),
        "near": sorted(bench.index.query(bench.embedder.embed_query("invoices"), limit=9)),
        "indexed": bench.indexed_ids(),
        "frequencies": bench.catalog.vocabulary().frequencies,
    }


def _change(folder: Path) -> None:
    write_article(folder, "alpha", "Alpha handles payroll now.")
    (folder / "beta.md").unlink()
    write_article(folder, "gamma", "Gamma audits invoices.")


def _last(bench: Workbench) -> int:
    return bench.ledger.runs(limit=1)[0].run_id


def test_all_is_as_it_was_and_nothing_is_embedded(bench: Workbench, folder: Path) -> None:
    bench.ingest(folder)
    before = _state(bench)
    _change(folder)
    bench.ingest(folder)
    assert _state(bench) != before
    bench.embedder.embedded.clear()

    report = bench.ingestion.rollback(_last(bench), actor="test")

    assert (report.added, report.changed, report.removed) == (("beta",), ("alpha",), ("gamma",))
    assert _state(bench) == before
    assert bench.embedder.embedded == []


def test_a_rollback_is_taken_back_in_its_turn(bench: Workbench, folder: Path) -> None:
    bench.ingest(folder)
    _change(folder)
    bench.ingest(folder)
    after = _state(bench)
    bench.ingestion.rollback(_last(bench), actor="test")

    bench.ingestion.rollback(_last(bench), actor="test")

    assert _state(bench) == after


def test_several_runs_are_taken_back_at_once(bench: Workbench, folder: Path) -> None:
    bench.ingest(folder)
    before = _state(bench)
    _change(folder)
    bench.ingest(folder)
    first = _last(bench)
    write_article(folder, "alpha", "Alpha handles nothing.")
    write_article(folder, "beta", "Beta answers telephone calls.")
    bench.ingest(folder)

    bench.ingestion.rollback(first, actor="test")

    assert _state(bench)["articles"] == before["articles"]
    assert _state(bench)["indexed"] == before["indexed"]


def test_a_moved_article_is_read_from_its_old_place_again(bench: Workbench, folder: Path) -> None:
    bench.ingest(folder)
    before = bench.catalog.articles()
    (folder / "beta.md").rename(folder / "moved.md")
    bench.ingest(folder)

    bench.ingestion.rollback(_last(bench), actor="test")

    assert bench.catalog.articles() == before


def test_only_the_latest_publications_are_kept(bench: Workbench, folder: Path) -> None:
    for number in range(KEPT + 2):
        write_article(folder, "alpha", f"Alpha is at {number}.")
        bench.ingest(folder)
    runs = [run.run_id for run in bench.ledger.runs(limit=99)]

    with pytest.raises(KnowledgeError, match="cannot be taken back"):
        bench.ingestion.rollback(runs[-1], actor="test")
    bench.ingestion.rollback(runs[KEPT - 1], actor="test")

    assert bench.texts()["alpha"] == "Alpha is at 1."


def test_a_run_that_changed_nothing_is_no_publication(bench: Workbench, folder: Path) -> None:
    bench.ingest(folder)
    bench.ingest(folder)

    with pytest.raises(KnowledgeError, match="cannot be taken back"):
        bench.ingestion.rollback(_last(bench), actor="test")


def test_what_was_removed_by_name_does_not_come_back(bench: Workbench, folder: Path) -> None:
    bench.ingest(folder)
    first = _last(bench)
    bench.ingestion.remove([ArticleId("beta")], actor="test")
    write_article(folder, "alpha", "Alpha handles payroll now.")
    (folder / "beta.md").unlink()
    bench.ingest(folder)

    bench.ingestion.rollback(_last(bench), actor="test")

    assert set(bench.texts()) == {"alpha"}
    assert first not in {run.run_id for run in bench.ledger.runs(limit=1)}


def _files_with(word: str, data: Path) -> list[str]:
    files = [path for path in data.rglob("*") if path.is_file()]
    return [path.name for path in files if word.encode() in path.read_bytes()]


@pytest.fixture
def kept(tmp_path: Path, folder: Path) -> Path:
    """Return a data directory that keeps the text of a file that is gone."""
    data = tmp_path / "kept"
    write_article(folder, "secret", *(f"Part {n} names the xylophonist." for n in range(40)))
    with open_workbench(data) as bench:
        bench.ingest(folder)
        (folder / "secret.md").unlink()
        bench.ingest(folder)
        assert "secret" not in bench.texts()
        assert bench.catalog.search(["xylophonist"], limit=9) == []
        assert _files_with("xylophonist", data)
    return data


def test_what_a_run_removed_can_still_be_removed_by_name(kept: Path) -> None:
    with open_workbench(kept) as bench:
        assert bench.ingestion.remove([ArticleId("secret")], actor="test") == ("secret",)
        assert _files_with("xylophonist", kept) == []
        assert bench.ingestion.remove([ArticleId("secret")], actor="test") == ()


def test_what_was_kept_goes_with_the_next_run_once_nothing_is_to_be_kept(
    kept: Path, folder: Path
) -> None:
    with open_workbench(kept, kept_publications=0) as bench:
        report = bench.ingest(folder)

        assert (report.added, report.changed, report.removed) == ((), (), ())
        assert _files_with("xylophonist", kept) == []
