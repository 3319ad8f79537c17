"""Pure: web addresses as people write them, made one form; what is not plain is refused."""

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from typing_extensions import override

from knowledge.errors import ArticleError

__all__ = ["DEFAULT_PORTS", "Address", "is_address", "parse_address", "resolve_reference"]

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_CHARS = 2_000
_IS_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,20}://", re.IGNORECASE)
_CREDENTIALS = re.compile(r"//[^/?#]*@")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]|[^\S ]")
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*", re.ASCII)
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)", re.ASCII)
_PATH = "/%:@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A web address in its one form: no credentials, no fragment, the host in ASCII."""

    scheme: str
    host: str
    """A name, or an IP address without brackets."""
    port: int
    target: str
    """Path and query."""

    @property
    def origin(self) -> str:
        """What robots.txt and politeness hold for."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def path(self) -> str:
        """Without the query."""
        return self.target.partition("?")[0]

    @override
    def __str__(self) -> str:
        return f"{self.origin}{self.target}"


def is_address(text: str) -> bool:
    """Return whether somebody means an address, right or wrong, and no file."""
    return _IS_ADDRESS.match(text) is not None


def parse_address(text: str, *, ports: Collection[int]) -> Address:
    """Return the address that `text` writes; raise `ArticleError` with what is wrong with it.

    `ports` are those that may be asked. Whether the host may be is known when it is resolved.
    """
    shown = _CREDENTIALS.sub("//***@", text)[:200]
    try:
        return _parse(text, ports)
    except _NotPlainError as exc:
        raise ArticleError(str(exc), location=shown) from exc


def resolve_reference(base: Address, reference: str, *, ports: Collection[int]) -> Address:
    """Return where a redirect, or an entry of a list, leads; raise `ArticleError` as above."""
    try:
        return parse_address(urljoin(str(base), reference.strip()), ports=ports)
    except ValueError as exc:
        raise ArticleError("leads to what is no address", location=str(base)) from exc


class _NotPlainError(ValueError):
    """Why an address is refused."""


def _parse(text: str, ports: Collection[int]) -> Address:
    if len(text) > MAX_CHARS:
        raise _NotPlainError(f"is longer than {MAX_CHARS} characters; give a shorter address")
    if _UNSAFE.search(text):
        raise _NotPlainError("has a space, a control character or a backslash in it; remove it")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as exc:
        raise _NotPlainError(f"is no web address: {exc}") from exc
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise _NotPlainError("is no web address that can be read: use http:// or https://")
    if "@" in parts.netloc:
        raise _NotPlainError(
            "has a name or password before the host, which would be stored and shown; give the "
            "address without them"
        )
    port = DEFAULT_PORTS[scheme] if port is None else port
    if port not in ports:
        allowed = ", ".join(map(str, sorted(ports)))
        raise _NotPlainError(f"asks port {port}; allowed are {allowed} (KB_WEB_PORTS)")
    return Address(scheme=scheme, host=_host(parts), port=port, target=_target(parts))


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").removesuffix(".")
    if not host:
        raise _NotPlainError("names no host")
    if parts.netloc.startswith("["):
        try:
            return str(ipaddress.IPv6Address(host if "%" not in host else ""))
        except ValueError as exc:
            raise _NotPlainError("has in brackets what is no IPv6 address") from exc
    try:
        name = host.encode("idna").decode("ascii").lower()
    except UnicodeError as exc:
        raise _NotPlainError("names a host that cannot be") from exc
    name = name.removesuffix(".")
    if len(name) > 253 or not _NAME.fullmatch(name):
        raise _NotPlainError("names a host that cannot be")
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        # Whatever a resolver makes of 127.1, 0x7f.1 or 2130706433, no page is published so.
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError as exc:
            raise _NotPlainError("names its host by a number that is not plain IPv4") from exc
    return name


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe=_PATH)
    return f"{path}?{quote(parts.query, safe=_PATH + '?')}" if parts.query else path
