"""The Home tab: where to ask, what to try, what one asked last, and what is kept of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.record.privacy import AskedQuestion
from bot.rendering.administrators.standing import AdminPage, render_admin_page
from bot.rendering.elements.blocks import (
    Block,
    actions,
    button,
    context,
    divider,
    header,
    section,
)
from bot.rendering.elements.choices import Choice, button_label
from bot.rendering.elements.dates import month
from bot.rendering.elements.mrkdwn import cut, escape, one_line
from bot.rendering.notices import SUGGESTED_PROMPTS
from knowledge.record.library import Freshness

__all__ = ["HomePage", "render_home"]

MAX_QUESTION_CHARS = 200
MAX_NOTICE_CHARS = 500
WAYS = (
    "Mention me in a channel or write to me in *Messages*; `/ask` and `/define` answer anywhere, "
    "so that only you see it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """What is shown to one person."""

    freshness: Freshness
    terms: int
    """How many terms the glossary has."""
    last_questions: tuple[AskedQuestion, ...] = ()
    retention_days: int
    notice: str = ""
    """What has just been done; empty when nothing was."""
    administration: AdminPage | None = None
    """None for whoever is no administrator."""


def render_home(page: HomePage) -> list[Block]:
    """Return the blocks of the Home tab."""
    return [
        *_notice(page.notice),
        header("Ask the articles"),
        actions(
            button("Ask a question", action_id="home_ask", value="ask", style="primary"),
            button("Look up a term", action_id="home_terms", value="terms"),
        ),
        section("*Try one of these*"),
        actions(
            *(
                button(
                    button_label(prompt["message"]),
                    action_id=f"ask_{number}",
                    value=Choice(answer_id="", question=prompt["message"]).write(),
                )
                for number, prompt in enumerate(SUGGESTED_PROMPTS, 1)
            )
        ),
        *_last(page.last_questions),
        divider(),
        section(f"*What I know*\n{_knowledge(page)}"),
        context(WAYS),
        *_administration(page.administration),
        divider(),
        section(f"*Your privacy*\n{_privacy(page)}"),
        actions(
            button("My data", action_id="home_data", value="0"),
            _forget_button(),
        ),
    ]


def _notice(text: str) -> list[Block]:
    shown = escape(cut(one_line(text), MAX_NOTICE_CHARS))
    return [context(shown)] if shown else []


def _administration(page: AdminPage | None) -> list[Block]:
    return [] if page is None else [divider(), *render_admin_page(page)]


def _last(questions: Sequence[AskedQuestion]) -> list[Block]:
    if not questions:
        return []
    rows = [
        section(
            escape(cut(one_line(asked.question), MAX_QUESTION_CHARS)) or "…",
            accessory=button(
                "Ask again",
                action_id="ask_0",
                value=Choice(answer_id="", question=asked.question).write(),
            ),
        )
        for asked in questions
    ]
    return [section("*Your last questions*"), *rows]


def _knowledge(page: HomePage) -> str:
    fresh = page.freshness
    if not fresh.articles:
        return "Nothing yet: no article has been taken in."
    number = f"{fresh.articles:,} article{'' if fresh.articles == 1 else 's'}"
    first, last = month(fresh.oldest), month(fresh.newest)
    dates = "" if not last else f", updated {last}" if first == last else f", {first} to {last}"
    return f"{number}{dates}, and a glossary of {page.terms:,} terms."


def _privacy(page: HomePage) -> str:
    days = f"{page.retention_days:,} day{'' if page.retention_days == 1 else 's'}"
    return (
        f"Your questions, the answers and your votes are deleted after {days}. You can read "
        "them, or delete them now."
    )


def _forget_button() -> Block:
    confirm = {
        "title": {"type": "plain_text", "text": "Delete your data?"},
        "text": {
            "type": "plain_text",
            "text": "Your questions with their answers, your votes and your remarks are deleted "
            "here. Messages in Slack stay.",
        },
        "confirm": {"type": "plain_text", "text": "Delete"},
        "deny": {"type": "plain_text", "text": "Keep"},
        "style": "danger",
    }
    forget = button("Forget me", action_id="home_forget", value="forget", style="danger")
    return forget | {"confirm": confirm}
