"""What is written without a mention: looked at in its thread, and answered or left to people."""

from bot.incoming import IncomingQuestion
from bot.overhearing.addressing import Verdict, addressed
from bot.overhearing.ears import Ears
from bot.overhearing.thread import parse_thread
from bot.replying.delivery import Delivery
from knowledge.answers.trace import Reply
from knowledge.domain import Answer

__all__ = ["Listening", "is_sure"]

SURE = 0.9
"""How likely the passages must be to answer what nobody asked the assistant."""
VAGUE_KINDS = {"clarification", "disambiguation"}


class Listening:
    """Decides about messages that an assistant with ears has heard."""

    def __init__(self, *, delivery: Delivery, ears: Ears, bot_user_id: str, bot_id: str) -> None:
        """The ids are by which the assistant knows its own messages."""
        self._delivery = delivery
        self._ears = ears
        self._bot_user_id = bot_user_id
        self._bot_id = bot_id

    def verdict(self, overheard: IncomingQuestion) -> Verdict:
        """Return for whom a message is; for people, where its thread cannot be read.

        Raises `DeliveryError` when Slack does not answer, which passes.
        """
        messages = self._delivery.read_thread(
            channel_id=overheard.channel_id, thread_ts=overheard.thread_ts, latest_ts=overheard.ts
        )
        thread = parse_thread(messages, bot_user_id=self._bot_user_id, bot_id=self._bot_id)
        if not thread or thread[-1].by != overheard.user_id:
            return Verdict.FOR_PEOPLE
        return addressed(thread, anywhere=self._ears.is_anywhere(overheard.channel_id))


def is_sure(reply: Reply, *, is_first: bool) -> bool:
    """Whether an answer is good enough for people who may not have asked for it.

    What begins a conversation (`is_first`) takes more than a question in one's own thread.
    """
    outcome = reply.outcome
    if not isinstance(outcome, Answer) or outcome.kind in VAGUE_KINDS:
        return False
    return not is_first or all(part.probability >= SURE for part in reply.trace)
