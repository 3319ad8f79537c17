"""Answers, refusals and small talk as Slack messages."""

from collections.abc import Sequence
from typing import assert_never

from bot.rendering.blocks import (
    MAX_SECTION_CHARS,
    Block,
    RenderedMessage,
    actions,
    block_chars,
    button,
    context,
    message,
    section,
    sections,
    vote_buttons,
)
from bot.rendering.mrkdwn import TRAIL, cut, escape, italic, link, mention, one_line, quote
from knowledge.answers.citations import plain_text
from knowledge.domain import (
    Answer,
    AnswerMode,
    AnswerSentence,
    Chat,
    ClosestSection,
    Outcome,
    Refusal,
    RefusalReason,
    Source,
)

__all__ = [
    "outcome_text",
    "render_outcome",
    "render_private_outcome",
    "render_sentences",
    "render_shared_outcome",
    "render_source_list",
    "section_links",
]

MAX_BODY_CHARS = 6_500
MAX_SENTENCE_CHARS = 1_200
MIN_SENTENCE_CHARS = 100
MAX_CITATIONS = 8
MAX_TITLE_CHARS = 150
MAX_QUESTION_CHARS = 300
MAX_SOURCES_CHARS = 3_500
MAX_SECTION_LINKS = 5
MAX_GIST_CHARS = 200
# Longer addresses are linked in the list of sources only.
MAX_CITATION_URL_CHARS = 200
QUOTE_LENGTHS = (300, 200, 120, 60, 0)

# What a person who knows the field may be able to answer.
FOR_EXPERTS = {
    RefusalReason.NO_EVIDENCE,
    RefusalReason.UNKNOWN_TERM,
    RefusalReason.NO_FIGURE,
    RefusalReason.PRIVATE,
}
MODE_LINES: dict[AnswerMode, str] = {
    "extractive": "Answered from the articles, without a language model.",
    "model": "Written by a language model from the cited articles; check the sources.",
    "mixed": (
        "Partly written by a language model from the cited articles, partly quoted from them; "
        "check the sources."
    ),
    "fallback": "A language model was asked, but every sentence is quoted from the articles.",
}


def render_outcome(
    outcome: Outcome, *, answer_id: str = "", can_escalate: bool = False, shown: int = 0
) -> RenderedMessage:
    """Return the reply for a thread; vote buttons come with an `answer_id`.

    With `shown`, it is what comes under so many sentences of an answer that are shown already.
    """
    last: list[Block] = []
    if answer_id and not isinstance(outcome, Chat):
        if can_escalate and _is_for_experts(outcome):
            last.append(actions(_escalate_button(answer_id)))
        last.append(vote_buttons(answer_id))
    return message(_standalone(outcome), [*_outcome_blocks(outcome, shown=shown), *last])


def render_sentences(answer: Answer, *, start: int) -> list[Block]:
    """Return the sentences from place `start` on, as paragraphs of their own."""
    return sections(_shown_paragraphs(answer, start=start), separator="\n")


def render_private_outcome(
    outcome: Outcome, *, question: str, answer_id: str = "", can_escalate: bool = False
) -> RenderedMessage:
    """Return the reply that only the person who asked sees, with what was asked."""
    last: list[Block] = []
    if answer_id and not isinstance(outcome, Chat):
        # Slack shows its pair of vote buttons only in messages that stay; these work everywhere.
        buttons = [
            button("Helpful", action_id="feedback_up", value=f"up:{answer_id}"),
            button("Not helpful", action_id="feedback_down", value=f"down:{answer_id}"),
        ]
        if isinstance(outcome, Answer):
            buttons.insert(
                0, button("Share with the channel", action_id="share_answer", value=answer_id)
            )
        elif can_escalate and _is_for_experts(outcome):
            buttons.insert(0, _escalate_button(answer_id))
        last.append(actions(*buttons))
    asked = context(f"You asked: {escape(_short_question(question))}")
    return message(_standalone(outcome), [asked, *_outcome_blocks(outcome), *last])


def render_shared_outcome(
    outcome: Outcome, *, question: str, shared_by: str, answer_id: str
) -> RenderedMessage:
    """Return an answer that a person makes public; `shared_by` is that person's user id."""
    asked = _short_question(question)
    head = context(f"{mention(shared_by)} asked: {escape(asked)}")
    return message(
        f"{asked}\n{_standalone(outcome)}",
        [head, *_outcome_blocks(outcome), vote_buttons(answer_id)],
    )


def outcome_text(outcome: Outcome) -> str:
    """Return what an outcome says in plain text, with `[1]` markers."""
    match outcome:
        case Answer():
            return plain_text(outcome.sentences)
        case Refusal() | Chat():
            return outcome.text
        case _:
            assert_never(outcome)


def render_source_list(sources: Sequence[Source], *, max_chars: int) -> list[Block]:
    """Return numbered sources with their quotes, which are shortened until they fit."""
    if not sources:
        return []
    for max_quote in QUOTE_LENGTHS:
        parts = [_source(source, max_quote=max_quote) for source in sources]
        blocks = sections(["*Sources*", *parts], separator="\n")
        if block_chars(blocks) <= max_chars:
            return blocks
    plain = [escape(cut(f"[{s.n}] {one_line(s.title)}", 60)) for s in sources]
    return sections(["*Sources*", *_within(plain, max_chars=max_chars)], separator="\n")


