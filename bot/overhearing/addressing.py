"""Pure: to whom a message in a thread is addressed, by what was said before and how it is put.

When in doubt it is for people: whoever wants the assistant can mention it, while nobody can stop
one that talks into a conversation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.overhearing.wording import (
    asks_something,
    calls_assistant,
    is_about_people,
    is_correction,
    is_of_anybody,
    is_remark,
    is_small_talk,
)

__all__ = ["ASSISTANT", "Said", "Verdict", "addressed"]

ASSISTANT = ""
"""Stands for the assistant where a person's id would stand."""
MAX_CHARS = 600
"""Whoever writes more tells something."""


class Verdict(StrEnum):
    """What is to become of a message that does not mention the assistant."""

    FOR_PEOPLE = "for people"
    """Nothing is said."""
    IF_SURE = "if sure"
    """It may be meant for the assistant: only an answer is shown, never a refusal."""
    FOR_ASSISTANT = "for the assistant"
    """It is a question to the assistant like any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message of a thread."""

    by: str
    """A person's id, or `ASSISTANT`."""
    text: str
    """In plain words."""
    mentions_people: bool = False
    """Whether it mentions anybody but the assistant."""
    mentions_assistant: bool = False


def addressed(thread: Sequence[Said], *, anywhere: bool = False) -> Verdict:
    """Decide for whom the last message of a thread is; it does not mention the assistant.

    The thread is in order, oldest first. With `anywhere`, a question that begins a conversation is
    for whoever knows, and so may be for the assistant.
    """
    *before, last = thread
    if last.mentions_people or len(last.text) > MAX_CHARS or is_small_talk(last.text):
        return Verdict.FOR_PEOPLE
    is_known_here = any(said.by == ASSISTANT for said in before)
    if is_known_here and calls_assistant(last.text):
        return Verdict.FOR_ASSISTANT
    has_the_word = _has_the_word(before, reader=last.by)
    is_asker = _asked_last(before) == last.by
    if has_the_word and is_asker and is_correction(last.text):
        return Verdict.FOR_ASSISTANT
    if not asks_something(last.text) or is_about_people(last.text):
        return Verdict.FOR_PEOPLE
    if has_the_word:
        is_plain = is_asker and not is_of_anybody(last.text)
        return Verdict.FOR_ASSISTANT if is_plain else Verdict.IF_SURE
    return Verdict.IF_SURE if anywhere and not before else Verdict.FOR_PEOPLE


def _has_the_word(before: Sequence[Said], *, reader: str) -> bool:
    """Whether the assistant spoke last, what the reader said since and mere remarks left out."""
    for said in reversed(before):
        if said.by == ASSISTANT:
            return True
        if said.by == reader and not said.mentions_people:
            if said.mentions_assistant:
                # The answer is on its way.
                return True
            continue
        if not _is_remark(said):
            return False
    return False


def _asked_last(before: Sequence[Said]) -> str | None:
    """Return to whom the assistant spoke last."""
    is_older = False
    for said in reversed(before):
        if said.by == ASSISTANT:
            is_older = True
        elif said.mentions_assistant or (is_older and not _is_remark(said)):
            return said.by
    return None


def _is_remark(said: Said) -> bool:
    is_to_somebody = said.mentions_people or said.mentions_assistant
    return not is_to_somebody and is_remark(said.text)
