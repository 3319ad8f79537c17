"""What holds for every test: no network but loopback, and a clean environment."""

import os
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from knowledge.models.embeddings import SentenceTransformerEmbedder, create_embedder
from tests.chat_provider import chat_provider, served_chat
from tests.records import (
    database,
    new_postgresql_url,
    postgresql_folder,
    sqlite_template,
)
from tests.small_disk import SmallDisk, mount_small_disk

__all__ = [
    "chat_provider",
    "database",
    "new_postgresql_url",
    "postgresql_folder",
    "served_chat",
    "sqlite_template",
]

ROOT = Path(__file__).parents[1]
OURS = ("KB_", "SLACK_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


def pytest_configure(config: pytest.Config) -> None:
    # The hub libraries read theirs when imported; child processes start in other directories.
    os.environ.update(OFFLINE, PYTHONPATH=str(ROOT))  # noqa: TID251
    sys.addaudithook(_refuse_other_hosts)
    # How long an example takes says more of the machine than of the code.
    settings.register_profile("suite", deadline=None)
    settings.load_profile("suite")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide the settings and the `.env` file of whoever runs the tests."""
    for name in os.environ:  # noqa: TID251
        if name.upper().startswith(OURS):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """Yield a folder on a file system of 16 MiB; skip where none can be mounted."""
    with mount_small_disk(tmp_path / "small", mib=16) as disk:
        yield disk


@pytest.fixture(scope="session")
def embedder() -> SentenceTransformerEmbedder:
    """Return the real embedder, loaded once."""
    return create_embedder("")


def _refuse_other_hosts(event: str, arguments: tuple[Any, ...]) -> None:
    match event, arguments:
        case (("socket.connect" | "socket.sendto"), (_, (str(host), *_))):
            pass
        case (("socket.getaddrinfo" | "socket.gethostbyname"), (str(host), *_)):
            pass
        case _:
            return
    if not _is_loopback(host):
        raise AssertionError(f"a test tried to reach {host}: only loopback is allowed")


def _is_loopback(host: str) -> bool:
    if host in ("", "localhost"):
        return True
    try:
        return ip_address(host).is_loopback or ip_address(host).is_unspecified
    except ValueError:
        return False
