"""Takes deliveries to the app, again when they are not acknowledged, and hands back its answer."""

import asyncio
import threading
from collections.abc import Callable

from bot.local_slack.transport.http_mode import HttpAnswer
from bot.local_slack.transport.socket_mode import SocketMode
from bot.local_slack.workspace.deliveries import Delivery
from bot.local_slack.workspace.transcript import Transcript
from bot.local_slack.workspace.values import Json

Carrier = Callable[[Delivery], HttpAnswer]
"""Takes one attempt to the app and returns its answer; raises OSError if there is none."""


class Courier:
    """Sends by Socket Mode, or by `carrier` when one is set."""

    def __init__(
        self,
        transcript: Transcript,
        socket_mode: SocketMode,
        *,
        ack_timeout_s: float,
        retries: int,
        retry_pause_s: float,
        on_done: Callable[[Delivery], None],
    ) -> None:
        """`on_done` is called with every delivery that was acknowledged or given up.

        A request URL that does not answer is left alone for `retry_pause_s`.
        """
        self.carrier: Carrier | None = None
        self._transcript = transcript
        self._socket_mode = socket_mode
        self._ack_timeout_s = ack_timeout_s
        self._retries = retries
        self._retry_pause_s = retry_pause_s
        self._on_done = on_done
        self._lock = threading.Lock()
        self._deliveries: list[Delivery] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Everything sent so far, oldest first."""
        with self._lock:
            return tuple(self._deliveries)

    def start(self, delivery: Delivery, loop: asyncio.AbstractEventLoop) -> None:
        """Send `delivery` in the server's loop; safe to call from any thread."""
        with self._lock:
            self._deliveries.append(delivery)
        loop.call_soon_threadsafe(self._spawn, delivery)

    def _spawn(self, delivery: Delivery) -> None:
        task = asyncio.get_running_loop().create_task(self._carry(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def cancel_all(self) -> None:
        """Give up everything under way."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry(self, delivery: Delivery) -> None:
        acknowledged: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        # Slack resends events only; a command or a click just fails before the user's eyes.
        tries = 1 + (self._retries if delivery.kind == "events_api" else 0)
        for _ in range(tries):
            if await self._is_acknowledged(delivery, acknowledged):
                delivery.state, delivery.answer = "acknowledged", acknowledged.result()
                break
        else:
            delivery.state = "failed"
        self._on_done(delivery)
        self._transcript.touch()

    async def _is_acknowledged(
        self, delivery: Delivery, acknowledged: asyncio.Future[Json | None]
    ) -> bool:
        """Try once, and wait for the acknowledgement of this or of an earlier attempt."""
        if self.carrier is not None:
            return await self._call(self.carrier, delivery, acknowledged)
        try:
            async with asyncio.timeout(self._ack_timeout_s):
                await self._socket_mode.send(delivery, acknowledged)
                await asyncio.shield(acknowledged)
        except TimeoutError:
            return acknowledged.done()
        return True

    async def _call(
        self, carrier: Carrier, delivery: Delivery, acknowledged: asyncio.Future[Json | None]
    ) -> bool:
        try:
            async with asyncio.timeout(self._ack_timeout_s):
                answer = await asyncio.to_thread(carrier, delivery)
        except OSError:  # a timeout is one
            delivery.envelope_ids.append("")
            await asyncio.sleep(self._retry_pause_s)
            return False
        delivery.envelope_ids.append(answer.envelope_id)
        if answer.is_ack:
            self._transcript.record_ack(answer.envelope_id, answer.seconds)
            acknowledged.set_result(answer.payload)
        return answer.is_ack
