"""Votes on answers."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from slack_bolt import Ack

from bot.access.authorization import Action
from bot.access.gate import Gate
from bot.interactions import parse_button
from bot.rendering import render_denied, render_notice
from bot.replying.delivery import Delivery
from knowledge.record.journal import Journal, Vote

__all__ = ["handle_feedback"]

THANKS: dict[Vote, str] = {
    "up": "Thank you, I have noted that this helped.",
    "down": (
        "Thank you, I have noted that this did not help. Naming the term or the process you "
        "mean often gets a better answer."
    ),
}
GONE = "This answer is no longer on record, so I could not note your vote."


def handle_feedback(
    ack: Ack,
    body: dict[str, Any],
    *,
    journal: Journal,
    gate: Gate,
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
        message = render_notice(GONE)
    delivery.respond(message, response_url=press.response_url)
