"""Which modals are open before whom: the web page, unlike the app, has to close them."""

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.local_slack.workspace.deliveries import Delivery
from bot.local_slack.workspace.transcript import Transcript
from bot.local_slack.workspace.values import Entry, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """A modal that is open, and what the app said against what was filled in."""

    view: Json
    errors: Mapping[str, str] = field(default_factory=dict)
    """By block id."""


class OpenDialogs:
    """Follows the transcript; safe to use from any thread."""

    def __init__(self, transcript: Transcript) -> None:
        self._lock = threading.Lock()
        self._stacks: dict[str, list[Dialog]] = defaultdict(list)
        transcript.subscribe(self._follow)

    def top(self, user: str) -> Dialog | None:
        """Return the modal that a person sees, if any."""
        with self._lock:
            stack = self._stacks[user]
            return stack[-1] if stack else None

    def close(self, user: str, view_id: str, *, all_of_them: bool = False) -> None:
        """Close a modal, and show what lies below it, if anything does."""
        with self._lock:
            kept = [d for d in self._stacks[user] if d.view["id"] != view_id]
            self._stacks[user] = [] if all_of_them else kept

    def settle(self, user: str, submitted: Dialog, delivery: Delivery) -> None:
        """Do with a submitted modal what the app answered: close it, or show what is wrong."""
        answer = delivery.answer or {}
        match answer.get("response_action"):
            case "errors":
                told = replace(submitted, errors=dict(answer.get("errors") or {}))
                self._put(user, told)
            case "update" | "push":
                # The local Slack shows the new one itself.
                pass
            case other:
                self.close(user, submitted.view["id"], all_of_them=other == "clear")

    def _follow(self, entry: Entry) -> None:
        if entry.kind == "view" and entry.data["view"]["type"] == "modal":
            self._put(entry.data["user"], Dialog(view=entry.data["view"]))

    def _put(self, user: str, dialog: Dialog) -> None:
        with self._lock:
            stack = self._stacks[user]
            for place, known in enumerate(stack):
                if known.view["id"] == dialog.view["id"]:
                    stack[place] = dialog
                    return
            stack.append(dialog)
