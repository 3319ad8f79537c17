"""Where articles come from: folders and files on this machine, and web addresses."""

import os
import re
import stat
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from ingest.reading.files import MAX_FILE_BYTES, NotRead, RawFile, check_size, stem_of
from ingest.reading.parsing import SUPPORTED_SUFFIXES
from ingest.web.addresses import DEFAULT_PORTS, is_address, parse_address
from knowledge.errors import ArticleError
from knowledge.record.ledger import RegisteredSource
from knowledge.settings import BUNDLED

__all__ = [
    "ADDRESS",
    "BUNDLED",
    "SourceItem",
    "all_sources",
    "describe_source",
    "file_path",
    "is_there",
    "read_source",
]

ADDRESS = "address"
"""The kind of a source that is a page, or a sitemap, of the web."""
_SHOWN_BYTE = re.compile(rb"\\x([0-9a-f]{2})")


def describe_source(
    argument: str, *, ports: Collection[int] = frozenset(DEFAULT_PORTS.values())
) -> RegisteredSource:
    """Return the source that a command-line argument names; raise when there is none.

    A web address may name one of `ports`; nothing is asked of it yet.
    """
    if is_address(argument):
        address = parse_address(argument, ports=ports)
        return RegisteredSource(location=str(address), kind=ADDRESS)
    if argument == BUNDLED:
        return RegisteredSource(location=BUNDLED, kind="folder")
    path = Path(argument).expanduser()
    if not path.exists():
        raise ArticleError("does not exist; check the path", location=printable(path))
    resolved = path.resolve()
    if printable(resolved) != str(resolved):
        raise ArticleError("has a name that is not UTF-8; rename it", location=printable(resolved))
    if resolved.is_dir():
        return RegisteredSource(location=str(resolved), kind="folder")
    if not resolved.is_file():
        raise ArticleError("is neither a file nor a folder", location=argument)
    if resolved.suffix.lower() not in SUPPORTED_SUFFIXES:
        raise ArticleError(
            f"is of a kind that cannot be read; use one of {', '.join(sorted(SUPPORTED_SUFFIXES))}",
            location=argument,
        )
    return RegisteredSource(location=str(resolved), kind="file")


def all_sources(registered: Sequence[RegisteredSource]) -> list[RegisteredSource]:
    """Return what a run without arguments reads: the bundled articles, then the others."""
    bundled = describe_source(BUNDLED)
    return [bundled, *(source for source in registered if source != bundled)]


SourceItem: TypeAlias = RawFile | ArticleError | NotRead


def read_source(source: RegisteredSource, *, bundled_dir: Path) -> Iterator[SourceItem]:
    """Yield the files of a folder in order of their names, or the error that a file or folder has.

    Raises `ArticleError` when the source as a whole cannot be read, which is another thing than
    an empty folder: nothing may be removed because of it. Hidden files are passed over.
    """
    is_bundled = source.location == BUNDLED
    root = bundled_dir if is_bundled else Path(source.location)
    if source.kind == "file":
        yield _read_file(root, location=source.location, root=root.parent)
        return
    if not root.is_dir():
        raise ArticleError(
            "the folder is not there; restore it, or forget it with `python -m ingest remove`",
            location=source.location,
        )
    try:
        os.scandir(root).close()
    except OSError as exc:
        raise _folder_error(exc) from exc
    for path, item in sorted(_entries(root), key=lambda entry: entry[0]):
        if item is not None:
            yield item
            continue
        relative = printable(path.relative_to(root))
        location = f"{BUNDLED}/{relative}" if is_bundled else printable(path)
        yield _read_file(path, location=location, root=root)


def printable(path: Path) -> str:
    r"""Return a path as text that can be stored; a byte that is not UTF-8 is shown as `\xe9`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def is_there(location: str, *, bundled_dir: Path) -> bool:
    """Return whether the file of a location is still there; of a web page nobody knows unasked."""
    return is_address(location) or file_path(location, bundled_dir=bundled_dir).exists()


def file_path(location: str, *, bundled_dir: Path) -> Path:
    """Return where the file of a location lies, or lay."""
    inside = location.removeprefix(f"{BUNDLED}/")
    path = Path(location) if inside == location else bundled_dir / inside
    if "\\x" in location and not path.exists():
        name = _SHOWN_BYTE.sub(lambda shown: bytes.fromhex(shown[1].decode()), os.fsencode(path))
        return Path(os.fsdecode(name))
    return path


def _entries(root: Path) -> Iterator[tuple[Path, ArticleError | NotRead | None]]:
    """Yield what lies in a folder and below it; None stands for what is to be read."""
    errors: list[OSError] = []
    for directory, names, files in os.walk(root, onerror=errors.append, followlinks=False):
        names[:] = [name for name in names if not name.startswith(".")]
        for name in files:
            path = Path(directory) / name
            if not name.startswith("."):
                yield path, _left_out(path)
        for name in names:
            if (Path(directory) / name).is_symlink():
                yield Path(directory) / name, NotRead("links")
    for error in errors:
        yield Path(error.filename), _folder_error(error)


def _left_out(path: Path) -> ArticleError | NotRead | None:
    try:
        mode = path.lstat().st_mode
    except OSError as exc:
        return _file_error(exc, location=printable(path))
    if stat.S_ISLNK(mode):
        return NotRead("links")
    if not stat.S_ISREG(mode):
        return NotRead("special files")
    if path.suffix.lower() not in SUPPORTED_SUFFIXES:
        return NotRead(printable(Path(path.suffix.lower())) if path.suffix else "no suffix")
    return None


def _folder_error(error: OSError) -> ArticleError:
    return ArticleError(
        f"the folder cannot be read: {error.strerror or error}; check its permissions",
        location=printable(Path(error.filename)),
    )


def _file_error(error: OSError, *, location: str) -> ArticleError:
    reason = f"cannot be read: {error.strerror or error}; check that it exists and its permissions"
    return ArticleError(reason, location=location)


def _read_file(path: Path, *, location: str, root: Path) -> RawFile | ArticleError:
    try:
        check_size(path.stat().st_size, location)
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        check_size(len(data), location)
    except ArticleError as exc:
        return exc
    except OSError as exc:
        return _file_error(exc, location=location)
    stem = stem_of(path.stem, path.parent.relative_to(root).parts)
    return RawFile(location=location, data=data, suffix=path.suffix.lower(), stem=stem)
