"""What could be seen in the local Slack, in order, for tests to read and clients to follow."""

import threading
import time
from collections.abc import Callable
from typing import Any

from bot.local_slack.workspace.values import Entry, EntryKind, Message, Rejection

Subscriber = Callable[[Entry], None]


class Transcript:
    """Every visible change, and every message as it is now; safe to use from any thread."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives the time stamped on entries, in seconds since the epoch."""
        self._clock = clock
        self._changed = threading.Condition(threading.RLock())
        self._entries: list[Entry] = []
        self._messages: dict[tuple[str, str], Message] = {}
        self._acks: dict[str, float] = {}
        self._rejections: list[Rejection] = []
        self._subscribers: list[Subscriber] = []
        self._touched_at = time.monotonic()

    # What happened

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every change, oldest first."""
        with self._changed:
            return tuple(self._entries)

    @property
    def acks(self) -> dict[str, float]:
        """Seconds from delivery to acknowledgement, by envelope id."""
        with self._changed:
            return dict(self._acks)

    @property
    def rejections(self) -> tuple[Rejection, ...]:
        """Calls of the app that were refused because Slack would refuse them."""
        with self._changed:
            return tuple(self._rejections)

    @property
    def quiet_for_s(self) -> float:
        """Seconds since anything last happened, visible or not."""
        with self._changed:
            return time.monotonic() - self._touched_at

    def find(self, channel: str, ts: str) -> Message | None:
        """Return the current version of a message, also when it is ephemeral or deleted."""
        with self._changed:
            return self._messages.get((channel, ts))

    def messages(
        self, *, channel: str | None = None, thread_ts: str | None = None
    ) -> tuple[Message, ...]:
        """Return what everyone in the channel sees now, in order of posting.

        With `thread_ts`, the message that starts the thread is included.
        """
        with self._changed:
            return tuple(
                message
                for message in self._messages.values()
                if message.visible_to is None
                and not message.is_deleted
                and channel in {None, message.channel}
                and thread_ts in {None, message.thread}
            )

    def replies(self, thread_ts: str) -> tuple[Message, ...]:
        """Return what the app has said in a thread, without ephemeral messages."""
        return tuple(
            message
            for message in self.messages(thread_ts=thread_ts)
            if message.is_from_app and message.ts != thread_ts
        )

    def unique_reply(self, thread_ts: str) -> Message:
        """Return the only thing the app has said in a thread.

        Raises:
            AssertionError: There is no reply or there are several; the text lists everything.
        """
        replies = self.replies(thread_ts)
        if len(replies) != 1:
            message = f"{len(replies)} replies in thread {thread_ts}, not 1\n{self.describe()}"
            raise AssertionError(message)
        return replies[0]

    def ephemerals(self, user: str | None = None) -> tuple[Message, ...]:
        """Return the messages that only one person sees, or only `user` (an id)."""
        with self._changed:
            return tuple(
                message
                for message in self._messages.values()
                if message.visible_to is not None
                and not message.is_deleted
                and user in {None, message.visible_to}
            )

    def statuses(self, thread_ts: str | None = None) -> tuple[str, ...]:
        """Return the texts set with `assistant.threads.setStatus`, oldest first."""
        return tuple(
            str(entry.data["status"])
            for entry in self.entries
            if entry.kind == "status" and thread_ts in {None, entry.data["thread_ts"]}
        )

    def describe(self) -> str:
        """Return a listing of everything, one line an entry, for the messages of failing tests."""
        lines = [_describe(entry) for entry in self.entries]
        refused = [f"refused {r.method}: {r.error} {' '.join(r.details)}" for r in self.rejections]
        return "\n".join(["Transcript:", *lines, *refused])

    # Following it

    def subscribe(self, callback: Subscriber) -> Callable[[], None]:
        """Call `callback` with every new entry, in order; return what ends the subscription.

        It runs in the thread that made the change and holds up the server: put the entry on a
        queue and return.
        """
        with self._changed:
            self._subscribers.append(callback)

        def unsubscribe() -> None:
            with self._changed:
                if callback in self._subscribers:
                    self._subscribers.remove(callback)

        return unsubscribe

    def wait_for(self, predicate: Callable[[], Any], timeout_s: float = 5.0) -> bool:
        """Return whether `predicate` became true in time; it is asked after every change."""
        with self._changed:
            return bool(self._changed.wait_for(predicate, timeout_s))

    # Writing it: for the server

    def record(self, kind: EntryKind, message: Message | None = None, /, **data: Any) -> Entry:
        """Add one change and tell the subscribers."""
        with self._changed:
            entry = Entry(kind=kind, at=self._clock(), message=message, data=data)
            self._entries.append(entry)
            if message is not None and kind != "reaction":
                self._messages[message.channel, message.ts] = message
            for callback in tuple(self._subscribers):
                callback(entry)
            self.touch()
            return entry

    def record_ack(self, envelope_id: str, seconds: float) -> None:
        """Note that the app acknowledged a delivery."""
        with self._changed:
            self._acks[envelope_id] = seconds
            self.touch()

    def record_rejection(self, rejection: Rejection) -> None:
        """Note a call that Slack would have refused."""
        with self._changed:
            self._rejections.append(rejection)
            self.touch()

    def touch(self) -> None:
        """Note that something happened and wake whoever waits."""
        with self._changed:
            self._touched_at = time.monotonic()
            self._changed.notify_all()


def _describe(entry: Entry) -> str:
    message = entry.message
    if message is None:
        return f"{entry.kind}: {dict(entry.data)}"
    place = message.channel + (f" thread {message.thread_ts}" if message.thread_ts else "")
    seen_by = f" (only {message.visible_to})" if message.visible_to else ""
    text = message.shown_text.replace("\n", " ⏎ ")[:200]
    return f"{entry.kind} {place} {message.ts} {message.user}{seen_by}: {text}"
