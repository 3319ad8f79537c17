"""What experts do with a question: take it, answer it, or say that it is not for them."""

from typing import Any

from slack_bolt import Ack

from bot.access.authorization import Action
from bot.access.permission_gate import PermissionGate
from bot.interactions import parse_button, parse_submission
from bot.rendering import render_answer_form, render_denied, render_notice
from bot.replying.delivery import Delivery, DeliveryError
from bot.replying.dialogs import Dialogs
from bot.replying.experts.desk import GONE, ExpertDesk

__all__ = ["handle_expert", "handle_expert_form"]

NOT_BROUGHT = "Slack did not take your answer. Please send it again."


def handle_expert(
    ack: Ack,
    body: dict[str, Any],
    *,
    experts: ExpertDesk,
    gate: PermissionGate,
    delivery: Delivery,
    dialogs: Dialogs,
) -> None:
    """Do what a member of the experts' channel pressed on a question."""
    ack()
    press = parse_button(body)
    decision = gate.decide(press.actor, Action.ANSWER)
    if not decision.allowed:
        delivery.respond(render_denied(decision.reason), response_url=press.response_url)
        return
    objection = ""
    match press.action_id.partition("_plain")[0]:
        case "expert_take":
            objection = experts.take(press.value, by=press.user_id)
        case "expert_decline":
            objection = experts.decline(press.value, by=press.user_id)
        case _:
            asked = experts.find(press.value)
            if asked is None:
                objection = GONE
            else:
                dialogs.open(render_answer_form(asked), trigger_id=press.trigger_id)
    if objection:
        delivery.respond(render_notice(objection), response_url=press.response_url)


def handle_expert_form(
    ack: Ack, body: dict[str, Any], *, experts: ExpertDesk, gate: PermissionGate, delivery: Delivery
) -> None:
    """Carry the answer that an expert typed to the person who asked."""
    submission = parse_submission(body)
    reply = submission.values.get("reply", "").strip()
    if not reply:
        ack(response_action="errors", errors={"reply": "Please write an answer."})
        return
    ack()
    decision = gate.decide(submission.actor, Action.ANSWER)
    if not decision.allowed:
        objection = render_denied(decision.reason)
    else:
        try:
            said = experts.answer(submission.private_metadata, by=submission.user_id, reply=reply)
        except DeliveryError:
            said = NOT_BROUGHT
        if not said:
            return
        objection = render_notice(said)
    # A form has no place of its own to answer in.
    delivery.post(objection, channel_id=submission.user_id)
