"""How much one person and one channel may ask, and what is said when it is more."""

import datetime as dt
from dataclasses import dataclass

from bot.record.inbox import Inbox
from bot.record.switches import PAUSE, Switches

__all__ = ["Limits"]

MINUTE = dt.timedelta(minutes=1)
PAUSED = (
    "I am paused just now: an administrator is working on the knowledge base. Your question is not "
    "kept, so please ask again a little later."
)
PERSON = (
    "You have asked {number} questions within a minute, which is as many as I may answer one "
    "person. Please ask this one again in a minute."
)
CHANNEL = (
    "This channel has asked {number} questions within a minute, which is as many as I may answer "
    "in one place. Please ask this one again in a minute."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Decides whether a question is looked up now; 0 is no limit."""

    inbox: Inbox
    switches: Switches
    per_person: int = 0
    per_channel: int = 0

    def objection(self, event_id: str) -> str:
        """Return what is said instead of an answer; empty when there is nothing against one."""
        if self.switches.is_on(PAUSE):
            return PAUSED
        if not (self.per_person or self.per_channel):
            return ""
        by_person, in_channel = self.inbox.asked_before(event_id, within=MINUTE)
        if self.per_person and by_person >= self.per_person:
            return PERSON.format(number=self.per_person)
        if self.per_channel and in_channel >= self.per_channel:
            return CHANNEL.format(number=self.per_channel)
        return ""
