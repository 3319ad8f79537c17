"""Where a digest is wanted each week, and when the last one was posted."""

import datetime as dt

from sqlalchemy import delete, select, update

from bot.record import schema
from knowledge.record.database import Database, insert_for

__all__ = ["Digests"]


class Digests:
    """Keeps the choice of the administrators for each channel."""

    def __init__(self, database: Database) -> None:
        """Take an open database."""
        self._database = database

    def turn_on(self, channel_id: str, *, by: str, at: dt.datetime) -> None:
        """Want a digest in a channel; where one is wanted already, nothing changes."""
        row = {"channel_id": channel_id, "set_by": by, "set_at": at, "sent_at": at}
        with self._database.write() as connection:
            connection.execute(
                insert_for(self._database)(schema.digest).values(row).on_conflict_do_nothing()
            )

    def turn_off(self, channel_id: str) -> None:
        """Want none any more."""
        table = schema.digest
        with self._database.write() as connection:
            connection.execute(delete(table).where(table.c.channel_id == channel_id))

    def is_on(self, channel_id: str) -> bool:
        """Whether one is wanted in a channel."""
        query = select(schema.digest.c.channel_id).where(schema.digest.c.channel_id == channel_id)
        with self._database.read() as connection:
            return connection.execute(query).first() is not None

    def due(self, *, before: dt.datetime) -> list[str]:
        """Return the channels that had the last one before a time."""
        table = schema.digest
        query = select(table.c.channel_id).where(table.c.sent_at < before)
        with self._database.read() as connection:
            return list(connection.execute(query.order_by(table.c.channel_id)).scalars())

    def claim(self, channel_id: str, *, before: dt.datetime, at: dt.datetime) -> bool:
        """Note that a digest that is due goes out now; False when it is not due any more."""
        table = schema.digest
        statement = (
            update(table)
            .where(table.c.channel_id == channel_id, table.c.sent_at < before)
            .values(sent_at=at)
        )
        with self._database.write() as connection:
            return connection.execute(statement).rowcount > 0

    def put_back(self, channel_id: str, *, before: dt.datetime) -> None:
        """Note that it has not gone out, so that it is due again."""
        table = schema.digest
        with self._database.write() as connection:
            connection.execute(
                update(table)
                .where(table.c.channel_id == channel_id)
                .values(sent_at=before - dt.timedelta(seconds=1))
            )
