"""What a good guest does: asks robots.txt first, and not all at once."""

import time
from collections.abc import Callable

from ingest.web.addresses import Address, parse_address
from ingest.web.fetching import Fetched, Fetcher, FetchError
from ingest.web.robots import ALL, NOTHING, Robots, read_robots

__all__ = ["Manners"]

MAX_ROBOTS_BYTES = 500 * 1024


class Manners:
    """Knows of each site what it lets programs read, and when it was last asked."""

    def __init__(
        self,
        fetcher: Fetcher,
        *,
        delay_s: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`delay_s` lies between two requests to a site, or more where its robots.txt says so."""
        self._fetcher = fetcher
        self._delay_s = delay_s
        self._sleep = sleep
        self._robots: dict[str, Robots] = {}
        self._asked_at: dict[str, float] = {}

    def forget(self) -> None:
        """Read each robots.txt again; the times of the last requests are kept."""
        self._robots.clear()

    def may_ask(self, address: Address) -> None:
        """Wait until a page may be asked for; raise `FetchError` when it may not be."""
        robots = self._robots.get(address.origin)
        if robots is None:
            robots = self._robots[address.origin] = self._ask_robots(address)
        if not robots.allow(address.target):
            if robots is NOTHING:
                reason = "is not asked, as the robots.txt of its site cannot be had"
                raise FetchError(f"{reason}; the next run tries again", is_of_the_site=True)
            raise FetchError("is closed to programs by the robots.txt of its site")
        self._wait(address.origin, max(self._delay_s, robots.delay_s))

    def _wait(self, origin: str, delay_s: float) -> None:
        now = self._fetcher.clock()
        wait_s = self._asked_at.get(origin, now - delay_s) + delay_s - now
        if wait_s > 0:
            self._sleep(wait_s)
        self._asked_at[origin] = max(now + wait_s, now)

    def _ask_robots(self, address: Address) -> Robots:
        """Return the rules of a site: all is open where there are none, nothing where they fail."""
        place = parse_address(f"{address.origin}/robots.txt", ports=(address.port,))
        try:
            found = self._fetcher.get(
                place,
                may_ask=lambda hop: self._wait(hop.origin, self._delay_s),
                max_bytes=MAX_ROBOTS_BYTES,
            )
        except FetchError as exc:
            # RFC 9309: "unavailable" opens a site, "unreachable" closes it.
            if exc.is_refusal:
                raise
            return ALL if 400 <= exc.status < 500 and exc.status != 429 else NOTHING
        if not isinstance(found, Fetched):
            return NOTHING
        return read_robots(found.data.decode("utf-8", "replace"))
