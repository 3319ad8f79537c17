"""What `/kb add` and `/kb rollback` start, and what they refuse."""

import pytest

from bot.access.authorization import Action
from bot.administration import Change
from bot.incoming import parse_command
from bot.listeners.administrators.publishing import Publishing
from bot.rendering import Work
from tests.fakes import FakeChanges


class _Runner:
    """Does the work at once."""

    def __init__(self) -> None:
        self.actions: list[str] = []
        self.busy: str | None = None

    def start(
        self, actor: str, *, work: Work = "ingest", change: Change | None = None
    ) -> str | None:
        if self.busy is None:
            self.actions.append(work if change is None else change.name)
            if change is not None:
                change.make(actor, lambda _: None)
        return self.busy


def _reply(action: Action, text: str, runner: _Runner, changes: FakeChanges) -> str:
    command = {"text": text, "user_id": "U1", "team_id": "T1", "channel_id": "C1"}
    command |= {"response_url": "http://127.0.0.1/", "trigger_id": "1", "command": "/kb"}
    publishing = Publishing(runner, changes, changes)  # type: ignore[arg-type]
    return publishing.reply(action, parse_command(command)).text


@pytest.mark.parametrize("typed", ["https://site.example/a", "<https://site.example/a>"])
def test_an_address_is_added_however_slack_writes_it(typed: str) -> None:
    runner, changes = _Runner(), FakeChanges()

    text = _reply(Action.ADD, f"add {typed}", runner, changes)

    assert changes.added == ["https://site.example/a"]
    assert runner.actions == ["add https://site.example/a"]
    assert "started" in text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Give a web address"),
        ("https://user:word@site.example/", "password"),
        ("https://site.example:8080/", "port 8080"),
        ("https://127.1/", "IPv4"),
    ],
)
def test_what_is_no_fit_address_is_refused_with_the_reason(typed: str, said: str) -> None:
    runner, changes = _Runner(), FakeChanges()

    text = _reply(Action.ADD, f"add {typed}", runner, changes)

    assert said in text
    assert "user:word" not in text
    assert (changes.added, runner.actions) == ([], [])


def test_a_rollback_without_a_number_lists_what_can_be_taken_back() -> None:
    text = _reply(Action.ROLLBACK, "rollback", _Runner(), FakeChanges())

    assert "7: 2026-11-30 12:00 UTC, 3 articles" in text


def test_a_rollback_is_started_by_its_number() -> None:
    runner, changes = _Runner(), FakeChanges()

    text = _reply(Action.ROLLBACK, "rollback 7", runner, changes)

    assert (changes.taken_back, runner.actions) == ([7], ["rollback 7"])
    assert "before run 7" in text


@pytest.mark.parametrize("number", ["8", "-7", "7; drop", "seven"])
def test_a_run_that_is_not_kept_is_refused(number: str) -> None:
    runner, changes = _Runner(), FakeChanges()

    text = _reply(Action.ROLLBACK, f"rollback {number}", runner, changes)

    assert "cannot be taken back" in text
    assert changes.taken_back == []


def test_who_comes_second_is_told_who_is_at_work() -> None:
    runner, changes = _Runner(), FakeChanges()
    runner.busy = "U2"

    assert "running already" in _reply(Action.ADD, "add https://site.example/", runner, changes)
    assert "running already" in _reply(Action.ROLLBACK, "rollback 7", runner, changes)


@pytest.mark.parametrize(
    ("action", "word", "said"),
    [(Action.INGEST, "ingest", "has started"), (Action.PLAN, "plan", "would do")],
)
def test_sources_are_read_and_planned_as_ever(action: Action, word: str, said: str) -> None:
    runner, changes = _Runner(), FakeChanges()

    text = _reply(action, word, runner, changes)

    assert (changes.added, changes.taken_back, runner.actions) == ([], [], [word])
    assert said in text
