"""`python -m bot` as the person at the keyboard sees it."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.local_slack import LocalSlack
from tests.scenarios.real_world import RealCorpus

WRONG = {
    "SLACK_BOT_TOKEN": "token",
    "SLACK_APP_TOKEN": "xoxb-1",
    "SLACK_API_URL": "slack.example",
    "KB_ADMINS": "ada",
    "KB_EXPERTS_CHANNEL": "general",
    "KB_RETENTION_DAYS": "0",
    "KB_LOG_LEVEL": "loud",
    "KB_CHROMA_URL": "ftp://chroma.example",
    "KB_DATABASE_URL": "mysql://db.example",
    "KB_RERANKER_MODEL": "nobody/no-such-model",
    "KB_GROUNDING_MODEL": "nobody/no-such-model",
}


def _run(folder: Path, *, said: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot"],
        cwd=folder,
        input=said,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_without_tokens_a_question_from_a_pipe_is_answered(
    real_corpus: RealCorpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_dir = real_corpus.copy_to(tmp_path / "data")
    monkeypatch.setenv("KB_DATA_DIR", str(data_dir))

    done = _run(tmp_path, said="what is BPO?\n")

    assert (done.returncode, done.stderr) == (0, "")
    shown = " ".join(done.stdout.replace("│", " ").split())
    assert shown.count("Assistant ") >= 1
    assert "business process outsourcing" in shown.casefold()
    assert "[1]" in shown
    assert "1 Read" in shown


def test_everything_that_is_wrong_is_named_at_once_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in WRONG.items():
        monkeypatch.setenv(name, value)

    done = _run(tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert {line.removeprefix("error: ").split(":")[0] for line in done.stderr.splitlines()} == set(
        WRONG
    )
    assert "xoxb-1" not in done.stderr


@pytest.mark.parametrize(
    ("given", "arguments", "missing"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, [], ["SLACK_APP_TOKEN"]),
        ({"SLACK_APP_TOKEN": "xapp-1"}, [], ["SLACK_BOT_TOKEN"]),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, ["--http"], ["SLACK_SIGNING_SECRET"]),
        ({}, ["--http"], ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"]),
    ],
    ids=["no app token", "no bot token", "no signing secret", "none for HTTP"],
)
def test_every_missing_token_is_named(
    given: dict[str, str],
    arguments: list[str],
    missing: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    code = main(arguments)

    said = capsys.readouterr()
    assert (code, said.out) == (2, "")
    named = [line.removeprefix("error: ").split(":")[0] for line in said.err.splitlines()]
    assert named == missing


@pytest.mark.parametrize("reason", ["not_allowed_token_type", "missing_scope", "invalid_auth"])
def test_an_app_token_that_slack_refuses_is_told_in_one_line_before_anything_is_opened(
    reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KB_DATA_DIR", str(tmp_path / "data"))
    with LocalSlack() as slack:
        monkeypatch.setenv("SLACK_BOT_TOKEN", slack.bot_token)
        monkeypatch.setenv("SLACK_APP_TOKEN", slack.app_token)
        monkeypatch.setenv("SLACK_API_URL", slack.api_url)
        slack.fail_next("apps.connections.open", error=reason)

        code = main([])

    said = capfd.readouterr()
    assert (code, said.out) == (2, "")
    assert said.err == (
        f"error: SLACK_APP_TOKEN: Slack refuses it ({reason}; it needs connections:write)\n"
    )
    assert not (tmp_path / "data").exists()


def test_with_nothing_ingested_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KB_DATA_DIR", str(tmp_path / "data"))

    code = main([])

    said = capsys.readouterr()
    assert (code, said.out) == (1, "")
    assert said.err == "error: nothing has been ingested yet: run `python -m ingest`\n"
