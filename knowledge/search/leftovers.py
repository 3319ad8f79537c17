"""Clears what Chroma's files hold beyond their vectors.

Chroma writes the places that it has reserved for later vectors too, with whatever was in that
memory before, and that may be a text which was removed meanwhile.
"""

import logging
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

__all__ = ["clear_leftovers"]

logger = logging.getLogger(__name__)

HEADER = struct.Struct("<i4Q")
"""Of an index of hnswlib as Chroma keeps it: version of the form, offset of the first layer,
places, places in use, and bytes of one in `data_level0.bin`."""
VERSION = 1
LENGTH_BYTES = 4
"""Of one place in `length.bin`."""
PIECE = 1 << 20


def clear_leftovers(directory: Path) -> None:
    """Set the places that are not in use to nought, in all indexes below a directory.

    Files that are not of the form expected are left alone: an index is worth more.
    """
    for header in sorted(directory.rglob("header.bin")):
        try:
            for file, used in _files(header):
                with file.open("r+b") as opened:
                    _clear(opened, used)
        except (OSError, struct.error, ValueError) as exc:
            logger.warning("unused places of %s are not cleared: %s", header.parent, exc)


def _files(header: Path) -> Iterator[tuple[Path, int]]:
    """Yield each file of places, and how many of its bytes are in use."""
    with header.open("rb") as opened:
        version, _, places, in_use, size = HEADER.unpack(opened.read(HEADER.size))
    if version != VERSION or in_use > places:
        raise ValueError("the header is of another form")
    for name, each in (("data_level0.bin", size), ("length.bin", LENGTH_BYTES)):
        file = header.with_name(name)
        # It writes all places, or those in use alone.
        if file.stat().st_size not in {places * each, in_use * each}:
            raise ValueError(f"{name} has another size than the header says")
        yield file, in_use * each


def _clear(file: BinaryIO, start: int) -> None:
    file.seek(start)
    while piece := file.read(PIECE):
        # What is clear already is not written again.
        if any(piece):
            file.seek(-len(piece), 1)
            file.write(bytes(len(piece)))
