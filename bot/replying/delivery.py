"""The one place that sends anything to Slack.

Nothing is ever posted twice: only what Slack has certainly not taken is sent again. Links are
never unfurled and text is never parsed for names.
"""

import errno
import json
import logging
import re
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient, WebhookResponse

from bot.calls import CALL_FAILURES
from bot.rendering import Block, RenderedMessage, render_plainly
from knowledge.errors import KnowledgeError

__all__ = ["Delivery", "DeliveryError", "Found", "create_client"]

logger = logging.getLogger(__name__)

TIMEOUT_S = 10
MAX_WAIT_S = 30.0
STREAM_WAIT_S = 2.0
DEFAULT_RETRY_AFTER_S = 1.0
ATTEMPTS = 4
MARK = "assistant_reply"
"""The kind of metadata by which a reply is found again."""
MAX_READ = 200
# What an administrator can put right: to go on asking is better than to drop an answer.
MENDABLE = {
    "account_inactive",
    "invalid_auth",
    "not_authed",
    "team_access_not_granted",
    "token_expired",
    "token_revoked",
}
CODE = re.compile(r"[A-Za-z0-9_]{1,100}")
BLOCK_ERRORS = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"}
UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}
NO_UNFURL: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}
NO_PARSE: dict[str, Any] = {"parse": "none", "link_names": False}

Found: TypeAlias = Literal["there", "absent", "unclear"]
Call = Callable[[], Any]
Sleep = Callable[[float], None]


