"""The rules about a whole message or view, on top of the schema of its single blocks."""

from collections import Counter
from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import count
from typing import Any

from bot.local_slack.blocks.checks import by_type, items, problem
from bot.local_slack.blocks.schema import MESSAGE_BLOCKS, VIEW
from bot.local_slack.workspace.values import Json, block_texts

MAX_MESSAGE_BLOCKS = 50
MAX_MARKDOWN_CHARS = 12_000
MAX_BLOCK_TEXT_CHARS = 13_200
MAX_TEXT_CHARS = 40_000

_BLOCKS = items(by_type(MESSAGE_BLOCKS), at_most=MAX_MESSAGE_BLOCKS, at_least=0)
_WITH_ACTION_ID = {
    "button",
    "static_select",
    "overflow",
    "radio_buttons",
    "checkboxes",
    "users_select",
    "conversations_select",
    "feedback_buttons",
    "icon_button",
    "plain_text_input",
    "url_text_input",
    "file_input",
}


def message_problems(blocks: Any, *, pointer: str = "/blocks") -> list[str]:
    """Return what Slack would say against `blocks` in a message; nothing if they are valid."""
    found = list(_BLOCKS(blocks, pointer))
    # The rules below read the fields that the schema has just found to be there.
    return found or [
        *_id_problems(blocks, pointer),
        *_section_problems(blocks, pointer),
        *_total_problems(blocks, pointer),
    ]


def view_problems(view: Any) -> list[str]:
    """Return what Slack would say against `view`; nothing if it is valid."""
    found = list(VIEW(view, "/view"))
    if found:
        return found
    blocks = view["blocks"]
    found = [*_id_problems(blocks, "/view/blocks"), *_section_problems(blocks, "/view/blocks")]
    has_input = any(block["type"] == "input" for block in blocks)
    if view["type"] == "modal" and has_input and "submit" not in view:
        found.append(problem("missing required field: submit", "/view"))
    return found


def is_too_long(blocks: Sequence[Json]) -> bool:
    """Whether the text of all blocks together is more than Slack takes in one message."""
    return sum(map(len, block_texts(blocks))) > MAX_BLOCK_TEXT_CHARS


def with_ids(blocks: Sequence[Json]) -> tuple[Json, ...]:
    """Return a copy of `blocks` in which every block and every control has an id, as Slack does."""
    copy = deepcopy(list(blocks))
    numbers = count(1)
    for block in flat_blocks(copy):
        block.setdefault("block_id", f"b{next(numbers)}")
        for element in elements(block):
            if element.get("type") in _WITH_ACTION_ID:
                element.setdefault("action_id", f"a{next(numbers)}")
    return tuple(copy)


def flat_blocks(blocks: Sequence[Json]) -> Iterator[Json]:
    """Yield each block and what containers hold, in reading order."""
    for block in blocks:
        yield block
        yield from block.get("child_blocks", ())


def elements(block: Json) -> Iterator[Json]:
    """Yield the controls of one block."""
    if block["type"] in {"actions", "context_actions"}:
        yield from block["elements"]
    for name in ("accessory", "element"):
        if name in block:
            yield block[name]


def _id_problems(blocks: list[Json], pointer: str) -> Iterator[str]:
    flat = list(flat_blocks(blocks))
    block_ids = Counter(block["block_id"] for block in flat if block.get("block_id"))
    for block_id, times in block_ids.items():
        if times > 1:
            yield problem(f"`block_id` {block_id!r} already exists", pointer)
    for block in flat:
        action_ids = Counter(e["action_id"] for e in elements(block) if e.get("action_id"))
        for action_id, times in action_ids.items():
            if times > 1:
                yield problem(f"`action_id` {action_id!r} already exists", pointer)


def _section_problems(blocks: list[Json], pointer: str) -> Iterator[str]:
    for index, block in enumerate(blocks):
        if block["type"] == "section" and not (block.get("text") or block.get("fields")):
            yield problem("must provide `text` or `fields`", f"{pointer}/{index}")


def _total_problems(blocks: list[Json], pointer: str) -> Iterator[str]:
    markdown = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if markdown > MAX_MARKDOWN_CHARS:
        yield problem(
            f"markdown blocks must be less than {MAX_MARKDOWN_CHARS + 1} characters together",
            pointer,
        )
    if sum(block["type"] == "table" for block in blocks) > 1:
        yield problem("only_one_table_allowed", pointer)
