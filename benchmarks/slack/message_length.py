"""Measures how much of a message a person has to read for common questions.

Sixty golden questions that are to be answered, evenly spread, become the message that stands in a
channel's thread. Counted are the characters shown, marks and addresses left out.

    shown     what stands there before anything is unfolded, buttons included
    whole     the same with everything unfolded
    repeated  sentences of the answer that stand in the message a second time
    open      sources that open at the quoted passage, as a share of all

Repeat it from the repository's root with

    python -m benchmarks.slack.message_length                 # bundled articles, ingested for it
    python -m benchmarks.slack.message_length --articles DIR  # a data directory that is ready
"""

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import mean, median
from typing import Any

from benchmarks.harness import (
    GOLDEN,
    Figure,
    ingest_bundled,
    option_parser,
    parse,
    positive,
    publish,
    scratch_folder,
    settings_for,
)
from bot.rendering import RenderedMessage, SectionReference, render_outcome
from bot.rendering.sections.passages import mark_quote, read_pieces
from knowledge.assembly import open_knowledge
from knowledge.domain import Answer, Source
from knowledge.evaluation.golden import Case, read_cases
from knowledge.record.library import Library

QUESTIONS = 60
LINK = re.compile(r"<(?:[^<>|]+\|)?([^<>]*)>")
SPACE = re.compile(r"\s+")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures."""
    parser = option_parser(__doc__)
    parser.add_argument(
        "--articles", type=Path, metavar="DIR", help="a data directory with articles ingested"
    )
    parser.add_argument("--questions", type=positive, default=QUESTIONS, help="how many (60)")
    options = parse(parser, arguments)
    with ExitStack() as stack:
        data_dir = options.articles
        if data_dir is None:
            data_dir = stack.enter_context(scratch_folder()) / "data"
            ingest_bundled(data_dir)
        knowledge = stack.enter_context(open_knowledge(settings_for(data_dir), exclusive=True))
        answers = []
        for case in _spread(read_cases(GOLDEN), options.questions):
            outcome = knowledge.answerer.answer(case.as_question()).outcome
            if isinstance(outcome, Answer):
                answers.append(outcome)
        library = Library(knowledge.database)
        opened = [opens(source, library) for answer in answers for source in answer.sources]
    messages = [render_outcome(answer, answer_id="0" * 16) for answer in answers]
    figures = [
        Figure("answered", len(answers)),
        Figure("median characters shown", median(map(shown_chars, messages))),
        Figure("median characters, unfolded", median(map(whole_chars, messages))),
        Figure("median characters of the answer", median(map(_answer_chars, answers))),
        Figure("mean characters shown", mean(map(shown_chars, messages))),
        Figure(
            "sentences repeated",
            sum(map(repeated, answers, messages)),
            at_most=0,
        ),
        Figure("sources that open", mean(opened), at_least=1),
    ]
    publish(
        "message_length",
        figures,
        settings={"questions": options.questions},
        json_file=options.json,
    )
    return 0


def shown_chars(message: RenderedMessage) -> int:
    """Return how many characters are to be seen before anything is unfolded."""
    return sum(map(len, _texts(list(message.blocks), is_unfolded=False)))


def whole_chars(message: RenderedMessage) -> int:
    """Return how many characters are to be seen with everything unfolded."""
    return sum(map(len, _texts(list(message.blocks), is_unfolded=True)))


def repeated(answer: Answer, message: RenderedMessage) -> int:
    """Return how many sentences of an answer stand in its message more than once."""
    whole = _plain(" ".join(_texts(list(message.blocks), is_unfolded=True)))
    return sum(whole.count(_plain(sentence.text)) > 1 for sentence in answer.sentences)


def opens(source: Source, library: Library) -> bool:
    """Whether *Read* shows the section of a source with its passage marked."""
    reference = SectionReference.to_place(source)
    page = library.page(reference.article_id, reference.heading)
    if page is None or page.heading != source.heading:
        return False
    return mark_quote(read_pieces(page.body), reference.quote)[1] >= 0


def _answer_chars(answer: Answer) -> int:
    return sum(len(sentence.text) for sentence in answer.sentences)


def _texts(value: Any, *, is_unfolded: bool) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _texts(item, is_unfolded=is_unfolded)
    elif isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield LINK.sub(r"\1", value["text"])
        for name, item in value.items():
            is_folded = name == "child_blocks" and value.get("default_collapsed", False)
            if not is_folded or is_unfolded:
                yield from _texts(item, is_unfolded=is_unfolded)


def _plain(text: str) -> str:
    return SPACE.sub(" ", text).casefold()


def _spread(cases: Sequence[Case], number: int) -> list[Case]:
    asked = [case for case in cases if case.expect == "answer" and not case.history]
    return [asked[at * len(asked) // number] for at in range(min(number, len(asked)))]


if __name__ == "__main__":
    sys.exit(main())
