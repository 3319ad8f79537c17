"""`python -m ingest` as an administrator meets it, above all when something is wrong."""

import ctypes
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ingest.__main__ import main
from knowledge.models.embeddings import create_embedder
from tests import servers
from tests.made_once import made_once
from tests.small_disk import SmallDisk
from tests.workbench import write_article

DONE, PARTLY_FAILED, BAD_USAGE = 0, 1, 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    write_article(folder, "alpha", "Alpha handles invoices.")
    write_article(folder, "beta", "Beta answers telephone calls.")
    return folder


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KB_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@dataclass(frozen=True, slots=True)
class Ingested:
    """A data directory that holds two articles, and what the run that made it said."""

    folder: Path
    data: Path
    said: Path


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Ingested:
    root = made_once(tmp_path_factory, "ingested", _ingest_from_the_shell)
    return Ingested(root / "articles", root / "data", root / "said.json")


def _ingest_from_the_shell(root: Path) -> None:
    folder = root / "articles"
    write_article(folder, "alpha", "Alpha handles invoices.")
    write_article(folder / "inner", "beta", "Beta answers telephone calls.")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KB_DATA_DIR", str(root / "data"))
        said = subprocess.run(
            [sys.executable, "-m", "ingest", folder],
            cwd=root,
            check=False,
            capture_output=True,
            text=True,
        )
    (root / "said.json").write_text(json.dumps([said.returncode, said.stdout, said.stderr]))


@pytest.fixture
def filled(ingested: Ingested, data: Path) -> Path:
    """Return the folder of the two articles that the data directory holds."""
    shutil.copytree(ingested.data, data)
    return ingested.folder


def _articles(capsys: pytest.CaptureFixture[str]) -> int:
    capsys.readouterr()
    assert main(["status", "--json"]) == DONE
    return int(json.loads(capsys.readouterr().out)["articles"])


# What goes in


def test_a_run_from_the_shell_says_what_it_did(ingested: Ingested) -> None:
    code, said, complained = json.loads(ingested.said.read_text())

    assert (code, complained) == (DONE, "")
    assert said.startswith("2 added: alpha, beta\n0 unchanged\n2 texts embedded, 2 chunks")
    assert (ingested.data.stat().st_mode & 0o777) == 0o700


def test_json_stands_alone_on_standard_output(
    data: Path, folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "empty.md").touch()

    code = main(["run", "--json", str(folder)])

    report = json.loads(capfd.readouterr().out)
    assert code == PARTLY_FAILED
    assert report.pop("seconds") > 0
    assert report == {
        "added": ["alpha", "beta"],
        "changed": [],
        "unchanged": [],
        "removed": [],
        "failed": [
            {
                "location": str(folder / "empty.md"),
                "reason": "is empty; write something or delete it",
                "line": None,
            }
        ],
        "warnings": [],
        "chunks_written": 2,
        "chunks_embedded": 2,
    }


def test_what_is_recorded_can_be_read_back_as_json(
    filled: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = {}
    for command in ("status", "sources", "history"):
        assert main([command, "--json"]) == DONE
        shown[command] = json.loads(capsys.readouterr().out)

    assert shown["status"]["articles"] == shown["status"]["chunks"] == 2
    assert shown["status"]["embedder"] == create_embedder("").name
    assert shown["status"]["index_embedder"] == shown["status"]["embedder"]
    assert shown["status"]["data_dir"] == str(data)
    assert shown["status"]["last_run"]["state"] == "done"
    assert shown["sources"] == [{"location": str(filled), "kind": "folder", "articles": 2}]
    (run,) = shown["history"]
    assert run.keys() == {"run_id", "actor", "state", "started_at", "ended_at", "report"}
    assert run["report"]["added"] == ["alpha", "beta"]


@pytest.mark.parametrize("command", ["status", "sources", "history"])
def test_an_empty_record_can_be_looked_at(
    command: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command]) == DONE
    assert capsys.readouterr().out


