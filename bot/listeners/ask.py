"""Questions that are answered privately: `/ask`, and the shortcut on a message."""

from typing import Any

from slack_bolt import Ack

from bot.incoming import parse_command, question_from_command
from bot.interactions import parse_message_shortcut
from bot.rendering import render_notice
from bot.replying.delivery import Delivery
from bot.replying.questions import QuestionDesk
from bot.replying.workers import Workers

__all__ = ["handle_ask", "handle_explain"]

NO_WORDS = "This message holds no words that I could look up."


def handle_ask(ack: Ack, command: dict[str, Any], *, desk: QuestionDesk, workers: Workers) -> None:
    """Take in `/ask <question>`; without a question the reply is a short help."""
    ack()
    question = question_from_command(parse_command(command))
    if desk.receive(question):
        workers.submit(question)


def handle_explain(
    ack: Ack, body: dict[str, Any], *, desk: QuestionDesk, workers: Workers, delivery: Delivery
) -> None:
    """Take in a message that somebody wants explained with sources."""
    ack()
    question = parse_message_shortcut(body)
    if not question.text:
        delivery.respond(render_notice(NO_WORDS), response_url=question.response_url)
    elif desk.receive(question):
        workers.submit(question)
