"""The methods of the Web API that write, change and delete messages."""

from collections.abc import Mapping
from typing import Any

from bot.local_slack.blocks.content import read_content
from bot.local_slack.workspace.errors import ApiError
from bot.local_slack.workspace.values import BOT_ID, BOT_USER_ID, Channel, Json, Message
from bot.local_slack.workspace.wire import message_json
from bot.local_slack.workspace.workspace import Workspace

Args = Mapping[str, Any]


def post_message(workspace: Workspace, args: Args) -> Json:
    """`chat.postMessage`."""
    channel = writable_channel(workspace, args["channel"])
    content = read_content(args)
    message = Message(
        channel=channel.id,
        ts=workspace.mint_ts(),
        user=BOT_USER_ID,
        bot_id=BOT_ID,
        text=content.text,
        blocks=content.blocks,
        thread_ts=checked_thread(workspace, channel, args.get("thread_ts")),
        metadata=content.metadata,
        via="api",
        at=workspace.clock(),
    )
    workspace.transcript.record("posted", message)
    answer = {"channel": channel.id, "ts": message.ts, "message": message_json(message)}
    if not content.is_truncated:
        return answer
    return answer | {
        "warning": "message_truncated",
        "response_metadata": {"warnings": ["message_truncated"]},
    }


def update_message(workspace: Workspace, args: Args) -> Json:
    """`chat.update`."""
    channel = visible_channel(workspace, args["channel"])
    old = workspace.message(channel, args["ts"])
    if not old.is_from_app:
        raise ApiError("cant_update_message")
    if workspace.is_growing(old):
        raise ApiError("streaming_state_conflict")
    content = read_content(args, is_update=True)
    message = workspace.revised(
        old,
        text=content.text,
        # Slack drops the old blocks when text comes without new ones.
        blocks=content.blocks,
        metadata=content.metadata if "metadata" in args else old.metadata,
        is_streaming=False,
    )
    workspace.transcript.record("updated", message)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": message_json(message),
    }


def delete_message(workspace: Workspace, args: Args) -> Json:
    """`chat.delete`."""
    channel = visible_channel(workspace, args["channel"])
    old = workspace.message(channel, args["ts"])
    if not old.is_from_app:
        raise ApiError("cant_delete_message")
    workspace.transcript.record("deleted", workspace.revised(old, is_deleted=True))
    return {"channel": channel.id, "ts": old.ts}


def post_ephemeral(workspace: Workspace, args: Args) -> Json:
    """`chat.postEphemeral`."""
    channel = writable_channel(workspace, args["channel"])
    user = workspace.user(args["user"])
    if user.id not in channel.members:
        raise ApiError("user_not_in_channel")
    content = read_content(args)
    message = Message(
        channel=channel.id,
        ts=workspace.mint_ts(),
        user=BOT_USER_ID,
        bot_id=BOT_ID,
        text=content.text,
        blocks=content.blocks,
        thread_ts=checked_thread(workspace, channel, args.get("thread_ts")),
        visible_to=user.id,
        via="ephemeral",
        at=workspace.clock(),
    )
    workspace.transcript.record("ephemeral", message)
    return {"message_ts": message.ts}


def get_permalink(workspace: Workspace, args: Args) -> Json:
    """`chat.getPermalink`."""
    channel = visible_channel(workspace, args["channel"])
    message = workspace.message(channel, args["message_ts"])
    link = f"https://local.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def visible_channel(workspace: Workspace, channel_id: str) -> Channel:
    """Return a channel that the app may know of.

    Raises:
        ApiError: It does not exist, or is private and the app is not in it.
    """
    channel = workspace.channel(channel_id)
    if channel.kind == "private" and BOT_USER_ID not in channel.members:
        raise ApiError("channel_not_found")
    return channel


def writable_channel(workspace: Workspace, channel_id: str) -> Channel:
    """Return a channel that the app can post in.

    Raises:
        ApiError: It does not exist, is archived, or the app is not in it.
    """
    channel = visible_channel(workspace, channel_id)
    if BOT_USER_ID not in channel.members:
        raise ApiError("not_in_channel")
    if channel.is_archived:
        raise ApiError("is_archived")
    return channel


def checked_thread(workspace: Workspace, channel: Channel, thread_ts: Any) -> str | None:
    """Return `thread_ts` if a thread can hang there; None if there is none.

    Slack itself accepts any timestamp and shows such a reply nowhere, so here it is an error.

    Raises:
        ApiError: There is no such message, or it is itself a reply.
    """
    if not thread_ts:
        return None
    parent = workspace.transcript.find(channel.id, thread_ts)
    if parent is None or parent.visible_to is not None:
        raise ApiError("thread_not_found")
    if parent.thread_ts not in {None, parent.ts}:
        raise ApiError("cannot_reply_to_message")
    return str(thread_ts)
