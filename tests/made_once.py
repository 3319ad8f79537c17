"""What takes long to make and is only read: made by one of the processes that run the tests."""

from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

__all__ = ["made_once"]


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that `make` has filled, in this process or in another of the same run.

    Whoever changes what is in it takes a copy.
    """
    root = factory.getbasetemp()
    if root.name.startswith("popen-"):
        # One of several processes, whose folders lie side by side.
        root = root.parent
    folder = root / name
    done = root / f"{name}.done"
    with FileLock(f"{folder}.lock"):
        # No renaming at the end: records know where their articles are.
        if not done.exists():
            folder.mkdir()
            make(folder)
            done.touch()
    return folder
