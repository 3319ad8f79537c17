"""A data directory that an earlier version wrote opens and answers as it did.

`tests/data/released` holds what the program of commit 1ab915a wrote, record and index: three small
articles, two answered questions of one conversation, a vote, and a question that was still to be
answered. It is never made anew. The embedding model is the published one, so that a new tuning of
ours changes nothing here.
"""

import datetime as dt
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

import ingest.__main__
import knowledge.__main__
from bot.record.journal import Journal
from knowledge.domain import Answer, Refusal
from knowledge.record.database import open_database

RELEASED = Path(__file__).parents[1] / "data" / "released"


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    with zipfile.ZipFile(RELEASED / "data.zip") as archive:
        archive.extractall(folder)
    monkeypatch.setenv("KB_DATA_DIR", str(folder))
    monkeypatch.setenv("KB_ARTICLES_DIR", str(RELEASED / "articles"))
    monkeypatch.setenv("KB_GLOSSARY_FILE", str(RELEASED / "glossary.yaml"))
    monkeypatch.setenv("KB_EMBEDDING_MODEL", "all-MiniLM-L6-v2")
    return folder


def _ingest(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert ingest.__main__.main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def _knowledge(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert knowledge.__main__.main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_its_status_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    status = _ingest(capsys, "status")

    assert (status["articles"], status["chunks"]) == (3, 9)
    assert status["embedder"] == status["index_embedder"] == "all-MiniLM-L6-v2"
    assert status["last_run"]["state"] == "done"


def test_its_terms_are_defined_with_the_passages_that_it_holds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reply = _knowledge(capsys, "define", "tool card")

    assert reply["senses"][0]["expansion"] == "tool library card"
    assert [source["quote"] for source in reply["sources"]] == [
        "A tool may be kept for seven days."
    ]


def test_questions_are_answered_from_it_without_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    reply = _knowledge(capsys, "ask", "How much is the deposit for a power tool?")

    assert "The deposit for a power tool is forty euros. [1]" in reply["text"]
    assert reply["sources"][0]["url"] == "https://library.example/deposits"


def test_a_run_finds_nothing_changed_and_embeds_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    report = _ingest(capsys, "run")

    assert sorted(report["unchanged"]) == ["borrowing-tools", "deposits", "the-safety-course"]
    assert [report[name] for name in ("added", "changed", "removed", "failed")] == [[]] * 4
    assert (report["chunks_written"], report["chunks_embedded"]) == (0, 0)


def test_what_people_asked_and_were_answered_is_still_there(data_dir: Path) -> None:
    database = open_database(f"sqlite:///{data_dir / 'record.sqlite3'}")
    journal = Journal(database)

    answered, refused = journal.find_answer("answer1"), journal.find_answer("answer2")
    waiting = [(event.event_id, event.payload["text"]) for event in journal.waiting()]
    turns = journal.recent_turns(
        "T1:C1:1.0", limit=6, not_before=dt.datetime(2026, 11, 27, tzinfo=dt.UTC)
    )
    votes = journal.votes("answer1")
    database.close()

    assert answered is not None
    assert isinstance(answered.outcome, Answer)
    assert refused is not None
    assert isinstance(refused.outcome, Refusal)
    assert [turn.text for turn in turns if turn.role == "user"] == [
        "How long may a tool be kept?",
        "Who founded the tool library?",
    ]
    assert waiting == [("Ev3", "What does a late tool cost?")]
    assert votes == {"up": 1, "down": 0}
