"""`/kb ingest`, `/kb plan`, `/kb add` and `/kb rollback`: what changes the articles, or would."""

from bot.access.authorization import Action
from bot.administration import Change, IngestRunner
from bot.incoming import SlashCommand
from bot.rendering import (
    RenderedMessage,
    Work,
    render_busy,
    render_notice,
    render_publications,
    render_rollback_started,
    render_work_started,
)
from bot.services import Additions, Rollback
from knowledge.errors import ArticleError

__all__ = ["Publishing"]

ADD_WHAT = "Give a web address, as in: /kb add https://example.com/page"
NOT_TAKEN = "That address is not taken: {reason}."
NO_SUCH_RUN = "Run {number} cannot be taken back. /kb rollback lists those that can."


class Publishing:
    """Starts what an administrator types, and says what is wrong with it."""

    def __init__(self, runner: IngestRunner, additions: Additions, rollback: Rollback) -> None:
        """`runner` does one thing at a time, in the background."""
        self._runner = runner
        self._additions = additions
        self._rollback = rollback

    def reply(self, action: Action, request: SlashCommand) -> RenderedMessage:
        """Take up a request, and return what to reply at once."""
        word = request.text.partition(" ")[2].strip()
        if action is Action.ADD:
            return self._add(word, actor=request.user_id)
        if action is Action.ROLLBACK:
            return self._roll_back(word, actor=request.user_id)
        work: Work = "plan" if action is Action.PLAN else "ingest"
        other = self._runner.start(request.user_id, work=work)
        return (
            render_work_started(work) if other is None else render_busy(other, to=request.user_id)
        )

    def _add(self, word: str, *, actor: str) -> RenderedMessage:
        address = word.strip("<>")
        if not address:
            return render_notice(ADD_WHAT)
        try:
            source = self._additions.describe(address)
        except ArticleError as exc:
            return render_notice(NOT_TAKEN.format(reason=f"it {exc.reason}"))
        change = Change(
            name=f"add {source.location}",
            make=lambda by, show: self._additions.add(source, by, show),
        )
        other = self._runner.start(actor, change=change)
        return render_work_started("ingest") if other is None else render_busy(other, to=actor)

    def _roll_back(self, word: str, *, actor: str) -> RenderedMessage:
        found = self._rollback.publications()
        if not word:
            return render_publications(found)
        run_id = next((one.run_id for one in found if str(one.run_id) == word), None)
        if run_id is None:
            return render_notice(NO_SUCH_RUN.format(number=word[:20]))
        chosen = run_id
        change = Change(
            name=f"rollback {chosen}", make=lambda by, _: self._rollback.rollback(chosen, by)
        )
        other = self._runner.start(actor, change=change)
        return render_rollback_started(chosen) if other is None else render_busy(other, to=actor)
