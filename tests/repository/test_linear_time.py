"""Whoever writes to the assistant must not be able to stop it: reading takes linear time."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import Any

import pytest

from bot.incoming import parse_question
from bot.reading import plain_text
from bot.rendering.elements.mrkdwn import bold, cut, escape, italic, link, quote
from knowledge.answers.subject import BUNDLED_SUBJECT
from knowledge.domain import Question, Turn
from knowledge.glossary.glossary import Glossary
from knowledge.glossary.vocabulary import Vocabulary
from knowledge.questions.advice import read_advice
from knowledge.questions.conversation import stand_alone
from knowledge.questions.orders import without_orders
from knowledge.questions.small_talk import has_words, read_small_talk
from knowledge.questions.understanding import normalise, split_requests, understand
from knowledge.settings import KnowledgeSettings
from knowledge.text.language import content_words, names, sentence_spans, stems_of
from knowledge.text.unicode import normalised
from tests.adversaries import UNITS, best_time, fragments_of, repeated

SMALL, LARGE = 500, 2_000
HOPELESS_S = 1.5
MOST_GROWTH = 9.0
"""For four times the text. Linear is 4, the square 16."""
FLOOR_S = 0.012
"""What is read so fast is no way to stop anything, however it grows."""

# Patterns that are shown no longer text than this, by the function around them.
SHORT_TEXTS = {
    "knowledge.questions.small_talk": 120,
    "knowledge.glossary.keys": 120,
    "knowledge.glossary.abbreviations": 160,
}
NOT_FOR_PEOPLES_TEXTS = ("__main__", "local_slack", "migrations")


def _patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for package in ("bot", "knowledge"):
        root = importlib.import_module(package)
        for module in pkgutil.walk_packages(root.__path__, f"{package}."):
            if any(part in module.name for part in NOT_FOR_PEOPLES_TEXTS):
                continue
            held = vars(importlib.import_module(module.name))
            for name, value in held.items():
                for pattern in _patterns_in(value):
                    yield f"{module.name}:{name}", pattern


def _patterns_in(value: Any) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _patterns_in(item)
    elif isinstance(value, dict):
        yield from _patterns_in(list(value.values()))


PATTERNS = {(pattern.pattern, pattern.flags): (place, pattern) for place, pattern in _patterns()}


def _complaint(read: Callable[[str], object], make: Callable[[int], str], limit: int) -> str:
    large = make(min(LARGE, limit))
    seconds = best_time(lambda: read(large), times=1)
    if seconds < FLOOR_S:
        return ""
    if seconds > HOPELESS_S:
        return f"{seconds:.1f} s for {large[:60]!r}"
    # Something else may have run: only what is slow every time is slow.
    seconds = best_time(lambda: read(large))
    small = make(min(LARGE, limit) * SMALL // LARGE)
    growth = seconds / max(best_time(lambda: read(small)), 1e-6)
    if seconds < FLOOR_S or growth < MOST_GROWTH:
        return ""
    return f"{seconds:.3f} s, {growth:.0f} times as long for 4 times {large[:60]!r}"


@pytest.mark.parametrize(
    ("place", "pattern"),
    [
        pytest.param(place, pattern, id=f"{place} {n}")
        for n, (place, pattern) in enumerate(PATTERNS.values())
    ],
)
def test_a_pattern_takes_time_in_proportion_to_the_text(
    place: str, pattern: re.Pattern[str]
) -> None:
    limit = SHORT_TEXTS.get(place.partition(":")[0], LARGE)

    complaints = [
        complaint
        for make in repeated(fragments_of(pattern))
        if (complaint := _complaint(lambda text: list(pattern.finditer(text)), make, limit))
    ]

    assert complaints == []


@lru_cache
def _glossary() -> Glossary:
    file = KnowledgeSettings(_env_file=None).glossary_file
    return Glossary.load(file, passages=lambda *_: None)


def _vocabulary() -> Vocabulary:
    return Vocabulary({"outsourcing": 9, "process": 5, "provider": 3, "business": 2}, chunks=10)


def _mention(text: str) -> object:
    event = {"type": "message", "channel_type": "im", "channel": "D1", "ts": "1", "user": "U1"}
    return parse_question({"event_id": "1", "event": event | {"text": text}}, bot_user_id="U0")


def _follow_up(text: str) -> object:
    turn = Turn(role="user", text=text)
    return stand_alone(Question(text=text, history=(turn, turn)), _glossary())


def _understood(text: str) -> object:
    return understand(text, lexicon=_glossary(), vocabulary=_vocabulary())


READERS: dict[str, Callable[[str], object]] = {
    "parse_question": _mention,
    "plain_text": plain_text,
    "escape": escape,
    "cut": lambda text: cut(text, 500),
    "bold": bold,
    "italic": italic,
    "quote": quote,
    "link": lambda text: link("https://a.example", text),
    "normalised": lambda text: normalised(text, form="NFKC"),
    "normalise": normalise,
    "understand": _understood,
    "stand_alone": _follow_up,
    "split_requests": split_requests,
    "without_orders": without_orders,
    "read_small_talk": partial(read_small_talk, subject=BUNDLED_SUBJECT),
    "has_words": has_words,
    "read_advice": read_advice,
    "define": lambda text: _glossary().define(text),
    "expansions": lambda text: _glossary().expansions(text),
    "sentence_spans": sentence_spans,
    "terms": stems_of,
    "content_words": content_words,
    "names": names,
}


def _filled(unit: str, size: int) -> str:
    return unit * (size // len(unit))


@pytest.mark.parametrize("name", READERS)
def test_a_function_takes_time_in_proportion_to_the_text(name: str) -> None:
    read = READERS[name]

    complaints = [
        complaint
        for unit in UNITS
        if (complaint := _complaint(read, partial(_filled, unit), LARGE))
    ]
    # One character with marks below it and then above it, which Unicode sorts.
    piled = _complaint(read, lambda size: "a" + "\u0301" * (size // 2) + "\u0323" * size, LARGE)

    assert (complaints, piled) == ([], "")
