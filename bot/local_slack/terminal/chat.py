"""A chat with the bot in the terminal, on top of the local Slack."""

import contextlib
import sys
import time
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.text import Text

from bot.local_slack.server import LocalSlack
from bot.local_slack.terminal.filling import filled
from bot.local_slack.terminal.screen import Screen
from bot.local_slack.terminal.typed_lines import TypedLine, read_line
from bot.local_slack.workspace.errors import ApiError
from bot.local_slack.workspace.values import Message

try:
    from readline import get_line_buffer
except ImportError:  # as on Windows, whose console edits lines itself

    def get_line_buffer() -> str:
        """Return nothing: what has been typed so far is not known."""
        return ""


HELP = """\
what is BPO?         a direct message to the bot; later lines go on in its thread
@bot what is BPO?    a mention in the channel; later lines go on in its thread
/ask, /define, /kb   slash commands
!3                   press button 3 (also :press 3)
:submit A | B        fill in the fields of a dialog, in their order
:thread              show the current thread again
:new                 leave the thread: the next line begins a new conversation
:channel NAME        use another channel than #general
:user NAME           be somebody else: admin, member or guest
:home                open the app's Home tab
:quit                leave (also Ctrl-D and Ctrl-C)"""

LATE = "No answer yet: the models may still be loading. It appears here when it comes."
ANSWER_TIMEOUT_S = 60.0
_PATIENCE_S = 15.0
_QUIET_S = 0.4
_PIPED_QUIET_S = 1.5
_CLEAR_LINE = "\r\x1b[K"


