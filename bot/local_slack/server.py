"""The local Slack: a strict stand-in on the loopback interface that a real Bolt app talks to."""

import asyncio
import time
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any, Self

from slack_bolt import App
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from typing_extensions import override

from bot.local_slack.api.other_methods import take_submission
from bot.local_slack.api.responses import apply_response
from bot.local_slack.api.web_api import APP_TOKEN, BOT_TOKEN, WebApi
from bot.local_slack.people.deeds import UserSide
from bot.local_slack.transport.courier import Courier
from bot.local_slack.transport.http_mode import SIGNING_SECRET, HttpAnswer, post_signed
from bot.local_slack.transport.in_process import dispatch
from bot.local_slack.transport.loopback import LoopbackServer
from bot.local_slack.transport.own_pages import NoPages
from bot.local_slack.transport.socket_mode import DisconnectReason, SocketMode
from bot.local_slack.workspace.deliveries import Delivery, Kind
from bot.local_slack.workspace.errors import ApiError
from bot.local_slack.workspace.faults import Fault, Faults
from bot.local_slack.workspace.manifest import DEFAULT_RIGHTS, AppRights
from bot.local_slack.workspace.transcript import Transcript
from bot.local_slack.workspace.values import (
    APP_ID,
    BOT_ID,
    BOT_USER_ID,
    SLACKBOT,
    TEAM_ID,
    Channel,
    Json,
    Message,
    Rejection,
    User,
)
from bot.local_slack.workspace.workspace import DEFAULT_CHANNELS, DEFAULT_USERS, Workspace

ACK_TIMEOUT_S = 3.0
RETRIES = 3
_FAULT_TIMEOUT_S = 5.0


