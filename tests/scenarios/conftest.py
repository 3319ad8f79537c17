"""A whole bot against the local Slack, for stories."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from tests.scenarios.world import Start, start_world


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Return what starts a bot; a second call starts another one on the same database."""
    with ExitStack() as stack:
        yield partial(start_world, stack, database_url=f"sqlite:///{tmp_path / 'r.sqlite3'}")
