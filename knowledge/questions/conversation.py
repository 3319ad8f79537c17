"""Makes a follow-up stand on its own, from the turns before it and without a model."""

import re
from collections.abc import Callable, Sequence
from typing import TypeAlias

from knowledge.domain import Question, Turn
from knowledge.glossary.glossary import TermMention
from knowledge.questions.understanding import Lexicon, normalise
from knowledge.text.language import content_words

__all__ = ["LeavesOpen", "leans_if_short", "stand_alone"]

LeavesOpen: TypeAlias = Callable[[str], bool]
"""Whether a question leaves open what it is about, asked without the turns before it."""

MAX_TURNS = 6
"""Earlier user turns that are looked at; what lies further back is another matter."""

OPENS_WITH_AND = re.compile(r"^(?:and|or|but|so|also|what about|how about|and what about)\b[\s,]*")
ABOUT = re.compile(
    r"^(?:and|or|but|so|ok|okay|then|also)?[\s,]*(?:what about|how about|and for|for|and)\s+"
    r"(?P<topic>[^?]*[^?\s])\s*\??$"
)
BARE = re.compile(
    r"^(?:(?:but|and|so|ok)\s+)?(?:why|why not|why is that|why so|how|how so|how come|when|"
    r"where|who|"
    r"like what|such as|for example|example|examples?(?:\s+please)?|an example|any examples?|"
    r"more|tell me more|go on|and then|what else|really|are you sure|in what way|meaning)\s*[?.!]*$"
)
POINTS_BACK = re.compile(
    r"\b(?:it|its|they|them|their|theirs|this|that|these|those|one|ones|both|either|neither|"
    r"the (?:first|second|third|last|former|latter|other|same)|another|there|such)\b"
)
ASKS_TO_CHOOSE = re.compile(
    r"^(?:and\s+|so\s+)?(?:which(?:\s+(?:one|of (?:them|these|those|the two)))?|what one)\s+"
    r"(?:is|are|costs?|has|have|pays?|needs?|would|should|do|does|works?|matters?)\b"
)
ORDINAL = re.compile(r"\bthe (?P<which>first|second|third|fourth|last|former|latter)\b")
ORDINALS = {"first": 0, "former": 0, "second": 1, "latter": -1, "third": 2, "fourth": 3, "last": -1}
EXAMPLE = re.compile(r"\b(?:example|instance)\b")


def leans_if_short(_: str) -> bool:
    """Take every question of few words to lean on what was said: where no model knows better."""
    return True


def stand_alone(
    question: Question, lexicon: Lexicon, *, leaves_open: LeavesOpen = leans_if_short
) -> str:
    """Return the question in a form that needs no earlier turn.

    A question that names its own subject is returned as it is: the topic has changed, or it was
    never left. Only the user's own turns are carried over, and the assistant's last one to
    resolve "the second one". Of a question of two words that carry meaning `leaves_open` says
    whether they name a subject.
    """
    asked = [turn.text for turn in question.history if turn.role == "user"][-MAX_TURNS:]
    standing = ""
    for text in (*asked, question.text):
        standing = _resolve(normalise(text), standing, question.history, lexicon, leaves_open)
    return standing


def _resolve(
    text: str,
    before: str,
    history: Sequence[Turn],
    lexicon: Lexicon,
    leaves_open: LeavesOpen,
) -> str:
    low = text.casefold().strip()
    if not before:
        return text
    if (match := ORDINAL.search(low)) and (topic := _listed(history, match["which"])):
        return f"{text} {topic}"
    if (match := ABOUT.match(low)) and not POINTS_BACK.search(match["topic"]):
        return _swap_topic(before, text[match.start("topic") : match.end("topic")], lexicon)
    if BARE.match(low):
        return f"{_lead(low)} {before}".strip()
    if not _leans_on_what_was_said(text, low, lexicon, leaves_open):
        return text
    missing = [name for name in _topic(before, lexicon) if name.casefold() not in low]
    return f"{text} ({', '.join(missing)})" if missing else text


def _leans_on_what_was_said(text: str, low: str, lexicon: Lexicon, leaves_open: LeavesOpen) -> bool:
    if POINTS_BACK.search(low) or OPENS_WITH_AND.match(low):
        return True
    if lexicon.expansions(text):
        return False
    number = len(content_words(text))
    return bool(ASKS_TO_CHOOSE.match(low)) or number <= 1 or (number == 2 and leaves_open(text))


def _swap_topic(before: str, topic: str, lexicon: Lexicon) -> str:
    """Ask the earlier question of another subject: "and for KPO?" after one about BPO."""
    old = lexicon.expansions(before)
    if len(old) == 1:
        return re.sub(re.escape(old[0].text), lambda _: topic, before, flags=re.IGNORECASE)
    if not old:
        return f"{topic}: {before}"
    new = lexicon.expansions(topic)
    if new and len(old) > 1:
        kept = " ".join(word for word in before.split() if word.strip("?,.") not in _words(old))
        return f"{kept.rstrip('?')} {topic}?"
    return f"{before.rstrip('?')}, {topic}?"


def _words(mentions: Sequence[TermMention]) -> set[str]:
    return {word for mention in mentions for word in mention.text.split()}


def _topic(text: str, lexicon: Lexicon) -> list[str]:
    """Return what a question is about: its terms, or else the words that carry its meaning."""
    mentions = lexicon.expansions(text)
    if mentions:
        return [mention.text for mention in mentions]
    return content_words(text)


def _lead(low: str) -> str:
    if EXAMPLE.search(low) or "such as" in low or "like what" in low:
        return "examples:"
    if low.startswith(("why", "but why", "and why", "how come")):
        return "why:"
    return ""


def _listed(history: Sequence[Turn], which: str) -> str:
    """Return the item of the assistant's last list that an ordinal points at."""
    for turn in reversed(history):
        if turn.role == "assistant":
            items = re.findall(r"^\s*(?:[-•*]|\d+[.)])\s+(.+)$", turn.text, flags=re.MULTILINE)
            place = ORDINALS[which]
            return items[place] if -len(items) <= place < len(items) else ""
    return ""
