"""Votes on answers, and why somebody voted one down."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from slack_bolt import Ack

from bot.access.authorization import Action
from bot.access.permission_gate import PermissionGate
from bot.interactions import ButtonPress, parse_button, parse_submission
from bot.record.journal import Journal, Vote
from bot.record.remarks import REASONS, Remarks
from bot.rendering import ReasonForm, render_denied, render_notice, render_reason_form
from bot.replying.boards import AnswerBoard
from bot.replying.delivery import Delivery, DeliveryError
from bot.replying.dialogs import Dialogs

__all__ = ["handle_reason", "handle_vote"]

VOTES: tuple[Vote, ...] = ("up", "down")
THANKS = "Thank you, I have noted that this helped."
NOTED = "Thank you, I have noted why this did not help. Administrators see it without your name."
UNKNOWN_ANSWER = "This answer is no longer on record, so I could not note your vote."


def handle_vote(
    ack: Ack,
    body: dict[str, Any],
    *,
    journal: Journal,
    gate: PermissionGate,
    delivery: Delivery,
    dialogs: Dialogs,
    board: AnswerBoard,
    clock: Callable[[], dt.datetime],
) -> None:
    """Record a vote, the person's last one on an answer, and ask why it is against it."""
    ack()
    press = parse_button(body)
    decision = gate.decide(press.actor, Action.VOTE)
    if not decision.allowed:
        delivery.respond(render_denied(decision.reason), response_url=press.response_url)
        return
    word, _, answer_id = press.value.partition(":")
    vote = next((vote for vote in VOTES if vote == word), None)
    if vote is None or not journal.vote(answer_id, user_id=press.user_id, vote=vote, at=clock()):
        delivery.respond(render_notice(UNKNOWN_ANSWER), response_url=press.response_url)
        return
    if vote == "down":
        _ask_why(press, answer_id, delivery=delivery, dialogs=dialogs)
    if press.is_ephemeral:
        board.show(press, answer_id)
    elif vote == "up":
        # Slack's own buttons show what was pressed, but not that anybody took it.
        delivery.respond(render_notice(THANKS), response_url=press.response_url)


def handle_reason(
    ack: Ack,
    body: dict[str, Any],
    *,
    remarks: Remarks,
    gate: PermissionGate,
    delivery: Delivery,
    clock: Callable[[], dt.datetime],
) -> None:
    """Record why somebody voted an answer down."""
    ack()
    submission = parse_submission(body)
    form = ReasonForm.read(submission.private_metadata)
    decision = gate.decide(submission.actor, Action.VOTE)
    chosen = submission.values.get("reason")
    reason = next((reason for reason in REASONS if reason == chosen), None)
    if form is None or reason is None or not decision.allowed:
        return
    is_noted = remarks.explain_vote(
        form.answer_id,
        user_id=submission.user_id,
        reason=reason,
        words=submission.values.get("words", "").strip(),
        at=clock(),
    )
    delivery.respond(
        render_notice(NOTED if is_noted else UNKNOWN_ANSWER), response_url=form.response_url
    )


def _ask_why(press: ButtonPress, answer_id: str, *, delivery: Delivery, dialogs: Dialogs) -> None:
    form = ReasonForm(answer_id=answer_id, response_url=press.response_url)
    try:
        dialogs.open(render_reason_form(form), trigger_id=press.trigger_id)
    except DeliveryError:
        # The vote counts without a reason.
        delivery.respond(
            render_notice("Thank you, I have noted that this did not help."),
            response_url=press.response_url,
        )
