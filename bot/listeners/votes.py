"""Votes on answers."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from slack_bolt import Ack

from bot.access.authorization import Action
from bot.access.permission_gate import PermissionGate
from bot.incoming import parse_button
from bot.record.journal import Journal, Vote
from bot.rendering import render_denied, render_notice
from bot.replying.delivery import Delivery

__all__ = ["handle_vote"]

THANKS: dict[Vote, str] = {
    "up": "Thank you, I have noted that this helped.",
    "down": (
        "Thank you, I have noted that this did not help. Naming the term or the process you "
        "mean often gets a better answer."
    ),
}
UNKNOWN_ANSWER = "This answer is no longer on record, so I could not note your vote."


def handle_vote(
    ack: Ack,
    body: dict[str, Any],
    *,
    journal: Journal,
    gate: PermissionGate,
    delivery: Delivery,
    clock: Callable[[], dt.datetime],
) -> None:
    """Record a vote; a person's last vote on an answer counts."""
    ack()
    press = parse_button(body)
    decision = gate.decide(press.actor, Action.VOTE)
    word, _, answer_id = press.value.partition(":")
    vote = next((vote for vote in THANKS if vote == word), None)
    if not decision.allowed:
        message = render_denied(decision.reason)
    elif vote and journal.vote(answer_id, user_id=press.user_id, vote=vote, at=clock()):
        message = render_notice(THANKS[vote])
    else:
        message = render_notice(UNKNOWN_ANSWER)
    delivery.respond(message, response_url=press.response_url)
