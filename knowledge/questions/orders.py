"""Texts that tell the program or a writer what to do: never followed, and never quoted."""

import re

from knowledge.text.language import content_words, stems_of
from knowledge.text.passages import Unit

__all__ = ["is_told_to_a_writer", "without_orders"]

# Orders to the program: about its instructions, its role, its output or its data. Most count only
# where a clause begins, since "may a processor ignore the controller's instructions" is a question.
_BEGINS = (
    r"(?:^|[.!?;:,]\s*|\b(?:and|then|also|please|now|to|you (?:must|should|will|can)|just)\s+)"
)
_TO_PROGRAM = re.compile(
    _BEGINS + r"(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instructions?|rules?|"
    r"prompts?|guidelines|everything|above|previous|prior|sources?|articles?)\b"
    r"|\b(?:system|hidden|initial|secret) (?:prompt|instructions?|message)\b"
    r"|\byou are (?:now|no longer)\b|" + _BEGINS + r"(?:pretend (?:to be|you|that)|act as)\b"
    r"|\b(?:enter|enable|activate|switch to|go into)\b.{0,20}\bmode\b|\bjailbreak\b"
    r"|<[@!]\w|(?<!\w)@(?:channel|here|everyone)\b"
    r"|" + _BEGINS + r"(?:post|send|write|reply|respond|repeat|print|output|say|include|append|"
    r"add|end|start|finish|begin|mention|ping|tag|notify|alert|dm|message|e-?mail|forward|share|"
    r"upload)\b.{0,60}(?:https?://|www\.|<[@!#]|@\w|\bword for word\b|\bverbatim\b|\bpasswords?\b|"
    r"\btokens?\b|\bapi keys?\b|\bwith the (?:word|text|link)|\bthe following\b|"
    r"\bevery(?:one|body)\b|\bthis link\b|\bin (?:all )?(?:capitals|caps|base64|rot13)\b|"
    r"\binstead\b)"
    r"|" + _BEGINS + r"(?:delete|remove|drop|wipe|erase|purge|run|add|insert|execute|re-?ingest|"
    r"ingest|shut ?down|restart|reboot|stop|disable|grant|make me)\b.{0,50}\b(?:articles?|"
    r"database|index|everything|files?|command|script|bot|yourself|admin|glossary|logs?)\b"
    r"|(?<!\w)/kb\b|\brm -rf\b|\bdrop table\b|\bsudo\b",
    re.IGNORECASE | re.DOTALL,
)
# Whoever is spoken to as the one who writes the reply. "Your response time" is somebody else's.
_TO_WRITER = re.compile(
    r"\b(?:your|the) (?:next |final |whole )?(?:answer|response|reply|output)s?\b"
    r"(?! (?:time|rate|window|team|plan|handling))"
    r"|\byour (?:message|words|letters)\b",
    re.IGNORECASE,
)
_VERBS = (
    r"add|append|anagram|augment|change|combine|convert|embed|end|enhance|finish|format|group|"
    r"hide|include|incorporate|inject|insert|integrate|introduce|jumble|misspell|modify|place|"
    r"prepend|provide|put|rearrange|render|replace|rewrite|scramble|start|substitute|swap|"
    r"translate|use|write|remove|refer|link|begin|conclude|make|mention|promote|suggest|tease"
)
_OPENING = r"^\W*(?:please |also |then |now |in your \w+,? )*"
_WRITING = re.compile(rf"^\W*in your \w+,|{_OPENING}(?:{_VERBS})\b", re.IGNORECASE)
# What one asks of somebody who writes to order; an article may say such a thing of its subject.
_TASK = re.compile(
    rf"{_OPENING}(?:explain|describe|translate|summari[sz]e|draft|compose|write|provide|develop|"
    r"break down|recite|generate|create|craft|replace|convert|show me|tell me|give me|tell us)\b",
    re.IGNORECASE,
)
OFF_SUBJECT = 0.25
"""A task is foreign to a passage when no more of its words than this are in title and heading."""
# People leave out the full stop before an order, or the capital after it.
_CAPITAL_VERBS = "|".join(verb.capitalize() for verb in _VERBS.split("|"))
_SENTENCE_END = re.compile(
    r"(?<=[.!?])[\"')]*\s+"
    rf"|(?<!\s)\s+(?=(?:Please|Ignore|Disregard|Also|Then|In your|{_CAPITAL_VERBS})\s)"
)
_CLAUSE = re.compile(
    r"\s?(?:[;\n]+|,?\s(?:and|then|also)\s(?=(?:also|then|please|reply|respond|post|send|add|end|"
    r"include|ignore|disregard|print|append|ping|mention|tell|repeat|output|write|delete|run|say|"
    r"forget|notify|tag|dm|start|finish|begin)\b))\s?",
    re.IGNORECASE,
)


def without_orders(text: str) -> str:
    """Return a message without its orders to the program; empty when nothing else was said.

    An order is a clause that wants the program to change its rules, its output or its data. What
    is left may be a question, which is answered; orders are never followed.
    """
    if not _is_order(text):
        return text
    kept = []
    for sentence in _SENTENCE_END.split(" ".join(text.split())):
        clauses = [clause for clause in _CLAUSE.split(sentence) if clause]
        said = [clause for clause in clauses if not _is_order(clause)]
        if said:
            kept.append(" and ".join(said))
    rest = " ".join(kept)
    return rest if len(content_words(rest)) > 0 else ""


def is_told_to_a_writer(unit: Unit, *, frame: str) -> bool:
    """Whether a sentence of a passage speaks to whoever writes a reply, and not to its reader.

    It tells how a reply is to be written, or it orders a text on something of which `frame`, the
    passage's title and heading, says nothing. Such a sentence was planted, or is an example.
    """
    if _speaks_of_reply(unit.text):
        return True
    if unit.kind != "sentence" or not _TASK.match(unit.text):
        return False
    held = set(stems_of(unit.text))
    return len(held & set(stems_of(frame))) <= OFF_SUBJECT * len(held)


def _is_order(text: str) -> bool:
    return bool(_TO_PROGRAM.search(text)) or any(
        _speaks_of_reply(sentence) for sentence in _SENTENCE_END.split(text)
    )


def _speaks_of_reply(sentence: str) -> bool:
    return bool(_TO_WRITER.search(sentence) and _WRITING.match(sentence))
