"""The buttons *Ingest now* and *Plan*, below `/kb status` and on the Home tab."""

from contextlib import suppress
from typing import Any

from slack_bolt import Ack

from bot.access.authorization import Action, Actor
from bot.access.permission_gate import PermissionGate
from bot.administration import IngestRunner
from bot.interactions import parse_button
from bot.rendering import Work, render_busy, render_denied, render_work_started
from bot.replying.delivery import Delivery, DeliveryError
from bot.replying.home import HomeTab

__all__ = ["handle_work"]

WORK: dict[str, tuple[Work, Action]] = {
    "kb_ingest": ("ingest", Action.INGEST),
    "kb_plan": ("plan", Action.PLAN),
}


def handle_work(
    ack: Ack,
    body: dict[str, Any],
    *,
    runner: IngestRunner,
    gate: PermissionGate,
    home: HomeTab,
    delivery: Delivery,
) -> None:
    """Start what an administrator pressed; whether they still are one is looked up again."""
    ack()
    press = parse_button(body)
    found = WORK.get(press.action_id.partition("_plain")[0])
    if found is None:
        return
    work, action = found
    decision = gate.decide(press.actor, action)
    if not decision.allowed:
        message = render_denied(decision.reason)
    else:
        at_home = bool(press.view_id)
        then = (lambda: _show(home, press.actor)) if at_home else (lambda: None)
        other = runner.start(press.user_id, work=work, then=then)
        message = (
            render_work_started(work) if other is None else render_busy(other, to=press.user_id)
        )
    if press.view_id:
        home.show(press.actor, notice=message.text)
    else:
        delivery.respond(message, response_url=press.response_url)


def _show(home: HomeTab, actor: Actor) -> None:
    # It is told in the direct message already.
    with suppress(DeliveryError):
        home.show(actor)
