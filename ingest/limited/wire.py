"""What a run and its child processes say to each other: a length, then a pickled value."""

import pickle
import struct
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeAlias

from ingest.reading.files import RawFile
from ingest.reading.parsing import Parsed
from ingest.reading.sitemaps import Sitemap
from ingest.sections import Section
from knowledge.domain import Article
from knowledge.errors import ArticleError

__all__ = ["Failure", "Limits", "ListPages", "Reply", "Request", "receive", "send"]

_LENGTH = struct.Struct("!Q")


@dataclass(frozen=True, slots=True)
class ListPages:
    """Asks for what a sitemap lists."""

    raw: RawFile


Request: TypeAlias = RawFile | Article | ListPages
"""A file to read, an article to take apart, or a sitemap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may take of the machine."""

    cpu_s: float = 4.5
    """For reading, and as much again for taking apart: a file of a MiB ends within ten seconds."""
    cpu_s_per_mib: float = 4.0
    """Beyond the first MiB, so that a long text is not mistaken for a trap."""
    memory_bytes: int = 220 * 2**20
    """Beyond what the child takes before it reads anything, which is some 60 MiB."""
    kept_bytes: int = 80 * 2**20
    """What a child may keep after a file; the readers' libraries are half of it."""
    reply_bytes: int = 64 * 2**20
    wall_factor: float = 5.0
    """How much longer than its time on a processor it may last, others being at work too."""

    def cpu_for(self, size: int) -> float:
        """Return the seconds that a file of `size` bytes may take."""
        return self.cpu_s + self.cpu_s_per_mib * max(size / 2**20 - 1, 0)


@dataclass(frozen=True, slots=True)
class Failure:
    """Says why a request could not be met."""

    reason: str


Reply: TypeAlias = list[Parsed] | list[Section] | Sitemap | ArticleError | Failure


def send(stream: BinaryIO, value: Any) -> None:
    """Write one value."""
    data = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def receive(stream: BinaryIO, *, max_bytes: int | None = None) -> Any:
    """Read one value; raise `EOFError` when the other side has ended.

    Raises `ValueError` when the value has more than `max_bytes`. Both sides are this program: what
    comes from a file is a text within the value.
    """
    (length,) = _LENGTH.unpack(_read(stream, _LENGTH.size))
    if max_bytes is not None and length > max_bytes:
        raise ValueError(f"{length} bytes are more than {max_bytes}")
    return pickle.loads(_read(stream, length))  # noqa: S301


def _read(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data
