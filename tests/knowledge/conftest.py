"""The record on both of its databases."""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from knowledge.record.database import Database, open_database
from tests.servers import find_postgresql, run_postgresql

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgresql_folder() -> Iterator[str]:
    """Run a PostgreSQL server; its database `template` has our schema."""
    programs = find_postgresql()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    with run_postgresql(programs) as folder:
        _create_database(folder, "template", like="template1")
        open_database(_url(folder, "template")).close()
        yield folder


@pytest.fixture
def postgresql_url(postgresql_folder: str) -> str:
    """Return the URL of an empty database of its own."""
    return _url(
        postgresql_folder, _create_database(postgresql_folder, _new_name(), like="template1")
    )


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
        url = _url(folder, _create_database(folder, _new_name(), like="template"))
    opened = open_database(url)
    yield opened
    opened.close()


def _create_database(folder: str, name: str, *, like: str) -> str:
    with psycopg.connect(
        host=folder, user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}")  # type: ignore[arg-type]
    return name


def _new_name() -> str:
    return f"test_{next(_numbers)}"


def _url(folder: str, name: str) -> str:
    return f"postgresql+psycopg://postgres@/{name}?host={folder}"
