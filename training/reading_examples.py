"""Labelled sentences as examples for the reader: a question, a passage, and what in it answers."""

import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.domain import Chunk
from knowledge.ports import Embedder
from knowledge.text.language import sentence_spans
from knowledge.text.passages import ITEM_MARK, units

__all__ = [
    "Example",
    "Label",
    "beside_the_point",
    "field_examples",
    "general_examples",
    "is_kept_aside",
    "policy_examples",
    "read_labels",
    "style_examples",
]

FIELD = Path(__file__).parent / "answering_sentences.jsonl"
GENERAL = Path(__file__).parent / "answering_sentences_general.jsonl"
STYLES = Path(__file__).parent / "answering_sentences_styles.jsonl"
NEAR_MISSES = Path(__file__).parent / "answering_sentences_near_misses.jsonl"
"""Passages of such styles to which half of the questions are near misses."""
KEPT_ASIDE = 0.2
"""Share of the passages of other styles that is not fitted to."""
NEAREST, FARTHEST = 4, 40
"""Ranks of like passages of which one is taken that does not answer. The nearest of all may say the
same of another firm, and would answer."""
BESIDE = 0.5
"""Share of the answered questions that are put to such a passage as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A question on a section, and the texts of the units that answer it."""

    article: str
    heading: str
    question: str
    says: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A question with a passage, and which of its units answer."""

    question: str
    passage: str
    """What the passage is part of."""
    frame: str
    units: tuple[str, ...]
    right: tuple[bool, ...]


def read_labels() -> list[Label]:
    """Return all labels of sections of the bundled articles."""
    return [
        Label(
            article=row["article"],
            heading=row["heading"],
            question=row["question"],
            says=frozenset(row["says"]),
        )
        for row in _rows(FIELD)
    ]


def field_examples(labels: Iterable[Label], chunks: Sequence[Chunk]) -> Iterator[Example]:
    """Yield each label with each passage of its section, unless its texts are gone."""
    for label in labels:
        section = [
            chunk
            for chunk in chunks
            if (chunk.article_id, chunk.heading) == (label.article, label.heading)
        ]
        texts = [tuple(unit.text for unit in units(chunk.text)) for chunk in section]
        if not label.says <= {text for part in texts for text in part}:
            continue
        for chunk, part in zip(section, texts, strict=True):
            yield Example(
                question=label.question,
                passage=chunk.article_id,
                frame=chunk.frame,
                units=part,
                right=tuple(text in label.says for text in part),
            )


def general_examples() -> Iterator[Example]:
    """Yield each question on a passage of another subject."""
    return _passage_examples(GENERAL)


def style_examples() -> Iterator[Example]:
    """Yield each question on a passage as an office writes it."""
    yield from _passage_examples(STYLES)
    yield from _passage_examples(NEAR_MISSES)


def policy_examples(file: Path, *, limit: int) -> Iterator[Example]:
    """Yield up to `limit` questions of PolicyQA (MIT) whose answer stands in one sentence."""
    for row in random.Random(0).sample(list(_rows(file)), limit):  # noqa: S311
        sentences = tuple(
            span.text for line in row["context"].split("\n") for span in sentence_spans(line)
        )
        right = tuple(any(answer in text for answer in row["answers"]) for text in sentences)
        if any(right) and len(sentences) > 1:
            yield Example(
                question=row["question"],
                passage=row["site"],
                frame=f"{row['site']} privacy policy",
                units=sentences,
                right=right,
            )


def is_kept_aside(example: Example) -> bool:
    """Whether a passage of another style is for measuring and for what goes by the log-odds."""
    return hashlib.sha256(example.passage.encode()).digest()[0] < 256 * KEPT_ASIDE


def beside_the_point(
    examples: Sequence[Example], embedder: Embedder, *, share: float = BESIDE, seed: int = 0
) -> list[Example]:
    """Return a part of the answered questions, each with a like passage that does not answer."""
    passages = {(one.frame, one.units): one for one in examples}
    keys = list(passages)
    vectors = embedder.embed_documents([f"{frame}\n{' '.join(texts)}" for frame, texts in keys])
    chance = random.Random(seed)  # noqa: S311 (nothing is kept secret by it)
    asked = [one for one in examples if any(one.right) and chance.random() < share]
    near = embedder.embed_documents([one.question for one in asked]) @ vectors.T
    found = []
    for one, similarities in zip(asked, near, strict=True):
        others = [
            passages[keys[place]]
            for place in np.argsort(-similarities)[: FARTHEST + 1]
            if passages[keys[place]].passage != one.passage
        ]
        other = chance.choice(others[NEAREST:])
        found.append(replace(other, question=one.question, right=(False,) * len(other.units)))
    return found


def _passage_examples(file: Path) -> Iterator[Example]:
    for row in _rows(file):
        texts = tuple(text.removeprefix(ITEM_MARK) for text in row["sentences"])
        for asked in row["questions"]:
            yield Example(
                question=asked["question"],
                passage=row["title"],
                frame=row["title"].replace(" > ", " "),
                units=texts,
                right=tuple(place in asked["says"] for place in range(len(texts))),
            )


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
