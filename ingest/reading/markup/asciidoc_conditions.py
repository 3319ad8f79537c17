"""The conditions of AsciiDoc: what depends on an attribute that the document does not set."""

import re

__all__ = ["resolve_conditions"]

_SET = re.compile(r"^:([\w-]{1,100}):(?:\s|$)")
_UNSET = re.compile(r"^:(?:!([\w-]{1,100})|([\w-]{1,100})!):")
_CONDITION = re.compile(r"^(ifdef|ifndef|ifeval|endif)::([^\[\]\n]{0,300})\[(.{0,2000})\]$")


def resolve_conditions(text: str) -> tuple[str, int]:
    """Return a text without the lines whose condition does not hold, and how many those are.

    A comparison is not worked out: what depends on it stays.
    """
    known: set[str] = set()
    kept: list[str] = []
    shown: list[bool] = []
    dropped = 0
    for line in text.split("\n"):
        if (condition := _CONDITION.match(line.rstrip())) is None:
            if not all(shown):
                dropped += bool(line.strip())
                continue
            _note(line, known)
            kept.append(line)
            continue
        kind, names, inline = condition.groups()
        if kind == "endif":
            del shown[-1:]
            continue
        holds = kind == "ifeval" or _holds(names, known) == (kind == "ifdef")
        if kind == "ifeval" or not inline:
            shown.append(holds)
        elif holds and all(shown):
            kept.append(inline)
        else:
            dropped += 1
    return "\n".join(kept), dropped


def _note(line: str, known: set[str]) -> None:
    if unset := _UNSET.match(line):
        known.discard(unset[1] or unset[2])
    elif named := _SET.match(line):
        known.add(named[1])


def _holds(names: str, known: set[str]) -> bool:
    """Return whether one of `a,b`, or all of `a+b`, are set."""
    if "+" in names:
        return known.issuperset(names.split("+"))
    return not known.isdisjoint(names.split(","))