class DeliveryError(KnowledgeError):
    """Slack did not take a message; `reason` is its error code or what went wrong."""

    def __init__(
        self,
        reason: str,
        *,
        is_uncertain: bool = False,
        is_passing: bool = False,
        is_harmless: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        """`is_uncertain` says that Slack may have shown the message all the same.

        `is_passing` says that it has not, and that the same may go well later; `is_harmless`
        that to do it twice changes nothing. `retry_after_s` is how long Slack wants to be left
        alone, if that is the reason.
        """
        super().__init__(f"Slack did not take a message: {reason}")
        self.reason = reason
        self.is_uncertain = is_uncertain
        self.is_passing = is_passing
        self.is_harmless = is_harmless
        self.retry_after_s = retry_after_s


def create_client(*, token: str, base_url: str) -> WebClient:
    """Return a client without automatic retries: `Delivery` knows what may be sent again."""
    return WebClient(token=token, base_url=base_url, timeout=TIMEOUT_S, retry_handlers=[])


class Delivery:
    """Posts, updates and answers; every failure leaves as a `DeliveryError`."""

    def __init__(self, client: WebClient, *, bot_id: str = "", sleep: Sleep | None = None) -> None:
        """The client must not retry by itself.

        `bot_id` is the one of our messages; `sleep` waits out a rate limit.
        """
        self._bot_id = bot_id
        self._client = client
        self._closed = threading.Event()
        self._sleep = sleep or self._wait

    def close(self) -> None:
        """Wait no more: what is not sent at once from now on is not sent."""
        self._closed.set()

    def post(
        self,
        message: RenderedMessage,
        *,
        channel_id: str,
        thread_ts: str = "",
        key: str = "",
        max_wait_s: float = MAX_WAIT_S,
    ) -> str:
        """Post in a channel, thread or direct message; return `channel:ts` for `update`.

        `key` marks the message, so that `find` knows it again.
        """
        response = self._send_either(
            message,
            lambda content: self._client.chat_postMessage(
                channel=channel_id,
                thread_ts=thread_ts or None,
                metadata=_mark(key),
                **NO_UNFURL,
                **NO_PARSE,
                **content,
            ),
            is_repeatable=False,
            max_wait_s=max_wait_s,
        )
        return f"{response['channel']}:{response['ts']}"

    def find(self, key: str, *, channel_id: str, thread_ts: str, after_ts: str) -> Found:
        """Return whether a message with `key` is in a thread, among those after `after_ts`.

        It is unclear where the thread may not be read, or holds messages of ours without a mark.
        Raises `DeliveryError` when Slack does not answer.
        """
        try:
            response = self._call(
                lambda: self._client.conversations_replies(
                    channel=channel_id,
                    ts=thread_ts,
                    oldest=after_ts,
                    limit=MAX_READ,
                    include_all_metadata=True,
                ),
                is_repeatable=True,
                max_wait_s=0.0,
            )
        except DeliveryError as exc:
            if exc.is_passing or exc.is_uncertain:
                raise DeliveryError(
                    exc.reason, is_passing=True, retry_after_s=exc.retry_after_s
                ) from exc
            return "unclear"
        found = response.get("messages") or ()
        ours = [one for one in found if self._bot_id and one.get("bot_id") == self._bot_id]
        marks = [_marked(one) for one in ours if str(one.get("ts")) > after_ts]
        if key in marks:
            return "there"
        is_unclear = not self._bot_id or None in marks or response.get("has_more")
        return "unclear" if is_unclear else "absent"

    def permalink(self, channel_id: str, ts: str) -> str:
        """Return a link to a message; empty when Slack does not tell."""
        try:
            response = self._call(
                lambda: self._client.chat_getPermalink(channel=channel_id, message_ts=ts),
                is_repeatable=True,
                max_wait_s=0.0,
            )
        except DeliveryError as exc:
            logger.info("no link to a message: %s", exc.reason)
            return ""
        return str(response.get("permalink") or "")

    def read_thread(
        self, *, channel_id: str, thread_ts: str, latest_ts: str
    ) -> tuple[dict[str, Any], ...]:
        """Return the messages of a thread up to one, oldest first.

        Nothing is returned where the thread may not be read, or is too long to be read at once.
        Raises `DeliveryError`, which passes, when Slack does not answer.
        """
        try:
            response = self._call(
                lambda: self._client.conversations_replies(
                    channel=channel_id,
                    ts=thread_ts,
                    latest=latest_ts,
                    inclusive=True,
                    limit=MAX_READ,
                ),
                is_repeatable=True,
                max_wait_s=0.0,
            )
        except DeliveryError as exc:
            if exc.is_passing or exc.is_uncertain:
                raise DeliveryError(
                    exc.reason, is_passing=True, retry_after_s=exc.retry_after_s
                ) from exc
            logger.info("thread not read: %s", exc.reason)
            return ()
        found = response.get("messages") or ()
        return () if response.get("has_more") else tuple(found)

    def update(self, message: RenderedMessage, *, place: str) -> None:
        """Replace a message that `post` returned."""
        channel_id, _, ts = place.partition(":")
        self._send_either(
            message,
            # An update never unfurls and takes no argument about it.
            lambda content: self._client.chat_update(
                channel=channel_id, ts=ts, **NO_PARSE, **content
            ),
            is_repeatable=True,
        )

    def whisper(
        self,
        message: RenderedMessage,
        *,
        channel_id: str,
        user_id: str,
        thread_ts: str = "",
        max_wait_s: float = MAX_WAIT_S,
    ) -> None:
        """Show a message to one person only."""
        self._send_either(
            message,
            lambda content: self._client.chat_postEphemeral(
                channel=channel_id,
                user=user_id,
                thread_ts=thread_ts or None,
                **NO_PARSE,
                **content,
            ),
            # To see a private notice twice harms nobody.
            is_repeatable=True,
            max_wait_s=max_wait_s,
        )

    def start_stream(
        self,
        blocks: Sequence[Block],
        *,
        channel_id: str,
        thread_ts: str,
        user_id: str,
        team_id: str,
    ) -> str:
        """Open a message that grows, for a person to read; return its `channel:ts`.

        It is not tried again, since a message that is posted later says the same.
        """
        response = self._call(
            lambda: self._client.chat_startStream(
                channel=channel_id,
                thread_ts=thread_ts,
                recipient_user_id=user_id,
                recipient_team_id=team_id,
                chunks=[_chunk(blocks)],
            ),
            is_repeatable=False,
            max_wait_s=0.0,
        )
        return f"{response['channel']}:{response['ts']}"

    def append_stream(self, blocks: Sequence[Block], *, place: str) -> None:
        """Add to a message that `start_stream` returned; a rate limit is left to the caller."""
        channel_id, _, ts = place.partition(":")
        self._call(
            lambda: self._client.chat_appendStream(
                channel=channel_id, ts=ts, chunks=[_chunk(blocks)]
            ),
            is_repeatable=False,
            max_wait_s=0.0,
        )

    def stop_stream(self, blocks: Sequence[Block], *, place: str, key: str = "") -> None:
        """End a message that `start_stream` returned, with the last blocks if there are any."""
        channel_id, _, ts = place.partition(":")
        self._call(
            lambda: self._client.chat_stopStream(
                channel=channel_id, ts=ts, blocks=list(blocks) or None, metadata=_mark(key)
            ),
            is_repeatable=False,
            max_wait_s=STREAM_WAIT_S,
        )

    def respond(
        self,
        message: RenderedMessage,
        *,
        response_url: str,
        replaces: bool = False,
        max_wait_s: float = MAX_WAIT_S,
    ) -> None:
        """Answer a command or a button privately, below what is there or in its place."""
        if not response_url.startswith(("https://", "http://")):
            raise DeliveryError("no address to respond to")
        hook = WebhookClient(response_url, timeout=TIMEOUT_S, retry_handlers=[])

        def send(content: dict[str, Any]) -> None:
            response = hook.send_dict(
                {
                    "response_type": "ephemeral",
                    "replace_original": replaces,
                    **NO_UNFURL,
                    **content,
                }
            )
            if response.status_code != 200:
                raise _HookError(response)

        # A response is private and limited to five uses, so it is not repeated either.
        self._send_either(message, send, is_repeatable=False, max_wait_s=max_wait_s)

    def set_status(self, status: str, *, channel_id: str, thread_ts: str) -> None:
        """Show that the assistant is at work; a failure is only logged, since it is a courtesy."""
        try:
            self._client.assistant_threads_setStatus(
                channel_id=channel_id, thread_ts=thread_ts, status=status
            )
        except CALL_FAILURES as exc:
            logger.info("status not shown: %s", _fault(exc).reason)

    def publish_home(self, *, user_id: str, blocks: Sequence[dict[str, Any]]) -> None:
        """Show the Home tab to one person."""
        view = {"type": "home", "blocks": list(blocks)}
        self._call(
            lambda: self._client.views_publish(user_id=user_id, view=view), is_repeatable=True
        )

    def suggest_prompts(self, prompts: Sequence[dict[str, str]], *, channel_id: str) -> None:
        """Offer questions to press in the Messages tab."""
        # Slack's method does nothing, without an error, when it is given a thread.
        arguments = {"channel_id": channel_id, "prompts": list(prompts)}
        self._call(
            lambda: self._client.api_call("assistant.threads.setSuggestedPrompts", json=arguments),
            is_repeatable=True,
        )

    def _send_either(
        self,
        message: RenderedMessage,
        send: Callable[[dict[str, Any]], Any],
        *,
        is_repeatable: bool,
        max_wait_s: float = MAX_WAIT_S,
    ) -> Any:
        """Send with blocks or, should Slack refuse these, as one plain paragraph."""
        try:
            return self._call(
                lambda: send({"text": message.text, "blocks": list(message.blocks)}),
                is_repeatable=is_repeatable,
                max_wait_s=max_wait_s,
            )
        except DeliveryError as exc:
            if exc.reason not in BLOCK_ERRORS:
                raise
            logger.warning("blocks refused (%s), sent as plain text", exc.reason)
        plain = render_plainly(message)
        return self._call(
            lambda: send({"text": plain.text, "blocks": list(plain.blocks)}),
            is_repeatable=is_repeatable,
            max_wait_s=max_wait_s,
        )

    def _wait(self, seconds: float) -> None:
        self._closed.wait(seconds)

    def _call(self, call: Call, *, is_repeatable: bool, max_wait_s: float = MAX_WAIT_S) -> Any:
        waited, attempt = 0.0, 0
        while True:
            attempt += 1
            try:
                return call()
            except (*CALL_FAILURES, _HookError) as exc:
                fault = _fault(exc)
                wait_s = fault.wait_s(attempt, is_repeatable=is_repeatable)
                waited += wait_s or 0.0
                is_over = attempt == ATTEMPTS or waited > max_wait_s or self._closed.is_set()
                if wait_s is None or is_over:
                    raise DeliveryError(
                        fault.reason,
                        is_uncertain=fault.is_uncertain,
                        is_passing=fault.is_passing,
                        is_harmless=is_repeatable,
                        retry_after_s=fault.retry_after_s,
                    ) from exc
                self._sleep(wait_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """Why a call failed and whether Slack may have done it all the same."""

    reason: str
    is_uncertain: bool = False
    was_not_sent: bool = False
    retry_after_s: float | None = None

    @property
    def is_passing(self) -> bool:
        """Whether Slack has certainly not done it, and may do it later."""
        is_mendable = self.reason in MENDABLE
        return self.was_not_sent or self.retry_after_s is not None or is_mendable

    def wait_s(self, attempt: int, *, is_repeatable: bool) -> float | None:
        """Return how long to wait before sending again, or None when that must not be."""
        if self.retry_after_s is not None:
            return self.retry_after_s
        if self.was_not_sent or (is_repeatable and self.is_uncertain):
            return 0.25 * (1 << attempt)
        return None


class _HookError(Exception):
    """A response URL answered with an error."""

    def __init__(self, response: WebhookResponse) -> None:
        super().__init__(response.status_code)
        self.response = response


def _mark(key: str) -> dict[str, Any] | None:
    return {"event_type": MARK, "event_payload": {"key": key}} if key else None


def _marked(message: Mapping[str, Any]) -> str | None:
    """Return the key of a message of ours, or None when it has none."""
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return payload.get("key") if metadata.get("event_type") == MARK else None


def _chunk(blocks: Sequence[Block]) -> dict[str, Any]:
    # Streamed Markdown would link bare addresses; blocks are as harmless as in a posted message.
    return {"type": "blocks", "blocks": list(blocks)}


def _fault(exc: Exception) -> _Fault:
    match exc:
        case SlackApiError():
            status = int(getattr(exc.response, "status_code", 0) or 0)
            reason = str(exc.response.get("error") or f"status {status}")
            return _refusal(reason, status=status, headers=getattr(exc.response, "headers", {}))
        case _HookError():
            status = exc.response.status_code
            return _refusal(
                _hook_reason(exc.response.body), status=status, headers=exc.response.headers
            )
        case URLError(reason=ConnectionRefusedError()):
            return _Fault(reason="connection refused", was_not_sent=True)
        case URLError(reason=socket.gaierror()):
            return _Fault(reason="host not found", was_not_sent=True)
        case URLError(reason=OSError(errno=number)) if number in UNREACHABLE:
            return _Fault(reason="network unreachable", was_not_sent=True)
        case _:
            return _Fault(reason=type(exc).__name__, is_uncertain=True)


def _refusal(reason: str, *, status: int, headers: Mapping[str, Any]) -> _Fault:
    if status == 429 or reason in {"ratelimited", "rate_limited"}:
        after = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
        seconds = float(after) if str(after).isdigit() else DEFAULT_RETRY_AFTER_S
        return _Fault(reason=reason, retry_after_s=seconds)
    # A success without a code is no answer of Slack's: a proxy's page, or one that was cut off.
    is_odd = status < 400 and CODE.fullmatch(reason) is None
    is_uncertain = status >= 500 or reason in {"internal_error", "fatal_error"} or is_odd
    return _Fault(reason=reason, is_uncertain=is_uncertain)


def _hook_reason(body: str) -> str:
    # Slack answers with JSON or with the bare code.
    try:
        parsed = json.loads(body)
    except ValueError:
        return body.strip()[:100] or "refused"
    return str(parsed.get("error", "refused")) if isinstance(parsed, dict) else str(parsed)
