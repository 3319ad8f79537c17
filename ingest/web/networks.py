"""Which hosts may be asked: those that all their IP addresses show to be public."""

import ipaddress
import socket
from collections.abc import Callable, Collection, Sequence
from typing import TypeAlias

__all__ = ["Guard", "IPAddress", "Network", "RefusedError", "Resolver", "is_public"]

IPAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver: TypeAlias = Callable[[str, int], Sequence[str]]
"""From a host and a port to IP addresses; raises OSError when there are none."""

_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
_SIX_TO_FOUR = ipaddress.IPv6Network("2002::/16")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# What a cloud's machines reach within the cloud although the number is public; and the relays of
# 6to4, which lead to an address inside.
_NOT_REALLY_PUBLIC = tuple(
    map(ipaddress.IPv4Network, ("168.63.129.16/32", "192.88.99.0/24", "192.0.0.0/24"))
)


class RefusedError(Exception):
    """A host may not be asked; the text says why."""


def is_public(ip: IPAddress) -> bool:
    """Return whether an IP address belongs to the public internet, whatever it is wrapped in."""
    if isinstance(ip, ipaddress.IPv4Address):
        is_inside = any(ip in network for network in _NOT_REALLY_PUBLIC)
        return ip.is_global and not ip.is_multicast and not ip.is_reserved and not is_inside
    if ip.ipv4_mapped is not None:
        return is_public(ip.ipv4_mapped)
    if ip in _NAT64:
        return is_public(ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF))
    if ip in _SIX_TO_FOUR:
        return is_public(ipaddress.IPv4Address(int(ip) >> 80 & 0xFFFF_FFFF))
    return ip in _GLOBAL_UNICAST and ip.is_global and not ip.is_reserved


class Guard:
    """Resolves hosts, and refuses those that are not public or in an allowed network."""

    def __init__(
        self, *, networks: Collection[Network] = (), resolver: Resolver | None = None
    ) -> None:
        """`networks` may be asked besides the public ones; `resolver` is the system's without."""
        self._networks = networks
        self._resolver = resolver or _resolve

    def addresses(self, host: str, port: int) -> list[IPAddress]:
        """Return the IP addresses of a host, each of them checked.

        Raises `RefusedError`, also when only one of them may not be asked: a name that points
        inside as well as outside is a trap or a mistake. Whoever connects takes one of these and
        resolves nothing again.
        """
        try:
            found = self._resolver(host, port)
            addresses = [ipaddress.ip_address(one) for one in dict.fromkeys(found)]
        except (OSError, ValueError) as exc:
            raise RefusedError(f"its host {host} is not found") from exc
        if not addresses:
            raise RefusedError(f"its host {host} is not found")
        for address in addresses:
            if not self._may_ask(address):
                raise RefusedError(
                    f"its host {host} is not public: it is {address}, which is not asked unless "
                    f"KB_WEB_NETWORKS allows it"
                )
        return addresses

    def _may_ask(self, address: IPAddress) -> bool:
        mapped = getattr(address, "ipv4_mapped", None)
        plain: IPAddress = address if mapped is None else mapped
        return is_public(plain) or any(
            plain in network for network in self._networks if network.version == plain.version
        )


def _resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]
