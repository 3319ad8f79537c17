"""A disk that fills up during a run, at one point after another."""

from pathlib import Path

import pytest

from knowledge.errors import KnowledgeError
from tests.small_disk import SmallDisk
from tests.workbench import open_workbench, write_article


@pytest.mark.parametrize("free_kib", [0, 20, 40, 500, 1_200, 2_000])
def test_a_run_on_a_full_disk_loses_nothing_and_succeeds_once_there_is_space(
    free_kib: int, small_disk: SmallDisk, tmp_path: Path
) -> None:
    old, new, data = tmp_path / "old", tmp_path / "new", small_disk.folder / "data"
    write_article(old, "alpha", "Alpha handles invoices.")
    for n in range(60):
        write_article(new, f"more-{n}", *(f"Part {m} of {n}. " + "word " * 200 for m in range(4)))
    with open_workbench(data) as bench:
        bench.ingest(old)
        before = bench.texts()
    small_disk.fill(free_kib=free_kib)

    with (
        pytest.raises(KnowledgeError, match="disk is full"),
        open_workbench(data) as bench,
    ):
        bench.ingest(new)
    small_disk.clear()

    with open_workbench(data) as bench:
        assert before.items() <= bench.texts().items()
        assert bench.ingest(new).is_complete
        assert len(bench.texts()) == 61
        assert bench.indexed_ids() == bench.catalog.active_chunk_ids()
