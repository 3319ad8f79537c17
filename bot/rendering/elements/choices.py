"""Choices as buttons, and the line that takes their place once somebody has chosen."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.rendering.elements.blocks import Block, actions, button, context
from bot.rendering.elements.mrkdwn import bold, cut, mention, visible
from knowledge.domain import Option

__all__ = ["Choice", "Used", "button_label", "option_buttons", "term_buttons"]

MAX_CHOICES = 10
MAX_LABEL_CHARS = 75
MAX_QUESTION_CHARS = 1_500
MAX_VALUE_CHARS = 2_000
MAX_TERM_CHARS = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a button of an answer asks: the answer on which it stands, and a question."""

    answer_id: str
    question: str

    @classmethod
    def read(cls, value: str) -> "Choice | None":
        """Return what a button carries; None for anything else."""
        try:
            known = json.loads(value)
        except ValueError:
            return None
        if not isinstance(known, dict) or not isinstance(known.get("q"), str):
            return None
        answer_id = known.get("i")
        return cls(answer_id=answer_id if isinstance(answer_id, str) else "", question=known["q"])

    def write(self) -> str:
        """Return the value of a button."""
        question = visible(self.question)[:MAX_QUESTION_CHARS]
        value = _dump(self.answer_id, question)
        # Quotation marks and line breaks take two characters.
        return value if len(value) <= MAX_VALUE_CHARS else _dump(self.answer_id, question[:900])


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What has been done with the buttons of an answer."""

    asked: str = ""
    """The choice that somebody made."""
    asked_by: str = ""
    """The user id of who made it."""
    is_shared: bool = False
    is_passed_on: bool = False
    vote: Literal["", "up", "down"] = ""


def option_buttons(options: Sequence[Option], *, answer_id: str, used: Used) -> list[Block]:
    """Return a button for each option, or what was chosen."""
    if used.asked:
        return [context(f"{mention(used.asked_by)} chose {bold(cut(used.asked, 150))}")]
    if not options:
        return []
    return [
        actions(
            *(
                button(
                    button_label(option.text or option.question),
                    action_id=f"ask_{number}",
                    value=Choice(answer_id=answer_id, question=option.question).write(),
                )
                for number, option in enumerate(options[:MAX_CHOICES], 1)
            )
        )
    ]


def term_buttons(terms: Sequence[str], *, is_meant: bool = False) -> list[Block]:
    """Return a button for each term of the glossary, which explains it.

    `is_meant` says that one of them was meant, so that its explanation takes their place.
    """
    name = "define_near" if is_meant else "define"
    known = [term for term in terms if visible(term).strip()][:MAX_CHOICES]
    if not known:
        return []
    return [
        actions(
            *(
                button(
                    button_label(term), action_id=f"{name}_{number}", value=term[:MAX_TERM_CHARS]
                )
                for number, term in enumerate(known, 1)
            )
        )
    ]


def _dump(answer_id: str, question: str) -> str:
    return json.dumps({"i": answer_id, "q": question}, ensure_ascii=False, separators=(",", ":"))


def button_label(text: str) -> str:
    """Return a text as the label of a button, cut to what one takes."""
    # A button shows plain text: marks do nothing in it, and it is not escaped.
    shown = " ".join(visible(text).split()) or "…"
    return shown if len(shown) <= MAX_LABEL_CHARS else shown[: MAX_LABEL_CHARS - 1].rstrip() + "…"
