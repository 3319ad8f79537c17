"""A person's question, as it was put in a conversation, to a query."""

from dataclasses import replace

from knowledge.domain import Question
from knowledge.glossary.vocabulary import Vocabulary
from knowledge.questions.conversation import stand_alone
from knowledge.questions.understanding import Lexicon, Query, understand
from knowledge.questions.wishes import read_wishes

__all__ = ["read_question"]


def read_question(question: Question, *, lexicon: Lexicon, vocabulary: Vocabulary) -> Query:
    """Return what a question asks, with what it takes from the turns before it filled in."""
    asked, wishes = read_wishes(question.text)
    text = stand_alone(replace(question, text=asked), lexicon)
    return replace(understand(text, lexicon=lexicon, vocabulary=vocabulary), wishes=wishes)
