"""Opening, migrating and using the SQL database, and what is said when it does not work."""

import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from knowledge.errors import ConfigError, DataDirectoryBusyError, RecordError
from knowledge.record import database as database_module
from knowledge.record.catalog import Catalog
from knowledge.record.database import Database, open_database
from knowledge.record.ledger import Ledger, RegisteredSource
from knowledge.record.schema import metadata
from tests.small_disk import SmallDisk
from tests.workbench import unit_vectors

SOURCE = RegisteredSource(location="/articles", kind="folder")


def _sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'record.sqlite3'}"


def _is_mapped(name: str | None, kind: str, _parents: object) -> bool:
    # The full-text index is made by hand, differently on each database.
    return kind != "table" or not str(name).startswith("chunk_")


def test_the_migrations_make_the_schema_that_the_code_uses(database: Database) -> None:
    import bot.record.schema  # noqa: F401 (its tables are part of it)

    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _is_mapped})
        differences = compare_metadata(context, metadata)

    assert differences == []


def test_the_code_knows_the_newest_migration() -> None:
    scripts = ScriptDirectory(str(database_module.MIGRATIONS_DIR))

    assert scripts.get_heads() == [database_module.HEAD]


def test_a_database_that_is_up_to_date_opens_quickly(tmp_path: Path) -> None:
    open_database(_sqlite_url(tmp_path)).close()

    started = time.perf_counter()
    open_database(_sqlite_url(tmp_path)).close()

    assert time.perf_counter() - started < 0.25


def test_what_is_written_is_there_after_opening_again(tmp_path: Path) -> None:
    first = open_database(_sqlite_url(tmp_path))
    Ledger(first).register_source(SOURCE, actor="test")
    first.close()

    second = open_database(_sqlite_url(tmp_path))

    assert Ledger(second).sources() == [SOURCE]
    second.close()


def _insert_and_fail(database: Database) -> None:
    with database.write() as connection:
        connection.execute(text("INSERT INTO source VALUES ('/a', 'file', '2026-01-01', 'me')"))
        raise ZeroDivisionError


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        _insert_and_fail(database)

    assert Ledger(database).sources() == []


def test_a_read_sees_one_state_from_beginning_to_end(database: Database) -> None:
    count = text("SELECT count(*) FROM source")
    with database.read() as connection:
        before = connection.execute(count).scalar_one()
        Ledger(database).register_source(SOURCE, actor="test")
        after = connection.execute(count).scalar_one()

    assert (before, after) == (0, 0)
    assert len(Ledger(database).sources()) == 1


