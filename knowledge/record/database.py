"""Opens the SQL database, brings its schema up to date, and names its failures."""

import datetime as dt
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from knowledge.errors import ConfigError, DataDirectoryBusyError, RecordError, first_line

__all__ = ["Database", "insert_for", "open_database", "time_from_now"]

logger = logging.getLogger(__name__)

MIGRATIONS_DIR = Path(__file__).parent / "migrations"
HEAD = "0008"
SQLITE_WAIT_S = 5.0
MERGED_AT_ONCE = 500
WRITES = "knowledge_writes"
OWNER_LOCK = 6022141
OWNER_WAIT_S = 1.0
IDLE_IN_TRANSACTION_S = 10
"""How long the server waits for the next statement of a transaction: whoever falls silent within
one, a frozen process say, would keep its locks from all others for ever."""
OWNER = (
    "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid) "
    "WHERE locktype = 'advisory' AND objid = :lock AND granted"
)
Guard: TypeAlias = Callable[[Connection], None]
OTHERS = 0o077
"""The bits of a mode that let other people in."""


class Database:
    """Hands out transactions; every failure leaves as a `RecordError`."""

    def __init__(self, engine: Engine) -> None:
        """Take an engine whose schema is up to date."""
        self._engine = engine
        self._guard: ContextVar[Guard | None] = ContextVar("guard", default=None)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite, else PostgreSQL."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that commits at the end, or rolls back whole on an exception."""
        with (
            _translated(self._engine),
            self._engine.connect().execution_options(**{WRITES: True}) as connection,
            connection.begin(),
        ):
            if (guard := self._guard.get()) is not None:
                guard(connection)
            yield connection

    @contextmanager
    def guarded(self, guard: Guard) -> Iterator[None]:
        """Let `guard` begin each transaction that this thread writes; it raises to refuse one."""
        token = self._guard.set(guard)
        try:
            yield
        finally:
            self._guard.reset(token)

    def confirm(self) -> None:
        """Raise what a write would be refused with; for what is written elsewhere than here."""
        if self._guard.get() is not None:
            with self.write():
                pass

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open one consistent view of the database."""
        with _translated(self._engine), self._engine.connect() as connection:
            if not self.is_sqlite:
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def owned(self, *, shared: bool = False) -> Iterator[None]:
        """Keep every other program of this kind away from a PostgreSQL database.

        Or, if `shared`, every one that does not share it. The lock belongs to a connection of its
        own, so it ends with this process. SQLite is in the data directory, which has a lock.
        Raises `DataDirectoryBusyError`.
        """
        if self.is_sqlite:
            yield
            return
        with _translated(self._engine):
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            with _translated(self._engine):
                _lock(connection, engine=self._engine, shared=shared)
            yield
        finally:
            # Given back to the pool, the connection would keep the lock.
            connection.invalidate()
            connection.close()

    def lock_until_end(self, connection: Connection, number: int) -> None:
        """Let one transaction at a time go on; SQLite has one writer anyhow."""
        if not self.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})

    def forget_deleted(self) -> None:
        """Take what was deleted out of the files too, as far as no reader is in the way.

        PostgreSQL does so by itself, in its own time.
        """
        if not self.is_sqlite:
            return
        # The full-text index keeps the words of deleted entries until it is merged: by some pages
        # at a time, since other writers wait for the end of a transaction. The first, negative
        # number begins to merge everything into one.
        pages = -MERGED_AT_ONCE
        while self._merge_entries(pages):
            pages = MERGED_AT_ONCE
        with _translated(self._engine), self._engine.connect() as connection:
            # Ends the transaction that was begun: a log cannot be emptied within one.
            connection.rollback()
            driver = connection.connection.driver_connection
            if driver is not None:
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def _merge_entries(self, pages: int) -> bool:
        """Merge a part of the full-text index; return whether there was something to merge."""
        changes = text("SELECT total_changes()")
        merge = text("INSERT INTO chunk_search (chunk_search, rank) VALUES ('merge', :pages)")
        with self.write() as connection:
            before = connection.execute(changes).scalar_one()
            connection.execute(merge, {"pages": pages})
            # The statement itself counts as one change.
            return bool(connection.execute(changes).scalar_one() - before >= 2)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def open_database(url: str) -> Database:
    """Open `url`, creating or migrating the schema; raise `RecordError` when that fails."""
    try:
        parsed = make_url(url)
    except ArgumentError as exc:
        raise ConfigError(f"KB_DATABASE_URL is not a database URL: {exc}") from exc
    if parsed.get_backend_name() == "sqlite":
        engine = _sqlite_engine(url, parsed.database or "")
    else:
        engine = _postgresql_engine(url)
    with _translated(engine):
        _migrate(engine)
    return Database(engine)


def insert_for(database: Database) -> Any:
    """Return the database's own `insert`, which knows what to do on a conflict."""
    return sqlite.insert if database.is_sqlite else postgresql.insert


