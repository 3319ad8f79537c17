"""`/kb`: what administrators can see and do."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from slack_bolt import Ack

from bot.access.authorization import FOR_ADMINS, Action
from bot.access.permission_gate import PermissionGate
from bot.incoming import SlashCommand, mentioned_person, parse_command
from bot.listeners.administrators.channels import ChannelChoice
from bot.listeners.administrators.digests import DigestChoice
from bot.listeners.administrators.publishing import Publishing
from bot.record.experts import ExpertQuestions
from bot.record.privacy import Privacy
from bot.record.switches import PAUSE, Switches
from bot.rendering import (
    RenderedMessage,
    render_admin_help,
    render_denied,
    render_gaps,
    render_notice,
    render_registered_sources,
    render_status,
    render_waiting,
)
from bot.replying.administrators.gaps import GapDesk
from bot.replying.administrators.overview import Overview
from bot.replying.delivery import Delivery
from bot.services import Corpus

__all__ = ["handle_kb"]

PAUSED = "Paused. Whoever asks is told so, until /kb resume."
RESUMED = "I answer again."
NOT_PAUSED = "I was not paused."
ERASE_WHOM = "Name the person, as in: /kb erase @somebody"
ERASED = (
    "Deleted of this person: {number} questions with their answers, and all votes, words and "
    "waiting questions. What was posted stays in Slack."
)


def handle_kb(
    ack: Ack,
    command: dict[str, Any],
    *,
    corpus: Corpus,
    overview: Overview,
    publishing: Publishing,
    gate: PermissionGate,
    delivery: Delivery,
    gap_desk: GapDesk,
    expert_questions: ExpertQuestions,
    channel_choice: ChannelChoice,
    digest_choice: DigestChoice,
    privacy: Privacy,
    switches: Switches,
    clock: Callable[[], dt.datetime],
) -> None:
    """Answer `/kb <word>` privately; an unknown word gets the help."""
    ack()
    request = parse_command(command)
    action = _action(request.text)
    decision = gate.decide(request.actor, action)
    if not decision.allowed:
        message = render_denied(decision.reason)
    elif action is Action.GAPS:
        message = render_gaps(gap_desk.look())
    elif action is Action.EXPERTS:
        message = render_waiting(expert_questions.waiting())
    elif action is Action.CHANNEL:
        message = channel_choice.reply(request)
    elif action is Action.DIGEST:
        message = digest_choice.reply(request)
    elif action is Action.PAUSE:
        switches.turn_on(PAUSE, actor=request.user_id, at=clock())
        message = render_notice(PAUSED)
    elif action is Action.RESUME:
        message = render_notice(RESUMED if switches.turn_off(PAUSE) else NOT_PAUSED)
    elif action is Action.ERASE:
        message = _erase(mentioned_person(command), privacy=privacy)
    else:
        message = _reply(action, request, corpus=corpus, overview=overview, publishing=publishing)
    delivery.respond(message, response_url=request.response_url)


def _erase(user_id: str, *, privacy: Privacy) -> RenderedMessage:
    if not user_id:
        return render_notice(ERASE_WHOM)
    return render_notice(ERASED.format(number=privacy.forget(user_id)))


def _reply(
    action: Action,
    request: SlashCommand,
    *,
    corpus: Corpus,
    overview: Overview,
    publishing: Publishing,
) -> RenderedMessage:
    match action:
        case Action.STATUS:
            return render_status(overview.standing())
        case Action.SOURCES:
            return render_registered_sources([source.location for source in corpus.sources()])
        case Action.INGEST | Action.PLAN | Action.ADD | Action.ROLLBACK:
            return publishing.reply(action, request)
        case _:
            return render_admin_help()


def _action(text: str) -> Action:
    word = text.partition(" ")[0].casefold()
    known = {str(action): action for action in FOR_ADMINS}
    return known.get(word, Action.HELP)
