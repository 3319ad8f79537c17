"""Questions with the experts: what they see and press, and what comes back to who asked."""

from collections.abc import Sequence
from typing import Any

from bot.record.experts import ExpertQuestion
from bot.rendering.elements.blocks import (
    Block,
    RenderedMessage,
    actions,
    button,
    context,
    message,
    section,
    sections,
)
from bot.rendering.elements.dates import moment
from bot.rendering.elements.mrkdwn import cut, escape, link, mention, one_line, quote

__all__ = [
    "ANSWER_FORM",
    "render_answer_form",
    "render_decline",
    "render_expert_answer",
    "render_expert_question",
    "render_waiting",
]

ANSWER_FORM = "expert_form"
MAX_QUESTION_CHARS = 1_000
MAX_REPLY_CHARS = 2_500
MAX_LISTED = 20
BUTTONS = (
    ("I'll take it", "expert_take"),
    ("Answer", "expert_answer"),
    ("Not for us", "expert_decline"),
)
OFFERED = {"open": (0, 1, 2), "taken": (1, 2), "declined": (1,)}
"""Which buttons there are in a state."""


def render_expert_question(asked: ExpertQuestion, *, permalink: str = "") -> RenderedMessage:
    """Return the message to the experts as it stands now; `permalink` leads to the thread."""
    question = one_line(cut(asked.question, MAX_QUESTION_CHARS))
    lead = "asks something that the articles do not answer:"
    if permalink:
        where = link(permalink, "Open the thread")
    elif asked.channel_id.startswith("D") or not asked.channel_id:
        where = "Asked privately; an answer goes to the person's direct messages."
    else:
        where = ""
    buttons = [
        button(label, action_id=action_id, value=asked.answer_id)
        for number, (label, action_id) in enumerate(BUTTONS)
        if number in OFFERED.get(asked.state, ())
    ]
    blocks = [
        section(f"{mention(asked.asked_by)} {lead}"),
        section(quote(question)),
        *([context(where)] if where else []),
        *_state(asked),
        *([actions(*buttons)] if buttons else []),
    ]
    return message(f"Somebody {lead}\n{question}", blocks)


def render_answer_form(asked: ExpertQuestion) -> dict[str, Any]:
    """Return the modal in which an expert answers."""
    return {
        "type": "modal",
        "callback_id": ANSWER_FORM,
        "private_metadata": asked.answer_id,
        "title": _plain("Answer"),
        "submit": _plain("Send"),
        "close": _plain("Cancel"),
        "blocks": [
            section(quote(one_line(cut(asked.question, MAX_QUESTION_CHARS)))),
            {
                "type": "input",
                "block_id": "reply",
                "label": _plain("Your answer"),
                "hint": _plain("It goes to where the question was asked, with your name."),
                "element": {
                    "type": "plain_text_input",
                    "action_id": "typed",
                    "multiline": True,
                    "max_length": MAX_REPLY_CHARS,
                    "focus_on_load": True,
                },
            },
        ],
    }


def render_expert_answer(asked: ExpertQuestion) -> RenderedMessage:
    """Return an expert's answer for the person who asked."""
    reply = cut(asked.reply, MAX_REPLY_CHARS)
    who = mention(asked.expert_id)
    blocks = [
        section(f"{mention(asked.asked_by)}, {who} answers your question:"),
        section(quote(one_line(cut(asked.question, MAX_QUESTION_CHARS)))),
        section(escape(reply)),
        context("An answer of a colleague, not from the articles."),
    ]
    return message(f"An expert answers your question: {reply}", blocks)


def render_decline(asked: ExpertQuestion) -> RenderedMessage:
    """Return the word to the person who asked that the experts have no answer."""
    text = "the experts say that this question is not for them:"
    question = one_line(cut(asked.question, MAX_QUESTION_CHARS))
    return message(
        f"{text.capitalize()} {question}",
        [section(f"{mention(asked.asked_by)}, {text}"), section(quote(question))],
    )


def render_waiting(waiting: Sequence[ExpertQuestion]) -> RenderedMessage:
    """Return the questions that no expert has answered yet, oldest first; who asked is not told."""
    if not waiting:
        none = "No question waits for an expert."
        return message(none, [section(none)])
    lines = [
        f"• “{escape(cut(one_line(asked.question), 200))}”, {moment(asked.asked_at)}, "
        + (f"taken by {mention(asked.expert_id)}" if asked.state == "taken" else "open")
        for asked in waiting[:MAX_LISTED]
    ]
    more = len(waiting) - MAX_LISTED
    head = f"*With the experts: {len(waiting):,}*"
    rest = [f"… and {more:,} more"] if more > 0 else []
    return message(
        f"With the experts: {len(waiting):,}.", sections([head, *lines, *rest], separator="\n")
    )


def _state(asked: ExpertQuestion) -> list[Block]:
    who = mention(asked.expert_id)
    match asked.state:
        case "open":
            return []
        case "taken":
            return [context(f"{who} takes it.")]
        case "sending" | "answered":
            return [context(f"{who} answered:"), section(escape(cut(asked.reply, MAX_REPLY_CHARS)))]
        case "declined":
            return [context(f"{who}: not for us. The person was told.")]


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}
