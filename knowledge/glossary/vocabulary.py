"""How common each term is in the corpus, and which known term a mistyped word is meant to be."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.glossary.abbreviations import Abbreviations
from knowledge.text.language import stem

__all__ = ["Vocabulary", "VocabularyCache"]

MIN_CORRECTED_LENGTH = 5
"""Shorter words are names and acronyms, where one letter makes another word."""
MIN_RESEMBLING_LENGTH = 8
"""In shorter words so many slips make another word: "weather" is no "whether"."""
ENDINGS = ("", "e", "s", "es", "ed", "er", "ers", "or", "ing", "ion", "ions", "ation", "ment", "al",
           "ally", "ance", "ity", "y", "age", "ive")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Document frequencies of the stemmed terms of all visible chunks, and their abbreviations."""

    frequencies: dict[str, int]
    chunks: int
    spell_out: Callable[[str], str] = str
    """Returns a word of the corpus that has the given stem."""
    abbreviations: Abbreviations = field(default_factory=Abbreviations, compare=False)
    """What the visible chunks themselves call by a short and a long name."""
    _corrections: dict[str, str] = field(default_factory=dict, compare=False)

    def idf(self, term: str) -> float:
        """Return the inverse document frequency of a stemmed term, as BM25 has it; above zero."""
        found = self.frequencies.get(term, 0)
        return math.log(1 + (self.chunks - found + 0.5) / (found + 0.5))

    def share(self, term: str) -> float:
        """Return the share of the chunks that hold a stemmed term."""
        return self.frequencies.get(term, 0) / max(self.chunks, 1)

    def knows(self, term: str) -> bool:
        """Whether any chunk holds the stemmed term."""
        return term in self.frequencies

    def coverage(self, wanted: Iterable[str], held: Iterable[str]) -> float:
        """Return which share of the weight of `wanted` terms is among `held`, in [0, 1]."""
        weights = {term: self.idf(term) for term in wanted}
        total = sum(weights.values())
        if not total:
            return 0.0
        present = set(held)
        return sum(weight for term, weight in weights.items() if term in present) / total

    def correct(self, word: str) -> str | None:
        """Return the known word that an unknown word is a slip of, or None when none is near.

        One slip (a letter missing, added, changed, or two swapped) for a word of five letters,
        two from nine letters on; the first letter counts as right.
        """
        term = stem(word)
        if len(word) < MIN_CORRECTED_LENGTH or self.knows(term) or not word.isalpha():
            return None
        if word not in self._corrections:
            self._corrections[word] = self._nearest(word, slips=1 if len(word) < 9 else 2)
        return self._corrections[word] or None

    def resembling(self, word: str) -> str | None:
        """Return the known word that an unknown word may be meant to be, or None.

        It may have more slips than `correct` mends, one in four letters, so a person has to say
        whether it is meant.
        """
        is_long = len(word) >= MIN_RESEMBLING_LENGTH and word.isalpha()
        if not is_long or self.knows(stem(word)):
            return None
        return self._nearest(word, slips=len(word) // 4) or None

    def _nearest(self, word: str, *, slips: int) -> str:
        # The ending may hold the slip, so stems are compared with it and with usual ones.
        known = [stemmed for stemmed in self.frequencies if stemmed[:1] == word[:1]]
        spelt = [f"{stemmed}{ending}" for ending in ENDINGS for stemmed in known]
        near = process.extract(word, spelt, scorer=OSA.distance, score_cutoff=slips, limit=8)
        best = min((distance for _, distance, _ in near), default=0)
        stems = {known[place % len(known)] for _, distance, place in near if distance == best}
        meant = [(self.spell_out(stemmed), self.frequencies[stemmed]) for stemmed in stems]
        # Not every ending goes with every stem, so what texts really say is compared once more.
        return min(
            meant,
            key=lambda one: (OSA.distance(word, one[0]), -one[1], one[0]),
            default=("", 0),
        )[0]


class VocabularyCache:
    """The vocabulary of the corpus as it is now; read again when a run has changed it."""

    def __init__(self, *, revision: Callable[[], int], load: Callable[[], Vocabulary]) -> None:
        """`revision` is cheap and changes whenever the corpus may have."""
        self._revision = revision
        self._load = load
        self._held: tuple[int, Vocabulary] | None = None

    def current(self) -> Vocabulary:
        """Return the vocabulary of all visible chunks."""
        revision = self._revision()
        if self._held is None or self._held[0] != revision:
            self._held = (revision, self._load())
        return self._held[1]
