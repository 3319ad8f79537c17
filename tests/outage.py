"""What stands in for a server that is away: a door that shuts, and one that answers nonsense."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """What becomes of one request instead of its answer."""

    is_passed_on: bool
    """Whether the server does what it is asked."""
    answer: bytes = b""
    """What the client hears in place of the server's answer; nothing when it is hung up on."""


CUT_BEFORE = Mishap(is_passed_on=False)
CUT_AFTER = Mishap(is_passed_on=True)


def answer(status: str, *headers: str) -> bytes:
    """Return an HTTP answer without a body of Slack's."""
    lines = (f"HTTP/1.1 {status}", *headers, "Content-Length: 0", "Connection: close")
    return "\r\n".join((*lines, "", "")).encode()


class Door:
    """Passes connections on to a port while it is open; refuses them while it is shut.

    While it is open, `mishap` is asked about each connection, which is to carry one request only;
    it returns None when nothing is to happen.
    """

    def __init__(self, target: int) -> None:
        self.mishap: Callable[[], Mishap | None] = lambda: None
        self._target = target
        self._lines: list[_Line] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> Self:
        self._serve()
        return self

    def __exit__(self, *_: object) -> None:
        self.shut()

    def shut(self) -> None:
        # A listener that is only closed still takes the connection that `accept` waits for.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def abort(self) -> None:
        """Reset the connections that are open now."""
        for line in self._lines:
            line.is_aborted = True

    def fall_silent(self) -> None:
        """Let nothing more through on the connections that are open now, which nobody tells."""
        for line in self._lines:
            line.is_silent = True

    def open(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._serve()

    def _serve(self) -> None:
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                ours, _ = listener.accept()
                threading.Thread(target=self._treat, args=(ours,), daemon=True).start()

    def _treat(self, ours: socket.socket) -> None:
        mishap = self.mishap()
        with ours, suppress(OSError):
            if mishap is None:
                line = _Line(ours, socket.create_connection(("127.0.0.1", self._target)))
                self._lines.append(line)
                line.pass_on()
                return
            request = _read_request(ours)
            if mishap.is_passed_on:
                with socket.create_connection(("127.0.0.1", self._target)) as theirs:
                    theirs.sendall(request)
                    while theirs.recv(65_536):
                        pass
            ours.sendall(mishap.answer)


@contextmanager
def run_odd_server(answer: bytes) -> Iterator[str]:
    """Answer every request with the same bytes and hang up; yield the URL."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    _read_request(connection)
                    connection.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _read_request(connection: socket.socket) -> bytes:
    """Read a request whole: a server that hangs up on unread data resets the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65_536)
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = (
        int(line.partition(b":")[2])
        for line in head.splitlines()
        if line.lower().startswith(b"content-length:")
    )
    length = next(lengths, 0)
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


class _Line:
    """Two connections, of which each hears what is said on the other."""

    def __init__(self, ours: socket.socket, theirs: socket.socket) -> None:
        self.is_silent = False
        self.is_aborted = False
        self._ours, self._theirs = ours, theirs

    def pass_on(self) -> None:
        """Return when both have said all they had to say, or are aborted."""
        ends = (self._ours, self._theirs)
        for end in ends:
            end.settimeout(0.05)
        with self._ours, self._theirs:
            back = threading.Thread(target=self._pump, args=ends[::-1], daemon=True)
            back.start()
            self._pump(*ends)
            back.join()
            if self.is_aborted:
                for end in ends:
                    # What is closed without lingering is reset, not ended in order.
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while not self.is_aborted:
                with suppress(TimeoutError):
                    if not (data := source.recv(65_536)):
                        break
                    if not self.is_silent:
                        sink.sendall(data)
        if not self.is_aborted:
            with suppress(OSError):
                sink.shutdown(socket.SHUT_WR)
