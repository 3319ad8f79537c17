"""Connections to addresses that were checked, and to no others, bounded in time and bytes."""

import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore
from typing_extensions import override

from ingest.web.networks import Guard, IPAddress

__all__ = ["LimitError", "PinnedBackend"]

Clock = Callable[[], float]


class LimitError(Exception):
    """A server takes more time, or sends more, than a fetch may have; the text says which."""


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to an address that the guard has just checked: nothing resolves the name again.

    The host's name stays what TLS is checked against. One such object serves one fetch, whose
    redirects share its time.
    """

    def __init__(
        self,
        guard: Guard,
        *,
        total_s: float,
        silence_s: float,
        max_bytes: int,
        inner: httpcore.NetworkBackend | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        """All connections together may last `total_s` and each may send `max_bytes`.

        `silence_s` is the longest wait for a next byte; `inner` is the network.
        """
        self._guard = guard
        self._until = clock() + total_s
        self._silence_s = silence_s
        self._max_bytes = max_bytes
        self._inner = inner or httpcore.SyncBackend()
        self._clock = clock

    @override
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that answers, each of them checked."""
        addresses = self._guard.addresses(host, port)
        for address in addresses[:-1]:
            try:
                return self._connect(address, port, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(addresses[-1], port, socket_options)

    def wait_s(self) -> float:
        """Return how long the next byte may be waited for; raise `LimitError` when time is up."""
        left = self._until - self._clock()
        if left <= 0:
            raise LimitError("takes too long to be sent")
        return min(left, self._silence_s)

    def _connect(
        self,
        address: IPAddress,
        port: int,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.NetworkStream:
        stream = self._inner.connect_tcp(
            str(address), port, timeout=self.wait_s(), socket_options=socket_options
        )
        return _BoundedStream(stream, self.wait_s, self._max_bytes)


class _BoundedStream(httpcore.NetworkStream):
    """Counts what comes in, headers and all, and never waits beyond the fetch's time."""

    def __init__(
        self, inner: httpcore.NetworkStream, wait_s: Callable[[], float], max_bytes: int
    ) -> None:
        self._inner = inner
        self._wait_s = wait_s
        self._left = max_bytes

    @override
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._inner.read(max_bytes, timeout=self._wait_s())
        self._left -= len(data)
        if self._left < 0:
            raise LimitError("is larger than what is read of one page")
        return data

    @override
    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout=self._wait_s())

    @override
    def close(self) -> None:
        self._inner.close()

    @override
    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secured = self._inner.start_tls(ssl_context, server_hostname, timeout=self._wait_s())
        return _BoundedStream(secured, self._wait_s, self._left)

    @override
    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
