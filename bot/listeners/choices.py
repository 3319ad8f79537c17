"""Choices: a press asks the question, or explains the term, that stands on the button."""

from typing import Any

from slack_bolt import Ack

from bot.access.authorization import Action
from bot.access.permission_gate import PermissionGate
from bot.interactions import ask_by_button, parse_button
from bot.record.remarks import Deed
from bot.rendering import Choice, render_definition, render_denied, render_term
from bot.replying.boards import AnswerBoard
from bot.replying.delivery import Delivery
from bot.replying.dialogs import Dialogs
from bot.replying.home import DirectAsking
from bot.replying.questions import QuestionDesk
from bot.replying.workers import Workers
from bot.services import Glossary

__all__ = ["handle_choice", "handle_term"]


def handle_choice(
    ack: Ack,
    body: dict[str, Any],
    *,
    desk: QuestionDesk,
    workers: Workers,
    gate: PermissionGate,
    delivery: Delivery,
    board: AnswerBoard,
    asking: DirectAsking,
) -> None:
    """Ask what a button says where it stands, and show on the message what was chosen."""
    ack()
    press = parse_button(body)
    choice = Choice.read(press.value)
    if choice is None:
        return
    decision = gate.decide(press.actor, Action.ASK)
    if not decision.allowed:
        if press.response_url:
            delivery.respond(render_denied(decision.reason), response_url=press.response_url)
        return
    if press.view_id:
        asking.ask(choice.question, user_id=press.user_id, team_id=press.team_id)
        return
    question = ask_by_button(press, choice.question)
    if desk.receive(question):
        workers.submit(question)
    deed = Deed(kind="asked", user_id=press.user_id, detail=press.label)
    board.note(press, choice.answer_id, deed)


def handle_term(
    ack: Ack,
    body: dict[str, Any],
    *,
    glossary: Glossary,
    gate: PermissionGate,
    delivery: Delivery,
    dialogs: Dialogs,
) -> None:
    """Explain the term on a button: in the place of near terms, below a definition.

    In a modal it takes the place of what is shown.
    """
    ack()
    press = parse_button(body)
    decision = gate.decide(press.actor, Action.DEFINE)
    if decision.allowed:
        message = render_definition(glossary.define(press.value))
    else:
        message = render_denied(decision.reason)
    if press.view_id:
        dialogs.update(render_term(message), view_id=press.view_id)
        return
    is_chosen = decision.allowed and press.action_id.startswith("define_near")
    delivery.respond(message, response_url=press.response_url, replaces=is_chosen)
