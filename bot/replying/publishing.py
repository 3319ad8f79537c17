"""Making something of an answer public: by its owner only, and once."""

import datetime as dt
from collections.abc import Callable

from bot.access.authorization import Action, Actor
from bot.access.permission_gate import PermissionGate
from bot.record.journal import Journal, StoredAnswer
from bot.rendering import RenderedMessage, render_denied, render_notice
from bot.replying.delivery import DeliveryError

__all__ = ["Publisher"]

GONE = "This answer is no longer on record. Please ask again."
NOT_YOURS = "Only the person who asked can do this."
ONCE = "This has been done already."
INVITE = (
    "I am not in this channel, so I cannot post here. "
    "Invite me with /invite, then press the button again."
)


class Publisher:
    """Guards the steps from a private answer to a public message."""

    def __init__(
        self, *, journal: Journal, gate: PermissionGate, clock: Callable[[], dt.datetime]
    ) -> None:
        """The journal remembers what has been published."""
        self._journal = journal
        self._gate = gate
        self._clock = clock

    def publish(
        self,
        answer_id: str,
        *,
        actor: Actor,
        action: Action,
        post: Callable[[StoredAnswer], None],
    ) -> RenderedMessage | None:
        """Call `post` with the answer if that is allowed; return what to say when it is not."""
        decision = self._gate.decide(actor, action)
        if not decision.allowed:
            return render_denied(decision.reason)
        answer = self._journal.find_answer(answer_id)
        if answer is None:
            return render_notice(GONE)
        if answer.user_id != actor.user_id:
            return render_notice(NOT_YOURS)
        key = f"{action}:{answer.answer_id}"
        if not self._journal.receive(event_id=key, message_key=key, payload={}, at=self._clock()):
            return render_notice(ONCE)
        try:
            post(answer)
        except DeliveryError as exc:
            if not exc.is_uncertain:
                self._journal.forget(key)
            if exc.reason in {"not_in_channel", "channel_not_found"}:
                return render_notice(INVITE)
            raise
        return None
