"""Sources that open: a section in a modal, and its neighbours."""

from typing import Any

from slack_bolt import Ack

from bot.access.authorization import Action
from bot.access.permission_gate import PermissionGate
from bot.interactions import ButtonPress, parse_button
from bot.rendering import SectionReference, View, render_denied, render_gone, render_page
from bot.replying.delivery import Delivery
from bot.replying.dialogs import Dialogs
from bot.services import Library

__all__ = ["handle_read"]


def handle_read(
    ack: Ack,
    body: dict[str, Any],
    *,
    library: Library,
    gate: PermissionGate,
    delivery: Delivery,
    dialogs: Dialogs,
) -> None:
    """Open the section that a button names, or turn to it where a section is open already."""
    ack()
    press = parse_button(body)
    decision = gate.decide(press.actor, Action.READ)
    if not decision.allowed:
        if press.response_url:
            delivery.respond(render_denied(decision.reason), response_url=press.response_url)
        return
    view = _view(press, library)
    if press.view_id and press.action_id.startswith("turn"):
        dialogs.update(view, view_id=press.view_id)
    elif press.view_id:
        dialogs.push(view, trigger_id=press.trigger_id)
    else:
        dialogs.open(view, trigger_id=press.trigger_id)


def _view(press: ButtonPress, library: Library) -> View:
    reference = SectionReference.read(press.value)
    if reference is None:
        return render_gone()
    if reference.number:
        page = library.numbered_page(reference.article_id, reference.number)
    else:
        page = library.page(reference.article_id, reference.heading)
    return render_gone() if page is None else render_page(page, quote=reference.quote)
