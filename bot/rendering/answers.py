"""Answers, refusals and small talk as Slack messages."""

from typing import assert_never

from bot.rendering.elements.blocks import (
    Block,
    RenderedMessage,
    actions,
    button,
    context,
    message,
    section,
    vote_buttons,
)
from bot.rendering.elements.choices import Used, option_buttons
from bot.rendering.elements.mrkdwn import cut, escape, italic, mention, one_line
from bot.rendering.elements.sentences import render_body, render_sentences, said_once
from bot.rendering.sections.sources import plain_trail, render_near_sections, render_sources
from knowledge.answers.citations import plain_text
from knowledge.domain import Answer, Chat, ClosestSection, Outcome, Refusal, RefusalReason

__all__ = [
    "outcome_text",
    "render_outcome",
    "render_private_outcome",
    "render_sentences",
    "render_shared_outcome",
]

MAX_QUESTION_CHARS = 300
MAX_NEAR = 5
MAX_GIST_CHARS = 200
UNUSED = Used()

# What a person who knows the field may be able to answer.
FOR_EXPERTS = {
    RefusalReason.NO_EVIDENCE,
    RefusalReason.UNKNOWN_TERM,
    RefusalReason.NO_FIGURE,
    RefusalReason.PRIVATE,
}
# Of a quotation nothing has to be said: the words are the articles'. Why a model that was asked did
# not write is in the answer's note.
WRITTEN = {
    "model": "Written by a language model from the sources.",
    "mixed": "Partly written by a language model from the sources.",
}
VOTED = {"up": "You found this helpful.", "down": "You found this not helpful."}


def render_outcome(
    outcome: Outcome,
    *,
    answer_id: str = "",
    can_escalate: bool = False,
    shown: int = 0,
    used: Used = UNUSED,
) -> RenderedMessage:
    """Return the reply for a thread; vote buttons come with an `answer_id`.

    With `shown`, it is what comes under so many sentences of an answer that are shown already.
    """
    last: list[Block] = []
    if answer_id and not isinstance(outcome, Chat):
        if used.is_passed_on:
            last.append(context("Passed on to the experts."))
        elif can_escalate and _is_for_experts(outcome):
            last.append(actions(_escalate_button(answer_id)))
        if _is_voted_on(outcome):
            last.append(vote_buttons(answer_id))
    blocks = _outcome_blocks(outcome, shown=shown, answer_id=answer_id, used=used)
    return message(_standalone(outcome), [*blocks, *last])


def render_private_outcome(
    outcome: Outcome,
    *,
    question: str,
    answer_id: str = "",
    can_escalate: bool = False,
    used: Used = UNUSED,
) -> RenderedMessage:
    """Return the reply that only the person who asked sees, with what was asked."""
    last: list[Block] = []
    if answer_id and not isinstance(outcome, Chat):
        last = _private_buttons(outcome, answer_id=answer_id, can_escalate=can_escalate, used=used)
    asked = context(f"You asked: {escape(_short_question(question))}")
    blocks = _outcome_blocks(outcome, answer_id=answer_id, used=used)
    return message(_standalone(outcome), [asked, *blocks, *last])


def render_shared_outcome(
    outcome: Outcome, *, question: str, shared_by: str, answer_id: str
) -> RenderedMessage:
    """Return an answer that a person makes public; `shared_by` is that person's user id."""
    asked = _short_question(question)
    head = context(f"{mention(shared_by)} asked: {escape(asked)}")
    return message(
        f"{asked}\n{_standalone(outcome)}",
        [head, *_outcome_blocks(outcome, answer_id=answer_id), vote_buttons(answer_id)],
    )


def outcome_text(outcome: Outcome) -> str:
    """Return what an outcome says in plain text, with `[1]` markers."""
    match outcome:
        case Answer():
            return plain_text(said_once(outcome.sentences))
        case Refusal() | Chat():
            return outcome.text
        case _:
            assert_never(outcome)


def _standalone(outcome: Outcome) -> str:
    """Return the text that is shown where blocks are not, titles included."""
    match outcome:
        case Answer():
            note = [outcome.note] if outcome.note else []
            sources = [f"[{source.n}] {plain_trail(source)}" for source in outcome.sources]
            return "\n".join([*note, outcome_text(outcome), "Sources:", *sources])
        case Refusal():
            near = [_plain_section(closest) for closest in outcome.closest[:MAX_NEAR]]
            return "\n".join([outcome.text, *(["Nearest sections:", *near] if near else [])])
        case Chat():
            return outcome.text
        case _:
            assert_never(outcome)


def _outcome_blocks(
    outcome: Outcome, *, answer_id: str, shown: int = 0, used: Used = UNUSED
) -> list[Block]:
    match outcome:
        case Answer():
            note = [section(italic(cut(outcome.note, 500)))] if outcome.note.strip() else []
            rest = [*render_sentences(outcome, start=shown), *note]
            written = WRITTEN.get(outcome.mode)
            return [
                *(rest if shown else [*note, *render_body(outcome)]),
                *option_buttons(outcome.options, answer_id=answer_id, used=used),
                *render_sources(outcome.sources),
                *([context(written)] if written else []),
            ]
        case Refusal():
            return [
                section(escape(cut(outcome.text, 2_000))),
                *option_buttons(outcome.options, answer_id=answer_id, used=used),
                *render_near_sections(outcome.closest),
            ]
        case Chat():
            return [section(escape(cut(outcome.text, 2_000)))]
        case _:
            assert_never(outcome)


def _private_buttons(
    outcome: Answer | Refusal, *, answer_id: str, can_escalate: bool, used: Used
) -> list[Block]:
    """Return what can be done with a private reply, and below it what has been done.

    Slack shows its own pair of vote buttons only in messages that stay; these work everywhere.
    """
    buttons, done = [], []
    if used.is_shared:
        done.append("Shared with the channel.")
    elif isinstance(outcome, Answer):
        buttons.append(button("Share with the channel", action_id="share_answer", value=answer_id))
    if used.is_passed_on:
        done.append("Passed on to the experts.")
    elif can_escalate and _is_for_experts(outcome):
        buttons.append(_escalate_button(answer_id))
    if used.vote:
        done.append(VOTED[used.vote])
    elif _is_voted_on(outcome):
        buttons += [
            button("Helpful", action_id="feedback_up", value=f"up:{answer_id}"),
            button("Not helpful", action_id="feedback_down", value=f"down:{answer_id}"),
        ]
    row = [actions(*buttons)] if buttons else []
    return [*row, *([context(" ".join(done))] if done else [])]


def _is_voted_on(outcome: Outcome) -> bool:
    """Whether a vote would tell something: nobody is helped by having asked nothing."""
    fixed = {RefusalReason.EMPTY, RefusalReason.TOO_LONG, RefusalReason.NOT_READY}
    return not (isinstance(outcome, Refusal) and outcome.reason in fixed)


def _plain_section(closest: ClosestSection) -> str:
    gist = cut(one_line(closest.gist), MAX_GIST_CHARS)
    return f"- {plain_trail(closest)}" + (f": “{gist}”" if gist else "")


def _short_question(question: str) -> str:
    return cut(one_line(question), MAX_QUESTION_CHARS)


def _is_for_experts(outcome: Outcome) -> bool:
    return isinstance(outcome, Refusal) and outcome.reason in FOR_EXPERTS


def _escalate_button(answer_id: str) -> Block:
    return button("Ask an expert", action_id="ask_expert", value=answer_id)
