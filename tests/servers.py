"""Real servers for a test session, on this machine only: PostgreSQL and Chroma."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psycopg
import pytest

START_WAIT_S = 30.0


def find_postgresql() -> Path | None:
    """Return the folder with `initdb` and `postgres` of the newest installation, if any."""
    found = shutil.which("initdb")
    candidates = [Path(found).parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((path for path in candidates if (path / "postgres").exists()), None)


@contextmanager
def run_postgresql(programs: Path) -> Iterator[str]:
    """Run a server that listens on a socket in a folder of its own; yield that folder."""
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp") as folder:
        server = PostgresqlServer(programs, folder)
        server.start()
        try:
            yield folder
        finally:
            server.stop()


class PostgresqlServer:
    """A server on a folder of its own, which can be killed and started again."""

    def __init__(self, programs: Path, folder: str) -> None:
        """Make its files in an empty folder."""
        # PostgreSQL refuses to run as root.
        self._account = "postgres" if os.geteuid() == 0 else None
        if self._account:
            shutil.chown(folder, self._account)
        self._programs = programs
        self._folder = folder
        self._data = f"{folder}/data"
        self._process: subprocess.Popen[bytes] | None = None
        subprocess.run(
            [programs / "initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "--no-sync"],
            user=self._account,
            check=True,
            capture_output=True,
        )

    def start(self) -> None:
        """Start it and return when it answers."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": self._folder,
            "fsync": "off",
            "full_page_writes": "off",
        }
        self._process = subprocess.Popen(
            [str(self._programs / "postgres"), "-D", self._data]
            + [part for name, value in options.items() for part in ("-c", f"{name}={value}")],
            user=self._account,
            stderr=subprocess.DEVNULL,
        )
        try:
            _until(lambda: _postgresql_answers(self._folder), self._process)
        except BaseException:
            self.stop()
            raise

    def kill(self) -> None:
        """End it as a crash does: at once, with every connection, and nothing tidied up."""
        self._end_with(signal.SIGQUIT)

    def stop(self) -> None:
        """End it in order, but without waiting for open connections."""
        self._end_with(signal.SIGINT)

    def _end_with(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            _end(self._process)
            self._process = None


@contextmanager
def run_chroma(path: Path, *, port: int = 0) -> Iterator[str]:
    """Run Chroma's own server on `path`; yield its URL."""
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [
            *(sys.executable, "-c", "from chromadb.cli.cli import app; app()"),
            *("run", "--path", str(path), "--host", "127.0.0.1", "--port", str(port)),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until(lambda: _chroma_answers(url), server)
        yield url
    finally:
        server.terminate()
        _end(server)


@contextmanager
def run_silent_server() -> Iterator[str]:
    """Accept connections and never say a word; yield the URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _postgresql_answers(folder: str) -> bool:
    with suppress(psycopg.OperationalError):
        psycopg.connect(host=folder, user="postgres", dbname="postgres").close()
        return True
    return False


def _chroma_answers(url: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(f"{url}/api/v2/heartbeat", timeout=1).is_success
    return False


def _until(is_ready: Callable[[], bool], server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_WAIT_S
    while not is_ready():
        if server.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"{server.args!r} did not start")
        time.sleep(0.05)


def _end(server: subprocess.Popen[bytes]) -> None:
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
