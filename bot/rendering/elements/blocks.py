"""Block Kit: the few blocks in use, and messages that never exceed Slack's limits."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.rendering.elements.mrkdwn import cut, escape, visible

__all__ = [
    "MAX_SECTION_CHARS",
    "Block",
    "RenderedMessage",
    "actions",
    "block_chars",
    "button",
    "container",
    "context",
    "divider",
    "fields",
    "fits",
    "header",
    "message",
    "plain_run",
    "render_plainly",
    "rich_list",
    "rich_section",
    "rich_text",
    "section",
    "sections",
    "table",
    "vote_buttons",
]

Block = dict[str, Any]

MAX_BLOCKS = 50
MAX_SECTION_CHARS = 3_000
MAX_MESSAGE_CHARS = 11_000
MAX_FALLBACK_CHARS = 3_000
MAX_CONTAINED = 10
MAX_FIELDS = 10
MAX_PLAIN_BUTTONS = 25
NOTHING = "…"
EMPTY_CELL = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedMessage:
    """What is sent: blocks, and a text that stands alone where blocks are not shown."""

    text: str
    blocks: tuple[Block, ...]


def message(fallback: str, blocks: Sequence[Block]) -> RenderedMessage:
    """Return a message; `fallback` is plain and is escaped here.

    Blocks beyond Slack's limits are dropped from the end, except for buttons.
    """
    kept = [block for block in blocks if not _is_blank(block)] or [section(NOTHING)]
    while not fits(kept):
        droppable = [n for n, block in enumerate(kept) if block["type"] not in _BUTTONS]
        del kept[droppable[-1] if droppable else -1]
    return RenderedMessage(
        text=escape(cut(fallback.strip(), MAX_FALLBACK_CHARS)).strip() or NOTHING,
        blocks=tuple(kept),
    )


def fits(blocks: Sequence[Block]) -> bool:
    """Whether Slack takes so many blocks with so much text in one message."""
    return len(blocks) <= MAX_BLOCKS and block_chars(blocks) <= MAX_MESSAGE_CHARS


def render_plainly(rendered: RenderedMessage) -> RenderedMessage:
    """Return a message as one paragraph and its buttons, for when Slack refuses its blocks."""
    buttons = [
        {**found, "action_id": f"{found['action_id'].partition('_plain')[0]}_plain{number}"}
        for number, found in enumerate(_buttons(rendered.blocks), 1)
    ][:MAX_PLAIN_BUTTONS]
    row = (actions(*buttons),) if buttons else ()
    return RenderedMessage(text=rendered.text, blocks=(section(rendered.text), *row))


def section(mrkdwn: str, *, accessory: Block | None = None) -> Block:
    """Return a paragraph of at most 3,000 characters of finished mrkdwn, with a button beside."""
    found: Block = {"type": "section", "text": _mrkdwn(mrkdwn)}
    return found if accessory is None else found | {"accessory": accessory}


def fields(facts: Iterable[str]) -> Block:
    """Return up to ten short pieces of finished mrkdwn, set in two columns."""
    return {"type": "section", "fields": [_mrkdwn(fact) for fact in facts][:MAX_FIELDS]}


def divider() -> Block:
    """Return a line between two parts."""
    return {"type": "divider"}


def header(text: str) -> Block:
    """Return a heading of plain text, which is cut to 150 characters."""
    return {"type": "header", "text": _plain(cut(visible(text), 150) or NOTHING)}


def sections(parts: Iterable[str], *, separator: str) -> list[Block]:
    """Return as few paragraphs as hold all parts, none of which is ever split."""
    texts: list[str] = []
    for part in filter(None, parts):
        if texts and len(texts[-1]) + len(separator) + len(part) <= MAX_SECTION_CHARS:
            texts[-1] += separator + part
        else:
            texts.append(part.lstrip("\n"))
    return [section(text) for text in texts]


def context(mrkdwn: str) -> Block:
    """Return a small grey line of finished mrkdwn."""
    return {"type": "context", "elements": [_mrkdwn(mrkdwn)]}


def container(title: str, children: Sequence[Block], *, subtitle: str = "") -> Block:
    """Return up to ten blocks that are folded under a title until somebody unfolds them."""
    found: Block = {
        "type": "container",
        "title": _plain(cut(title, 150)),
        "child_blocks": list(children[:MAX_CONTAINED]),
        "is_collapsible": True,
        "default_collapsed": True,
    }
    return found | ({"subtitle": _plain(cut(subtitle, 150))} if subtitle else {})


def rich_text(*elements: Block) -> Block:
    """Return text whose form is data: nothing in it is markup."""
    return {"type": "rich_text", "elements": list(elements)}


def rich_section(runs: Sequence[Block]) -> Block:
    """Return a paragraph of rich text."""
    return {"type": "rich_text_section", "elements": list(runs)}


def rich_list(
    items: Sequence[Sequence[Block]],
    *,
    style: Literal["bullet", "ordered"] = "bullet",
    indent: int = 0,
    offset: int = 0,
) -> Block:
    """Return a list of rich text, whose items are runs; an ordered one counts on from `offset`."""
    found: Block = {
        "type": "rich_text_list",
        "style": style,
        "elements": [rich_section(runs) for runs in items],
    }
    found |= {"indent": indent} if indent else {}
    return found | ({"offset": offset} if offset else {})


def plain_run(text: str, *, style: Iterable[str] = ()) -> Block:
    """Return a run of rich text, with styles such as bold."""
    styles = dict.fromkeys(style, True)
    found: Block = {"type": "text", "text": visible(text) or " "}
    return found | ({"style": styles} if styles else {})


def table(rows: Sequence[Sequence[str]]) -> Block:
    """Return a table of plain text; the first row is its heading. A message holds one at most."""
    return {
        "type": "table",
        "rows": [
            [{"type": "raw_text", "text": visible(cell).strip() or EMPTY_CELL} for cell in row]
            for row in rows
        ],
        "column_settings": [{"is_wrapped": True} for _ in rows[0]],
    }


def button(label: str, *, action_id: str, value: str, style: str = "") -> Block:
    """Return a button."""
    element: Block = {
        "type": "button",
        "text": _plain(label),
        "action_id": action_id,
        "value": value,
    }
    return element | ({"style": style} if style else {})


def actions(*buttons: Block) -> Block:
    """Return a row of buttons."""
    return {"type": "actions", "elements": list(buttons)}


def vote_buttons(answer_id: str) -> Block:
    """Return Slack's own pair of buttons for a vote."""
    return {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "positive_button": _vote("Helpful", f"up:{answer_id}"),
                "negative_button": _vote("Not helpful", f"down:{answer_id}"),
            }
        ],
    }


def block_chars(blocks: Sequence[Block]) -> int:
    """Return how many characters of text the blocks show together."""
    return sum(map(_chars, blocks))


_BUTTONS = {"actions", "context_actions"}


def _is_blank(block: Block) -> bool:
    # Slack refuses the whole message for one empty paragraph.
    is_text = block["type"] == "section" and "text" in block
    return is_text and not block["text"]["text"].strip()


def _vote(label: str, value: str) -> Block:
    return {
        "text": _plain(label),
        "value": value,
        "accessibility_label": label,
    }


def _buttons(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        yield from _buttons(block.get("child_blocks", ()))
        held = [*block.get("elements", ()), block.get("accessory") or {}]
        yield from (element for element in held if element.get("type") == "button")


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": visible(text) or NOTHING}


def _mrkdwn(text: str) -> Block:
    # Verbatim keeps Slack from turning URLs, addresses and names in the text into links.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _chars(value: Any) -> int:
    if isinstance(value, dict):
        own = value["text"] if isinstance(value.get("text"), str) else ""
        return len(own) + sum(_chars(item) for item in value.values())
    if isinstance(value, list):
        return sum(map(_chars, value))
    return 0
