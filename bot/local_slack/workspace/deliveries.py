"""One thing that Slack tells the app, and what became of it."""

from dataclasses import dataclass, field
from typing import Literal

from bot.local_slack.workspace.values import Json

Kind = Literal["events_api", "slash_commands", "interactive"]


@dataclass(slots=True, kw_only=True, eq=False)
class Delivery:
    """An event, a command or an interaction on its way to the app."""

    kind: Kind
    payload: Json
    ticket: str | None = None
    """The secret of its `response_url`, if it has one."""
    envelope_ids: list[str] = field(default_factory=list)
    """One for each attempt."""
    state: Literal["pending", "acknowledged", "failed"] = "pending"
    answer: Json | None = None
    """What the app sent with its acknowledgement."""

    @property
    def attempts(self) -> int:
        """How often it has been sent."""
        return len(self.envelope_ids)
