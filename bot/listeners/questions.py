"""Mentions and messages: committed before they are acknowledged, then handed to the workers."""

import logging
from collections.abc import Callable
from typing import Any

from slack_bolt import BoltContext, BoltResponse

from bot.incoming import parse_overheard, parse_question
from bot.overhearing.ears import Ears
from bot.replying.questions import QuestionDesk
from bot.replying.workers import Workers
from knowledge.errors import RecordError

__all__ = ["commit_event", "handle_question"]

logger = logging.getLogger(__name__)

QUESTION = "question"


def commit_event(
    body: dict[str, Any],
    context: BoltContext,
    next_: Callable[[], None],
    *,
    desk: QuestionDesk,
    ears: Ears,
) -> BoltResponse | None:
    """Let a new question on to its listener once it is safe in the inbox.

    Bolt acknowledges an event before its listener runs. What is not a new question is
    acknowledged here; what cannot be committed is not, so that Slack sends it again.
    """
    event = body.get("event")
    kind = event.get("type") if isinstance(event, dict) else None
    if body.get("type") != "event_callback" or kind == "app_home_opened":
        next_()
        return None
    bot_user_id = context.bot_user_id or ""
    question = parse_question(body, bot_user_id=bot_user_id) or parse_overheard(
        body, bot_user_id=bot_user_id
    )
    if question is None:
        return BoltResponse(status=200)
    try:
        if question.is_overheard and not ears.hears(question):
            return BoltResponse(status=200)
        is_new = desk.receive(question)
    except RecordError as exc:
        logger.error("event %s not committed, so not acknowledged: %s", question.event_id, exc)  # noqa: TRY400 (the trace would hold the question)
        return BoltResponse(status=503)
    if not is_new:
        logger.info("event %s is known already", question.event_id)
        return BoltResponse(status=200)
    context[QUESTION] = question
    next_()
    return None


def handle_question(context: BoltContext, *, desk: QuestionDesk, workers: Workers) -> None:
    """Hand a committed question to the workers."""
    workers.submit(context[QUESTION])
    desk.tell_if_long(context[QUESTION])
