"""One page over HTTP: every redirect checked, and nothing taken beyond the limits."""

import datetime as dt
import ssl
import time
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpcore

from ingest.web.addresses import DEFAULT_PORTS, Address, resolve_reference
from ingest.web.connecting import LimitError, PinnedBackend
from ingest.web.networks import Guard, RefusedError
from ingest.web.robots import AGENT
from knowledge.errors import ArticleError
from knowledge.record.web_pages import Validators

__all__ = [
    "FetchError",
    "FetchLimits",
    "Fetched",
    "Fetcher",
    "NotModified",
    "Validators",
    "gunzip",
]

MAX_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_BUSY = (429, 503)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """What one fetch may take."""

    total_s: float = 60.0
    """With all its redirects."""
    silence_s: float = 15.0
    """The longest wait for a connection or a next byte."""
    max_bytes: int = 25 * 2**20
    """Of the page, unpacked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A page as it came."""

    address: Address
    """Where it was found after all redirects."""
    content_type: str
    data: bytes
    validators: Validators


@dataclass(frozen=True, slots=True)
class NotModified:
    """The page is as it was when the validators were given."""


class FetchError(Exception):
    """A page cannot be had; the text says why, as the end of a sentence that begins with it."""

    def __init__(
        self,
        reason: str,
        *,
        status: int = 0,
        is_of_the_site: bool = False,
        is_refusal: bool = False,
    ) -> None:
        """`status` is HTTP's, 0 without one; `is_of_the_site` says that others will fail, too.

        `is_refusal` says that the guard did not let the host be asked.
        """
        super().__init__(reason)
        self.status = status
        self.is_of_the_site = is_of_the_site
        self.is_refusal = is_refusal


@dataclass(slots=True)
class Fetcher:
    """Fetches with GET, without cookies, credentials, proxies or JavaScript."""

    guard: Guard
    ports: Collection[int] = frozenset(DEFAULT_PORTS.values())
    limits: FetchLimits = field(default_factory=FetchLimits)
    ssl_context: ssl.SSLContext | None = None
    """What certificates are checked against; the usual authorities without."""
    network: httpcore.NetworkBackend | None = None
    """What connections are made with; the system's sockets without."""
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)

    def get(
        self,
        address: Address,
        *,
        validators: Validators | None = None,
        may_ask: Callable[[Address], None] = lambda _: None,
        is_wanted: Callable[[str, Address], bool] = lambda _type, _address: True,
        max_bytes: int | None = None,
    ) -> Fetched | NotModified:
        """Return a page, or that it is unchanged; raise `FetchError` when it cannot be had.

        `may_ask` is called before each request, of a redirect too, and raises `FetchError` to
        refuse it. `is_wanted` judges a page by its type before it is taken.
        """
        limits, size = self.limits, max_bytes or self.limits.max_bytes
        backend = PinnedBackend(
            self.guard,
            total_s=limits.total_s,
            silence_s=limits.silence_s,
            # Headers and the seams of chunks come on top.
            max_bytes=2 * size + 2**18,
            inner=self.network,
            clock=self.clock,
        )
        for _ in range(MAX_REDIRECTS + 1):
            may_ask(address)
            with _explained(address), self._asked(address, backend, validators) as response:
                if response.status not in _REDIRECTS:
                    return self._answer(response, address, is_wanted, size)
                address = self._redirected(response, address)
        raise FetchError(f"redirects more than {MAX_REDIRECTS} times")

    @contextmanager
    def _asked(
        self, address: Address, backend: PinnedBackend, validators: Validators | None
    ) -> Iterator[httpcore.Response]:
        headers = {
            "Host": address.origin.partition("//")[2],
            "User-Agent": f"{AGENT}/1",
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "Connection": "close",
        }
        if validators is not None and validators.etag:
            headers["If-None-Match"] = validators.etag
        if validators is not None and validators.last_modified:
            headers["If-Modified-Since"] = validators.last_modified
        url = httpcore.URL(
            scheme=address.scheme,
            host=address.host,
            port=address.port,
            target=address.target,
        )
        with (
            # A new one for each request, so that no connection outlives what was checked.
            httpcore.ConnectionPool(
                ssl_context=self.ssl_context, max_connections=1, network_backend=backend
            ) as pool,
            pool.stream("GET", url, headers=list(headers.items())) as response,
        ):
            yield response

    def _redirected(self, response: httpcore.Response, address: Address) -> Address:
        try:
            target = resolve_reference(address, _header(response, "location"), ports=self.ports)
        except ArticleError as exc:
            raise FetchError(
                f"redirects to an address that is refused: {exc.location} {exc.reason}"
            ) from exc
        if (address.scheme, target.scheme) == ("https", "http"):
            raise FetchError(f"redirects from https to http, which anybody can change: {target}")
        return target

    def _answer(
        self,
        response: httpcore.Response,
        address: Address,
        is_wanted: Callable[[str, Address], bool],
        max_bytes: int,
    ) -> Fetched | NotModified:
        status = response.status
        if status == 304:
            return NotModified()
        if status != 200:
            raise FetchError(_meaning(status), status=status, is_of_the_site=status in _BUSY)
        content_type = _header(response, "content-type")
        if not is_wanted(content_type, address):
            kind = content_type.partition(";")[0].strip() or "no type"
            raise FetchError(f"is of a type that is not read ({kind[:100]})")
        length = _header(response, "content-length")
        if length.isascii() and length.isdigit() and len(length) < 16:
            _check_size(int(length), max_bytes)
        return Fetched(
            address=address,
            content_type=content_type,
            data=_body(response, max_bytes),
            validators=Validators(
                etag=_header(response, "etag")[:500],
                last_modified=_header(response, "last-modified")[:100],
                fetched_at=self.now(),
            ),
        )


