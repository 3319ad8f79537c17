"""Modals of one person: a question to type, terms to browse, and what is kept of them."""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from bot.record.privacy import PersonalRecord
from bot.rendering.elements.blocks import (
    Block,
    RenderedMessage,
    actions,
    button,
    context,
    section,
)
from bot.rendering.elements.choices import button_label
from bot.rendering.elements.dates import moment
from bot.rendering.elements.mrkdwn import bold, cut, escape, one_line

__all__ = [
    "ASK_FORM",
    "TERM_FORM",
    "render_ask_form",
    "render_data",
    "render_term",
    "render_terms",
]

ASK_FORM, TERM_FORM = "ask_form", "term_form"
MAX_QUESTION_CHARS = 2_000
MAX_TERM_CHARS = 120
MAX_VALUE_CHARS = 150
MAX_BLOCKS = 95
IN_A_ROW = 25
ENTRIES = 15
"""What a page of one's own data holds."""
MAX_REPLY_CHARS = 2_500
MAX_WORD_CHARS = 50


def render_ask_form() -> dict[str, Any]:
    """Return the modal in which a question is typed."""
    question = _input(
        "Your question", block_id="question", multiline=True, max_chars=MAX_QUESTION_CHARS
    )
    note = context("The answer comes in our direct message, where you can ask on.")
    return _modal("Ask a question", [question, note], callback_id=ASK_FORM, submit="Ask")


def render_terms(terms: Sequence[str]) -> dict[str, Any]:
    """Return the modal that lists the terms of the glossary by letter, with a field to type one."""
    field = _input("Term or acronym", block_id="term", max_chars=MAX_TERM_CHARS)
    blocks = [field]
    for letter, group in groupby(sorted(terms, key=str.casefold), key=_letter):
        rows = list(_rows(list(group)))
        if len(blocks) + 1 + len(rows) > MAX_BLOCKS:
            blocks.append(context("There are more: type one above."))
            break
        blocks += [section(f"*{escape(letter)}*"), *rows]
    return _modal("Glossary", blocks, callback_id=TERM_FORM, submit="Look up")


def render_term(definition: RenderedMessage) -> dict[str, Any]:
    """Return the modal that explains a term."""
    blocks = [inner for block in definition.blocks for inner in block.get("child_blocks", [block])]
    back = actions(button("All terms", action_id="terms_all", value="terms"))
    return _modal("Glossary", [*blocks, back])


def render_data(record: PersonalRecord, *, start: int = 0) -> dict[str, Any]:
    """Return a page of everything on record of a person, from entry `start` on."""
    entries = list(_entries(record))
    if not entries:
        return _modal("My data", [section("Nothing of yours is on record.")])
    shown = entries[start : start + ENTRIES] or entries[:ENTRIES]
    counts = (
        f"{len(record.questions):,} questions, {len(record.votes):,} votes, "
        f"{len(record.remarks):,} remarks, {len(record.replies):,} questions with the experts, "
        "the oldest first."
    )
    end = start + ENTRIES
    buttons = []
    if start > 0:
        before = max(start - ENTRIES, 0)
        buttons.append(button("Before", action_id="data_before", value=str(before)))
    if end < len(entries):
        buttons.append(button("After", action_id="data_after", value=str(end)))
    row = [actions(*buttons)] if buttons else []
    return _modal("My data", [context(counts), *map(section, shown), *row])


def _entries(record: PersonalRecord) -> Iterator[str]:
    for asked in record.questions:
        reply = escape(cut(str(asked["text"]), MAX_REPLY_CHARS))
        question = bold(cut(one_line(str(asked["question"])), 300))
        yield f"{_day(asked['created_at'])} {question}\n{reply}"
    for vote in record.votes:
        on = escape(cut(one_line(str(vote["question"])), 300))
        yield f"{_day(vote['voted_at'])} Vote: {_word(vote['vote'])}, on “{on}”"
    for remark in record.remarks:
        said = escape(cut(one_line(str(remark["words"])), 600))
        yield f"{_day(remark['remarked_at'])} Remark: {_word(remark['reason'])} {said}"
    for passed in record.replies:
        on = escape(cut(one_line(str(passed["question"])), 300))
        reply = escape(cut(str(passed["reply"]), MAX_REPLY_CHARS))
        yield f"{_day(passed['asked_at'])} With the experts: “{on}”\n{reply}".strip()


def _word(word: Any) -> str:
    return escape(cut(str(word), MAX_WORD_CHARS))


def _day(iso_time: Any) -> str:
    return moment(dt.datetime.fromisoformat(str(iso_time)))


def _letter(term: str) -> str:
    first = term[:1].upper()
    return first if first.isalpha() else "0-9"


def _rows(terms: Sequence[str]) -> Iterator[Block]:
    for start in range(0, len(terms), IN_A_ROW):
        yield actions(
            *(
                button(button_label(term), action_id=f"term_{n}", value=term[:MAX_VALUE_CHARS])
                for n, term in enumerate(terms[start : start + IN_A_ROW])
            )
        )


def _input(label: str, *, block_id: str, max_chars: int, multiline: bool = False) -> Block:
    return {
        "type": "input",
        "block_id": block_id,
        "label": {"type": "plain_text", "text": label},
        "element": {
            "type": "plain_text_input",
            "action_id": "typed",
            "multiline": multiline,
            "max_length": max_chars,
            "focus_on_load": True,
        },
    }


def _modal(
    title: str, blocks: Sequence[Block], *, callback_id: str = "shown", submit: str = ""
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "modal",
        "callback_id": callback_id,
        "title": {"type": "plain_text", "text": title},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": list(blocks),
    }
    return found | ({"submit": {"type": "plain_text", "text": submit}} if submit else {})
