"""ZIP archives to the files in them, each bounded before it is unpacked; nothing is written."""

import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import PurePosixPath

from ingest.reading.files import MAX_FILE_BYTES, NotRead, RawFile, stem_of
from ingest.reading.remarks import Remark
from knowledge.errors import ArticleError

__all__ = ["unpack"]

MAX_MEMBERS = 20_000
MAX_TOTAL_BYTES = 48 * 2**20
_MAX_RATIO, _MIN_BOMB_BYTES = 300, 2**20
_MAX_DEPTH, _MAX_NAME_CHARS = 30, 1_000
_ARCHIVES = frozenset({".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz"})
# Notion gives each page and folder the id of its page.
_PAGE_ID = re.compile(
    r"[ _-]+(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:_all)?$"
)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
_ENCRYPTED = 0x1

_Item = RawFile | ArticleError | NotRead | Remark


def unpack(raw: RawFile, *, is_read: Callable[[str], bool]) -> Iterator[_Item]:
    """Yield the files of an archive in order of their names, under `archive#folder/name`.

    `is_read` tells whether a suffix is of a kind that is read. What lies outside the archive's own
    folder, archives within it, and what unpacks to too much, is an error or refuses it whole.

    Raises:
        ArticleError: when it is no archive, or is too large as a whole.
    """
    try:
        with zipfile.ZipFile(BytesIO(raw.data)) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            _check(members, raw.location, is_read=is_read)
            taken: set[str] = set()
            skipped = _same_tables([info.filename for info in members])
            for info in sorted(members, key=lambda one: one.filename):
                if info.filename in skipped:
                    yield Remark(
                        text="is left out: the export has the same table with all columns",
                        location=f"{raw.location}#{_name(info)}",
                    )
                else:
                    yield from _member(archive, info, raw.location, taken, is_read=is_read)
    except _BROKEN as exc:
        raise ArticleError(
            "cannot be read as a ZIP archive, it is damaged; make it again", location=raw.location
        ) from exc


def _check(
    members: Sequence[zipfile.ZipInfo], location: str, *, is_read: Callable[[str], bool]
) -> None:
    names = {info.filename for info in members}
    if "entities.xml" in names and "exportDescriptor.properties" in names:
        raise ArticleError(
            "is a backup of a Confluence space; export the space as HTML instead", location=location
        )
    if len(members) > MAX_MEMBERS:
        raise ArticleError(
            f"holds more than {MAX_MEMBERS:,} files; unpack it into a folder", location=location
        )
    wanted = [info for info in members if is_read(_suffix(_name(info)))]
    total = sum(info.file_size for info in wanted)
    if total > MAX_TOTAL_BYTES or any(map(_is_bomb, wanted)):
        raise ArticleError(
            f"unpacks to more than can be read ({MAX_TOTAL_BYTES // 2**20} MiB at most, and "
            f"{_MAX_RATIO} times its size); unpack it into a folder",
            location=location,
        )


def _is_bomb(info: zipfile.ZipInfo) -> bool:
    return info.file_size > max(_MIN_BOMB_BYTES, _MAX_RATIO * info.compress_size)


def _member(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    archive_location: str,
    taken: set[str],
    *,
    is_read: Callable[[str], bool],
) -> Iterator[_Item]:
    name = _name(info)
    parts = PurePosixPath(name).parts
    location = f"{archive_location}#{_shown(name)}"
    suffix = _suffix(name)
    if any(part.startswith(".") and part != ".." for part in parts) or parts[:1] == ("__MACOSX",):
        return
    reason = _refusal(info, parts, suffix)
    if reason:
        yield ArticleError(reason, location=location)
    elif stat.S_ISLNK(info.external_attr >> 16):
        yield NotRead("links")
    elif not is_read(suffix):
        yield NotRead(suffix or "no suffix")
    else:
        clean = [_PAGE_ID.sub("", part) for part in (*parts[:-1], PurePosixPath(name).stem)]
        place = "/".join(clean) + PurePosixPath(name).suffix
        # Two pages of one folder may have one name: their ids tell them apart.
        place = name if place in taken else place
        if place in taken:
            yield ArticleError("is in the archive twice; remove one", location=location)
            return
        taken.add(place)
        with archive.open(info) as member:
            data = member.read(info.file_size + 1)
        yield RawFile(
            location=f"{archive_location}#{place}",
            data=data,
            suffix=suffix,
            stem=stem_of(clean[-1], clean[:-1]),
        )


def _refusal(info: zipfile.ZipInfo, parts: Sequence[str], suffix: str) -> str:
    """Return why a member is not read, or nothing."""
    if ".." in parts or parts[:1] == ("/",) or re.match(r"[A-Za-z]:", info.filename):
        return "has a path that leads out of the archive; make the archive anew"
    if len(parts) > _MAX_DEPTH or len(info.filename) > _MAX_NAME_CHARS:
        return "lies too deep in the archive; unpack it into a folder"
    if suffix in _ARCHIVES:
        return "is an archive within an archive; unpack the outer one into a folder"
    if info.flag_bits & _ENCRYPTED:
        return "is encrypted; make the archive without a password"
    if info.file_size > MAX_FILE_BYTES:
        return f"is too large: the limit is {MAX_FILE_BYTES // 2**20} MiB; split it"
    return ""


def _same_tables(names: Sequence[str]) -> set[str]:
    """Return the tables that Notion exports twice: as they are seen, and with all columns."""
    every = set(names)
    return {name for name in names if name.endswith(".csv") and f"{name[:-4]}_all.csv" in every}


def _name(info: zipfile.ZipInfo) -> str:
    """Return the name of a member; many programs write UTF-8 without saying so."""
    name = info.filename.replace("\\", "/")
    if info.flag_bits & 0x800:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return name


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _shown(name: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in name)[:_MAX_NAME_CHARS]
