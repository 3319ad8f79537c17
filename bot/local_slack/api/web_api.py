"""Slack's Web API over HTTP: reads a call, checks it as Slack does, and answers."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.local_slack.api import chat_methods, other_methods, stream_methods
from bot.local_slack.workspace.errors import ApiError
from bot.local_slack.workspace.faults import Fault, Faults
from bot.local_slack.workspace.values import TEAM_ID, Json, Rejection
from bot.local_slack.workspace.workspace import Workspace

BOT_TOKEN = "xoxb-local"  # noqa: S105 (opens nothing but this stand-in)
APP_TOKEN = "xapp-local"  # noqa: S105

Handler = Callable[[Workspace, Mapping[str, Any]], Json]

_JSON_ARGUMENTS = {"blocks", "chunks", "loading_messages", "metadata", "prompts", "view"}
_CONTENT = ("text", "blocks", "metadata", "markdown_text", "parse", "link_names")
_LOOK = ("icon_emoji", "icon_url", "username")
_PAGE = ("cursor", "limit", "inclusive", "latest", "oldest", "include_all_metadata")
_CHANNEL_READ = ("channels:read", "groups:read", "im:read")
_HISTORY = ("channels:history", "groups:history", "im:history")


@dataclass(frozen=True, slots=True)
class _Method:
    handler: Handler
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    """One of these is enough."""


_WRITE = ("chat:write",)
_METHODS = {
    "auth.test": _Method(other_methods.auth_test),
    "chat.postMessage": _Method(
        chat_methods.post_message,
        ("channel",),
        (
            *_CONTENT,
            *_LOOK,
            "thread_ts",
            "reply_broadcast",
            "unfurl_links",
            "unfurl_media",
            "mrkdwn",
        ),
        _WRITE,
    ),
    "chat.update": _Method(
        chat_methods.update_message, ("channel", "ts"), (*_CONTENT, "reply_broadcast"), _WRITE
    ),
    "chat.postEphemeral": _Method(
        chat_methods.post_ephemeral,
        ("channel", "user"),
        (*(name for name in _CONTENT if name != "metadata"), *_LOOK, "thread_ts"),
        _WRITE,
    ),
    "chat.delete": _Method(chat_methods.delete_message, ("channel", "ts"), (), _WRITE),
    "chat.getPermalink": _Method(chat_methods.get_permalink, ("channel", "message_ts")),
    "chat.startStream": _Method(
        stream_methods.start_stream,
        ("channel",),
        (
            *_LOOK,
            "thread_ts",
            "markdown_text",
            "chunks",
            "recipient_team_id",
            "recipient_user_id",
            "task_display_mode",
        ),
        _WRITE,
    ),
    "chat.appendStream": _Method(
        stream_methods.append_stream, ("channel", "ts"), ("markdown_text", "chunks"), _WRITE
    ),
    "chat.stopStream": _Method(
        stream_methods.stop_stream,
        ("channel", "ts"),
        ("markdown_text", "chunks", "blocks", "metadata", "session_status"),
        _WRITE,
    ),
    "conversations.info": _Method(
        other_methods.conversations_info,
        ("channel",),
        ("include_locale", "include_num_members"),
        _CHANNEL_READ,
    ),
    "conversations.members": _Method(
        other_methods.conversations_members, ("channel",), ("cursor", "limit"), _CHANNEL_READ
    ),
    "conversations.open": _Method(
        other_methods.conversations_open, (), ("channel", "users", "return_im"), ("im:write",)
    ),
    "conversations.replies": _Method(
        other_methods.conversations_replies, ("channel", "ts"), _PAGE, _HISTORY
    ),
    "users.info": _Method(
        other_methods.users_info, ("user",), ("include_locale",), ("users:read",)
    ),
    "usergroups.users.list": _Method(
        other_methods.usergroups_users_list,
        ("usergroup",),
        ("include_disabled",),
        ("usergroups:read",),
    ),
    "reactions.add": _Method(
        other_methods.reactions_add, ("channel", "name", "timestamp"), (), ("reactions:write",)
    ),
    "assistant.threads.setStatus": _Method(
        other_methods.set_status,
        ("channel_id", "thread_ts", "status"),
        ("loading_messages", *_LOOK),
        ("chat:write", "assistant:write"),
    ),
    "assistant.threads.setSuggestedPrompts": _Method(
        other_methods.set_suggested_prompts,
        ("channel_id", "prompts"),
        ("title", "thread_ts"),
        ("assistant:write",),
    ),
    "views.publish": _Method(other_methods.views_publish, ("user_id", "view"), ("hash",)),
    "views.open": _Method(other_methods.views_open, ("trigger_id", "view")),
    "views.push": _Method(other_methods.views_push, ("trigger_id", "view")),
    "views.update": _Method(other_methods.views_update, ("view_id", "view"), ("hash",)),
}


class WebApi:
    """Answers `POST /api/METHOD` and `GET /api/METHOD`."""

    def __init__(
        self, workspace: Workspace, faults: Faults, *, open_connection: Callable[[str], str]
    ) -> None:
        """`open_connection` returns a fresh websocket URL at a host, for Socket Mode."""
        self._workspace = workspace
        self._faults = faults
        self._open_connection = open_connection

    async def endpoint(self, request: Request) -> Response:
        """Answer one HTTP request."""
        name = request.path_params["method"]
        fault = self._faults.take(name)
        # Read before any delay: what arrived whole is done, even for a client that is gone.
        await request.body()
        if fault:
            await asyncio.sleep(fault.delay_s)
            if response := _failed(fault):
                if fault.is_applied:
                    await self._answer(name, request)
                return response
        scopes = ",".join(sorted(self._workspace.scopes))
        return JSONResponse(await self._answer(name, request), headers={"X-OAuth-Scopes": scopes})

    async def _answer(self, name: str, request: Request) -> Json:
        try:
            return {
                "ok": True,
                **self._call(name, await _arguments(request), host=request.url.netloc),
            }
        except ApiError as error:
            self._workspace.transcript.record_rejection(
                Rejection(method=name, error=error.error, details=error.details)
            )
            return _refusal(error)
        finally:
            self._workspace.transcript.touch()

    def _call(self, name: str, args: Json, *, host: str) -> Json:
        token = args.pop("token", None)
        if name == "apps.connections.open":
            _check_token(token, APP_TOKEN)
            # Whoever reaches this by way of a proxy is to go on by it.
            return {"url": self._open_connection(host)}
        method = _METHODS.get(name)
        if method is None:
            raise ApiError("unknown_method")
        _check_token(token, BOT_TOKEN)
        # Bolt's clients put it on every call; Slack minds it only with tokens of a whole org.
        if args.get("team_id") == TEAM_ID:
            del args["team_id"]
        if method.scopes and not self._workspace.scopes.intersection(method.scopes):
            raise ApiError(
                "missing_scope",
                needed=",".join(method.scopes),
                provided=",".join(sorted(self._workspace.scopes)),
            )
        _check_arguments(method, args)
        return method.handler(self._workspace, args)


async def _arguments(request: Request) -> Json:
    args: Json = dict(request.query_params)
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            args |= json.loads(body or b"{}")
        except (TypeError, ValueError) as exc:
            raise ApiError("invalid_json") from exc
    else:
        args |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    for name in _JSON_ARGUMENTS & args.keys():
        if isinstance(args[name], str):
            try:
                args[name] = json.loads(args[name])
            except ValueError as exc:
                code = "invalid_blocks_format" if name == "blocks" else "invalid_arguments"
                raise ApiError(code, details=[f"[ERROR] {name} is not JSON"]) from exc
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        args["token"] = credentials
    return args


def _check_token(token: object, expected: str) -> None:
    if not token:
        raise ApiError("not_authed")
    if token != expected:
        known = token in {BOT_TOKEN, APP_TOKEN}
        raise ApiError("not_allowed_token_type" if known else "invalid_auth")


def _check_arguments(method: _Method, args: Json) -> None:
    missing = [name for name in method.required if args.get(name) is None]
    unknown = sorted(args.keys() - {*method.required, *method.optional})
    details = [f"[ERROR] missing required field: {name}" for name in missing]
    details += [f"[ERROR] unknown argument: {name}" for name in unknown]
    if details:
        raise ApiError("invalid_arguments", details=details)


def _refusal(error: ApiError) -> Json:
    answer: Json = {"ok": False, "error": error.error, **error.fields}
    if error.details:
        answer["response_metadata"] = {"messages": list(error.details)}
        if error.error == "invalid_blocks":
            answer["errors"] = [line.removeprefix("[ERROR] ") for line in error.details]
    return answer


def _failed(fault: Fault) -> Response | None:
    headers = {} if fault.retry_after_s is None else {"Retry-After": str(fault.retry_after_s)}
    if fault.retry_after_s is not None:
        return JSONResponse({"ok": False, "error": "ratelimited"}, 429, headers)
    if fault.status >= 400:
        return PlainTextResponse("Server error", fault.status)
    if fault.error:
        return JSONResponse({"ok": False, "error": fault.error})
    return None
