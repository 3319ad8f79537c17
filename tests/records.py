"""The record on both of its databases."""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from knowledge.record.database import Database, open_database
from tests.servers import find_postgresql, run_postgresql

EMPTY_ALL = (
    "SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' RESTART IDENTITY' "
    "FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
)


@pytest.fixture(scope="session")
def postgresql_folder() -> Iterator[str]:
    """Run a PostgreSQL server in a folder; its database `record` has our schema."""
    programs = find_postgresql()
    if programs is None:
        # Whoever runs these tests to see them must not take a skipped one for a pass.
        if os.environ.get("NEEDS_POSTGRESQL"):  # noqa: TID251
            pytest.fail("PostgreSQL is not installed")
        pytest.skip("PostgreSQL is not installed")
    with run_postgresql(programs) as folder:
        open_database(_create_database(folder, "record")).close()
        yield folder


@pytest.fixture
def new_postgresql_url(postgresql_folder: str) -> str:
    """Return the URL of a database without a schema."""
    return _create_database(postgresql_folder, f"fresh_{uuid.uuid4().hex}")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "record.sqlite3"
    open_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path
) -> Iterator[Database]:
    """Yield an empty record, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        url = f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'record.sqlite3')}"
    else:
        folder = request.getfixturevalue("postgresql_folder")
        with psycopg.connect(host=folder, user="postgres", dbname="record") as connection:
            (statement,) = connection.execute(EMPTY_ALL).fetchone() or ("",)
            connection.execute(statement)
        url = _url(folder, "record")
    opened = open_database(url)
    yield opened
    opened.close()


def _create_database(folder: str, name: str) -> str:
    with psycopg.connect(
        host=folder, user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
    return _url(folder, name)


def _url(folder: str, name: str) -> str:
    return f"postgresql+psycopg://postgres@/{name}?host={folder}"
