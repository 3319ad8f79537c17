"""Measures in threads of a channel who is spoken to: the assistant, or another person.

140 threads were written by hand in many styles (`tests/evals/threads/by_hand.jsonl`), 60 are made
from templates. In each the assistant has answered once. Every further message is judged as it comes
in. What is only answered when the articles hold an answer counts as replied to. After a question to
the assistant its answer is taken for given.

    tune    by hand; the wordings were written with them in view
    seen    by hand; looked at once before some wordings were mended
    aside   by hand, written after that, and looked at once before two more were mended
    made    from templates

Repeat it from the repository's root with

    python -m benchmarks.slack.threads
"""

import json
import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import Figure, option_parser, parse, publish
from bot.overhearing.addressing import ASSISTANT, Said, Verdict, addressed

BY_HAND = Path(__file__).parents[2] / "tests" / "evals" / "threads" / "by_hand.jsonl"
MADE = 60
SEED = 14
MENTION_OF_OTHERS = re.compile(r"@(?!assistant)\w")

TOPICS = (
    "payroll outsourcing",
    "a captive centre",
    "robotic automation",
    "an exit plan",
    "travel costs",
)
NAMES = ("ann", "ben", "cara", "dan", "eve")
ASKED = (
    "how does that work for a small company?",
    "what does it cost?",
    "and what about {topic}?",
    "Which risks does {topic} have?",
    "is {topic} better",
    "can you explain that with an example",
    "how long does it take",
    "why is that so?",
    "what is the difference to {topic}?",
    "could you list the steps?",
)
TALK = (
    "@{name} have a look at this",
    "thanks, that helps",
    "who is taking this one?",
    "I'll ask {name} when she is back",
    "can you send me the file?",
    "did you talk to {name} about {topic}?",
    "let's discuss {topic} tomorrow",
    "+1",
    "we looked at {topic} last year",
    "are you coming to the meeting?",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A message, the thread before it, and whom it is for."""

    name: str
    part: str
    thread: tuple[Said, ...]
    is_for_assistant: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures, and each message that is taken wrongly."""
    options = parse(option_parser(__doc__), arguments)
    threads = [*_by_hand(), *_made()]
    judged = [message for part, said, name in threads for message in _messages(said, part, name)]
    figures = [Figure("threads", len(threads))]
    for part in ("tune", "seen", "aside", "made", ""):
        figures += _figures([one for one in judged if part in {"", one.part}], part or "all")
    for one in judged:
        if one.is_for_assistant != _is_replied_to(one):
            kind = "missed" if one.is_for_assistant else "replied"
            print(f"{kind}: {one.name}: {one.thread[-1].text}")
    publish("threads", figures, settings={"seed": SEED}, json_file=options.json)
    return 0


def _figures(judged: Sequence[Judged], part: str) -> list[Figure]:
    asked = [one for one in judged if one.is_for_assistant]
    talk = [one for one in judged if not one.is_for_assistant]
    missed = sum(not _is_replied_to(one) for one in asked)
    replied = sum(map(_is_replied_to, talk))
    goal = part == "all"
    return [
        Figure(f"{part}: questions to the assistant", len(asked)),
        Figure(f"{part}: missed", missed / len(asked), at_most=0.02 if goal else None),
        Figure(f"{part}: messages among people", len(talk)),
        Figure(f"{part}: replied to", replied, at_most=0 if goal else None),
    ]


def _is_replied_to(one: Judged) -> bool:
    return addressed(one.thread) is not Verdict.FOR_PEOPLE


def _messages(said: Sequence[Sequence[str]], part: str, name: str) -> Iterator[Judged]:
    thread: list[Said] = []
    for who, text, *to in said:
        thread.append(_said(who, text))
        if to:
            is_for_assistant = to[0] == "assistant"
            yield Judged(
                name=name, part=part, thread=tuple(thread), is_for_assistant=is_for_assistant
            )
            if is_for_assistant:
                thread.append(Said(by=ASSISTANT, text="The articles say so. [1]"))


def _said(who: str, text: str) -> Said:
    return Said(
        by=ASSISTANT if who == "assistant" else who,
        # As the names of people stand in plain text when Slack tells no name.
        text=MENTION_OF_OTHERS.sub("someone ", text.replace("@assistant", "")).strip(),
        mentions_people=MENTION_OF_OTHERS.search(text) is not None,
        mentions_assistant="@assistant" in text,
    )


def _by_hand() -> Iterator[tuple[str, list[list[str]], str]]:
    for line in BY_HAND.read_text(encoding="utf-8").splitlines():
        thread = json.loads(line)
        yield thread["part"], thread["said"], thread["id"]


def _made() -> Iterator[tuple[str, list[list[str]], str]]:
    chance = random.Random(SEED)  # noqa: S311 (the same threads each time)
    for number in range(MADE):
        one, other = chance.sample(NAMES, 2)
        topic = chance.choice(TOPICS)
        said = [
            [one, f"@assistant what is {topic}?"],
            ["assistant", f"It is explained here: {topic}. [1]"],
        ]
        for _ in range(chance.randint(1, 3)):
            is_question = chance.random() < 0.5
            # Who has begun to talk to a person is answered by that person.
            if is_question and said[-1][-1] in {"assistant", said[1][1]}:
                asks = chance.choice(ASKED)
                said.append([one, asks.format(topic=chance.choice(TOPICS)), "assistant"])
            else:
                talk = chance.choice(TALK).format(name=other, topic=topic)
                said.append([chance.choice((one, other)), talk, "people"])
        yield "made", said, f"made-{number:02}"


if __name__ == "__main__":
    sys.exit(main())
