"""The buttons *Pass on* and *Dismiss* of a gap, below `/kb gaps` and on the Home tab."""

from typing import Any

from slack_bolt import Ack

from bot.access.authorization import Action
from bot.access.permission_gate import PermissionGate
from bot.interactions import parse_button
from bot.rendering import render_denied, render_gaps
from bot.replying.administrators.gaps import GapDesk
from bot.replying.delivery import Delivery
from bot.replying.home import HomeTab

__all__ = ["handle_gap"]


def handle_gap(
    ack: Ack,
    body: dict[str, Any],
    *,
    gap_desk: GapDesk,
    gate: PermissionGate,
    home: HomeTab,
    delivery: Delivery,
) -> None:
    """Do what an administrator pressed, and show the gaps as they are then."""
    ack()
    press = parse_button(body)
    decision = gate.decide(press.actor, Action.GAPS)
    if not decision.allowed:
        denied = render_denied(decision.reason)
        if press.view_id:
            home.show(press.actor, notice=denied.text)
        else:
            delivery.respond(denied, response_url=press.response_url)
        return
    is_passing = press.action_id.partition("_plain")[0] == "gap_pass"
    act = gap_desk.pass_on if is_passing else gap_desk.dismiss
    said = act(press.value, by=press.user_id)
    if press.view_id:
        home.show(press.actor, notice=said)
    else:
        shown = render_gaps(gap_desk.look(), notice=said)
        delivery.respond(shown, response_url=press.response_url, replaces=True)
