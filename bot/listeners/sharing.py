"""A private answer made public, or an unanswered question passed to the experts."""

from dataclasses import replace
from typing import Any

from slack_bolt import Ack

from bot.access.authorization import Action
from bot.access.directory import Directory
from bot.interactions import parse_button
from bot.record.journal import StoredAnswer
from bot.record.remarks import Deed
from bot.rendering import render_notice, render_shared_outcome
from bot.replying.boards import AnswerBoard
from bot.replying.delivery import Delivery
from bot.replying.experts.desk import ExpertDesk
from bot.replying.publishing import INVITE, Publisher

__all__ = ["handle_escalate", "handle_share"]


UNKNOWN_PLACE = (
    "I could not find out from Slack who reads this conversation, so I do not post here. "
    "Please try again later, or copy the answer."
)


def handle_share(
    ack: Ack,
    body: dict[str, Any],
    *,
    publisher: Publisher,
    delivery: Delivery,
    directory: Directory,
    board: AnswerBoard,
) -> None:
    """Post a private answer in the channel for the person to whom it was given."""
    ack()
    press = parse_button(body)

    def post(answer: StoredAnswer) -> None:
        message = render_shared_outcome(
            answer.outcome,
            question=answer.question,
            shared_by=press.user_id,
            answer_id=answer.answer_id,
        )
        delivery.post(message, channel_id=press.channel_id)

    place = directory.place(press.channel_id)
    if not place.is_member or not place.is_known:
        reason = UNKNOWN_PLACE if place.is_member else INVITE
        delivery.respond(render_notice(reason), response_url=press.response_url)
        return
    objection = publisher.publish(
        press.value,
        actor=replace(press.actor, in_external_channel=place.is_external),
        action=Action.SHARE,
        post=post,
    )
    if objection is not None:
        delivery.respond(objection, response_url=press.response_url)
    else:
        board.note(press, press.value, Deed(kind="shared", user_id=press.user_id, detail=""))


def handle_escalate(
    ack: Ack,
    body: dict[str, Any],
    *,
    publisher: Publisher,
    delivery: Delivery,
    board: AnswerBoard,
    experts: ExpertDesk,
) -> None:
    """Pass a question that the articles do not answer to the experts' channel."""
    ack()
    press = parse_button(body)

    def post(answer: StoredAnswer) -> None:
        is_private = press.is_ephemeral
        experts.pass_on(
            answer,
            channel_id="" if is_private else press.channel_id,
            thread_ts=press.thread_ts,
        )

    objection = publisher.publish(press.value, actor=press.actor, action=Action.ESCALATE, post=post)
    if objection is not None:
        delivery.respond(objection, response_url=press.response_url)
    else:
        board.note(press, press.value, Deed(kind="passed_on", user_id=press.user_id, detail=""))
