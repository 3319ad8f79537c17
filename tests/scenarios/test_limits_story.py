"""What administrators and limits hold back: a pause, too many questions, and one person's data."""

import logging
import re
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import LiteralString, cast

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.scenarios.world import ADMIN, MANIFEST, MEMBER, Start, start_world


def test_while_it_is_paused_nothing_is_looked_up_and_people_are_told(start: Start) -> None:
    world = start()

    world.slack.command("admin", "/kb", "pause")
    assert "Paused" in world.private_reply(ADMIN).shown_text
    during = world.slack.direct_message("member", "what is BPO?")
    assert "I am paused" in world.slack.wait_for_reply(during).shown_text
    assert world.answerer.questions == []

    world.slack.command("admin", "/kb", "resume")
    assert "answer again" in world.private_reply(ADMIN, number=2).shown_text
    after = world.slack.direct_message("member", "what is BPO?")
    assert "About what is BPO?" in world.slack.wait_for_reply(after).shown_text


def test_a_question_too_many_in_a_minute_is_declined_kindly_and_later_ones_are_answered(
    start: Start,
) -> None:
    world = start(per_minute=2)
    asked = []
    for n in range(3):
        asked.append(world.slack.direct_message("member", f"question {n}"))
        world.slack.wait_for_reply(asked[-1])

    assert len(world.answerer.questions) == 2
    assert "within a minute" in world.slack.transcript.unique_reply(asked[2]).shown_text
    other = world.slack.direct_message("admin", "what is BPO?")
    assert "About" in world.slack.wait_for_reply(other).shown_text
    world.clock.advance(seconds=61)
    later = world.slack.direct_message("member", "what is KPO?")
    assert "About what is KPO?" in world.slack.wait_for_reply(later).shown_text


def test_an_administrator_erases_a_person_and_not_a_byte_of_their_words_stays(
    start: Start, tmp_path: Path
) -> None:
    secret = b"Zyxomma"
    world = start()
    ts = world.slack.direct_message("member", "what is a Zyxomma contract?")
    world.slack.wait_for_reply(ts)
    world.until(lambda: not world.journal.waiting())
    other = world.slack.direct_message("admin", "what is a Brachythemis?")
    world.slack.wait_for_reply(other)
    world.until(lambda: not world.journal.waiting())
    world.bot.workers.close(timeout_s=1)
    # One more waits to be answered.
    world.slack.direct_message("member", "and is Zyxomma cheap?")
    world.slack.wait_until_idle()
    assert world.journal.queue().length == 1
    assert any(secret in file.read_bytes() for file in tmp_path.iterdir())

    world.slack.command("admin", "/kb", f"erase <@{MEMBER}|member>")

    assert "Deleted of this person: 1" in world.private_reply(ADMIN).shown_text
    assert {
        file.name: file.read_bytes().count(secret) for file in tmp_path.iterdir() if file.is_file()
    } == dict.fromkeys([file.name for file in tmp_path.iterdir() if file.is_file()], 0)
    assert any(b"Brachythemis" in file.read_bytes() for file in tmp_path.iterdir())
    assert world.journal.queue().length == 0
    assert world.services.privacy.export(MEMBER).is_empty
    assert not world.services.privacy.export(ADMIN).is_empty


def test_on_postgresql_not_a_byte_stays_either_after_what_the_manual_says(
    postgresql_folder: str, new_postgresql_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    files = Path(postgresql_folder, "data")
    with ExitStack() as stack:
        world = start_world(stack, database_url=new_postgresql_url)
        ts = world.slack.direct_message("member", "what is a Qwertzomma contract?")
        world.slack.wait_for_reply(ts)
        world.until(lambda: not world.journal.waiting())
        assert _places(files, b"Qwertzomma")

        world.slack.command("admin", "/kb", f"erase <@{MEMBER}|member>")

        assert "Deleted of this person: 1" in world.private_reply(ADMIN).shown_text
    name = make_url(new_postgresql_url).database or ""
    with psycopg.connect(
        host=postgresql_folder, user="postgres", dbname=name, autocommit=True
    ) as connection:
        connection.execute("ALTER SYSTEM SET wal_recycle = off")
        connection.execute("SELECT pg_reload_conf()")
        for statement in _documented():
            connection.execute(statement)
        deadline = time.monotonic() + 60
        # The server takes a moment to heed a changed setting, and to delete what it has done with.
        while places := _places(files, b"Qwertzomma"):
            assert time.monotonic() < deadline, places
            connection.execute("SELECT pg_switch_wal()")
            connection.execute("CHECKPOINT")
    assert "Qwertzomma" not in caplog.text


def _places(folder: Path, secret: bytes) -> list[str]:
    found = []
    for path in folder.rglob("*"):
        # What is listed may be gone by the time that it is read.
        with suppress(FileNotFoundError):
            if path.is_file() and secret in path.read_bytes():
                found.append(str(path))
    return found


def _documented() -> list[LiteralString]:
    """Return the statements that the manual gives for PostgreSQL."""
    manual = (MANIFEST.parent / "docs" / "operations.md").read_text(encoding="utf-8")
    found = re.findall(r"^    psql .* -c '(.+)'$", manual, re.MULTILINE)
    assert len(found) > 1
    return cast("list[LiteralString]", found)


def test_erasing_nobody_says_how_to_name_somebody(start: Start) -> None:
    world = start()

    world.slack.command("admin", "/kb", "erase")

    assert "/kb erase @somebody" in world.private_reply(ADMIN).shown_text
