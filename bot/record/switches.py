"""What administrators switch on and off for all processes of the bot."""

import datetime as dt

from sqlalchemy import delete, select

from knowledge.record import schema
from knowledge.record.database import Database, insert_for

__all__ = ["PAUSE", "Switches"]

PAUSE = "pause"
"""While it is on, questions are not looked up, and whoever asks is told so."""


class Switches:
    """Remembers what is on; all processes on one record see the same."""

    def __init__(self, database: Database) -> None:
        """Take an open database."""
        self._database = database

    def turn_on(self, name: str, *, actor: str, at: dt.datetime) -> None:
        """Turn a switch on; one that is on stays as it is."""
        row = {"name": name, "actor": actor, "at": at}
        with self._database.write() as connection:
            connection.execute(
                insert_for(self._database)(schema.switch).values(row).on_conflict_do_nothing()
            )

    def turn_off(self, name: str) -> bool:
        """Turn a switch off; return whether it was on."""
        with self._database.write() as connection:
            table = schema.switch
            return connection.execute(delete(table).where(table.c.name == name)).rowcount > 0

    def is_on(self, name: str) -> bool:
        """Whether a switch is on."""
        query = select(schema.switch.c.name).where(schema.switch.c.name == name)
        with self._database.read() as connection:
            return connection.execute(query).first() is not None
