"""A person's question, as it was put in a conversation, to a query."""

from dataclasses import replace

from knowledge.domain import Question
from knowledge.glossary.vocabulary import Vocabulary
from knowledge.questions.conversation import LeavesOpen, leans_if_short, stand_alone
from knowledge.questions.understanding import Lexicon, Query, understand
from knowledge.questions.wishes import read_wishes

__all__ = ["read_question"]


def read_question(
    question: Question,
    *,
    lexicon: Lexicon,
    vocabulary: Vocabulary,
    leaves_open: LeavesOpen = leans_if_short,
) -> Query:
    """Return what a question asks, with what it takes from the turns before it filled in.

    `leaves_open` says of a short question whether it leaves open what it is about.
    """
    asked, wishes = read_wishes(question.text)
    text = stand_alone(replace(question, text=asked), lexicon, leaves_open=leaves_open)
    return replace(understand(text, lexicon=lexicon, vocabulary=vocabulary), wishes=wishes)
