"""What the terminal chat has printed: messages as they come, with their controls numbered."""

import queue
import threading
from collections.abc import Callable

from rich.console import Console, RenderableType
from rich.text import Text

from bot.local_slack.terminal.rendering import Control, controls, render_message, render_view
from bot.local_slack.workspace.values import BOT_USER_ID, SLACKBOT, Entry, Json, Message, User
from bot.local_slack.workspace.workspace import Workspace


class Screen:
    """Prints what one person sees, from a thread of its own."""

    def __init__(
        self,
        console: Console,
        workspace: Workspace,
        *,
        viewer: User,
        shows_own_messages: bool,
        before: Callable[[], None],
        after: Callable[[], None],
    ) -> None:
        """`before` and `after` are called around everything printed, to move a prompt away."""
        self.viewer = viewer
        self._console = console
        self._workspace = workspace
        self._shows_own_messages = shows_own_messages
        self._before = before
        self._after = after
        self._controls: list[tuple[Message | Json, Control]] = []
        self._view: Json | None = None
        self._inbox: queue.Queue[Entry | None] = queue.Queue()
        self._thread = threading.Thread(target=self._print_entries, name="screen", daemon=True)
        self._names = {user.id: user.real_name or user.name for user in workspace.users}
        self._names[SLACKBOT] = "Slackbot"
        self._names |= {channel.id: channel.name for channel in workspace.channels}

    def start(self) -> Callable[[], None]:
        """Print what happens from now on; returns what ends it."""
        unsubscribe = self._workspace.transcript.subscribe(self._inbox.put)
        self._thread.start()

        def stop() -> None:
            unsubscribe()
            self._inbox.put(None)
            self._thread.join()

        return stop

    def drain(self) -> None:
        """Return once everything that has happened is printed."""
        self._inbox.join()

    def control(self, number: str) -> tuple[Message | Json, Control]:
        """Return a numbered control, and the message or view in which it stands.

        Raises:
            LookupError: No control on the screen has that number.
        """
        if not number.isdigit() or not 1 <= int(number) <= len(self._controls):
            raise LookupError(f"there is no button {number}")
        return self._controls[int(number) - 1]

    @property
    def view(self) -> Json:
        """The modal that was shown last.

        Raises:
            LookupError: None was shown.
        """
        if self._view is None:
            raise LookupError("there is nothing to fill in")
        return self._view

    def show_message(self, message: Message) -> None:
        """Print a message."""
        first = self._number(message, message.blocks if message.bot_id else ())
        self._print(render_message(message, names=self._names, first_number=first))

    def show_note(self, text: str) -> None:
        """Print a remark of the chat itself."""
        self._print(Text(text, style="dim"))

    def _print_entries(self) -> None:
        while True:
            entry = self._inbox.get()
            try:
                if entry is None:
                    return
                self._show(entry)
            finally:
                self._inbox.task_done()

    def _show(self, entry: Entry) -> None:
        message = entry.message
        if message is not None:
            if self._is_shown(message):
                self.show_message(message)
        elif entry.kind == "status" and entry.data["status"]:
            self.show_note(f"{self._names[BOT_USER_ID]} {entry.data['status']}")
        elif entry.kind == "view" and entry.data["user"] == self.viewer.id:
            view = entry.data["view"]
            self._view = view if view["type"] == "modal" else self._view
            first = self._number(view, view["blocks"])
            self._print(render_view(view, names=self._names, first_number=first))
        elif entry.kind == "prompts":
            titles = [prompt["title"] for prompt in entry.data["prompts"]]
            self.show_note(f"Try: {' · '.join(titles)}")

    def _is_shown(self, message: Message) -> bool:
        channel = self._workspace.channel(message.channel)
        return (
            # A message that is being written is printed once, when it is finished.
            not message.is_streaming
            and self.viewer.id in channel.members
            and message.visible_to in {None, self.viewer.id}
            and (self._shows_own_messages or message.user != self.viewer.id)
        )

    def _number(self, place: Message | Json, blocks: tuple[Json, ...] | list[Json]) -> int:
        first = len(self._controls) + 1
        self._controls += [(place, control) for control in controls(blocks)]
        return first

    def _print(self, renderable: RenderableType) -> None:
        self._before()
        self._console.print(renderable)
        self._console.print()
        self._after()
