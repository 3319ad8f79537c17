"""`/ask`: a question that is answered privately."""

from typing import Any

from slack_bolt import Ack

from bot.incoming import parse_command, question_from_command
from bot.replying.questions import QuestionDesk
from bot.replying.workers import Workers

__all__ = ["handle_ask"]


def handle_ask(ack: Ack, command: dict[str, Any], *, desk: QuestionDesk, workers: Workers) -> None:
    """Take in `/ask <question>`; without a question the reply is a short help."""
    ack()
    question = question_from_command(parse_command(command))
    if desk.receive(question):
        workers.submit(question)
