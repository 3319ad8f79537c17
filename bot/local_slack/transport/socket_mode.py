"""Slack's side of Socket Mode: connections, envelopes and acknowledgements."""

import asyncio
import contextlib
import secrets
import time
import uuid
from typing import Literal

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.local_slack.workspace.deliveries import Delivery
from bot.local_slack.workspace.transcript import Transcript
from bot.local_slack.workspace.values import APP_ID, Json

DisconnectReason = Literal["warning", "refresh_requested", "too_many_websockets"]
MAX_CONNECTIONS = 10


class SocketMode:
    """The open websockets of one app; everything but `new_ticket` runs in the server's loop."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._tickets: set[str] = set()
        self._connections: list[WebSocket] = []
        self._retired: list[WebSocket] = []
        self._connected = asyncio.Event()
        self._turn = 0
        self._sent: dict[str, tuple[float, asyncio.Future[Json | None]]] = {}

    @property
    def connections(self) -> int:
        """How many websockets receive envelopes now."""
        return len(self._connections)

    def new_ticket(self) -> str:
        """Return what lets one websocket in."""
        ticket = secrets.token_urlsafe(12)
        self._tickets.add(ticket)
        return ticket

    async def endpoint(self, websocket: WebSocket) -> None:
        """Serve one websocket until it closes."""
        ticket = websocket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await websocket.close(code=4403)
            return
        self._tickets.remove(ticket)
        await websocket.accept()
        if len(self._connections) >= MAX_CONNECTIONS:
            await websocket.send_json(_disconnect("too_many_websockets"))
            await websocket.close()
            return
        await websocket.send_json(
            {
                "type": "hello",
                "num_connections": len(self._connections) + 1,
                "debug_info": {"host": "local", "approximate_connection_time": 18060},
                "connection_info": {"app_id": APP_ID},
            }
        )
        self._connections.append(websocket)
        self._connected.set()
        self._transcript.touch()
        await self._close_retired()
        try:
            while True:
                self._acknowledge(await websocket.receive_json())
        except (WebSocketDisconnect, ValueError):
            pass
        finally:
            self._forget(websocket)

    async def send(self, delivery: Delivery, acknowledged: asyncio.Future[Json | None]) -> None:
        """Send one attempt to one connection, as soon as there is one."""
        envelope_id = str(uuid.uuid4())
        delivery.envelope_ids.append(envelope_id)
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": delivery.kind,
            "payload": delivery.payload,
            "accepts_response_payload": delivery.kind != "events_api",
        }
        if delivery.kind == "events_api":
            retry = delivery.attempts - 1
            envelope |= {"retry_attempt": retry, "retry_reason": "timeout" if retry else ""}
        while True:
            await self._connected.wait()
            self._turn += 1
            websocket = self._connections[self._turn % len(self._connections)]
            self._sent[envelope_id] = (time.monotonic(), acknowledged)
            try:
                await websocket.send_json(envelope)
            except (WebSocketDisconnect, RuntimeError):
                # It closed between two awaits; its own task has not noticed yet.
                self._forget(websocket)
            else:
                return

    async def drop(self) -> None:
        """Close every websocket without a warning."""
        for websocket in tuple(self._connections):
            self._forget(websocket)
            await websocket.close(code=1011)

    async def ask_to_reconnect(self, reason: DisconnectReason) -> None:
        """Tell every client to connect anew; the old websockets close when one has."""
        for websocket in tuple(self._connections):
            self._forget(websocket)
            self._retired.append(websocket)
            await websocket.send_json(_disconnect(reason))

    async def _close_retired(self) -> None:
        retired, self._retired = self._retired, []
        for websocket in retired:
            # The client may have been quicker.
            with contextlib.suppress(RuntimeError):
                await websocket.close()

    def _acknowledge(self, frame: Json) -> None:
        envelope_id = frame.get("envelope_id", "")
        if envelope_id not in self._sent:
            return
        sent_at, acknowledged = self._sent.pop(envelope_id)
        self._transcript.record_ack(envelope_id, time.monotonic() - sent_at)
        if not acknowledged.done():
            acknowledged.set_result(frame.get("payload"))

    def _forget(self, websocket: WebSocket) -> None:
        if websocket in self._connections:
            self._connections.remove(websocket)
        if not self._connections:
            self._connected.clear()
        self._transcript.touch()


def _disconnect(reason: DisconnectReason) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "local"}}
