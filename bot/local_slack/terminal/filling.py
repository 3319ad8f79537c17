"""What is typed into a modal, as Slack sends it."""

from collections.abc import Iterator, Sequence

from bot.local_slack.workspace.values import Json

SEPARATOR = "|"


def inputs(blocks: Sequence[Json]) -> tuple[Json, ...]:
    """Return the fields of a view, in order."""
    return tuple(block for block in blocks if block["type"] == "input")


def filled(view: Json, typed: str) -> Json:
    """Return the values of a view whose fields are filled with the parts of `typed`, in order.

    Parts stand between `|`; of a list the number, the value or the beginning of a label is typed.

    Raises:
        ValueError: A field that must be filled is not, or none of its choices is meant.
    """
    fields = inputs(view["blocks"])
    parts = [part.strip() for part in typed.split(SEPARATOR)] if typed.strip() else []
    if len(parts) > len(fields):
        raise ValueError(f"that is for {len(parts)} fields, and there are {len(fields)}")
    parts += [""] * (len(fields) - len(parts))
    return {
        block["block_id"]: {block["element"]["action_id"]: _value(block, part)}
        for block, part in zip(fields, parts, strict=True)
    }


def _value(block: Json, part: str) -> Json:
    element = block["element"]
    if not part and not block.get("optional"):
        raise ValueError(f"“{block['label']['text']}” is to be filled in")
    if "options" not in element:
        return {"type": element["type"], "value": part or None}
    if not part:
        return {"type": element["type"], "selected_option": None}
    for option in _meant(element["options"], part):
        return {"type": element["type"], "selected_option": option}
    raise ValueError(f"none of the choices is {part}")


def _meant(options: Sequence[Json], part: str) -> Iterator[Json]:
    for number, option in enumerate(options, 1):
        label = option["text"]["text"].casefold()
        if part in {str(number), option["value"]} or label.startswith(part.casefold()):
            yield option
