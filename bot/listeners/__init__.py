"""The routing table: which listener hears what, and with which services."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from slack_bolt import App

from bot.access.directory import Directory
from bot.access.permission_gate import PermissionGate
from bot.administration import IngestRunner
from bot.listeners.administrators.channels import ChannelChoice
from bot.listeners.administrators.commands import handle_kb
from bot.listeners.administrators.digests import DigestChoice
from bot.listeners.administrators.gaps import handle_gap
from bot.listeners.administrators.publishing import Publishing
from bot.listeners.administrators.running import handle_work
from bot.listeners.ask import handle_ask, handle_explain
from bot.listeners.choices import handle_choice, handle_term
from bot.listeners.define import handle_define
from bot.listeners.experts.answering import handle_expert, handle_expert_form
from bot.listeners.failures import guarded, handle_failure
from bot.listeners.home import (
    handle_home,
    handle_personal,
    handle_question_form,
    handle_term_form,
)
from bot.listeners.questions import commit_event, handle_question
from bot.listeners.reading import handle_read
from bot.listeners.sharing import handle_escalate, handle_share
from bot.listeners.votes import handle_reason, handle_vote
from bot.overhearing.ears import Ears
from bot.rendering import ANSWER_FORM, ASK_FORM, REASON_FORM, TERM_FORM
from bot.replying.administrators.gaps import GapDesk
from bot.replying.administrators.overview import Overview
from bot.replying.boards import AnswerBoard
from bot.replying.delivery import Delivery
from bot.replying.dialogs import Dialogs
from bot.replying.experts.desk import ExpertDesk
from bot.replying.home import DirectAsking, HomeTab
from bot.replying.publishing import Publisher
from bot.replying.questions import QuestionDesk
from bot.replying.workers import Workers
from bot.services import Services

__all__ = ["COMMANDS", "EVENTS", "EXPLAIN", "register"]

COMMANDS = ("/ask", "/define", "/kb")
EXPLAIN = "explain_message"
EVENTS = ("app_home_opened", "app_mention", "message")


def register(
    app: App,
    *,
    services: Services,
    desk: QuestionDesk,
    ears: Ears,
    scopes: frozenset[str] | None,
    workers: Workers,
    delivery: Delivery,
    dialogs: Dialogs,
    directory: Directory,
    gate: PermissionGate,
    runner: IngestRunner,
    experts: ExpertDesk,
    can_escalate: bool,
    retention_days: int,
) -> None:
    """Bind every listener to its services."""
    journal, clock = services.journal, services.clock

    def bound(listener: Callable[..., None], **services: Any) -> Callable[..., None]:
        return guarded(partial(listener, **services), delivery=delivery)

    app.use(partial(commit_event, desk=desk, ears=ears))
    app.error(partial(handle_failure, delivery=delivery))

    asking = DirectAsking(delivery=delivery, desk=desk, workers=workers)
    gap_desk = GapDesk(
        services.gaps,
        experts=experts,
        can_pass_on=can_escalate,
        audit=services.audit,
        clock=clock,
    )
    overview = Overview(
        corpus=services.corpus,
        library=services.library,
        activity=services.activity,
        expert_questions=services.expert_questions,
        gap_desk=gap_desk,
        running=runner.running,
        clock=clock,
    )
    home = HomeTab(
        delivery=delivery,
        library=services.library,
        glossary=services.glossary,
        privacy=services.privacy,
        overview=overview,
        gate=gate,
        retention_days=retention_days,
    )

    for event in ("app_mention", "message"):
        app.event(event)(partial(handle_question, desk=desk, workers=workers))
    app.event("app_home_opened")(
        partial(handle_home, home=home, delivery=delivery, journal=journal, clock=clock)
    )
    app.action(re.compile("^(home|term|terms|data)_"))(
        bound(
            handle_personal,
            home=home,
            glossary=services.glossary,
            privacy=services.privacy,
            gate=gate,
            dialogs=dialogs,
        )
    )
    app.view(ASK_FORM)(bound(handle_question_form, gate=gate, asking=asking))
    app.view(TERM_FORM)(bound(handle_term_form, glossary=services.glossary, gate=gate))

    app.command("/ask")(bound(handle_ask, desk=desk, workers=workers))
    app.shortcut(EXPLAIN)(bound(handle_explain, desk=desk, workers=workers, delivery=delivery))
    app.command("/define")(
        bound(handle_define, glossary=services.glossary, gate=gate, delivery=delivery)
    )
    app.command("/kb")(
        bound(
            handle_kb,
            corpus=services.corpus,
            overview=overview,
            publishing=Publishing(runner, services.additions, services.rollback),
            gate=gate,
            delivery=delivery,
            gap_desk=gap_desk,
            expert_questions=services.expert_questions,
            channel_choice=ChannelChoice(
                services.channels,
                directory=directory,
                audit=services.audit,
                scopes=scopes,
                clock=clock,
            ),
            digest_choice=DigestChoice(
                services.digests, directory=directory, audit=services.audit, clock=clock
            ),
            privacy=services.privacy,
            switches=services.journal.switches,
            clock=clock,
        )
    )

    app.action(re.compile("^kb_"))(
        bound(handle_work, runner=runner, gate=gate, home=home, delivery=delivery)
    )
    app.action(re.compile("^gap_"))(
        bound(handle_gap, gap_desk=gap_desk, gate=gate, home=home, delivery=delivery)
    )

    board = AnswerBoard(
        journal=journal,
        remarks=services.remarks,
        delivery=delivery,
        clock=clock,
        can_escalate=can_escalate,
    )
    app.action(re.compile("^ask_[0-9]"))(
        bound(
            handle_choice,
            desk=desk,
            workers=workers,
            gate=gate,
            delivery=delivery,
            board=board,
            asking=asking,
        )
    )
    app.action(re.compile("^define_"))(
        bound(
            handle_term,
            glossary=services.glossary,
            gate=gate,
            delivery=delivery,
            dialogs=dialogs,
        )
    )

    app.action(re.compile("^(read|turn)"))(
        bound(handle_read, library=services.library, gate=gate, delivery=delivery, dialogs=dialogs)
    )
    app.action(re.compile("^feedback"))(
        bound(
            handle_vote,
            journal=journal,
            gate=gate,
            delivery=delivery,
            dialogs=dialogs,
            board=board,
            clock=clock,
        )
    )
    app.view(REASON_FORM)(
        bound(handle_reason, remarks=services.remarks, gate=gate, delivery=delivery, clock=clock)
    )
    app.action(re.compile("^expert_"))(
        bound(handle_expert, experts=experts, gate=gate, delivery=delivery, dialogs=dialogs)
    )
    app.view(ANSWER_FORM)(bound(handle_expert_form, experts=experts, gate=gate, delivery=delivery))
    publisher = Publisher(journal=journal, gate=gate, clock=clock)
    app.action(re.compile("^share_answer"))(
        bound(
            handle_share,
            publisher=publisher,
            delivery=delivery,
            directory=directory,
            board=board,
        )
    )
    app.action(re.compile("^ask_expert"))(
        bound(
            handle_escalate,
            publisher=publisher,
            delivery=delivery,
            board=board,
            experts=experts,
        )
    )