def time_from_now(database: Database, seconds: float) -> Any:
    """Return a moment for a statement: by the server's clock, which all its clients share."""
    distance = dt.timedelta(seconds=seconds)
    if database.is_sqlite:
        return dt.datetime.now(tz=dt.UTC) + distance
    return func.clock_timestamp() + distance


def _sqlite_engine(url: str, path: str) -> Engine:
    if path and path != ":memory:":
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise ConfigError(
                f"KB_DATABASE_URL: cannot create the folder of {path}: {exc.strerror or exc}"
            ) from exc
        _keep_private(Path(path))
    engine = create_engine(
        url, connect_args={"timeout": SQLITE_WAIT_S, "isolation_level": None}, pool_size=10
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # Without `secure_delete`, which only some builds have by default, the text of what is
        # deleted stays in the file until something is written over it.
        pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A read that turns into a write fails at once when another one writes; taking the
        # write lock first waits for it instead.
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql_engine(url: str) -> Engine:
    engine = create_engine(
        url, pool_pre_ping=True, connect_args={"connect_timeout": 5}, pool_size=10
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_IN_TRANSACTION_S}s'")
        connection.commit()

    return engine


def _keep_private(path: Path) -> None:
    """Let nobody else read the file; SQLite gives the files beside it the same mode."""
    try:
        path.touch(mode=0o600)
        for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            if file.exists() and file.stat().st_mode & OTHERS:
                file.chmod(0o600)
    except OSError as exc:
        logger.warning("others on this machine may read %s: %s", path, exc.strerror or exc)


def _lock(connection: Connection, *, engine: Engine, shared: bool) -> None:
    who = f"{socket.gethostname()} {os.getpid()}"[:60]
    connection.execute(text("SELECT set_config('application_name', :who, false)"), {"who": who})
    lock = {"lock": OWNER_LOCK}
    until = time.monotonic() + OWNER_WAIT_S
    attempt = text(f"SELECT pg_try_advisory_lock{'_shared' if shared else ''}(:lock)")
    while not connection.execute(attempt, lock).scalar():
        if time.monotonic() > until:
            owner = connection.execute(text(OWNER), lock).scalar()
            raise DataDirectoryBusyError(
                f"the database {engine.url.render_as_string(hide_password=True)} is in use by "
                f"another program ({owner or 'host and process unknown'}). Stop that one, or let "
                f"both share a Chroma server (KB_CHROMA_URL): an index in a data directory is one "
                f"process's own"
            )
        time.sleep(0.1)


def _migrate(engine: Engine) -> None:
    with engine.connect() as connection:
        if _revision(connection) == HEAD:
            return
    # Alembic takes a while to import and is needed only when the schema is behind.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_DIR))
    with (
        engine.connect().execution_options(**{WRITES: True}) as connection,
        connection.begin(),
    ):
        # Of two programs that start at once, the second waits and finds the work done.
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(6022140)"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as exc:
            raise RecordError(
                f"database {engine.url.render_as_string(hide_password=True)}: a newer version of "
                f"this program wrote it; use that version, or restore a backup ({exc})"
            ) from exc


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


@contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as exc:
        raise RecordError(_explain(engine, exc)) from exc


def _explain(engine: Engine, exc: SQLAlchemyError) -> str:
    where = engine.url.render_as_string(hide_password=True)
    detail = first_line(getattr(exc, "orig", None) or exc)
    hints = {
        "locked": "another program holds the database locked; end it or wait, then try again",
        "full": "the disk is full; free some space and run again, nothing was lost",
        "disk i/o": "the disk is full or failing; free some space and run again, nothing was lost",
        "readonly": "the database file is read-only for this user",
        "unable to open": "the folder cannot be written, or the path is wrong",
        "malformed": "the database file is damaged; restore it from a backup",
        "not a database": "the file is not a SQLite database",
        "connection": "the server does not answer; check KB_DATABASE_URL",
    }
    hint = next((advice for sign, advice in hints.items() if sign in detail.lower()), "")
    return f"database {where}: {detail}" + (f" ({hint})" if hint else "")