class TerminalChat:
    """Reads lines, does what they ask, and leaves the printing to its screen."""

    def __init__(
        self,
        slack: LocalSlack,
        *,
        console: Console | None = None,
        ask: Callable[[str], str] = input,
        is_interactive: bool | None = None,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
        prompts: Sequence[str] = (),
    ) -> None:
        """`ask` prints a prompt and returns a line, or raises EOFError; `prompts` are suggested.

        Where nobody sits at the keyboard (by default: stdin is no terminal) there is no prompt,
        and the next line is read when the last one is answered or `answer_timeout_s` are over.
        """
        self._slack = slack
        self._prompts = prompts
        self._console = console or Console(highlight=False)
        self._ask = ask
        self._is_interactive = sys.stdin.isatty() if is_interactive is None else is_interactive
        # At a keyboard a late answer still appears, above the prompt.
        self._timeout_s = _PATIENCE_S if self._is_interactive else answer_timeout_s
        self._quiet_s = _QUIET_S if self._is_interactive else _PIPED_QUIET_S
        self._channel = slack.workspace.channel("general")
        self._thread: Message | None = None
        """The message that began the current conversation."""
        self._prompt = ""
        """What stands on the last line of the terminal, while a line is being typed."""
        self._screen = Screen(
            self._console,
            slack.workspace,
            viewer=slack.workspace.user("member"),
            shows_own_messages=not self._is_interactive,
            before=self._remove_prompt,
            after=self._restore_prompt,
        )

    def run(self) -> None:
        """Chat until the input ends."""
        stop = self._screen.start()
        if self._is_interactive:
            self._console.print("Ask about BPO and KPO. [dim]:help lists what else works.[/dim]\n")
            for prompt in self._prompts:
                self._screen.show_note(f"Try: {prompt}")
        # Ctrl-D and Ctrl-C end a chat; they are no errors.
        with contextlib.suppress(EOFError, KeyboardInterrupt):
            while self._do(read_line(self._read())):
                pass
        stop()
        if self._is_interactive:
            self._console.print("\nGoodbye.")

    def _do(self, line: TypedLine) -> bool:
        """Do what `line` asks; False ends the chat."""
        try:
            return self._dispatch(line)
        except (ApiError, LookupError, ValueError) as error:
            self._screen.show_note(str(error))
            return True

    def _dispatch(self, line: TypedLine) -> bool:  # noqa: C901 (one case a verb)
        match line.verb:
            case "quit":
                return False
            case "nothing":
                pass
            case "mention":
                self._mention(line.rest)
            case "write":
                self._write(line.rest)
            case "command":
                self._command(line.rest)
            case "press":
                self._press(line.rest)
            case "submit":
                self._submit(line.rest)
            case "home":
                self._slack.open_app(self._screen.viewer.id)
                self._wait()
            case "user":
                self._screen.viewer, self._thread = self._slack.workspace.user(line.rest), None
                self._screen.show_note(f"You are {self._screen.viewer.real_name} now.")
            case "channel":
                self._channel, self._thread = self._slack.workspace.channel(line.rest), None
            case "thread":
                self._show_thread()
            case "new":
                self._thread = None
            case "help":
                self._console.print(Text(HELP + "\n"))
            case "unknown":
                self._screen.show_note(f"{line.rest} is nothing I know; :help lists what is")
        return True

    def _mention(self, text: str) -> None:
        since = self._now()
        ts = self._slack.mention(self._screen.viewer.id, self._channel.id, text)
        self._thread = self._slack.transcript.find(self._channel.id, ts)
        self._wait_for_answer(since)

    def _write(self, text: str) -> None:
        """Go on in the current thread, or begin a direct message."""
        user, thread, since = self._screen.viewer.id, self._thread, self._now()
        direct = self._slack.workspace.direct_channel(user)
        if thread is not None and thread.channel != direct.id:
            # In a channel the bot hears only what mentions it.
            self._slack.mention(user, thread.channel, text, thread_ts=thread.ts)
        else:
            thread_ts = thread.ts if thread else None
            ts = self._slack.direct_message(user, text, thread_ts=thread_ts)
            self._thread = thread or self._slack.transcript.find(direct.id, ts)
        self._wait_for_answer(since)

    def _command(self, text: str) -> None:
        since = self._now()
        name, _, rest = text.partition(" ")
        if not self._is_interactive:
            # Slack shows nobody a command; who reads what was piped in wants to see what was asked.
            self._screen.show_note(f"{self._screen.viewer.name}: {text}")
        self._slack.command(self._screen.viewer.id, name, rest, self._channel.id)
        self._wait_for_answer(since)

    def _press(self, number: str) -> None:
        user, (place, control) = self._screen.viewer.id, self._screen.control(number)
        if isinstance(place, Message):
            self._slack.press(user, place, control.action_id, control.value)
        else:
            self._slack.press_in_view(user, place, control.action_id, control.value)
        self._wait()

    def _submit(self, typed: str) -> None:
        view = self._screen.view
        self._slack.submit_view(self._screen.viewer.id, view, filled(view, typed))
        self._wait()

    def _show_thread(self) -> None:
        if self._thread is None:
            self._screen.show_note("You are in no thread.")
            return
        thread_ts, channel = self._thread.ts, self._thread.channel
        for message in self._slack.transcript.messages(channel=channel, thread_ts=thread_ts):
            self._screen.show_message(message)

    # Waiting

    def _now(self) -> int:
        return len(self._slack.transcript.entries)

    def _wait_for_answer(self, since: int) -> None:
        """Wait until the app has said something after the entry number `since`."""

        def is_answered() -> bool:
            return any(
                entry.message.user != self._screen.viewer.id and not entry.message.is_streaming
                for entry in self._slack.transcript.entries[since:]
                if entry.message is not None
            ) or any(entry.kind == "view" for entry in self._slack.transcript.entries[since:])

        if not self._slack.transcript.wait_for(is_answered, self._timeout_s):
            self._screen.show_note(LATE)
        self._wait()

    def _wait(self) -> None:
        """Wait until nothing more happens, and print it all."""
        deadline = time.monotonic() + self._timeout_s
        while time.monotonic() < deadline and not self._slack.is_idle(self._quiet_s):
            time.sleep(0.05)
        self._screen.drain()

    # The line being typed

    def _read(self) -> str:
        self._prompt = self._prompt_text() if self._is_interactive else ""
        try:
            return self._ask(self._prompt)
        finally:
            self._prompt = ""

    def _prompt_text(self) -> str:
        name = self._screen.viewer.name
        if self._thread is None:
            return f"{name} > "
        place = self._slack.workspace.channel(self._thread.channel)
        return f"{name} in {'a direct message' if place.kind == 'im' else f'#{place.name}'} > "

    def _remove_prompt(self) -> None:
        if self._prompt:
            self._console.file.write(_CLEAR_LINE)

    def _restore_prompt(self) -> None:
        if self._prompt:
            self._console.file.write(self._prompt + get_line_buffer())
            self._console.file.flush()
