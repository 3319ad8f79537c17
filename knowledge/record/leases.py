"""Leases: what one process at a time may do, until it says that it has done it or falls silent.

A lease has a number, its fence, which grows with each change of hands. Whoever was stopped for so
long that another took over still holds the old number, and what it writes is refused.
"""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from knowledge.errors import LeaseLostError, RecordError
from knowledge.record import schema
from knowledge.record.database import Database, insert_for, time_from_now

__all__ = ["INGESTION", "Lease", "Leases", "this_process"]

logger = logging.getLogger(__name__)

INGESTION = "ingestion"
"""The lease of whoever changes articles and index."""
LEASE_S = 20.0
"""How long a process may be silent before another takes its work."""
RENEWALS = 4
"""In the time of a lease."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A lease as its owner knows it."""

    name: str
    owner: str
    fence: int
    detail: str = ""


def this_process() -> str:
    """Return this machine and process, for messages."""
    return f"{socket.gethostname()} {os.getpid()}"[:60]


class Leases:
    """Takes, renews and returns leases, by the clock of the database where it is a server."""

    def __init__(self, database: Database, *, lease_s: float = LEASE_S) -> None:
        """A lease that is not renewed for `lease_s` may be taken by another."""
        self._database = database
        self.lease_s = lease_s
        self.owner = secrets.token_hex(8)

    def take(self, name: str, *, detail: str = "") -> Lease | None:
        """Take a lease that nobody holds; return None when another does.

        Whoever takes one that it holds already gets it again, with a new number.
        """
        table = schema.lease
        now, until = time_from_now(self._database, 0.0), self._until()
        row = {"name": name, "owner": self.owner, "detail": detail, "fence": 1, "until": until}
        statement = insert_for(self._database)(table).values(row)
        taken = {
            "owner": self.owner,
            "detail": detail,
            "fence": table.c.fence + 1,
            "until": until,
        }
        statement = statement.on_conflict_do_update(
            index_elements=["name"],
            set_=taken,
            where=(table.c.until <= now) | (table.c.owner == self.owner),
        ).returning(table.c.fence)
        with self._database.write() as connection:
            fence = connection.execute(statement).scalar()
        if fence is None:
            return None
        return Lease(name=name, owner=self.owner, fence=int(fence), detail=detail)

    def renew(self, lease: Lease) -> bool:
        """Hold a lease for longer, also one that ran out unnoticed; False when another has it."""
        table = schema.lease
        with self._database.write() as connection:
            result = connection.execute(
                update(table)
                .where(table.c.name == lease.name, table.c.fence == lease.fence)
                .values(until=self._until())
            )
            return result.rowcount > 0

    def release(self, lease: Lease) -> None:
        """Let others take a lease at once; its number stays used up."""
        table = schema.lease
        with self._database.write() as connection:
            connection.execute(
                update(table)
                .where(table.c.name == lease.name, table.c.fence == lease.fence)
                .values(until=time_from_now(self._database, 0.0))
            )

    def held(self, prefix: str) -> list[Lease]:
        """Return the leases with names that begin so and that somebody holds now, by name."""
        table = schema.lease
        query = (
            select(table.c.name, table.c.owner, table.c.fence, table.c.detail)
            .where(table.c.name.startswith(prefix, autoescape=True))
            .where(table.c.until > time_from_now(self._database, 0.0))
            .order_by(table.c.name)
        )
        with self._database.read() as connection:
            return [Lease(**row) for row in connection.execute(query).mappings()]

    def end_all(self) -> None:
        """End every lease: for whoever knows that no other process is alive."""
        with self._database.write() as connection:
            connection.execute(
                update(schema.lease).values(until=time_from_now(self._database, 0.0))
            )

    def forget_ended(self, prefix: str) -> None:
        """Forget the leases with names that begin so and ran out long ago."""
        table = schema.lease
        with self._database.write() as connection:
            connection.execute(
                delete(table)
                .where(table.c.name.startswith(prefix, autoescape=True))
                .where(table.c.until < time_from_now(self._database, -3600.0))
            )

    @contextmanager
    def hold(self, name: str, *, detail: str = "") -> Iterator[Lease | None]:
        """Hold a lease and renew it meanwhile; yield None when another has it.

        Whatever this thread writes to the record within is written only while the lease is its
        own: once another has taken it, a write raises `LeaseLostError` and changes nothing.
        """
        lease = self.take(name, detail=detail)
        if lease is None:
            yield None
            return
        try:
            with (
                keep_renewed(lambda: self.renew(lease), every_s=self.lease_s / RENEWALS),
                self._database.guarded(lambda connection: _check(connection, lease)),
            ):
                yield lease
        finally:
            # After the last renewal, which would take it once more.
            with suppress(RecordError):
                self.release(lease)

    def _until(self) -> object:
        return time_from_now(self._database, self.lease_s)


@contextmanager
def keep_renewed(renew: Callable[[], bool], *, every_s: float) -> Iterator[None]:
    """Call `renew` now and then from a thread of its own; a record that is away is no end."""
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(every_s):
            try:
                renew()
            except RecordError as exc:
                logger.warning("a lease is not renewed, trying again soon: %s", exc)

    thread = threading.Thread(target=run, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _check(connection: Connection, lease: Lease) -> None:
    table = schema.lease
    # Locked until the transaction ends, so that nobody takes it over in between.
    query = select(table.c.fence).where(table.c.name == lease.name).with_for_update(read=True)
    if connection.execute(query).scalar() != lease.fence:
        raise LeaseLostError(
            f"another process has taken over {lease.name!r} meanwhile, since this one was silent "
            f"for too long; what it wrote until then stays"
        )
