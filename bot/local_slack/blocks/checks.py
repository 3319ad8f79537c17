"""Small checks that combine into a schema and report problems the way Slack words them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[Any, str], Iterator[str]]
"""Takes a value and its JSON pointer; yields one line for each problem."""


def problem(message: str, pointer: str) -> str:
    """Return one line as Slack puts it in `response_metadata.messages`."""
    return f"[ERROR] {message} [json-pointer:{pointer}]"


def string(max_chars: int = 3000, *, min_chars: int = 1) -> Check:
    """Accept a string within the given length."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield problem("must be a string", pointer)
        elif len(value) > max_chars:
            yield problem(f"must be less than {max_chars + 1} characters", pointer)
        elif len(value) < min_chars:
            yield problem(f"must be more than {min_chars - 1} characters", pointer)

    return check


def one_of(*values: str) -> Check:
    """Accept one of the given strings."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if value not in values:
            yield problem(f"must be one of: {', '.join(values)}", pointer)

    return check


def boolean(value: Any, pointer: str) -> Iterator[str]:
    """Accept true or false."""
    if not isinstance(value, bool):
        yield problem("must be a boolean", pointer)


def integer(value: Any, pointer: str) -> Iterator[str]:
    """Accept a whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        yield problem("must be an integer", pointer)


def number(value: Any, pointer: str) -> Iterator[str]:
    """Accept a number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        yield problem("must be a number", pointer)


def anything(value: Any, pointer: str) -> Iterator[str]:  # noqa: ARG001 (a Check takes both)
    """Accept whatever comes."""
    yield from ()


def items(item: Check, *, at_most: int, at_least: int = 1) -> Check:
    """Accept a list of so many values that pass `item`."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield problem("must be an array", pointer)
            return
        if len(value) > at_most:
            yield problem(f"no more than {at_most} items allowed", pointer)
        elif len(value) < at_least:
            yield problem(f"no fewer than {at_least} items allowed", pointer)
        for index, element in enumerate(value):
            yield from item(element, f"{pointer}/{index}")

    return check


def record(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """Accept an object with these fields and no others."""
    fields = {**required, **(optional or {})}

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield problem("must be an object", pointer)
            return
        for name in required:
            if name not in value:
                yield problem(f"missing required field: {name}", pointer)
        for name, content in value.items():
            if name not in fields:
                yield problem(f"invalid additional property: {name}", pointer)
            # Slack reads an optional field that is null as absent.
            elif content is not None or name in required:
                yield from fields[name](content, f"{pointer}/{name}")

    return check


def by_type(kinds: Mapping[str, Check]) -> Check:
    """Accept an object whose `type` names one of `kinds` and which passes that check."""

    def check(value: Any, pointer: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield problem("must be an object", pointer)
        elif "type" not in value:
            yield problem("missing required field: type", pointer)
        elif value["type"] not in kinds:
            yield problem(f"unsupported type: {value['type']}", f"{pointer}/type")
        else:
            yield from kinds[value["type"]](value, pointer)

    return check


def typed(
    kind: str, required: Mapping[str, Check], optional: Mapping[str, Check] | None = None
) -> dict[str, Check]:
    """Return the entry of a `by_type` table for the object type `kind`."""
    return {kind: record({"type": one_of(kind), **required}, optional)}