def gunzip(data: bytes, *, max_bytes: int) -> bytes:
    """Return unpacked what is a gzip file itself; raise `FetchError` when that is too much."""
    unpacking = _Unpacking(max_bytes)
    unpacking.add(data)
    return unpacking.end()


class _Unpacking:
    """Unpacks gzip as it comes, never more than may be taken."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._stream = zlib.decompressobj(wbits=31)
        self._data = bytearray()

    def add(self, part: bytes) -> None:
        try:
            left = self._max_bytes - len(self._data) + 1
            self._data += self._stream.decompress(part, left)
        except zlib.error as exc:
            raise FetchError("is sent as gzip that is damaged") from exc
        _check_size(len(self._data), self._max_bytes)

    def end(self) -> bytes:
        if not self._stream.eof:
            raise FetchError("is sent as gzip that is cut off")
        return bytes(self._data)


class _Plain:
    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._data = bytearray()

    def add(self, part: bytes) -> None:
        self._data += part
        _check_size(len(self._data), self._max_bytes)

    def end(self) -> bytes:
        return bytes(self._data)


def _body(response: httpcore.Response, max_bytes: int) -> bytes:
    encoding = _header(response, "content-encoding").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise FetchError(f"is packed in a way that was not asked for ({encoding[:50]})")
    taking = _Unpacking(max_bytes) if "gzip" in encoding else _Plain(max_bytes)
    for part in response.iter_stream():
        taking.add(part)
    return taking.end()


def _check_size(size: int, max_bytes: int) -> None:
    if size > max_bytes:
        raise FetchError(f"is larger than {max_bytes / 2**20:.3g} MiB, the most that is read")


def _header(response: httpcore.Response, name: str) -> str:
    wanted = name.encode()
    for key, value in response.headers:
        if key.lower() == wanted:
            return value.decode("latin-1")
    return ""


def _meaning(status: int) -> str:
    reasons = {
        401: "asks for a password (401); only open pages are read",
        403: "is forbidden to programs (403); ask whoever keeps the site",
        404: "is not there (404); remove it, or correct the address",
        410: "is gone for good (410); remove it",
        429: "asks to wait, by 429; the next run tries again",
        503: "asks to wait, by 503; the next run tries again",
    }
    return reasons.get(status, f"is answered with status {status} by its server")


@contextmanager
def _explained(address: Address) -> Iterator[None]:
    """Say in words what hinders a fetch."""
    try:
        yield
    except RefusedError as exc:
        raise FetchError(f"is not asked: {exc}", is_of_the_site=True, is_refusal=True) from exc
    except LimitError as exc:
        raise FetchError(str(exc)) from exc
    except (httpcore.TimeoutException, httpcore.NetworkError) as exc:
        detail = str(exc)[:200] or type(exc).__name__
        raise FetchError(
            f"cannot be reached at {address.host}: {detail}", is_of_the_site=True
        ) from exc
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol, UnicodeError) as exc:
        raise FetchError("is sent in a way that is no correct HTTP") from exc
