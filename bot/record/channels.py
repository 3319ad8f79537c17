"""What the assistant hears in which channel, as its administrators have chosen."""

import datetime as dt
import threading
from typing import Literal, TypeAlias

from sqlalchemy import select

from bot.record import schema
from knowledge.record.database import Database, insert_for

__all__ = ["MODES", "ChannelMode", "Channels"]

ChannelMode: TypeAlias = Literal["mention", "threads", "sure"]
"""Only what mentions it; also its own threads; also questions that it can answer for sure."""
MODES: tuple[ChannelMode, ...] = ("mention", "threads", "sure")


class Channels:
    """Keeps the choice of each channel; read once, since every message of a channel asks for it."""

    def __init__(self, database: Database) -> None:
        """Take an open database."""
        self._database = database
        self._lock = threading.Lock()
        self._known: dict[str, ChannelMode] | None = None

    def mode(self, channel_id: str) -> ChannelMode:
        """Return what is heard in a channel; `mention` where nobody has chosen."""
        with self._lock:
            if self._known is None:
                self._known = self._read()
            return self._known.get(channel_id, "mention")

    def choose(self, channel_id: str, mode: ChannelMode, *, by: str, at: dt.datetime) -> None:
        """Keep what is heard in a channel from now on, and who chose it."""
        values = {"mode": mode, "set_by": by, "set_at": at}
        statement = (
            insert_for(self._database)(schema.channel)
            .values(channel_id=channel_id, **values)
            .on_conflict_do_update(index_elements=["channel_id"], set_=values)
        )
        with self._lock:
            with self._database.write() as connection:
                connection.execute(statement)
            self._known = None

    def _read(self) -> dict[str, ChannelMode]:
        table = schema.channel
        with self._database.read() as connection:
            rows = connection.execute(select(table.c.channel_id, table.c.mode)).all()
        # A later version may know more modes than this one.
        return {row.channel_id: mode for row in rows for mode in MODES if mode == row.mode}
