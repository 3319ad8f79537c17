"""What a line typed into the terminal chat asks for."""

from dataclasses import dataclass
from typing import Literal

Verb = Literal[
    "nothing",
    "mention",
    "write",
    "command",
    "press",
    "submit",
    "user",
    "channel",
    "thread",
    "new",
    "home",
    "help",
    "quit",
    "unknown",
]

_WORDS: dict[str, Verb] = {
    ":press": "press",
    ":submit": "submit",
    ":user": "user",
    ":channel": "channel",
    ":thread": "thread",
    ":new": "new",
    ":home": "home",
    ":help": "help",
    ":quit": "quit",
}
_MENTIONS = {"@bot", "@assistant"}


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A verb and the rest of the line."""

    verb: Verb
    rest: str = ""


def read_line(line: str) -> TypedLine:
    """Return what `line` asks for."""
    line = line.strip()
    word, _, rest = line.partition(" ")
    rest = rest.strip()
    if not line:
        return TypedLine("nothing")
    if word.lower() in _MENTIONS:
        return TypedLine("mention", rest)
    if word.startswith("/") and len(word) > 1:
        return TypedLine("command", line)
    if word.startswith("!") and word[1:].isdigit():
        return TypedLine("press", word[1:])
    if word.startswith(":") and word[1:].isalpha():
        return TypedLine(_WORDS.get(word, "unknown"), rest if word in _WORDS else word)
    return TypedLine("write", line)
