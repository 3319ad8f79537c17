"""Ingests a folder and stops for good at a chosen point, so that its parent can kill it there.

    python -m tests.ingest.crashing_child DATA_DIR ARTICLES POINT COUNT

`POINT` is `before` or `after` and the name of a step; `inside index.upsert` writes half of the
chunks first, and `never` stops nowhere. `COUNT` says at which of the step's calls to stop. The
child prints `begins`, and then `ready` when it has stopped there, or `done` when the run is over.
"""

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ingest import pipeline
from tests.workbench import Workbench, open_workbench

GROUP_CHARS = 4_000
"""A tenth of the articles: a run has several groups to be killed in and between."""


NEVER = "never"


def main(data_dir: Path, articles: Path, point: str, count: int) -> None:
    pipeline.GROUP_CHARS = GROUP_CHARS
    with open_workbench(data_dir) as bench:
        if point != NEVER:
            where, step = point.split()
            _stop_at(_target(bench, step), step.partition(".")[2], where=where, count=count)
        _say("begins")
        bench.ingest(articles)
    _say("done")


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def _target(bench: Workbench, step: str) -> Any:
    owners: dict[str, Any] = {
        "catalog": type(bench.catalog),
        "ledger": type(bench.ledger),
        "index": type(bench.index),
        "vectors": type(bench.catalog.vectors),
    }
    if step.startswith("store."):
        from knowledge.search.store import ChromaChunkStore

        return ChromaChunkStore
    return owners[step.partition(".")[0]]


def _stop_at(owner: Any, name: str, *, where: str, count: int) -> None:
    original: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def stopping(self: Any, *args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls != count:
            return original(self, *args, **kwargs)
        if where == "inside":
            half = max(len(args[0]) // 2, 1)
            original(self, *(arg[:half] for arg in args), **kwargs)
        elif where == "after":
            original(self, *args, **kwargs)
        _say("ready")
        threading.Event().wait()
        return None

    setattr(owner, name, stopping)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