def test_a_plan_loads_no_model_and_changes_nothing(
    filled: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_article(filled.parent / "more", "gamma", "Gamma is new.")
    monkeypatch.setenv("KB_EMBEDDING_MODEL", "no-such-model")

    code = main(["plan", "--json", str(filled), str(filled.parent / "more")])

    planned = json.loads(capsys.readouterr().out)
    assert code == DONE
    assert (planned["added"], planned["unchanged"]) == (["gamma"], ["alpha", "beta"])
    assert _articles(capsys) == 2


# Articles that cannot be read


@pytest.mark.parametrize(
    ("name", "content", "place", "reason"),
    [
        pytest.param("bad.md", b"", "bad.md:", "is empty", id="empty"),
        pytest.param("bad.md", b" \n\n ", "bad.md:", "is empty", id="blank"),
        pytest.param("bad.md", b"%PDF-1.7 ...", "bad.md:", "PDF", id="PDF named .md"),
        pytest.param("bad.md", bytes(range(256)) * 40, "bad.md:", "encoding", id="bytes"),
        pytest.param("bad.md", b"Text." + b"\0" * 50, "bad.md:", "control", id="NUL bytes"),
        pytest.param(
            "bad.md",
            b"---\nauthor: me\ntitle: [unclosed\n---\nText.\n",
            "bad.md:3:",
            "front matter",
            id="broken front matter",
        ),
        pytest.param(
            "bad.md", b"---\ntitle: Open\nText.\n", "bad.md:1:", "front matter", id="no end"
        ),
        pytest.param(
            "bad.jsonl", b'{"text": "Good."}\n{"text": \n', "bad.jsonl:2:", "JSON", id="JSON line"
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_reason(
    name: str,
    content: bytes,
    place: str,
    reason: str,
    data: Path,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (folder / name).write_bytes(content)

    code = main(["plan", str(folder)])

    out = capsys.readouterr().out
    (line,) = [line for line in out.splitlines() if line.startswith("failed: ")]
    assert code == PARTLY_FAILED
    assert f"{folder}/{place}" in line
    assert reason in line
    assert "would be added" in out


def test_a_huge_file_is_refused_unread(
    data: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (folder / "huge.md").open("wb") as file:
        file.truncate(200 * 2**20)
    started = time.process_time()

    code = main(["plan", str(folder)])

    assert code == PARTLY_FAILED
    assert "huge.md: is too large: 200.0 MiB, and the limit is 25 MiB" in capsys.readouterr().out
    assert time.process_time() - started < 2


def test_a_text_in_another_encoding_is_read_as_it_was_meant(data: Path, folder: Path) -> None:
    text = "# Café\n\nDas Büro in Zürich führt die Bücher für Kunden: naïve Prüfung."
    (folder / "alpha.md").write_bytes(text.encode("cp1252"))
    (folder / "beta.md").write_bytes(text.replace("Café", "Büro").encode("utf-16"))

    assert main(["run", str(folder)]) == DONE

    with sqlite3.connect(data / "record.sqlite3") as connection:
        found = {row[0] for row in connection.execute("SELECT text FROM chunk")}
    connection.close()
    assert found == {text.partition("\n\n")[2]}


@pytest.mark.parametrize(
    ("argument", "reason"),
    [
        pytest.param("nowhere", "nowhere: does not exist", id="no such path"),
        pytest.param("picture.png", "cannot be read; use one of", id="unknown kind"),
        pytest.param("pipe.md", "neither a file nor a folder", id="a pipe"),
    ],
)
def test_a_source_that_makes_no_sense_is_bad_usage(
    argument: str, reason: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "picture.png").touch()
    os.mkfifo(tmp_path / "pipe.md")

    code = main(["run", argument])

    captured = capsys.readouterr()
    assert code == BAD_USAGE
    assert reason in captured.err
    assert captured.out == ""


def test_an_unknown_option_is_bad_usage() -> None:
    with pytest.raises(SystemExit) as caught:
        main(["status", "--jason"])

    assert caught.value.code == BAD_USAGE


@pytest.mark.parametrize("unreadable", ["alpha.md", "inner"])
def test_what_may_not_be_read_is_named_and_stays(
    unreadable: str, filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mode = (filled / unreadable).stat().st_mode
    (filled / unreadable).chmod(0)
    try:
        with _unprivileged():
            code = main(["plan", "--json", str(filled)])
    finally:
        (filled / unreadable).chmod(mode)

    report = json.loads(capsys.readouterr().out)
    assert code == PARTLY_FAILED
    assert report["removed"] == []
    (failure,) = report["failed"]
    assert failure["location"] == str(filled / unreadable)
    assert "Permission denied" in failure["reason"]


# Sources and articles that are removed


def test_an_article_is_removed_by_its_id(
    filled: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["remove", "alpha", "--json"]) == DONE
    assert json.loads(capsys.readouterr().out)["removed"] == ["alpha"]
    assert _articles(capsys) == 1


@pytest.mark.parametrize("is_relative", [False, True], ids=["absolute", "relative"])
def test_a_source_is_removed_with_its_articles(
    filled: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_relative: bool,
) -> None:
    monkeypatch.chdir(filled.parent)

    code = main(["remove", filled.name if is_relative else str(filled)])

    assert code == DONE
    assert _articles(capsys) == 0
    main(["sources", "--json"])
    assert json.loads(capsys.readouterr().out) == []


def test_a_source_is_removed_with_what_is_kept_of_it(
    filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["rollback", "--json"])
    first = json.loads(capsys.readouterr().out)[-1]["run_id"]
    assert main(["rollback", str(first)]) == DONE
    assert _articles(capsys) == 0

    assert main(["remove", str(filled), "--json"]) == DONE

    assert len(json.loads(capsys.readouterr().out)["removed"]) == 2
    main(["rollback", "--json"])
    assert json.loads(capsys.readouterr().out) == []


def test_a_source_without_articles_can_be_removed(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "none").mkdir()
    assert main(["run", str(tmp_path / "none")]) == DONE

    assert main(["remove", str(tmp_path / "none")]) == DONE
    main(["sources", "--json"])
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == []


def test_what_is_not_there_cannot_be_removed(
    filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["remove", "unheard-of"]) == BAD_USAGE
    assert "no article or source is called 'unheard-of'" in capsys.readouterr().err


# The world around it


def test_a_chroma_server_that_does_not_answer_is_named_in_bounded_time(
    data: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("knowledge.search.store.SERVER_WAIT_S", 0.5)
    with servers.run_silent_server() as url:
        monkeypatch.setenv("KB_CHROMA_URL", url)
        started = time.monotonic()

        code = main(["run", str(folder)])

    assert code == PARTLY_FAILED
    assert f"vector index {url}" in capsys.readouterr().err
    assert time.monotonic() - started < 3


def test_a_locked_database_is_named(
    filled: Path,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("knowledge.record.database.SQLITE_WAIT_S", 0.2)
    other = sqlite3.connect(data / "record.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    code = main(["run", str(filled)])
    other.close()

    assert code == PARTLY_FAILED
    assert "another program holds the database locked" in capsys.readouterr().err
    assert _articles(capsys) == 2


def test_a_second_process_is_turned_away_within_two_seconds(
    filled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from knowledge.assembly import own_data_directory
    from knowledge.settings import KnowledgeSettings

    with own_data_directory(KnowledgeSettings.load().data_dir, exclusive=True):
        process = subprocess.Popen(
            [sys.executable, "-m", "ingest", "run", filled],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        _, said = process.communicate(timeout=30)
        started = time.monotonic()
        code = main(["run", str(filled)])
        waited_s = time.monotonic() - started
        plan_code = main(["plan", str(filled)])

    assert process.returncode == code == PARTLY_FAILED
    assert f"is in use by process {os.getpid()}" in said
    assert "Traceback" not in said
    assert waited_s < 2
    assert plan_code == DONE


def test_an_unknown_embedder_is_named_and_changes_nothing(
    filled: Path,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    generations = sorted((data / "index").iterdir())
    monkeypatch.setenv("KB_EMBEDDING_MODEL", "nobody/no-such-model")

    code = main(["run", str(filled)])

    assert code == BAD_USAGE
    assert "cannot load the embedding model 'nobody/no-such-model'" in capsys.readouterr().err
    monkeypatch.delenv("KB_EMBEDDING_MODEL")
    assert main(["run", "--json", str(filled)]) == DONE
    assert json.loads(capsys.readouterr().out)["unchanged"] == ["alpha", "beta"]
    assert sorted((data / "index").iterdir()) == generations


def test_every_wrong_setting_is_named_before_anything_happens(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KB_DATABASE_URL", "mysql://x")
    monkeypatch.setenv("KB_CHROMA_URL", "x")

    code = main(["status"])

    said = capsys.readouterr().err
    assert code == BAD_USAGE
    assert "KB_DATABASE_URL" in said
    assert "KB_CHROMA_URL" in said
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("command", "expected", "reason"),
    [
        pytest.param("run", BAD_USAGE, "KB_DATA_DIR: cannot write to {data}", id="run"),
        pytest.param("status", PARTLY_FAILED, "is read-only for this user", id="status"),
    ],
)
def test_a_data_directory_that_cannot_be_written_is_named(
    command: str,
    expected: int,
    reason: str,
    filled: Path,
    data: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    paths = (data, *data.rglob("*"))
    for path in paths:
        path.chmod(path.stat().st_mode & 0o555)
    try:
        with _unprivileged():
            code = main([command])
    finally:
        for path in paths:
            path.chmod(path.stat().st_mode | 0o200)

    assert code == expected
    assert reason.format(data=data) in capsys.readouterr().err


def test_a_data_directory_that_is_a_file_is_named(
    data: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data.touch()

    assert main(["run", str(folder)]) == BAD_USAGE
    assert "KB_DATA_DIR: cannot create" in capsys.readouterr().err


def test_a_full_disk_is_named_and_status_still_works(
    ingested: Ingested,
    small_disk: SmallDisk,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(ingested.data, small_disk.folder / "data")
    monkeypatch.setenv("KB_DATA_DIR", str(small_disk.folder / "data"))
    small_disk.fill()

    code = main(["run", str(folder)])

    assert code == PARTLY_FAILED
    assert "the disk is full" in capsys.readouterr().err
    small_disk.clear()
    assert _articles(capsys) == 2


@contextmanager
def _unprivileged() -> Iterator[None]:
    """Make file permissions hold for this thread, as they do for everyone but root."""
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    held = (ctypes.c_uint32 * 6)()
    if libc.capget(header, held):
        pytest.skip("capabilities cannot be read here")
    without = (ctypes.c_uint32 * 6)(*held)
    without[0] &= ~0b110  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, of the effective set
    libc.capset(header, without)
    try:
        yield
    finally:
        libc.capset(header, held)
