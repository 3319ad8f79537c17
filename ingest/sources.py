"""Where articles come from: folders and files on this machine."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.reading.parsing import MAX_FILE_BYTES, SUPPORTED_SUFFIXES, RawFile, check_size
from knowledge.errors import ArticleError
from knowledge.record.ledger import RegisteredSource
from knowledge.settings import BUNDLED

__all__ = ["BUNDLED", "all_sources", "describe_source", "read_source"]


def describe_source(argument: str) -> RegisteredSource:
    """Return the source that a command-line argument names; raise when there is none."""
    if argument == BUNDLED:
        return RegisteredSource(location=BUNDLED, kind="folder")
    path = Path(argument).expanduser()
    if not path.exists():
        raise ArticleError("does not exist; check the path", location=argument)
    resolved = path.resolve()
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


def read_source(source: RegisteredSource, *, bundled_dir: Path) -> Iterator[RawFile | ArticleError]:
    """Yield the files of a source in order of their names, or the error that one has.

    Raises `ArticleError` when the source as a whole cannot be read, which is another thing than
    an empty folder: nothing may be removed because of it. Links and special files are left out.
    """
    is_bundled = source.location == BUNDLED
    root = bundled_dir if is_bundled else Path(source.location)
    if source.kind == "file":
        yield _read_file(root, location=source.location)
        return
    if not root.is_dir():
        raise ArticleError(
            "the folder is not there; restore it, or forget it with `python -m ingest remove`",
            location=source.location,
        )
    for path in sorted(_files(root)):
        relative = path.relative_to(root)
        location = f"{BUNDLED}/{relative}" if is_bundled else str(path)
        yield _read_file(path, location=location)


def _files(folder: Path) -> Iterator[Path]:
    for directory, names, files in os.walk(folder, onerror=_fail, followlinks=False):
        names[:] = [name for name in names if not name.startswith(".")]
        for name in files:
            path = Path(directory) / name
            if name.startswith(".") or path.suffix.lower() not in SUPPORTED_SUFFIXES:
                continue
            if stat.S_ISREG(path.lstat().st_mode):
                yield path


def _fail(error: OSError) -> None:
    raise ArticleError(
        f"the folder cannot be read: {error.strerror or error}; check its permissions",
        location=str(error.filename),
    ) from error


def _read_file(path: Path, *, location: str) -> RawFile | ArticleError:
    try:
        check_size(path.stat().st_size, location)
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        check_size(len(data), location)
    except ArticleError as exc:
        return exc
    except OSError as exc:
        reason = f"cannot be read: {exc.strerror or exc}; check that it exists and its permissions"
        return ArticleError(reason, location=location)
    return RawFile(location=location, data=data, suffix=path.suffix.lower(), stem=path.stem)
