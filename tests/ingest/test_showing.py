"""`python -m ingest show`: an article as it was understood."""

import json
import shutil
from pathlib import Path

import pytest

from ingest.__main__ import main
from ingest.showing import near_ids
from tests.workbench import open_workbench

DONE, PARTLY_FAILED, BAD_USAGE = 0, 1, 2
PAGE = """---
title: Night shifts
author: {name: Ada}
updated: 2025-04-02
tags: [shifts]
questions:
  Premium: [what is paid at night]
---

Nights are from ten to six.

## Premium

- The premium is *18 %*.

| day | hours |
|---|---|
| Monday | 8 |
"""


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shown")
    (root / "articles").mkdir()
    (root / "articles" / "nights.md").write_text(PAGE)
    with open_workbench(root / "data") as bench:
        assert bench.ingest(root / "articles").is_complete
    return root


@pytest.fixture
def root(ingested: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(ingested / "data", tmp_path / "data")
    monkeypatch.setenv("KB_DATA_DIR", str(tmp_path / "data"))
    return ingested


def test_an_article_is_printed_as_it_was_understood_with_what_was_left_out(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = root / "articles" / "nights.md"

    assert main(["show", "night-shifts"]) == DONE

    assert capsys.readouterr().out == (
        "Night shifts\n"
        "  article id: night-shifts\n"
        "  updated: 2025-04-02\n"
        "  tags: shifts\n"
        f"  location: {file}\n"
        "\n"
        "Nights are from ten to six.\n"
        "\n"
        "# Premium\n"
        "- The premium is 18 %.\n"
        "| day | hours |\n"
        "| Monday | 8 |\n"
        "\n"
        f"left out: {file}:3: `author` in its front matter is left out: it is neither a text nor "
        "a list of texts\n"
    )


def test_json_has_the_same(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "--json", "night-shifts"]) == DONE

    shown = json.loads(capsys.readouterr().out)
    (article,) = shown["articles"]
    assert article["sections"][0] == {"heading": "", "text": "Nights are from ten to six."}
    assert len(shown["left_out"]) == 1
    assert shown["failed"] == []


def test_a_file_is_shown_without_being_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KB_DATA_DIR", str(tmp_path / "data"))
    file = tmp_path / "new.jsonl"
    file.write_text('{"id": "a", "title": "One", "text": "First words."}\n{"id": "b"}\n')

    assert main(["show", str(file)]) == PARTLY_FAILED

    said = capsys.readouterr().out
    assert said.startswith(f"One\n  article id: a\n  location: {file}#a\n\nFirst words.\n")
    assert f"failed: {file}:2: has a wrong line: `text` is missing" in said
    assert not (tmp_path / "data" / "record.sqlite3").exists()


def test_an_unknown_id_names_those_that_look_like_it(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", "nihgt-shift"]) == BAD_USAGE

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        "error: no article or file is called 'nihgt-shift': did you mean night-shifts?\n"
    )


def test_an_id_like_no_other_names_the_search() -> None:
    assert near_ids("zzz", ["night-shifts", "vendors"]) == []


def test_a_file_that_changed_since_or_is_gone_is_said(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = root / "articles" / "nights.md"
    try:
        file.write_text(PAGE.replace("ten", "eleven"))
        assert main(["show", "night-shifts"]) == DONE
        changed = capsys.readouterr().out
        file.unlink()
        assert main(["show", "night-shifts"]) == DONE
        gone = capsys.readouterr().out
    finally:
        file.write_text(PAGE)

    assert "from ten to six" in changed
    assert "has changed since; `python -m ingest run` takes it in" in changed
    assert "what was left out is not known, the file is gone" in gone


def test_a_file_of_a_kind_that_is_not_read_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KB_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "a.exe").write_bytes(b"MZ")

    assert main(["show", str(tmp_path / "a.exe")]) == BAD_USAGE

    assert "is of a kind that cannot be read" in capsys.readouterr().err
