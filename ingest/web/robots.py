"""Pure: what a site's robots.txt lets this program read, as RFC 9309 has it."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote

__all__ = ["AGENT", "ALL", "MAX_DELAY_S", "NOTHING", "Robots", "read_robots"]

AGENT = "outsourcing-assistant"
"""The name by which robots.txt may speak to this program."""
MAX_DELAY_S = 30.0
_SAFE = "/%:@!$&'()*+,;=~-._?"


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one site for this program."""

    rules: tuple[tuple[str, bool], ...] = ()
    """Patterns, and whether what they match may be read."""
    delay_s: float = 0.0
    """How long the site asks to wait between requests, bounded."""

    def allow(self, target: str) -> bool:
        """Return whether a path with its query may be read: the longest pattern decides.

        Of two as long the one that allows does.
        """
        wanted = _plain(target)
        best = max(
            (
                (len(pattern), is_allowed)
                for pattern, is_allowed in self.rules
                if _matches(pattern, wanted)
            ),
            default=(0, True),
        )
        return best[1]


ALL = Robots()
NOTHING = Robots(rules=(("/", False),))


def read_robots(text: str) -> Robots:
    """Return the rules of the groups that name this program, or else of those for everybody."""
    ours: list[tuple[str, str]] = []
    everybody: list[tuple[str, str]] = []
    is_named = False
    agents: list[str] = []
    is_open = False
    for name, value in _lines(text):
        if name == "user-agent":
            agents = [*agents, value.lower()] if is_open else [value.lower()]
            is_open = True
            is_named = is_named or AGENT in agents
            continue
        is_open = False
        if AGENT in agents:
            ours.append((name, value))
        elif "*" in agents:
            everybody.append((name, value))
    entries = ours if is_named else everybody
    rules = tuple(
        (_plain(value), name == "allow")
        for name, value in entries
        if name in ("allow", "disallow") and value
    )
    delays = [_seconds(value) for name, value in entries if name == "crawl-delay"]
    return Robots(rules=rules, delay_s=min(max(delays, default=0.0), MAX_DELAY_S))


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.removeprefix("\ufeff").splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        return 0.0
    return seconds if seconds > 0 else 0.0


def _plain(text: str) -> str:
    """Return a path in one spelling, whatever of it is escaped."""
    return quote(unquote(text), safe=_SAFE)


def _matches(pattern: str, target: str) -> bool:
    """Return whether a pattern with `*` and a final `$` matches the beginning of a path."""
    is_whole = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not target.startswith(first):
        return False
    at = len(first)
    last = others.pop() if is_whole and others else None
    # Each part at its earliest place leaves the most for those after it.
    for part in others:
        found = target.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    if last is not None:
        return target.endswith(last) and len(target) - len(last) >= at
    return not is_whole or at == len(target)
