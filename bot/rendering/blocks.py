"""Block Kit: the few blocks in use, and messages that never exceed Slack's limits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.rendering.mrkdwn import cut, escape

__all__ = [
    "MAX_SECTION_CHARS",
    "Block",
    "RenderedMessage",
    "actions",
    "block_chars",
    "button",
    "context",
    "fits",
    "message",
    "render_plainly",
    "section",
    "sections",
    "vote_buttons",
]

Block = dict[str, Any]

MAX_BLOCKS = 50
MAX_SECTION_CHARS = 3_000
MAX_MESSAGE_CHARS = 11_000
MAX_FALLBACK_CHARS = 3_000
NOTHING = "…"


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
    """Return a message as one paragraph, for when Slack refuses its blocks."""
    return RenderedMessage(text=rendered.text, blocks=(section(rendered.text),))


def section(mrkdwn: str) -> Block:
    """Return a paragraph of at most 3,000 characters of finished mrkdwn."""
    return {"type": "section", "text": _mrkdwn(mrkdwn)}


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


def button(label: str, *, action_id: str, value: str, style: str = "") -> Block:
    """Return a button."""
    element: Block = {
        "type": "button",
        "text": {"type": "plain_text", "text": label},
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
    return block["type"] == "section" and not block["text"]["text"].strip()


def _vote(label: str, value: str) -> Block:
    return {
        "text": {"type": "plain_text", "text": label},
        "value": value,
        "accessibility_label": label,
    }


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