class LocalSlack(UserSide):
    """A Slack workspace with one installed app.

    with LocalSlack() as slack:
        app = App(token=slack.bot_token, client=WebClient(base_url=slack.api_url))
        SocketModeHandler(app, slack.app_token).connect()
        ts = slack.mention("member", "general", "what is BPO?")
        slack.wait_for(lambda: slack.transcript.replies(ts))

    """

    bot_token = BOT_TOKEN
    app_token = APP_TOKEN
    signing_secret = SIGNING_SECRET
    bot_user_id = BOT_USER_ID
    bot_id = BOT_ID
    app_id = APP_ID
    team_id = TEAM_ID

    def __init__(
        self,
        *,
        port: int = 0,
        users: Sequence[User] = DEFAULT_USERS,
        channels: Sequence[Channel] = DEFAULT_CHANNELS,
        usergroups: Mapping[str, Sequence[str]] | None = None,
        manifest: Mapping[str, Any] | None = None,
        scopes: Collection[str] | None = None,
        events: Collection[str] | None = None,
        ack_timeout_s: float = ACK_TIMEOUT_S,
        retries: int = RETRIES,
        retry_pause_s: float = 0.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Prepare a workspace; `start` serves it.

        Args:
            port: Where to listen; 0 takes any free port.
            users: The people; the app's own user comes on top.
            channels: The channels; direct messages open by themselves.
            usergroups: Ids of user groups and of the users in them.
            manifest: The app's manifest, parsed; it decides scopes, events and commands.
            scopes: The granted scopes, in place of the manifest's.
            events: The subscribed events, in place of the manifest's.
            ack_timeout_s: How long the app has to acknowledge.
            retries: How often an event is sent again.
            retry_pause_s: How long a request URL that does not answer is left alone.
            clock: Seconds since the epoch, for timestamps and for what expires.
        """
        rights = DEFAULT_RIGHTS if manifest is None else AppRights.from_manifest(manifest)
        self.transcript = Transcript(clock=clock)
        self.workspace = Workspace(
            transcript=self.transcript,
            users=users,
            channels=channels,
            usergroups=usergroups,
            scopes=rights.scopes if scopes is None else scopes,
            clock=clock,
        )
        self.subscriptions = rights.events if events is None else frozenset(events)
        self.commands = rights.commands
        self._faults = Faults()
        self._socket_mode = SocketMode(self.transcript)
        self._courier = Courier(
            self.transcript,
            self._socket_mode,
            ack_timeout_s=ack_timeout_s,
            retries=retries,
            retry_pause_s=retry_pause_s,
            on_done=self._finish,
        )
        api = WebApi(self.workspace, self._faults, open_connection=self._socket_url)
        served = Starlette(
            routes=[
                Route("/api/{method}", api.endpoint, methods=["GET", "POST"]),
                Route("/response/{secret}", self._take_response, methods=["POST"]),
                WebSocketRoute("/link", self._socket_mode.endpoint),
            ]
        )
        self._server = LoopbackServer(NoPages(served), port=port)
        self.transcript.subscribe(self.announce)

    # Life

    @property
    def url(self) -> str:
        """Where the server listens, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def api_url(self) -> str:
        """The `base_url` for a `WebClient`."""
        return f"{self.url}/api/"

    def start(self) -> Self:
        """Serve, from a thread; returns itself."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Give up what is under way and stop serving."""
        self._in_loop(self._courier.cancel_all())
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # Waiting

    @property
    def connections(self) -> int:
        """How many websockets the app has open."""
        return self._socket_mode.connections

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Everything sent to the app, oldest first."""
        return self._courier.deliveries

    def events(self, event_type: str, *, ts: str | None = None) -> tuple[Delivery, ...]:
        """Return the events of a type that were sent, or those about the message `ts`."""
        return tuple(
            delivery
            for delivery in self.deliveries
            if delivery.kind == "events_api"
            and delivery.payload["event"]["type"] == event_type
            and ts in {None, delivery.payload["event"].get("ts")}
        )

    def wait_for(self, predicate: Callable[[], Any], timeout_s: float = 20.0) -> None:
        """Return once `predicate` is true; it is asked after every change.

        Raises:
            AssertionError: It did not become true in time; the text lists everything.
        """
        if not self.transcript.wait_for(predicate, timeout_s):
            raise AssertionError(f"not within {timeout_s} s\n{self.transcript.describe()}")

    def wait_for_reply(self, thread_ts: str, timeout_s: float = 20.0) -> Message:
        """Return the app's only finished reply in a thread, once there is one.

        Raises:
            AssertionError: None came in time, or there are several.
        """
        self.wait_for(
            lambda: any(not reply.is_streaming for reply in self.transcript.replies(thread_ts)),
            timeout_s,
        )
        return self.transcript.unique_reply(thread_ts)

    def is_idle(self, quiet_s: float = 0.2) -> bool:
        """Whether every delivery is done and nothing has happened for `quiet_s`.

        An app that thinks for longer than that without a call looks idle.
        """
        is_quiet = self.transcript.quiet_for_s >= quiet_s
        return is_quiet and all(delivery.state != "pending" for delivery in self.deliveries)

    def wait_until_idle(self, *, quiet_s: float = 0.2, timeout_s: float = 20.0) -> None:
        """Return once the app `is_idle`; where it is known what it will show, wait for that.

        Raises:
            AssertionError: It is still busy after `timeout_s`.
        """
        deadline = time.monotonic() + timeout_s
        while not self.is_idle(quiet_s):
            if time.monotonic() > deadline:
                raise AssertionError(f"busy after {timeout_s} s\n{self.transcript.describe()}")
            time.sleep(quiet_s / 10)

    # Faults

    def fail_next(
        self,
        method: str,
        *,
        error: str | None = None,
        status: int = 200,
        retry_after_s: int | None = None,
        delay_s: float = 0.0,
        is_applied: bool = False,
        times: int = 1,
    ) -> None:
        """Let the next calls of a Web API method fail.

        Args:
            method: Its name, such as `chat.postMessage`.
            error: Answer with this error code.
            status: Answer with this HTTP status.
            retry_after_s: Answer 429 `ratelimited` with this `Retry-After`.
            delay_s: Wait first; alone, the call succeeds late.
            is_applied: Do what was asked all the same: only the answer is lost.
            times: How many calls.
        """
        fault = Fault(
            error=error,
            status=status,
            retry_after_s=retry_after_s,
            delay_s=delay_s,
            is_applied=is_applied,
        )
        self._faults.add(method, fault, times=times)

    def drop_connections(self) -> None:
        """Close every websocket without a warning."""
        self._in_loop(self._socket_mode.drop())

    def ask_to_reconnect(self, reason: DisconnectReason = "refresh_requested") -> None:
        """Send a `disconnect` frame on every websocket."""
        self._in_loop(self._socket_mode.ask_to_reconnect(reason))

    # Other ways to the app than Socket Mode

    def deliver_by_http(self, request_url: str) -> None:
        """Send everything from now on to a Bolt request URL, signed."""

        def post(delivery: Delivery) -> HttpAnswer:
            return post_signed(
                request_url, delivery.kind, delivery.payload, retry=delivery.attempts
            )

        self._courier.carrier = post

    def deliver_to(self, app: App) -> None:
        """Hand everything from now on to a Bolt app in this process: no socket to open or close."""
        self._courier.carrier = partial(dispatch, app)

    # What the people's deeds need

    @override
    def deliver(self, kind: Kind, payload: Json, *, ticket: str | None = None) -> Delivery:
        delivery = Delivery(kind=kind, payload=payload, ticket=ticket)
        self._courier.start(delivery, self._server.loop)
        return delivery

    @override
    def response_url(self, ticket: str) -> str:
        return f"{self.url}/response/{ticket}"

    def _socket_url(self, host: str) -> str:
        ticket = self._socket_mode.new_ticket()
        return f"ws://{host}/link?ticket={ticket}&app_id={APP_ID}"

    async def _take_response(self, request: Request) -> Response:
        try:
            ticket = self.workspace.use_ticket(request.path_params["secret"])
            apply_response(self.workspace, ticket, await request.json(), via="response_url")
        except ApiError as error:
            self._reject("response_url", error)
            return JSONResponse({"ok": False, "error": error.error}, 404)
        finally:
            self.transcript.touch()
        return JSONResponse({"ok": True})

    def _finish(self, delivery: Delivery) -> None:
        """Show what came of a delivery to the one who caused it."""
        if delivery.state == "failed":
            self._reject(delivery.kind, ApiError("operation_timeout"))
            if delivery.kind == "slash_commands":
                self._complain(delivery, "operation_timeout")
        elif delivery.payload.get("type") == "view_submission" and delivery.answer:
            try:
                take_submission(self.workspace, delivery.payload["view"], delivery.answer)
            except ApiError as error:
                self._reject("ack", error)
        elif delivery.kind == "slash_commands" and delivery.ticket and delivery.answer:
            try:
                ticket = self.workspace.ticket(delivery.ticket)
                apply_response(self.workspace, ticket, delivery.answer, via="ack")
            except ApiError as error:
                self._reject("ack", error)
                self._complain(delivery, error.error)

    def _complain(self, delivery: Delivery, error: str) -> None:
        payload = delivery.payload
        message = Message(
            channel=payload["channel_id"],
            ts=self.workspace.mint_ts(),
            user=SLACKBOT,
            text=f'{payload["command"]} failed with the error "{error}"',
            visible_to=payload["user_id"],
            via="slackbot",
            at=self.workspace.clock(),
        )
        self.transcript.record("ephemeral", message)

    def _reject(self, method: str, error: ApiError) -> None:
        self.transcript.record_rejection(
            Rejection(method=method, error=error.error, details=error.details)
        )

    def _in_loop(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._server.loop).result(_FAULT_TIMEOUT_S)
