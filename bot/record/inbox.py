"""The inbox of events: committed when they come, taken by one process at a time, kept till done.

A process is alive as long as it renews its lease. What it has taken and does not finish is taken by
another once the lease is over; the number of the turn then tells the late writes of the first from
those that count.
"""

import datetime as dt
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, null, select, update

from bot.record import schema
from bot.record.switches import Switches
from knowledge.errors import LeaseLostError
from knowledge.record.database import Database, insert_for, time_from_now
from knowledge.record.leases import LEASE_S, RENEWALS, Lease, Leases, keep_renewed, this_process
from knowledge.record.schema import lease

__all__ = ["Inbox", "InboxEvent", "Queue"]

BOTS = "bot:"
"""Begins the names of the leases of processes that answer."""
OPEN = ("waiting", "sending")


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxEvent:
    """An event that was received and has not been finished."""

    event_id: str
    payload: dict[str, Any]
    attempts: int
    """How many processes have begun work on it before."""
    is_sending: bool
    """Whether its reply may have been sent already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waits to be answered, by all processes together."""

    length: int
    oldest: dt.datetime | None
    """When the one that has waited longest came in."""


class Inbox:
    """Events of all processes on one database; what is done with one is done by its holder."""

    def __init__(self, database: Database, *, lease_s: float = LEASE_S) -> None:
        """Take an open database; another process may take over after `lease_s` of silence."""
        self._database = database
        self.leases = Leases(database, lease_s=lease_s)
        self.switches = Switches(database)
        self._process: Lease | None = None
        self._joining = threading.Lock()
        self._taking = threading.Lock()
        self._turns: dict[str, int] = {}
        """The number of the turn of each event that this process holds."""
        self._counted: set[str] = set()
        """Those of them that this process is counted as having begun."""

    # This process among the others

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Be alive for the other processes; at the end they may take at once what is left."""
        self._join()
        try:
            with keep_renewed(self._renew, every_s=self.leases.lease_s / RENEWALS):
                yield
        finally:
            if (process := self._process) is not None:
                self._process = None
                self._turns.clear()
                self._counted.clear()
                self.leases.release(process)

    def processes(self) -> list[str]:
        """Return machine and number of each process that is alive."""
        return [held.detail for held in self.leases.held(BOTS)]

    # Coming in

    def receive(
        self,
        *,
        event_id: str,
        message_key: str,
        payload: Mapping[str, Any],
        at: dt.datetime,
    ) -> bool:
        """Commit an event; return False when it, or its message, is known already.

        Without a payload there is nothing to do: the event is done, and only known from now on.
        """
        row = {
            "event_id": event_id,
            "message_key": message_key,
            "payload": dict(payload) or null(),
            "state": "waiting" if payload else "done",
            "attempts": 0,
            "received_at": at,
            "user_id": str(payload.get("user_id", "")),
            "channel_id": str(payload.get("channel_id", "")),
        }
        statement = insert_for(self._database)(schema.inbox).values(row).on_conflict_do_nothing()
        with self._database.write() as connection:
            taken = connection.execute(statement.returning(schema.inbox.c.inbox_id))
            return taken.first() is not None

    def waiting(self) -> list[InboxEvent]:
        """Return the events that are not finished, whoever holds them, oldest first."""
        table = schema.inbox
        query = select(table).where(table.c.state.in_(OPEN)).order_by(table.c.inbox_id)
        with self._database.read() as connection:
            return [_event(row, attempts=row.attempts) for row in connection.execute(query)]

    def queue(self) -> Queue:
        """Return how much is not finished."""
        table = schema.inbox
        query = select(func.count(), func.min(table.c.received_at)).where(table.c.state.in_(OPEN))
        with self._database.read() as connection:
            length, oldest = connection.execute(query).one()
        if oldest is not None and oldest.tzinfo is None:
            oldest = oldest.replace(tzinfo=dt.UTC)
        return Queue(length=length, oldest=oldest)

    def asked_before(self, event_id: str, *, within: dt.timedelta) -> tuple[int, int]:
        """Return how many questions came in shortly before one: of its person, in its channel."""
        table = schema.inbox
        one = select(table).where(table.c.event_id == event_id)
        with self._database.read() as connection:
            row = connection.execute(one).one_or_none()
            if row is None:
                return 0, 0
            earlier = (
                select(func.count())
                .where(table.c.inbox_id < row.inbox_id)
                .where(table.c.received_at > row.received_at - within)
            )
            counts = [
                connection.execute(earlier.where(column == value)).scalar_one() if value else 0
                for column, value in (
                    (table.c.user_id, row.user_id),
                    (table.c.channel_id, row.channel_id),
                )
            ]
        return counts[0], counts[1]

    # Taking and finishing

    def take(self, event_id: str) -> InboxEvent | None:
        """Take one event and begin it; None when it is done or another process has it."""
        taken = self._take(schema.inbox.c.event_id == event_id, own=True, limit=1)
        return taken[0] if taken else None

    def take_free(self, *, limit: int) -> list[InboxEvent]:
        """Take events that nobody holds or whose holder is gone, people in turns.

        One of them may be what ended the last process, so each is to be begun by itself.
        """
        return self._take(None, own=False, limit=limit)

    def begin(self, event_id: str) -> None:
        """Count that this process works on an event; the second time counts for nothing."""
        if event_id not in self._counted:
            self._set(event_id, attempts=schema.inbox.c.attempts + 1)
            self._counted.add(event_id)

    def begin_sending(self, event_id: str) -> None:
        """Note that the reply to an event may be on its way from now on."""
        self._set(event_id, state="sending")

    def put_back(self, event_id: str) -> None:
        """Note that a reply has certainly not gone out; that was no fault of the event's."""
        self._set(event_id, state="waiting", attempts=0)

    def finish(self, event_id: str) -> None:
        """Note that an event is dealt with, and forget what it said."""
        self._set(event_id, state="done", payload=null(), owner="")
        self._let_go(event_id)

    def forget(self, event_id: str) -> None:
        """Forget an event, so that it can be received again."""
        with self._database.write() as connection:
            connection.execute(delete(schema.inbox).where(schema.inbox.c.event_id == event_id))

    def finish_all(self) -> None:
        """Deal with everything that is open, by doing nothing: where no other process is alive."""
        table = schema.inbox
        with self._database.write() as connection:
            connection.execute(
                update(table)
                .where(table.c.state.in_(OPEN))
                .values(state="done", payload=null(), owner="", fence=table.c.fence + 1)
            )

    def forget_names(self, *, before: dt.datetime) -> None:
        """Forget who sent which event from where; it was of use for a minute."""
        table = schema.inbox
        with self._database.write() as connection:
            connection.execute(
                update(table)
                .where(table.c.state == "done", table.c.user_id != "")
                .where(table.c.received_at < before)
                .values(user_id="", channel_id="")
            )

    def _take(
        self, which: ColumnElement[bool] | None, *, own: bool, limit: int
    ) -> list[InboxEvent]:
        # Two threads that took at once could each see an event as free, and take it twice.
        with self._taking:
            return self._take_alone(which, own=own, limit=limit)

    def _take_alone(
        self, which: ColumnElement[bool] | None, *, own: bool, limit: int
    ) -> list[InboxEvent]:
        process = self._process or self._join()
        table = schema.inbox
        alive = select(lease.c.name).where(
            lease.c.name.startswith(BOTS), lease.c.until > time_from_now(self._database, 0.0)
        )
        free = (table.c.owner == "") | table.c.owner.not_in(alive)
        mine = table.c.owner == process.name
        # What this process took without learning of it, since the answer was lost, is free too.
        free = free | mine if own else free | (mine & table.c.event_id.not_in([*self._turns]))
        turn = func.row_number().over(partition_by=table.c.user_id, order_by=table.c.inbox_id)
        turns = (
            select(table.c.inbox_id, turn.label("turn")).where(table.c.state.in_(OPEN)).subquery()
        )
        query = (
            select(table)
            .join(turns, turns.c.inbox_id == table.c.inbox_id)
            .where(table.c.state.in_(OPEN), free)
            .order_by(turns.c.turn, table.c.inbox_id)
            .limit(limit)
            .with_for_update(of=table, skip_locked=True)
        )
        if which is not None:
            query = query.where(which)
        with self._database.write() as connection:
            rows = connection.execute(query).all()
            for row in rows:
                is_begun = own and row.event_id not in self._counted
                connection.execute(
                    update(table)
                    .where(table.c.inbox_id == row.inbox_id)
                    .values(
                        owner=process.name,
                        fence=row.fence + 1,
                        attempts=row.attempts + is_begun,
                    )
                )
        self._turns |= {row.event_id: row.fence + 1 for row in rows}
        events = [
            _event(row, attempts=row.attempts - (row.event_id in self._counted)) for row in rows
        ]
        if own:
            self._counted.update(event.event_id for event in events)
        return events

    def _let_go(self, event_id: str) -> None:
        self._turns.pop(event_id, None)
        self._counted.discard(event_id)

    def _set(self, event_id: str, **values: Any) -> None:
        with self._database.write() as connection:
            self._confirm(connection, event_id)
            connection.execute(
                update(schema.inbox).where(schema.inbox.c.event_id == event_id).values(**values)
            )

    def _confirm(self, connection: Connection, event_id: str) -> None:
        """Raise `LeaseLostError` unless this process holds an event and will for some time yet."""
        table, process = schema.inbox, self._process
        turn = self._turns.get(event_id)
        held = (
            select(table.c.inbox_id)
            .where(table.c.event_id == event_id, table.c.fence == turn)
            .with_for_update()
        )
        if process is None or turn is None or connection.execute(held).first() is None:
            self._let_go(event_id)
            raise LeaseLostError(f"event {event_id} is another process's by now")
        # Renewed here too, since whoever was stopped for long finds that out here first. From now
        # on nobody takes the event before this lease is over.
        until = time_from_now(self._database, self.leases.lease_s)
        soon = time_from_now(self._database, self.leases.lease_s / 2)
        connection.execute(
            update(lease)
            .where(lease.c.name == process.name, lease.c.until < soon)
            .values(until=until)
        )

    def _join(self) -> Lease:
        with self._joining:
            if self._process is None:
                if self._database.is_sqlite:
                    # One process at a time has this database, so all others are gone.
                    self.leases.end_all()
                taken = self.leases.take(f"{BOTS}{self.leases.owner}", detail=this_process())
                assert taken is not None  # noqa: S101 (nobody else has that name)
                self._process = taken
            return self._process

    def _renew(self) -> bool:
        process = self._process
        if process is None or self.leases.renew(process):
            return True
        self._process = None
        self._join()
        return True


def _event(row: Any, *, attempts: int) -> InboxEvent:
    return InboxEvent(
        event_id=row.event_id,
        payload=row.payload or {},
        attempts=attempts,
        is_sending=row.state == "sending",
    )
