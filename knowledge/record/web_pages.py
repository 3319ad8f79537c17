"""What servers gave with the pages that were taken in, to ask them later what has changed."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import delete, insert, select

from knowledge.record import schema
from knowledge.record.database import Database
from knowledge.record.parameters import in_utc

__all__ = ["Validators", "WebPages"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave to ask it later whether a page has changed."""

    etag: str = ""
    last_modified: str = ""
    fetched_at: dt.datetime
    """When the page last came whole."""


class WebPages:
    """Keeps the validators of pages by source and address."""

    def __init__(self, database: Database) -> None:
        """Take an open database."""
        self._database = database

    def of_source(self, source_location: str, *, reader: str) -> dict[str, Validators]:
        """Return the validators of a source's pages by address.

        Those that another `reader` took in are left out: it may have read them otherwise.
        """
        table = schema.web_page.c
        query = select(table.location, table.etag, table.last_modified, table.fetched_at).where(
            table.source_location == source_location, table.reader == reader
        )
        with self._database.read() as connection:
            return {
                row.location: Validators(
                    etag=row.etag,
                    last_modified=row.last_modified,
                    fetched_at=in_utc(row.fetched_at),
                )
                for row in connection.execute(query)
            }

    def forget(self) -> None:
        """Forget all validators, so that each page is asked for whole."""
        with self._database.write() as connection:
            connection.execute(delete(schema.web_page))

    def keep(self, source_location: str, given: Mapping[str, Validators], *, reader: str) -> None:
        """Keep the validators of a source's pages in the place of all that were kept of it."""
        table = schema.web_page
        rows = [
            {
                "source_location": source_location,
                "location": location,
                "reader": reader,
                **asdict(validators),
            }
            for location, validators in sorted(given.items())
        ]
        with self._database.write() as connection:
            connection.execute(delete(table).where(table.c.source_location == source_location))
            if rows:
                connection.execute(insert(table), rows)