def section_links(
    title: str, closest: Sequence[ClosestSection], *, with_gists: bool = False
) -> list[Block]:
    """Return links to a few sections under a title; nothing without sections.

    With gists, each comes with a sentence of it as a quotation.
    """
    if not closest:
        return []
    lines = []
    for near in closest[:MAX_SECTION_LINKS]:
        gist = cut(one_line(near.gist), MAX_GIST_CHARS) if with_gists else ""
        lines.append(f"• {_titled(near)}" + (f"\n{quote(gist)}" if gist else ""))
    return sections([f"*{title}*", *lines], separator="\n")


def _standalone(outcome: Outcome) -> str:
    """Return the text that is shown where blocks are not, titles included."""
    match outcome:
        case Answer():
            note = [outcome.note] if outcome.note else []
            sources = [f"[{source.n}] {_trail(source)}" for source in outcome.sources]
            return "\n".join([*note, outcome_text(outcome), "Sources:", *sources])
        case Refusal():
            near = [_plain_section(closest) for closest in outcome.closest[:MAX_SECTION_LINKS]]
            return "\n".join([outcome.text, *(["Nearest sections:", *near] if near else [])])
        case Chat():
            return outcome.text
        case _:
            assert_never(outcome)


def _outcome_blocks(outcome: Outcome, *, shown: int = 0) -> list[Block]:
    match outcome:
        case Answer():
            note = [section(italic(cut(outcome.note, 500)))] if outcome.note.strip() else []
            rest = [*render_sentences(outcome, start=shown), *note]
            return [
                *(rest if shown else [*note, *_body(outcome)]),
                *render_source_list(outcome.sources, max_chars=MAX_SOURCES_CHARS),
                *section_links("See also", outcome.closest[:3]),
                context(MODE_LINES[outcome.mode]),
            ]
        case Refusal():
            return [
                section(escape(cut(outcome.text, 2_000))),
                *section_links("Nearest sections", outcome.closest, with_gists=True),
            ]
        case Chat():
            return [section(escape(cut(outcome.text, 2_000)))]
        case _:
            assert_never(outcome)


def _body(answer: Answer) -> list[Block]:
    max_chars = MAX_SENTENCE_CHARS
    while True:
        parts = _shown_paragraphs(answer, max_chars=max_chars)
        blocks = sections(parts, separator="\n")
        if block_chars(blocks) <= MAX_BODY_CHARS:
            return blocks
        if max_chars < MIN_SENTENCE_CHARS:
            return sections(_within(parts, max_chars=MAX_BODY_CHARS), separator="\n")
        max_chars //= 2


def _shown_paragraphs(
    answer: Answer, *, start: int = 0, max_chars: int = MAX_SENTENCE_CHARS
) -> list[str]:
    """Return items and paragraphs; an empty line, as a leading newline, opens a new part."""
    urls = {source.n: source.url for source in answer.sources}
    shown: list[str] = []
    is_prose = False
    for sentence in answer.sentences[start:]:
        text = _sentence(sentence, urls=urls, max_chars=max_chars)
        runs_on = is_prose and sentence.style == "prose" and not sentence.opens_paragraph
        if runs_on and len(shown[-1]) + 1 + len(text) <= MAX_SECTION_CHARS:
            shown[-1] += f" {text}"
        else:
            shown.append(f"\n{text}" if sentence.opens_paragraph and shown else text)
        is_prose = sentence.style == "prose"
    return shown


def _sentence(sentence: AnswerSentence, *, urls: dict[int, str], max_chars: int) -> str:
    marks = " ".join(
        link(urls.get(n, ""), f"[{n}]", max_chars=MAX_CITATION_URL_CHARS)
        for n in sentence.citations[:MAX_CITATIONS]
    )
    bullet = "• " if sentence.style == "item" else ""
    return f"{bullet}{escape(cut(one_line(sentence.text), max_chars))} {marks}".rstrip()


def _source(source: Source, *, max_quote: int) -> str:
    line = f"[{source.n}] {_titled(source)}"
    passage = cut(one_line(source.quote), max_quote)
    return f"{line}\n{quote(passage)}" if passage else line


def _titled(place: Source | ClosestSection) -> str:
    title = cut(one_line(place.title) or place.article_id, MAX_TITLE_CHARS)
    heading = cut(one_line(place.heading).replace(" > ", TRAIL), MAX_TITLE_CHARS)
    return link(place.url, title) + (TRAIL + escape(heading) if heading else "")


def _trail(place: Source | ClosestSection) -> str:
    parts = [place.title, *place.heading.split(" > ")]
    return TRAIL.join(part for part in map(one_line, parts) if part)


def _plain_section(closest: ClosestSection) -> str:
    gist = cut(one_line(closest.gist), MAX_GIST_CHARS)
    return f"- {_trail(closest)}" + (f": “{gist}”" if gist else "")


def _within(parts: Sequence[str], *, max_chars: int) -> list[str]:
    kept: list[str] = []
    total = 0
    for part in parts:
        total += len(part) + 1
        if total > max_chars:
            return [*kept, "…"]
        kept.append(part)
    return kept


def _short_question(question: str) -> str:
    return cut(one_line(question), MAX_QUESTION_CHARS)


def _is_for_experts(outcome: Outcome) -> bool:
    return isinstance(outcome, Refusal) and outcome.reason in FOR_EXPERTS


def _escalate_button(answer_id: str) -> Block:
    return button("Ask an expert", action_id="ask_expert", value=answer_id)