def test_writers_wait_for_each_other(database: Database) -> None:
    ledger = Ledger(database)
    generation = ledger.begin_generation(embedder="small")
    ledger.switch_generation(generation.generation_id)

    def count() -> None:
        for _ in range(10):
            ledger.count_replaced(generation.generation_id, 1)

    writers = [threading.Thread(target=count) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    active = ledger.active_generation()
    assert active is not None
    assert active.replaced == 40


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_chunks_of_the_first_schema_are_kept_and_list_no_questions(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = (
        _sqlite_url(tmp_path) if kind == "sqlite" else request.getfixturevalue("new_postgresql_url")
    )
    _fill_first_schema(url)

    opened = open_database(url)

    catalog = Catalog(opened)
    (chunk,) = catalog.article_chunks("a")
    catalog.vectors.keep_questions({chunk.chunk_id: unit_vectors(1)}, embedder="small")
    assert (chunk.heading, chunk.text, chunk.questions) == ("Costs", "It costs.", ())
    assert catalog.vectors.of_questions([chunk.chunk_id], embedder="small").keys() == {"a#0"}
    opened.close()


def _fill_first_schema(url: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(database_module.MIGRATIONS_DIR))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for statement in (
            "INSERT INTO article VALUES ('a', '/a.md', '/', 'v', '2026-01-01 00:00:00')",
            "INSERT INTO article_version VALUES "
            "('v', 'a', 'hash', 'active', 'A', '', '{}', 'It costs.', '2026-01-01 00:00:00')",
            "INSERT INTO chunk VALUES "
            "(1, 'a#0', 'v', 'a', 'A', '', 'Costs', 0, 'It costs.', 'hash')",
        ):
            connection.execute(text(statement))
    engine.dispose()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_programs_that_start_at_once_make_one_schema(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = (
        _sqlite_url(tmp_path) if kind == "sqlite" else request.getfixturevalue("new_postgresql_url")
    )
    program = "import sys; from knowledge.record.database import open_database as o; o(sys.argv[1])"

    starts = [
        subprocess.Popen([sys.executable, "-c", program, url], stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    said = [process.communicate(timeout=60)[1].decode() for process in starts]

    assert [process.returncode for process in starts] == [0, 0, 0], said


def test_a_locked_database_is_named_within_its_waiting_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "SQLITE_WAIT_S", 0.2)
    opened = open_database(_sqlite_url(tmp_path))
    other = sqlite3.connect(tmp_path / "record.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(RecordError, match="another program holds the database locked"):
        Ledger(opened).register_source(SOURCE, actor="test")
    reads_meanwhile = Ledger(opened).sources()
    other.close()
    Ledger(opened).register_source(SOURCE, actor="test")

    assert reads_meanwhile == []
    assert Ledger(opened).sources() == [SOURCE]
    opened.close()


def _fill(ledger: Ledger) -> None:
    for n in range(100):
        ledger.write_audit(actor="test", action="x" * 10_000, result=str(n))


def test_a_full_disk_is_named_and_what_was_there_stays(small_disk: SmallDisk) -> None:
    opened = open_database(_sqlite_url(small_disk.folder))
    ledger = Ledger(opened)
    ledger.register_source(SOURCE, actor="test")
    small_disk.fill(free_kib=100)

    with pytest.raises(RecordError, match="disk is full"):
        _fill(ledger)
    with opened.read() as connection:
        check = connection.execute(text("PRAGMA integrity_check")).scalar_one()
    opened.close()
    small_disk.clear()

    assert check == "ok"
    again = open_database(_sqlite_url(small_disk.folder))
    assert Ledger(again).sources() == [SOURCE]
    again.close()


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    opened = open_database(_sqlite_url(tmp_path))
    with opened.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    opened.close()

    with pytest.raises(RecordError, match="newer version"):
        open_database(_sqlite_url(tmp_path))


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "record.sqlite3").write_text("This is a letter, not a database. " * 100)

    with pytest.raises(RecordError, match="not a SQLite database"):
        open_database(_sqlite_url(tmp_path))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ConfigError, match="KB_DATABASE_URL"):
        open_database(_sqlite_url(tmp_path / "file" / "deeper"))


def test_what_is_no_url_is_named() -> None:
    with pytest.raises(ConfigError, match="KB_DATABASE_URL is not a database URL"):
        open_database("sqlite")


def test_a_server_that_is_not_there_is_named_without_the_password(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://me:hunter2@/knowledge?host={tmp_path}"

    with pytest.raises(RecordError, match="check KB_DATABASE_URL") as caught:
        open_database(url)

    assert "hunter2" not in str(caught.value)


def test_a_second_owner_of_a_postgresql_database_is_refused_soon(new_postgresql_url: str) -> None:
    first, second = open_database(new_postgresql_url), open_database(new_postgresql_url)
    began = time.monotonic()

    with (
        first.owned(),
        pytest.raises(DataDirectoryBusyError, match="in use by another program"),
        second.owned(),
    ):
        pytest.fail("two owners")

    assert time.monotonic() - began < 2
    with second.owned():
        pass
    first.close()
    second.close()


def test_nobody_else_may_read_the_record(tmp_path: Path) -> None:
    file = tmp_path / "record.sqlite3"
    file.touch(mode=0o644)

    database = open_database(f"sqlite:///{file}")
    with database.write():
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}

    assert set(modes.values()) == {0o600}
    database.close()
