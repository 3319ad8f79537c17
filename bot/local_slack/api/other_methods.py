"""The methods of the Web API about everything but messages."""

import json
import secrets
from hashlib import sha256

from bot.local_slack.api.chat_methods import Args, checked_thread, visible_channel, writable_channel
from bot.local_slack.blocks.checks import items, record, string
from bot.local_slack.blocks.rules import view_problems, with_ids
from bot.local_slack.workspace.errors import ApiError
from bot.local_slack.workspace.values import APP_ID, BOT_ID, BOT_USER_ID, TEAM_ID, Json
from bot.local_slack.workspace.wire import channel_json, message_json, user_json
from bot.local_slack.workspace.workspace import Workspace

HISTORY_SCOPES = {"public": "channels:history", "private": "groups:history", "im": "im:history"}
MAX_LOADING_MESSAGES = 10
MAX_VIEW_BYTES = 250_000
_PROMPTS = items(record({"title": string(255), "message": string()}), at_most=4)


def auth_test(workspace: Workspace, args: Args) -> Json:  # noqa: ARG001 (all methods take both)
    """`auth.test`."""
    return {
        "url": "https://local.slack.com/",
        "team": "Local",
        "user": workspace.user(BOT_USER_ID).name,
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def conversations_info(workspace: Workspace, args: Args) -> Json:
    """`conversations.info`."""
    return {"channel": channel_json(workspace, visible_channel(workspace, args["channel"]))}


def conversations_members(workspace: Workspace, args: Args) -> Json:
    """`conversations.members`, whose cursor is the number of people already given."""
    members = sorted(visible_channel(workspace, args["channel"]).members)
    start, limit = int(args.get("cursor") or 0), int(args.get("limit") or 100)
    end = start + limit
    cursor = str(end) if end < len(members) else ""
    return {"members": members[start:end], "response_metadata": {"next_cursor": cursor}}


def conversations_open(workspace: Workspace, args: Args) -> Json:
    """`conversations.open`, for one person."""
    if args.get("channel"):
        channel = visible_channel(workspace, args["channel"])
    else:
        users = str(args.get("users") or "").split(",")
        if users == [""]:
            raise ApiError("users_list_not_supplied")
        if len(users) > 1:
            raise ApiError("not_enough_users", details=["[ERROR] group messages are not simulated"])
        channel = workspace.direct_channel(users[0])
    if args.get("return_im") in {True, "true", "1"}:
        return {"channel": channel_json(workspace, channel)}
    return {"channel": {"id": channel.id}}


def conversations_replies(workspace: Workspace, args: Args) -> Json:
    """`conversations.replies`, whose cursor is the number of messages already given."""
    channel = visible_channel(workspace, args["channel"])
    needed = HISTORY_SCOPES[channel.kind]
    if needed not in workspace.scopes:
        raise ApiError("missing_scope", needed=needed, provided=",".join(sorted(workspace.scopes)))
    thread = workspace.transcript.messages(channel=channel.id, thread_ts=args["ts"])
    if not thread:
        raise ApiError("thread_not_found")
    newest_first_bound = str(args.get("latest") or "9" * 10)
    kept = [m for m in thread if str(args.get("oldest") or "") < m.ts <= newest_first_bound]
    start, limit = int(args.get("cursor") or 0), int(args.get("limit") or 1000)
    page = kept[start : start + limit]
    has_more = start + limit < len(kept)
    replies = len(thread) - 1
    answer: Json = {
        "messages": [
            message_json(message)
            | ({"reply_count": replies, "thread_ts": message.ts} if message is thread[0] else {})
            for message in page
        ],
        "has_more": has_more,
    }
    if has_more:
        answer["response_metadata"] = {"next_cursor": str(start + limit)}
    return answer


def users_info(workspace: Workspace, args: Args) -> Json:
    """`users.info`."""
    return {"user": user_json(workspace.user(args["user"]))}


def usergroups_users_list(workspace: Workspace, args: Args) -> Json:
    """`usergroups.users.list`."""
    if args["usergroup"] not in workspace.usergroups:
        raise ApiError("no_such_subteam")
    return {"users": list(workspace.usergroups[args["usergroup"]])}


def reactions_add(workspace: Workspace, args: Args) -> Json:
    """`reactions.add`."""
    channel = writable_channel(workspace, args["channel"])
    message = workspace.message(channel, args["timestamp"])
    name = str(args["name"]).strip(":")
    if not name:
        raise ApiError("invalid_name")
    for entry in workspace.transcript.entries:
        same_place = entry.data.get("ts") == message.ts and entry.data.get("channel") == channel.id
        if entry.kind == "reaction" and same_place and entry.data["name"] == name:
            raise ApiError("already_reacted")
    workspace.transcript.record("reaction", channel=channel.id, ts=message.ts, name=name)
    return {}


def set_status(workspace: Workspace, args: Args) -> Json:
    """`assistant.threads.setStatus`."""
    channel = writable_channel(workspace, args["channel_id"])
    thread_ts = checked_thread(workspace, channel, args["thread_ts"])
    loading = args.get("loading_messages") or []
    if problems := list(
        items(string(255), at_most=MAX_LOADING_MESSAGES, at_least=0)(loading, "/loading_messages")
    ):
        raise ApiError("invalid_arguments", details=problems)
    workspace.transcript.record(
        "status",
        channel=channel.id,
        thread_ts=thread_ts,
        status=str(args["status"]),
        loading_messages=tuple(loading),
    )
    return {}


def set_suggested_prompts(workspace: Workspace, args: Args) -> Json:
    """`assistant.threads.setSuggestedPrompts`, which does nothing when given a thread."""
    channel = visible_channel(workspace, args["channel_id"])
    if channel.kind != "im":
        raise ApiError("channel_type_not_supported")
    if problems := list(_PROMPTS(args["prompts"], "/prompts")):
        raise ApiError("invalid_arguments", details=problems)
    # So does Slack for apps that declare `agent_view`, without a word.
    if not args.get("thread_ts"):
        workspace.transcript.record(
            "prompts",
            channel=channel.id,
            title=args.get("title"),
            prompts=tuple(args["prompts"]),
        )
    return {}


def views_publish(workspace: Workspace, args: Args) -> Json:
    """`views.publish`."""
    user = workspace.user(args["user_id"])
    view = _checked_view(args["view"], kind="home")
    view_id = f"V{user.id}"
    known = workspace.views.get(view_id)
    if args.get("hash") and known and args["hash"] != known["hash"]:
        raise ApiError("hash_conflict")
    return _show(workspace, view, view_id=view_id, user_id=user.id)


def views_open(workspace: Workspace, args: Args) -> Json:
    """`views.open`."""
    view = _checked_view(args["view"], kind="modal")
    user_id = workspace.use_trigger(str(args["trigger_id"]))
    return _show(workspace, view, view_id=f"V{secrets.token_hex(5).upper()}", user_id=user_id)


def views_push(workspace: Workspace, args: Args) -> Json:
    """`views.push`: a modal on top of the one in which something was pressed."""
    return views_open(workspace, args)


def take_submission(workspace: Workspace, known: Json, answer: Json) -> None:
    """Do what the app answered to a submitted modal: nothing closes it.

    Raises:
        ApiError: Slack would refuse the answer.
    """
    match answer.get("response_action"):
        case None | "clear" | "errors":
            pass
        case "update":
            view = _checked_view(answer.get("view"), kind="modal")
            _show(workspace, view, view_id=known["id"], user_id=known["user_id"])
        case other:
            details = [f"[ERROR] unknown response_action: {other}"]
            raise ApiError("invalid_arguments", details=details)


def views_update(workspace: Workspace, args: Args) -> Json:
    """`views.update`."""
    known = workspace.views.get(str(args["view_id"]))
    if known is None:
        raise ApiError("not_found")
    if args.get("hash") and args["hash"] != known["hash"]:
        raise ApiError("hash_conflict")
    view = _checked_view(args["view"], kind=known["type"])
    return _show(workspace, view, view_id=known["id"], user_id=known["user_id"])


def _checked_view(view: object, *, kind: str) -> Json:
    if not isinstance(view, dict):
        raise ApiError("invalid_arguments", details=["[ERROR] view must be an object"])
    problems = view_problems(view)
    if view.get("type") != kind:
        problems = [f"[ERROR] view must be of type {kind} [json-pointer:/view/type]"]
    if problems:
        raise ApiError("invalid_arguments", details=problems)
    if len(json.dumps(view)) > MAX_VIEW_BYTES:
        raise ApiError("view_too_large")
    return view


def _show(workspace: Workspace, view: Json, *, view_id: str, user_id: str) -> Json:
    shown = {
        "callback_id": "",
        "private_metadata": "",
        **view,
        "blocks": list(with_ids(view["blocks"])),
        "id": view_id,
        "user_id": user_id,
        "team_id": TEAM_ID,
        "app_id": APP_ID,
        "bot_id": BOT_ID,
        "root_view_id": view_id,
        "state": {"values": {}},
        "hash": f"{workspace.clock():.6f}.{sha256(json.dumps(view).encode()).hexdigest()[:8]}",
    }
    workspace.views[view_id] = shown
    workspace.transcript.record("view", user=user_id, view=shown)
    return {"view": {name: value for name, value in shown.items() if name != "user_id"}}
