"""The content of a message as an app sends it, checked against Slack's limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.local_slack.blocks.rules import (
    MAX_MARKDOWN_CHARS,
    MAX_TEXT_CHARS,
    is_too_long,
    message_problems,
    with_ids,
)
from bot.local_slack.workspace.errors import ApiError
from bot.local_slack.workspace.values import Json

MAX_UPDATE_TEXT_CHARS = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Content that Slack accepts."""

    text: str
    blocks: tuple[Json, ...]
    metadata: Json | None
    is_truncated: bool = False


def read_content(args: Mapping[str, Any], *, is_update: bool = False) -> Content:
    """Return the content in the arguments of a `chat.*` method or of a response.

    Raises:
        ApiError: Slack would refuse it.
    """
    text, blocks = args.get("text") or "", args.get("blocks")
    if not isinstance(text, str):
        raise ApiError("invalid_arguments", details=["[ERROR] text must be a string"])
    if args.get("markdown_text"):
        if text or blocks:
            raise ApiError("markdown_text_conflict")
        text = checked_markdown(args["markdown_text"])
        blocks = [{"type": "markdown", "text": text}]
    checked = checked_blocks(blocks)
    if not text.strip() and not checked:
        raise ApiError("no_text")
    if is_update and len(text) > MAX_UPDATE_TEXT_CHARS:
        raise ApiError("msg_too_long")
    return Content(
        text=text[:MAX_TEXT_CHARS],
        blocks=checked,
        metadata=checked_metadata(args.get("metadata")),
        is_truncated=len(text) > MAX_TEXT_CHARS,
    )


def checked_blocks(blocks: Any) -> tuple[Json, ...]:
    """Return `blocks` with all ids filled in; none for None.

    Raises:
        ApiError: Slack would refuse them.
    """
    if blocks is None:
        return ()
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    if problems := message_problems(blocks):
        raise ApiError("invalid_blocks", details=problems)
    if is_too_long(blocks):
        raise ApiError("msg_blocks_too_long")
    return with_ids(blocks)


def checked_markdown(text: Any) -> str:
    """Return `text` if it is markdown of a length that Slack takes.

    Raises:
        ApiError: It is not.
    """
    if not isinstance(text, str):
        raise ApiError("invalid_arguments", details=["[ERROR] markdown_text must be a string"])
    if len(text) > MAX_MARKDOWN_CHARS:
        raise ApiError("msg_too_long")
    return text


def checked_metadata(metadata: Any) -> Json | None:
    """Return message metadata if it has Slack's form.

    Raises:
        ApiError: It has not.
    """
    if not metadata:
        return None
    if (
        not isinstance(metadata, dict)
        or not isinstance(metadata.get("event_type"), str)
        or not isinstance(metadata.get("event_payload"), dict)
    ):
        raise ApiError("invalid_metadata_format")
    return metadata
