"""Whole runs of ingestion on folders of articles, with a quick embedder."""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.sources import describe_source
from knowledge.domain import ArticleId, IngestProgress
from knowledge.errors import EmbedderError
from knowledge.search.servers import ChromaServer
from knowledge.search.store import open_store
from tests.fakes import HashingEmbedder
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


def test_articles_are_taken_in_and_found(bench: Workbench, folder: Path) -> None:
    report = bench.ingest(folder)

    assert report.added == ("alpha", "beta")
    assert report.is_complete
    assert (report.chunks_embedded, report.chunks_written) == (3, 3)
    assert bench.texts()["beta"] == "Beta answers telephone calls."
    assert bench.indexed_ids() == bench.catalog.active_chunk_ids()
    assert len(bench.indexed_ids()) == 3


def test_the_same_run_again_embeds_and_writes_nothing(bench: Workbench, folder: Path) -> None:
    bench.ingest(folder)
    bench.embedder.embedded.clear()

    report = bench.ingest(folder)

    assert report.unchanged == ("alpha", "beta")
    assert (report.chunks_embedded, report.chunks_written) == (0, 0)
    assert bench.embedder.embedded == []


def test_of_a_hundred_articles_only_the_changed_passage_and_its_headings_are_embedded(
    bench: Workbench, tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    for n in range(100):
        write_article(folder, f"article-{n}", f"First of {n}.", f"Second of {n}.")
    bench.ingest(folder)
    bench.embedder.embedded.clear()
    write_article(folder, "article-42", "First of 42.", "Second of 42, rewritten.")

    report = bench.ingest(folder)

    assert report.changed == ("article-42",)
    assert len(report.unchanged) == 99
    assert report.chunks_embedded == 1
    passage = "article-42 > Part 2\nSecond of 42, rewritten."
    sentence = "Second of 42, rewritten."
    assert bench.embedder.embedded == [passage, "Part 1", "Part 2", sentence]
    assert bench.texts()["article-42"] == "First of 42.\nSecond of 42, rewritten."
    assert bench.indexed_ids() == bench.catalog.active_chunk_ids()


def test_other_questions_make_a_new_version_but_no_passage_is_embedded_anew(
    bench: Workbench, folder: Path
) -> None:
    text = "Beta answers telephone calls."
    write_article(folder, "beta", text, questions={"Part 1": ["who picks up the phone"]})
    bench.ingest(folder)
    before = bench.catalog.active_chunk_ids()
    bench.embedder.embedded.clear()
    write_article(folder, "beta", text, questions={"Part 1": ["whom do callers reach"]})

    report = bench.ingest(folder)

    assert report.changed == ("beta",)
    assert report.chunks_embedded == 0
    assert bench.embedder.embedded == ["Part 1", "whom do callers reach"]
    assert bench.catalog.active_chunk_ids() != before
    assert bench.indexed_ids() == bench.catalog.active_chunk_ids()
    (chunk,) = bench.catalog.article_chunks("beta")
    assert chunk.questions == ("whom do callers reach",)


def test_an_article_whose_file_is_gone_is_removed(bench: Workbench, folder: Path) -> None:
    bench.ingest(folder)
    (folder / "beta.md").unlink()

    report = bench.ingest(folder)

    assert report.removed == ("beta",)
    assert set(bench.texts()) == {"alpha"}
    assert bench.indexed_ids() == bench.catalog.active_chunk_ids()


def test_a_broken_file_fails_alone_and_its_old_version_stays(
    bench: Workbench, folder: Path
) -> None:
    bench.ingest(folder)
    (folder / "beta.md").write_text("---\ntitle: [unclosed\n---\nNew text.\n")
    write_article(folder, "gamma", "Gamma is new.")

    report = bench.ingest(folder)

    assert [(Path(f.location).name, f.line) for f in report.failed] == [("beta.md", 2)]
    assert report.added == ("gamma",)
    assert report.removed == ()
    assert bench.texts()["beta"] == "Beta answers telephone calls."


def test_a_source_that_is_not_there_removes_nothing(bench: Workbench, folder: Path) -> None:
    bench.ingest(folder)
    source = describe_source(str(folder))
    folder.rename(folder.with_name("elsewhere"))

    report = bench.ingestion.run([source], actor="test")

    assert [failure.location for failure in report.failed] == [str(folder)]
    assert report.removed == ()
    assert set(bench.texts()) == {"alpha", "beta"}


def test_a_folder_that_lost_all_its_files_keeps_its_articles_until_that_is_confirmed(
    bench: Workbench, folder: Path
) -> None:
    bench.ingest(folder)
    for path in folder.iterdir():
        path.unlink()
    (folder / "lost+found").mkdir()
    source = describe_source(str(folder))

    kept = bench.ingestion.run([source], actor="test")
    planned = bench.ingestion.plan([source], confirm_empty=True)
    confirmed = bench.ingestion.run([source], actor="test", confirm_empty=True)

    assert (kept.removed, [failure.location for failure in kept.failed]) == ((), [str(folder)])
    assert "2 of its articles are kept" in kept.failed[0].reason
    assert planned.removed == confirmed.removed == ("alpha", "beta")
    assert bench.indexed_ids() == set()


def test_a_folder_that_never_held_anything_may_be_empty(bench: Workbench, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()

    assert bench.ingest(tmp_path / "new").is_complete


def test_of_two_files_with_one_title_both_are_taken_in_and_who_was_first_keeps_the_id(
    bench: Workbench, folder: Path
) -> None:
    bench.ingest(folder)
    write_article(folder, "aaa", "Another text.", title="alpha")

    report = bench.ingest(folder)
    again = bench.ingest(folder)

    assert report.is_complete
    assert report.added == ("alpha-aaa",)
    assert bench.texts()["alpha"].startswith("Alpha handles")
    assert again.unchanged == ("alpha-aaa", "alpha", "beta")


def test_files_that_are_moved_between_sources_are_moved_in_one_run(
    bench: Workbench, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    write_article(first, "travel", "Fares are paid.")
    write_article(second, "unit", "Units are rooms.")
    write_article(first, "stays", "It stays.")
    write_article(second, "stays too", "It stays too.")
    bench.ingest(first, second)
    (first / "travel.md").rename(second / "travel.md")
    (second / "unit.md").rename(first / "unit.md")

    planned = bench.ingestion.plan(bench.ledger.sources())
    report = bench.ingest(first, second)

    for told in (planned, report):
        assert told.is_complete
        assert set(told.unchanged) == {"travel", "unit", "stays", "stays-too"}
        assert (told.added, told.changed, told.removed) == ((), (), ())
    places = {str(row.article_id): row.location for row in bench.catalog.articles()}
    assert places["travel"] == str(second / "travel.md")
    assert places["unit"] == str(first / "unit.md")


def test_the_articles_of_a_renamed_folder_are_moved(bench: Workbench, folder: Path) -> None:
    bench.ingest(folder)
    renamed = folder.rename(folder.with_name("renamed"))

    report = bench.ingest(renamed)

    assert (set(report.unchanged), report.added) == ({"alpha", "beta"}, ())
    assert {row.source_location for row in bench.catalog.articles()} == {str(renamed)}


def test_a_name_that_is_not_utf_8_stops_nothing(bench: Workbench, folder: Path) -> None:
    name = os.fsencode(folder) + b"/caf\xe9.md"
    Path(os.fsdecode(name)).write_text("Tea is served from three.\n")

    first = bench.ingest(folder)
    again = bench.ingest(folder)

    assert first.added == ("alpha", "beta", "cafe")
    assert again.unchanged == ("alpha", "beta", "cafe")
    places = {str(row.article_id): row.location for row in bench.catalog.articles()}
    assert places["cafe"].endswith("/caf\\xe9.md")
    assert [run.state for run in bench.ledger.runs(limit=5)] == ["done", "done"]


def test_files_of_other_kinds_are_counted_by_kind(bench: Workbench, folder: Path) -> None:
    for name in ("a.psd", "b.PSD", "c.png", "Makefile", ".hidden.png"):
        (folder / name).write_bytes(b"PK")
    (folder / "link.md").symlink_to(folder / "alpha.md")

    report = bench.ingest(folder)
    planned = bench.ingestion.plan([describe_source(str(folder))])

    said = "5 files of kinds that are not read: .png (1), .psd (2), links (1), no suffix (1)"
    assert report.warnings == planned.warnings == (said,)
    assert report.is_complete


def test_what_is_cut_of_a_file_is_said_by_the_plan_before_a_run_says_it(
    bench: Workbench, folder: Path
) -> None:
    text = "<p>Lamps are lit at dusk by the early watch.</p><p hidden>Secret.</p>"
    (folder / "lamps.html").write_text(f"<html><body><h1>Lamps</h1>{text}</body></html>")
    (folder / "notes.md").write_text("# Notes\n\nTaken daily. <!-- by whom? -->\n")

    planned = bench.ingestion.plan([describe_source(str(folder))])
    report = bench.ingest(folder)

    assert report.warnings == planned.warnings
    assert [warning.partition(": ")[2] for warning in report.warnings] == [
        "1 hidden passages (buttons among them) in it are left out",
        "1 comments and hidden passages in it are left out",
    ]


def test_what_is_left_out_of_front_matter_and_what_is_kept_out_is_in_the_report(
    bench: Workbench, folder: Path
) -> None:
    (folder / "price.md").write_text("---\ntitle: x\nupdated: 3/4/25\n---\n\nA seat is dear.\n")
    (folder / "draft.md").write_text("---\ntitle: y\ndraft: true\n---\n\nA secret.\n")

    report = bench.ingest(folder)

    assert report.is_complete
    assert report.added == ("alpha", "beta", "x")
    assert [warning.split(": ")[0] for warning in report.warnings] == [
        f"{folder}/draft.md:3",
        f"{folder}/price.md:3",
    ]


def test_an_article_that_becomes_a_draft_is_taken_out(bench: Workbench, folder: Path) -> None:
    bench.ingest(folder)
    (folder / "beta.md").write_text("---\ntitle: beta\npublished: false\n---\n\nLater.\n")

    report = bench.ingest(folder)

    assert report.removed == ("beta",)
    assert "is kept out" in report.warnings[0]


def test_a_file_that_moves_within_its_folder_is_not_embedded_again(
    bench: Workbench, folder: Path
) -> None:
    bench.ingest(folder)
    (folder / "deeper").mkdir()
    shutil.move(folder / "beta.md", folder / "deeper" / "beta.md")

    report = bench.ingest(folder)

    assert report.unchanged == ("alpha", "beta")
    assert (report.removed, report.chunks_written) == ((), 0)
    places = {str(row.article_id): row.location for row in bench.catalog.articles()}
    assert places["beta"] == str(folder / "deeper" / "beta.md")


def test_a_file_inside_a_registered_folder_may_be_named_too(bench: Workbench, folder: Path) -> None:
    bench.ingest(folder)
    bench.ingest(folder / "beta.md")

    report = bench.ingestion.run(bench.ledger.sources(), actor="test")

    assert report.failed == ()
    assert report.removed == ()
    assert set(report.unchanged) == {"alpha", "beta"}


def test_words_that_no_database_takes_do_not_end_the_run(bench: Workbench, folder: Path) -> None:
    blob = "QUJD" * 20_000
    (folder / "odd.jsonl").write_text(
        '{"id": "odd", "title": "Odd", "text": "Half \\ud800 a pair, a \\u0000 and '
        + blob
        + '."}\n'
    )

    report = bench.ingest(folder)

    assert report.is_complete
    assert "Half" in bench.texts()["odd"]


def test_a_reader_sees_the_old_text_until_the_new_one_is_whole(
    bench: Workbench, folder: Path
) -> None:
    old = "\n".join(f"Old sentence {n}." for n in range(40))
    new = "\n".join(f"New sentence {n}." for n in range(40))
    paragraphs = old.split("\n"), new.split("\n")
    write_article(folder, "long", *paragraphs[0])
    bench.ingest(folder)
    write_article(folder, "long", *paragraphs[1])
    seen: list[str] = []
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            seen.append("\n".join(c.text for c in bench.catalog.article_chunks("long")))

    reader = threading.Thread(target=read)
    reader.start()
    bench.ingest(folder)
    ended.set()
    reader.join()

    assert set(seen) <= {old, new}
    assert seen[0] == old
    assert bench.texts()["long"] == new


def test_questions_go_on_while_the_index_is_rebuilt(bench: Workbench, folder: Path) -> None:
    bench.ingest(folder)
    vector = bench.embedder.embed_query("invoices")
    errors: list[Exception] = []
    found: list[int] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            try:
                found.append(len(bench.index.query(vector, limit=10)))
            except Exception as exc:  # noqa: BLE001
                errors.append(exc)

    readers = [threading.Thread(target=ask) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(8):
        bench.ingestion.rebuild()
    ended.set()
    for reader in readers:
        reader.join()

    assert errors == []
    assert set(found) == {3}


def test_a_failed_run_says_so_in_the_history_and_the_next_one_makes_up_for_it(
    bench: Workbench, folder: Path
) -> None:
    bench.embedder.error = EmbedderError("the model is broken")
    with pytest.raises(EmbedderError):
        bench.ingest(folder)
    bench.embedder.error = None

    report = bench.ingest(folder)

    assert report.added == ("alpha", "beta")
    assert [run.state for run in bench.ledger.runs(limit=5)] == ["done", "failed"]
    assert bench.indexed_ids() == bench.catalog.active_chunk_ids()


def test_a_run_that_ends_in_a_fault_of_the_program_does_not_stay_open_in_the_history(
    bench: Workbench, folder: Path
) -> None:
    bench.embedder.error = ZeroDivisionError("a fault")  # type: ignore[assignment]

    with pytest.raises(ZeroDivisionError):
        bench.ingest(folder)

    assert [run.state for run in bench.ledger.runs(limit=5)] == ["interrupted"]


def test_a_plan_says_what_a_run_would_do_and_does_nothing(bench: Workbench, folder: Path) -> None:
    bench.ingest(folder)
    write_article(folder, "beta", "Beta has changed.")
    write_article(folder, "gamma", "Gamma is new.")
    (folder / "alpha.md").unlink()
    before = bench.texts()
    bench.embedder.error = AssertionError("no model for a plan")

    planned = bench.ingestion.plan([describe_source(str(folder))])

    assert (planned.added, planned.changed, planned.removed) == (("gamma",), ("beta",), ("alpha",))
    assert bench.texts() == before
    assert len(bench.ledger.runs(limit=5)) == 1


def test_a_removed_article_is_nowhere_any_more(bench: Workbench, folder: Path) -> None:
    bench.ingest(folder)

    removed = bench.ingestion.remove(["alpha", "unheard-of"], actor="test")  # type: ignore[list-item]

    assert removed == ("alpha",)
    assert set(bench.texts()) == {"beta"}
    assert bench.catalog.search(["lisbon"], limit=5) == []
    assert bench.indexed_ids() == bench.catalog.active_chunk_ids()


def test_progress_is_told_from_reading_to_finishing(bench: Workbench, folder: Path) -> None:
    told: list[IngestProgress] = []

    bench.ingestion.run([describe_source(str(folder))], actor="test", on_progress=told.append)

    assert [p.stage for p in told] == ["embedding", "reading", "finishing"]
    assert (told[-1].done, told[-1].total) == (2, 2)


@pytest.mark.parametrize("damage", [b"no database " * 1_000, b"", bytes(8_192)])
def test_an_index_that_is_damaged_is_built_anew_from_the_record(
    damage: bytes, tmp_path: Path, folder: Path
) -> None:
    with open_workbench(tmp_path / "data") as bench:
        bench.ingest(folder)
    (generation,) = (tmp_path / "data" / "index").iterdir()
    (generation / "chroma.sqlite3").write_bytes(damage)

    with open_workbench(tmp_path / "data") as bench:
        report = bench.ingest(folder)

        assert report.is_complete
        assert bench.embedder.embedded == []
        assert bench.indexed_ids() == bench.catalog.active_chunk_ids()
    assert len(list((tmp_path / "data" / "index").iterdir())) == 1


def test_a_chunk_that_the_index_lost_during_the_run_is_there_when_it_ends(
    bench: Workbench, tmp_path: Path, folder: Path
) -> None:
    bench.ingest(folder)
    write_article(folder, "gamma", "Gamma keeps the books.")
    directory = tmp_path / "data" / "index"

    def lose(progress: IngestProgress) -> None:
        if progress.stage == "finishing":
            (generation,) = directory.iterdir()
            store = open_store(generation.name, directory=directory, server=ChromaServer(url=""))
            store.delete(sorted(store.ids())[:1])

    bench.ingestion.run([describe_source(str(folder))], actor="test", on_progress=lose)

    assert bench.indexed_ids() == bench.catalog.active_chunk_ids()


def _files_with(word: str, data: Path) -> list[str]:
    files = [path for path in data.rglob("*") if path.is_file()]
    return [path.name for path in files if word.encode() in path.read_bytes()]


@pytest.mark.parametrize("way", ["file", "command", "edit"])
def test_what_is_removed_is_in_no_file_of_the_data_directory(
    way: str, tmp_path: Path, folder: Path
) -> None:
    data = tmp_path / "data"
    write_article(folder, "secret", *(f"Part {n} names the xylophonist." for n in range(40)))
    # What a run takes away is kept for its rollback, unless nothing is to be kept.
    with open_workbench(data, kept_publications=20 if way == "command" else 0) as bench:
        bench.ingest(folder)
        assert _files_with("xylophonist", data)
        if way == "file":
            (folder / "secret.md").unlink()
        elif way == "edit":
            write_article(folder, "secret", "Part 1 names nobody.")

        if way == "command":
            bench.ingestion.remove([ArticleId("secret")], actor="test")
        else:
            bench.ingest(folder)

        assert _files_with("xylophonist", data) == []
        assert bench.indexed_ids() == bench.catalog.active_chunk_ids()
    assert _files_with("xylophonist", data) == []


def test_a_shorter_window_splits_every_article_anew(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    write_article(folder, "long", " ".join(f"Sentence {n} is about payroll." for n in range(60)))
    with open_workbench(tmp_path / "data") as bench:
        bench.ingest(folder)
        before = len(bench.catalog.article_chunks("long"))

    shorter = HashingEmbedder(max_tokens=80)
    with open_workbench(tmp_path / "data", embedder=shorter) as bench:
        report = bench.ingest(folder)
        after = bench.catalog.article_chunks("long")

        assert report.changed == ("long",)
        assert len(after) > before
        assert max(shorter.count_tokens([chunk.embedding_text for chunk in after])) <= 80
