"""An ingestion that is killed at any point loses nothing and shows nothing half done."""

import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.workbench import open_workbench, write_article

SEED = 20_261_123
ARTICLES = 100
ADDED, REMOVED, CHANGED = range(100, 110), range(5), range(10, 60)

STEPS = (
    "before index.prepare",
    "before catalog.stage",
    "after catalog.stage",
    "before vectors.keep_texts",
    "after vectors.keep_texts",
    "before store.upsert",
    "inside store.upsert",
    "inside store.upsert",
    "after store.upsert",
    "before catalog.activate",
    "after catalog.activate",
    "before catalog.remove",
    "after catalog.remove",
    "before store.delete",
    "inside store.delete",
    "after store.delete",
    "before catalog.sweep",
    "after catalog.sweep",
    "before ledger.switch_generation",
    "after ledger.switch_generation",
    "before ledger.forget_generation",
    "before ledger.end_run",
)
REPEATED = ("stage", "vectors", "upsert", "activate")
"""Steps that a run takes once for each group of articles."""
IMPORTANT = (
    "inside store.upsert",
    "before catalog.activate",
    "after catalog.activate",
    "inside store.delete",
    "before catalog.sweep",
    "after ledger.switch_generation",
)


def _text(n: int, *, edition: str) -> tuple[str, str]:
    return (
        f"The {edition} first part of number {n}. " + "It fills some space. " * 10,
        f"The {edition} second part of number {n}. " + "It fills more space. " * 10,
    )


def _write(folder: Path, n: int, *, edition: str) -> None:
    write_article(folder, f"article-{n}", *_text(n, edition=edition))


def _expected(n: int, *, edition: str) -> str:
    return "\n".join(part.strip() for part in _text(n, edition=edition))


@dataclass(frozen=True, slots=True)
class Corpus:
    """Articles as they are now, and a data directory with the articles of before."""

    articles: Path
    data: Path


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    root = tmp_path_factory.mktemp("corpus")
    corpus = Corpus(root / "articles", root / "data")
    for n in range(ARTICLES):
        _write(corpus.articles, n, edition="old")
    with open_workbench(corpus.data) as bench:
        assert bench.ingest(corpus.articles).is_complete
    for n in (*CHANGED, *ADDED):
        _write(corpus.articles, n, edition="new")
    for n in REMOVED:
        (corpus.articles / f"article-{n}.md").unlink()
    return corpus


@pytest.fixture
def data(corpus: Corpus, tmp_path: Path) -> Path:
    return Path(shutil.copytree(corpus.data, tmp_path / "data"))


def _check_after_kill(texts: dict[str, str]) -> None:
    """Every article is there, whole, in its old or its new version."""
    for n in range(ADDED.stop):
        allowed = {_expected(n, edition="old")} if n < ARTICLES else {""}
        if n in CHANGED or n in ADDED:
            allowed.add(_expected(n, edition="new"))
        if n in REMOVED:
            allowed.add("")
        assert texts.get(f"article-{n}", "") in allowed, n


def _check_finished(texts: dict[str, str]) -> None:
    wanted = {
        f"article-{n}": _expected(n, edition="new" if n in CHANGED or n in ADDED else "old")
        for n in range(ADDED.stop)
        if n not in REMOVED
    }
    assert texts == wanted


def _start(point: str, count: int, *, data: Path, articles: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.ingest.crashing_child", data, articles, point, str(count)],
        stdout=subprocess.PIPE,
        text=True,
    )


def _kill_at(point: str, count: int, *, data: Path, articles: Path) -> str:
    """Run the child to the point and kill it there; return what it said last."""
    child = _start(point, count, data=data, articles=articles)
    assert child.stdout is not None
    said = [child.stdout.readline().strip(), child.stdout.readline().strip()]
    child.kill()
    child.communicate()
    return said[1]


def _check_recovery(articles: Path, data: Path) -> None:
    """Check what a killed run has left, and that the next one brings all of it up to date."""
    with open_workbench(data) as bench:
        _check_after_kill(bench.texts())
        visible = bench.catalog.active_chunk_ids()
        found = bench.catalog.search(["number"], limit=1_000)
        assert sorted(chunk_id for chunk_id, _ in found) == sorted(visible)
        assert visible <= bench.index._opened()[1].ids()

        report = bench.ingest(articles)

        assert report.is_complete
        _check_finished(bench.texts())
        assert bench.index._opened()[1].ids() == bench.catalog.active_chunk_ids()
        assert bench.catalog.unseen_chunk_ids() == set()
        assert len(list((data / "index").iterdir())) == 1
        again = bench.ingest(articles)
        assert (again.chunks_embedded, again.chunks_written) == (0, 0)


def _points(number: int) -> list[tuple[str, int]]:
    """Return the important points and random others, with the call at which to stop."""
    random_ = random.Random(SEED)  # noqa: S311
    others = [step for step in STEPS if step not in IMPORTANT]
    steps = [*IMPORTANT, *random_.choices(others, k=max(number - len(IMPORTANT), 0))]
    return [
        (step, random_.randint(1, 4) if step.endswith(REPEATED) else 1) for step in steps[:number]
    ]


@pytest.mark.parametrize(("point", "count"), _points(6))
def test_a_run_that_is_killed_leaves_old_or_new_and_the_next_one_finishes(
    corpus: Corpus, data: Path, point: str, count: int
) -> None:
    said = _kill_at(point, count, data=data, articles=corpus.articles)

    assert said == "ready", f"the run never came to {point} (call {count})"
    _check_recovery(corpus.articles, data)


@pytest.mark.long
@pytest.mark.parametrize(("point", "count"), _points(40)[6:])
def test_a_run_that_is_killed_anywhere_leaves_old_or_new(
    corpus: Corpus, data: Path, point: str, count: int
) -> None:
    said = _kill_at(point, count, data=data, articles=corpus.articles)

    assert said == "ready", f"the run never came to {point} (call {count})"
    _check_recovery(corpus.articles, data)


@pytest.mark.long
def test_a_run_that_is_killed_at_any_moment_leaves_old_or_new(
    corpus: Corpus, tmp_path: Path
) -> None:
    random_ = random.Random(SEED)  # noqa: S311
    fell_inside = 0
    for round_ in range(20):
        data = Path(shutil.copytree(corpus.data, tmp_path / str(round_)))
        child = _start("never", 1, data=data, articles=corpus.articles)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(random_.uniform(0, 0.6))
        child.kill()
        fell_inside += "done" not in child.communicate()[0]
        _check_recovery(corpus.articles, data)

    assert fell_inside >= 10, f"only {fell_inside} of 20 kills fell inside a run (seed {SEED})"
