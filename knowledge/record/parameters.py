"""Pure: values as statements take them and give them: keys in slices, times in UTC."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TypeVar

__all__ = ["SLICE", "in_utc", "slices", "time_now"]

SLICE = 400
"""Keys asked for, or rows read, at once; SQLite allows some thousand parameters in a statement."""

T = TypeVar("T")


def slices(keys: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield the keys in order, as many at a time as a statement takes."""
    for start in range(0, len(keys), SLICE):
        yield keys[start : start + SLICE]


def time_now() -> dt.datetime:
    """Return the time, in UTC as every time in the record."""
    return dt.datetime.now(tz=dt.UTC)


def in_utc(moment: dt.datetime) -> dt.datetime:
    """Return a time that was read; SQLite keeps no time zone, so it is put back."""
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
