"""An internet of fake hosts: who is asked, and what they send, without a socket."""

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpcore

from ingest.web.fetching import Fetcher, FetchLimits
from ingest.web.manners import Manners
from ingest.web.networks import Guard, Network
from ingest.web.visiting import VisitLimits, Visitor

PUBLIC = "93.184.216.34"
OTHER_PUBLIC = "2606:2800:220:1:248:1893:25c8:1946"
LIMITS = FetchLimits(total_s=60, silence_s=15, max_bytes=100_000)

Sent = bytes | float
"""Bytes that a host sends, or seconds for which it is silent."""
Host = Callable[["Request"], Iterable[Sent]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    url: str
    headers: Mapping[str, str]


def page(
    body: bytes | str,
    *,
    kind: str = "text/html; charset=utf-8",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> list[Sent]:
    data = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(data)}", f"Content-Type: {kind}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return ["\r\n".join([*lines, "", ""]).encode("latin-1"), data]


def redirect(target: str, *, status: int = 302) -> list[Sent]:
    return page("", status=status, headers={"Location": target})


def endless(part: bytes, *, head: str = "Content-Type: text/html") -> Iterator[Sent]:
    yield f"HTTP/1.1 200 OK\r\n{head}\r\n\r\n".encode()
    while True:
        yield part


@dataclass(slots=True)
class Internet(httpcore.NetworkBackend):
    pages: dict[str, Host | list[Sent]] = field(default_factory=dict)
    """By address; what is not there is 404."""
    names: dict[str, list[Sequence[str]]] = field(default_factory=dict)
    """What a name resolves to, each time; the last one stays. Others are public."""
    connected: list[str] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    received: int = 0
    largest_reply: int = 0
    now: float = 1_000.0
    down: set[str] = field(default_factory=set)
    """IP addresses that refuse connections."""

    @property
    def urls(self) -> list[str]:
        return [one.url for one in self.asked]

    @property
    def reached_inside(self) -> list[str]:
        return [ip for ip in self.connected if ip not in (PUBLIC, OTHER_PUBLIC)]

    def resolve(self, host: str, port: int) -> Sequence[str]:
        try:
            return [str(ipaddress.ip_address(host))]
        except ValueError:
            pass
        answers = self.names.get(host, [[PUBLIC]])
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> "_Stream":
        self.connected.append(host)
        if host in self.down:
            raise httpcore.ConnectError("refused")
        return _Stream(self, port)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def fetcher(
        self,
        *,
        limits: FetchLimits = LIMITS,
        networks: Sequence[Network] = (),
        ports: Iterable[int] = (80, 443),
    ) -> Fetcher:
        return Fetcher(
            guard=Guard(networks=networks, resolver=self.resolve),
            ports=frozenset(ports),
            limits=limits,
            network=self,
            clock=lambda: self.now,
        )

    def visitor(self, *, limits: VisitLimits | None = None) -> Visitor:
        fetcher = self.fetcher()
        return Visitor(fetcher, Manners(fetcher, sleep=self.sleep), limits=limits)


class _Stream(httpcore.NetworkStream):
    def __init__(self, internet: Internet, port: int) -> None:
        self._internet = internet
        self._port = port
        self._scheme = "http"
        self._request = b""
        self._reply: Iterator[Sent] | None = None
        self._rest = b""
        self._sent = 0

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._request += buffer

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._reply is None:
            self._reply = iter(self._answer())
        while not self._rest:
            sent = next(self._reply, b"")
            if isinstance(sent, float):
                self._internet.now += min(sent, timeout or sent)
                if timeout is not None and sent > timeout:
                    raise httpcore.ReadTimeout("timed out")
                continue
            if not sent:
                return b""
            self._rest = sent
        taken, self._rest = self._rest[:max_bytes], self._rest[max_bytes:]
        self._sent += len(taken)
        self._internet.received += len(taken)
        self._internet.largest_reply = max(self._internet.largest_reply, self._sent)
        return taken

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self._scheme = "https"
        return self

    def close(self) -> None:
        pass

    def get_extra_info(self, info: str) -> Any:
        return None

    def _answer(self) -> Iterable[Sent]:
        first, *lines = self._request.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines)
        url = f"{self._scheme}://{headers['host']}{first.split(' ')[1]}"
        request = Request(url=url, headers=headers)
        self._internet.asked.append(request)
        found = self._internet.pages.get(url)
        if found is None:
            return page("nothing", status=404)
        return found(request) if callable(found) else found
