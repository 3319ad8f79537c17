"""`/define`: a term from the glossary, privately and at once."""

from typing import Any

from slack_bolt import Ack

from bot.access.authorization import Action
from bot.access.permission_gate import PermissionGate
from bot.incoming import parse_command
from bot.rendering import render_definition, render_denied
from bot.replying.delivery import Delivery
from bot.services import Glossary

__all__ = ["handle_define"]


def handle_define(
    ack: Ack,
    command: dict[str, Any],
    *,
    glossary: Glossary,
    gate: PermissionGate,
    delivery: Delivery,
) -> None:
    """Answer `/define <term>`: the meaning, near terms, or how to ask."""
    ack()
    request = parse_command(command)
    decision = gate.decide(request.actor, Action.DEFINE)
    if not decision.allowed:
        message = render_denied(decision.reason)
    else:
        message = render_definition(glossary.define(request.text))
    delivery.respond(message, response_url=request.response_url)
