"""HTML that cannot be injected into: every text is escaped unless it was made here."""

import html
import re
from typing import TypeAlias

_VOID = {"br", "hr", "img", "input", "link", "meta"}
_CONTROL_CHARS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Html(str):
    """Finished markup. Only this module makes it, so that all other text is escaped."""

    __slots__ = ()


Child: TypeAlias = str | None
"""Text, which is escaped; markup; or nothing."""
Attribute: TypeAlias = str | int | bool | None

NOTHING = Html("")
DOCTYPE = Html("<!doctype html>")


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Html:
    """Return an element.

    In the names of attributes `_` stands for `-`, and one at the end is dropped (`class_`). An
    attribute that is True stands without a value; False and None leave it out.
    """
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}{_value(value)}"
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{joined(*children)}</{name}>")


def joined(*children: Child) -> Html:
    """Return several pieces one after the other."""
    return Html("".join(_escaped(child) for child in children if child is not None))


def _value(value: str | int | bool) -> str:
    return "" if value is True else f'="{_escaped(str(value))}"'


def _escaped(text: str) -> str:
    if isinstance(text, Html):
        return text
    return html.escape(_CONTROL_CHARS.sub("", text))
