"""Pure: whether a question asks for advice that only a professional can give."""

import re
from dataclasses import dataclass

__all__ = ["Advice", "read_advice"]


@dataclass(frozen=True, slots=True)
class Advice:
    """A kind of advice, and who gives it."""

    kind: str
    """As in "no legal advice"."""
    whom: str
    """As in "please ask a lawyer"."""


# What "is a sound contract legal prose" is not: somebody who wants to know what to do.
ASKER = re.compile(
    r"\b(?:i|we|us|me|my|our|ours|mine|should|someone|somebody|one)\b|\bis (?:it|this|that)\b|"
    r"\bto (?:buy|sell|take)\b",
    re.IGNORECASE,
)
FIELDS = (
    (
        re.compile(
            r"\b(?:tax(?:es)?|vat|gst) advice\b|\btaxable\b|\btax[- ]deductible\b|"
            r"\b(?:pay|paying|owe|save|avoid|deduct|charge|reclaim|withhold|(?:liable|subject) "
            r"(?:for|to))\b.{0,30}\b(?:tax(?:es)?|vat|gst)\b",
            re.IGNORECASE,
        ),
        Advice("tax", "a tax adviser or your finance department"),
    ),
    (
        re.compile(
            r"\b(?:sue|suing|lawsuits?|legally|liable|(?:to|in) court|break(?:ing)? the law|"
            r"against the law|legal (?:advice|action|rights?)|"
            r"(?:is|be|are|was) (?:it |this |that )?(?:\w+ )?(?:il|un)?(?:legal|lawful)"
            r"(?! (?:team|department|counsel|research|work|process|services?|outsourcing)))\b",
            re.IGNORECASE,
        ),
        Advice("legal", "a lawyer or your legal department"),
    ),
    (
        re.compile(
            r"\bmedical advice\b|\b(?:take|which|what)\b.{0,20}\b(?:medicines?|medications?|pills?|"
            r"drugs|painkillers?|antibiotics)\b|\bmy (?:\w+ )?(?:symptoms?|depression|anxiety|"
            r"headaches?|pain|illness|disease|pregnancy|migraines?|insomnia|blood pressure)\b",
            re.IGNORECASE,
        ),
        Advice("medical", "a doctor"),
    ),
    (
        re.compile(
            r"\b(?:buy|buying|sell|selling|hold|trade|which|what|best|pick)\b(?:\W+\w+){0,4}?\W+"
            r"(?:shares|stocks?|bonds|crypto\w*|bitcoins?)\b|\b(?:investment|financial) advice\b|"
            r"\b(?:should|can|could|shall|do|would) i (?:\w+ )?invest\b|"
            r"\binvest my\b|\bmy (?:money|savings|pension)\b",
            re.IGNORECASE,
        ),
        Advice("investment", "a licensed financial adviser"),
    ),
)


def read_advice(question: str) -> Advice | None:
    """Return the advice that a question asks for, or None: a question about a field is none."""
    if not ASKER.search(question):
        return None
    return next((advice for words, advice in FIELDS if words.search(question)), None)
