"""The app's own pages: the Home tab and what is pressed there, and the Messages tab."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from slack_bolt import Ack

from bot.access.authorization import Action
from bot.access.permission_gate import PermissionGate
from bot.incoming import parse_home_visit
from bot.interactions import parse_button, parse_submission
from bot.record.journal import Journal
from bot.record.privacy import Privacy
from bot.rendering import (
    SUGGESTED_PROMPTS,
    View,
    render_ask_form,
    render_data,
    render_definition,
    render_term,
    render_terms,
)
from bot.replying.delivery import Delivery
from bot.replying.dialogs import Dialogs
from bot.replying.home import DirectAsking, HomeTab
from bot.services import Glossary

__all__ = ["handle_home", "handle_personal", "handle_question_form", "handle_term_form"]


def handle_home(
    body: dict[str, Any],
    *,
    home: HomeTab,
    delivery: Delivery,
    journal: Journal,
    clock: Callable[[], dt.datetime],
) -> None:
    """Show the Home tab, or suggest questions on the first visit to Messages."""
    visit = parse_home_visit(body)
    if visit.tab == "home":
        home.show(visit.actor)
    elif visit.tab == "messages":
        key = f"prompts:{visit.user_id}"
        if journal.receive(event_id=key, message_key=key, payload={}, at=clock()):
            delivery.suggest_prompts(SUGGESTED_PROMPTS, channel_id=visit.channel_id)


def handle_personal(
    ack: Ack,
    body: dict[str, Any],
    *,
    home: HomeTab,
    glossary: Glossary,
    privacy: Privacy,
    gate: PermissionGate,
    dialogs: Dialogs,
) -> None:
    """Open or turn the pages that are of one person: a form, the glossary, one's own data."""
    ack()
    press = parse_button(body)
    if not gate.decide(press.actor, Action.HELP).allowed:
        return
    if press.action_id == "home_forget":
        number = privacy.forget(press.user_id)
        home.show(press.actor, notice=f"Deleted: {number:,} of your questions and all votes.")
        return
    view = _view(press.action_id, press.value, press.user_id, glossary=glossary, privacy=privacy)
    if press.action_id.startswith("home"):
        dialogs.open(view, trigger_id=press.trigger_id)
    else:
        dialogs.update(view, view_id=press.view_id)


def handle_question_form(
    ack: Ack, body: dict[str, Any], *, gate: PermissionGate, asking: DirectAsking
) -> None:
    """Ask the question that was typed."""
    ack()
    submission = parse_submission(body)
    question = submission.values.get("question", "").strip()
    if question and gate.decide(submission.actor, Action.ASK).allowed:
        asking.ask(question, user_id=submission.user_id, team_id=submission.team_id)


def handle_term_form(
    ack: Ack, body: dict[str, Any], *, glossary: Glossary, gate: PermissionGate
) -> None:
    """Explain the term that was typed, in the place of the list."""
    submission = parse_submission(body)
    if not gate.decide(submission.actor, Action.DEFINE).allowed:
        ack()
        return
    view = render_term(render_definition(glossary.define(submission.values.get("term", ""))))
    ack(response_action="update", view=view)


def _view(
    action_id: str, value: str, user_id: str, *, glossary: Glossary, privacy: Privacy
) -> View:
    match action_id.partition("_")[0], action_id:
        case _, "home_ask":
            return render_ask_form()
        case _, "home_terms" | "terms_all":
            return render_terms(glossary.terms())
        case "term", _:
            return render_term(render_definition(glossary.define(value)))
        case _:
            start = int(value) if value.isdecimal() else 0
            return render_data(privacy.export(user_id), start=start)
