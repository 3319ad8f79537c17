"""Texts and vectors made for the purpose: as many as wanted, and always the same."""

import hashlib
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

import numpy as np

from benchmarks.public.public_data import Document
from knowledge.ports import Vectors
from knowledge.settings import BUNDLED_ARTICLES

__all__ = ["MadeEmbedder", "made_documents", "made_question"]

SECTIONS = 2
"""Each of them is one chunk."""
SENTENCES = 5
MAX_WORDS = 24
DIMENSION = 384
_SENTENCE = re.compile(r"[A-Z][a-z]+ [\w ,'-]{40,200}[.]")
_WORD = re.compile(r"[\w'-]+")
_SYLLABLES = ("ba", "co", "di", "fu", "ge", "ha", "jo", "ki", "lu", "me", "no", "pa", "ri", "so",
              "tu", "ve", "wa", "xi", "yo", "zu")  # fmt: skip


def made_documents(number: int) -> Iterator[Document]:
    """Yield documents whose words follow each other as in the bundled articles.

    Each has a name of its own, so that the number of different words grows with the corpus.
    """
    for place in range(number):
        yield made_document(place)


def made_document(place: int, *, edition: int = 0) -> Document:
    """Return one document; each edition of it has another text."""
    dice = random.Random(f"{place}.{edition}")  # noqa: S311
    name = made_name(place)
    sections = [
        f"## {_sentence(dice)[:40].strip(' .')} of {name.title()}\n\n"
        + " ".join(
            f"{name.title()} {_sentence(dice, small=True)}" if n % 2 == 0 else _sentence(dice)
            for n in range(SENTENCES)
        )
        for _ in range(SECTIONS)
    ]
    title = f"{name.title()}: {_sentence(dice)[:50].strip(' .')}"
    return Document(document_id=f"{name}-{place}", title=title, text="\n\n".join(sections))


def made_question(dice: random.Random, *, documents: int) -> str:
    """Return a question on one of the first documents, in words that it need not hold."""
    words = [word for word in _WORD.findall(_sentence(dice)) if len(word) > 4][:2]
    return f"How does {made_name(dice.randrange(documents)).title()} handle {' and '.join(words)}?"


def made_name(place: int) -> str:
    """Return a name that no other document has."""
    parts = []
    for _ in range(4):
        place, part = divmod(place, len(_SYLLABLES))
        parts.append(_SYLLABLES[part])
    return "".join(parts)


def _sentence(dice: random.Random, *, small: bool = False) -> str:
    followers, openings = _chain()
    word = dice.choice(openings)
    words = [word.lower() if small else word]
    while len(words) < MAX_WORDS and (after := followers.get(word)):
        word = dice.choice(after)
        words.append(word)
    return " ".join(words).strip(",") + "."


@cache
def _chain() -> tuple[dict[str, list[str]], list[str]]:
    """Return which words follow each word in the bundled articles, and which open a sentence."""
    followers: dict[str, list[str]] = defaultdict(list)
    openings = []
    for path in sorted(BUNDLED_ARTICLES.glob("*.md")):
        for sentence in _SENTENCE.findall(path.read_text(encoding="utf-8")):
            words = sentence.strip(".").split()
            openings.append(words[0])
            for word, after in pairwise(words):
                followers[word].append(after)
    return dict(followers), openings


class MadeEmbedder:
    """Gives each word a direction by chance and each text their sum: near when words are shared.

    Vectors of short words are short, as in a real model, where they say little.
    """

    name = "made"
    max_tokens = 256

    def __init__(self) -> None:
        """Start without any word."""
        self._words: dict[str, Vectors] = {}

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return what a tokeniser of parts of words would count, about."""
        return [len(text) // 4 + 2 for text in texts]

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row for each text."""
        rows = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        for place, text in enumerate(texts):
            words = _WORD.findall(text.lower())
            rows[place] = np.sum([self._word(word) for word in words or [""]], axis=0)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)

    def embed_query(self, text: str) -> Vectors:
        """Return the unit vector of a question."""
        return np.asarray(self.embed_documents([text])[0], dtype=np.float32)

    def _word(self, word: str) -> Vectors:
        found = self._words.get(word)
        if found is None:
            seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "little")
            chance = np.random.default_rng(seed)
            found = chance.standard_normal(DIMENSION).astype(np.float32) * min(len(word), 10)
            if len(self._words) < 100_000:
                self._words[word] = found
        return found
