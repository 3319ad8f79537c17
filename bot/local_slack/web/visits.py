"""Who looks at what: all that decides what a page shows."""

from dataclasses import dataclass

from bot.local_slack.web.dialogs import Dialog
from bot.local_slack.workspace.values import Channel, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who looks at what."""

    user: User
    place: str
    channel: Channel
    thread: str = ""
    """The thread that is open beside the channel."""
    is_new: bool = False
    """Whether the next direct message begins a new conversation."""
    dialog: Dialog | None = None
    note: str = ""
    """What the page has to say about what was just done."""
