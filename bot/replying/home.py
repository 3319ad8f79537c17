"""What people do from the Home tab: it is shown anew, and questions go to the direct message."""

from bot.access.authorization import Action, Actor
from bot.access.permission_gate import PermissionGate
from bot.incoming import IncomingQuestion
from bot.record.privacy import Privacy
from bot.rendering import HomePage, render_home, render_question
from bot.replying.administrators.overview import Overview
from bot.replying.delivery import Delivery
from bot.replying.questions import QuestionDesk
from bot.replying.workers import Workers
from bot.services import Glossary, Library

__all__ = ["DirectAsking", "HomeTab"]

LAST_QUESTIONS = 5


class DirectAsking:
    """Asks for a person who typed or pressed a question outside of any conversation."""

    def __init__(self, *, delivery: Delivery, desk: QuestionDesk, workers: Workers) -> None:
        """Take what sends messages and what answers questions."""
        self._delivery = delivery
        self._desk = desk
        self._workers = workers

    def ask(self, question: str, *, user_id: str, team_id: str) -> None:
        """Begin a thread in the direct message with the question, and answer it there."""
        place = self._delivery.post(render_question(question), channel_id=user_id)
        channel_id, _, ts = place.partition(":")
        asked = IncomingQuestion(
            event_id=f"asked:{place}",
            message_key=f"asked:{place}",
            conversation=f"{team_id}:{channel_id}:{ts}",
            text=question,
            user_id=user_id,
            team_id=team_id,
            channel_id=channel_id,
            thread_ts=ts,
            is_direct=True,
        )
        if self._desk.receive(asked):
            self._workers.submit(asked)


class HomeTab:
    """Shows one person the Home tab."""

    def __init__(
        self,
        *,
        delivery: Delivery,
        library: Library,
        glossary: Glossary,
        privacy: Privacy,
        overview: Overview,
        gate: PermissionGate,
        retention_days: int,
    ) -> None:
        """Take what the page tells of, and what knows who sees which part of it."""
        self._delivery = delivery
        self._library = library
        self._glossary = glossary
        self._privacy = privacy
        self._overview = overview
        self._gate = gate
        self._retention_days = retention_days

    def show(self, actor: Actor, *, notice: str = "") -> None:
        """Show it as it is now, with a word on what has just been done."""
        is_admin = self._gate.is_open(actor, Action.STATUS)
        page = HomePage(
            freshness=self._library.freshness(),
            terms=len(self._glossary.terms()),
            last_questions=self._privacy.last_questions(actor.user_id, limit=LAST_QUESTIONS),
            retention_days=self._retention_days,
            notice=notice,
            administration=self._overview.page() if is_admin else None,
        )
        self._delivery.publish_home(user_id=actor.user_id, blocks=render_home(page))
