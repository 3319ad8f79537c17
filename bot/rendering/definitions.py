"""What `/define` found, as a Slack message."""

from bot.rendering.elements.blocks import (
    Block,
    RenderedMessage,
    context,
    message,
    section,
    sections,
)
from bot.rendering.elements.choices import Used, option_buttons, term_buttons
from bot.rendering.elements.mrkdwn import bold, cut, escape, italic, one_line
from bot.rendering.sections.sources import render_sources
from knowledge.domain import DefineResult, Option, Sense

__all__ = ["render_definition"]

MAX_TEXT_CHARS = 1_500


def render_definition(result: DefineResult) -> RenderedMessage:
    """Return the definition, the senses of a term, near terms or help."""
    if result.kind in {"definition", "senses"} and result.senses:
        blocks = _entry(result)
    else:
        blocks = [
            section(escape(cut(result.text, MAX_TEXT_CHARS))),
            *_question(result),
            *term_buttons(result.suggestions, is_meant=True),
        ]
    return message(result.text, blocks)


def _question(result: DefineResult) -> list[Block]:
    """Return a button that asks the articles for a term which the glossary does not have."""
    if result.kind != "unknown" or not result.term.strip():
        return []
    asked = Option(text="Ask the articles", question=f"What is {result.term}?")
    return option_buttons([asked], answer_id="", used=Used())


def _entry(result: DefineResult) -> list[Block]:
    many = len(result.senses) > 1
    head = [section(f"{bold(cut(result.term, 150))} has more than one meaning:")] if many else []
    note = [section(italic(cut(result.note, 300)))] if result.note.strip() else []
    return [
        *note,
        *head,
        *sections((_sense(sense, many=many) for sense in result.senses), separator="\n\n"),
        *_remarks(result),
        *term_buttons(result.related),
        *render_sources(result.sources),
    ]


def _sense(sense: Sense, *, many: bool) -> str:
    """Return the lines of one meaning; what tells it from others is said where there are some."""
    expansion, definition = one_line(sense.expansion), one_line(sense.definition)
    name = bold(cut(sense.term, 150))
    is_said = definition.casefold().removeprefix("a ").removeprefix("an ").removeprefix("the ")
    if many or not is_said.startswith(expansion.casefold()):
        name += f" — {escape(cut(expansion, 200))}" if _is_other(expansion, sense.term) else ""
    where = f" {italic('(' + cut(sense.context, 100) + ')')}" if sense.context and many else ""
    text = escape(cut(definition, MAX_TEXT_CHARS))
    outside = "" if sense.in_domain else " Not about outsourcing."
    return f"{name}{where}\n{text}{outside}".strip()


def _is_other(expansion: str, term: str) -> bool:
    return bool(expansion) and expansion.casefold() != term.casefold()


def _remarks(result: DefineResult) -> list[Block]:
    lines = [
        f"{label}: {escape(cut(one_line(text), 600))}"
        for label, text in (
            ("Example", result.example),
            ("Not to be confused", result.not_to_confuse),
        )
        if text.strip()
    ]
    return [context("\n".join(lines))] if lines else []
