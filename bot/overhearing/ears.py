"""Which messages without a mention are looked at, by what an administrator chose."""

from bot.incoming import IncomingQuestion
from bot.record.channels import Channels
from bot.record.journal import Journal

__all__ = ["Ears"]


class Ears:
    """Tells quickly, before an event is acknowledged, whether it can be of any concern."""

    def __init__(self, *, channels: Channels, journal: Journal) -> None:
        """The journal knows in which threads the assistant has spoken."""
        self._channels = channels
        self._journal = journal

    def hears(self, overheard: IncomingQuestion) -> bool:
        """Whether a message is to be looked at; nothing of any other is kept."""
        mode = self._channels.mode(overheard.channel_id)
        if mode == "mention" or not overheard.text or overheard.is_external:
            return False
        return self._journal.has_answered(overheard.conversation) or (
            mode == "sure" and overheard.is_first
        )

    def is_anywhere(self, channel_id: str) -> bool:
        """Whether a question to nobody in particular is looked at in a channel."""
        return self._channels.mode(channel_id) == "sure"
