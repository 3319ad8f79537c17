"""The `chat.*Stream` methods: one message that grows while it is written."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace

from bot.local_slack.api.chat_methods import (
    Args,
    checked_thread,
    visible_channel,
    writable_channel,
)
from bot.local_slack.blocks.checks import anything, by_type, items, one_of, string, typed
from bot.local_slack.blocks.content import checked_blocks, checked_markdown, checked_metadata
from bot.local_slack.blocks.rules import is_too_long, with_ids
from bot.local_slack.workspace.errors import ApiError
from bot.local_slack.workspace.values import BOT_ID, BOT_USER_ID, Json, Message
from bot.local_slack.workspace.wire import message_json
from bot.local_slack.workspace.workspace import Workspace

MAX_STREAM_BLOCKS = 100

_SOURCE = by_type(typed("url", {"url": string(3000), "text": string()}))
_CHUNKS = items(
    by_type(
        typed("markdown_text", {"text": string(12_000)})
        | typed(
            "task_update",
            {
                "id": string(255),
                "title": string(255),
                "status": one_of("pending", "in_progress", "complete", "error"),
            },
            {
                "details": string(256),
                "output": string(256),
                "sources": items(_SOURCE, at_most=50),
            },
        )
        | typed("plan_update", {"title": string(255)})
        | typed("blocks", {"blocks": items(anything, at_most=50)})
    ),
    at_most=100,
    at_least=0,
)


def start_stream(workspace: Workspace, args: Args) -> Json:
    """`chat.startStream`."""
    channel = writable_channel(workspace, args["channel"])
    if channel.kind != "im":
        for name in ("recipient_team_id", "recipient_user_id"):
            if not args.get(name):
                raise ApiError(f"missing_{name}")
    message = Message(
        channel=channel.id,
        ts=workspace.mint_ts(),
        user=BOT_USER_ID,
        bot_id=BOT_ID,
        text="",
        thread_ts=checked_thread(workspace, channel, args.get("thread_ts")),
        via="stream",
        at=workspace.clock(),
        is_streaming=True,
    )
    message = _grown(message, _increment(args))
    workspace.transcript.record("posted", message)
    return {"channel": channel.id, "ts": message.ts}


def append_stream(workspace: Workspace, args: Args) -> Json:
    """`chat.appendStream`."""
    old = _streaming(workspace, args)
    increment = _increment(args)
    if not increment:
        raise ApiError("no_text")
    grown = _grown(old, increment)
    message = workspace.revised(old, text=grown.text, blocks=grown.blocks)
    workspace.transcript.record("updated", message)
    return {"channel": message.channel, "ts": message.ts}


def stop_stream(workspace: Workspace, args: Args) -> Json:
    """`chat.stopStream`."""
    old = _streaming(workspace, args)
    checked_blocks(args.get("blocks"))
    grown = _grown(old, _increment(args))
    blocks = [*grown.blocks, *(args.get("blocks") or ())]
    if not blocks:
        raise ApiError("no_text")
    _check_size(blocks)
    message = workspace.revised(
        old,
        text=grown.text,
        blocks=with_ids(blocks),
        metadata=checked_metadata(args.get("metadata")) or old.metadata,
        is_streaming=False,
    )
    workspace.transcript.record("updated", message)
    return {"channel": message.channel, "ts": message.ts, "message": message_json(message)}


def _streaming(workspace: Workspace, args: Args) -> Message:
    channel = visible_channel(workspace, args["channel"])
    message = workspace.message(channel, args["ts"])
    if not message.is_from_app:
        raise ApiError("message_not_owned_by_app")
    if not workspace.is_growing(message):
        raise ApiError("message_not_in_streaming_state")
    return message


def _increment(args: Args) -> list[Json]:
    """Return the blocks that this call adds."""
    markdown, chunks = args.get("markdown_text"), args.get("chunks")
    if markdown and chunks:
        raise ApiError("cannot_provide_both_markdown_text_and_chunks")
    if markdown:
        return [{"type": "markdown", "text": checked_markdown(markdown)}]
    if problems := list(_CHUNKS(chunks or [], "/chunks")):
        raise ApiError("invalid_chunks", details=problems)
    return [block for chunk in chunks or [] for block in _chunk_blocks(chunk)]


def _chunk_blocks(chunk: Json) -> list[Json]:
    match chunk["type"]:
        case "markdown_text":
            return [{"type": "markdown", "text": chunk["text"]}]
        case "task_update":
            return [_task_card(chunk)]
        case "plan_update":
            return [{"type": "plan", "title": chunk["title"]}]
        case _:
            checked_blocks(chunk["blocks"])
            # Ids are given to all blocks together, when the message is complete.
            return list(chunk["blocks"])


def _task_card(chunk: Json) -> Json:
    card: Json = {"type": "task_card", "task_id": chunk["id"]}
    card |= {name: chunk[name] for name in ("title", "status", "sources") if name in chunk}
    for name in ("details", "output"):
        if name in chunk:
            section = {
                "type": "rich_text_section",
                "elements": [{"type": "text", "text": chunk[name]}],
            }
            card[name] = {"type": "rich_text", "elements": [section]}
    return card


def _grown(message: Message, added: Sequence[Json]) -> Message:
    """Return `message` with blocks added: text runs on, a task replaces its earlier state."""
    blocks = [deepcopy(block) for block in message.blocks]
    for block in added:
        if block["type"] == "markdown" and blocks and blocks[-1]["type"] == "markdown":
            blocks[-1]["text"] += block["text"]
        elif block["type"] in {"task_card", "plan"}:
            same = [i for i, old in enumerate(blocks) if _is_same_task(old, block)]
            if same:
                blocks[same[0]] = block
            else:
                blocks.append(block)
        else:
            blocks.append(block)
    _check_size(blocks)
    text = "".join(block["text"] for block in blocks if block["type"] == "markdown")
    return replace(message, text=text, blocks=tuple(blocks))


def _check_size(blocks: Sequence[Json]) -> None:
    """Check all that a stream holds so far, which is limited like one message."""
    if len(blocks) > MAX_STREAM_BLOCKS:
        raise ApiError("msg_blocks_too_many")
    if is_too_long(blocks):
        raise ApiError("msg_blocks_too_long")


def _is_same_task(old: Json, new: Json) -> bool:
    return old["type"] == new["type"] and old.get("task_id") == new.get("task_id")
