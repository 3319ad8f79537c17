"""Does this passage support this sentence? One judgement for composer, model path and tests."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from knowledge.text.language import WORD, numbers, stem, stems_of, words

__all__ = ["Support", "check_statement", "check_support", "differs_in_wording"]

ENOUGH = 0.75
"""Share of a sentence's stems that its passage must hold."""
NAME = re.compile(r"(?<![.?!]\s)(?<!^)\b[A-Z][\w&-]*")
ACRONYM = re.compile(r"\b[A-Z][A-Z&]+(?=s?\b)")

# What a model may add, drop or change freely: these words carry no fact by themselves.
NEUTRAL = frozenset(
    """
    a an the is are was were be been being am has have had having do does did that which who it its
    this these those they their them there also as such however moreover furthermore additionally
    """.split()  # noqa: SIM905 (a list of so many words is easier to read as text)
)
OPENER = re.compile(
    r"^(?:for example|for instance|in addition|in short|in other words|overall),?\s+", re.IGNORECASE
)
FREE = frozenset(stem(word) for word in ("therefore", "thus", "itself"))
"""A model may drop these, but not add them: they claim that one thing follows from another."""
JOINERS = frozenset({"and", "or", "but", "while", "wherea", "so", "becaus"})
# A clause with one of these limits what stands beside it, so it cannot be left out.
LIMITS = frozenset(
    {stem(word) for word in ("according", "allegedly", "assuming")}
    | {stem(word) for word in ("except", "hypothetical", "if", "least", "myth", "only", "or")}
    | {stem(word) for word in ("principle", "reportedly", "supposedly", "theory")}
    | {stem(word) for word in ("suppose", "unless", "until", "when", "whether")}
)
# As keys of `_read`: what denies; what hedges or says of how many; and what turns round who does
# something to whom.
TURNS = frozenset(
    {
        "no",
        "non",
        "not",
        "never",
        "none",
        "neither",
        "nor",
        "without",
        "seldom",
        "hard~ly",
        "rare~ly",
    }
    | {"can", "could", "may", "might", "must", "should", "would", "often", "sometim", "usual~ly"}
    | {"all", "few", "mani", "most", "some"}
    | {"by", "from"}
)
# Quantities, and the parties of a contract: as easily exchanged as names, and as bad.
FIXED = frozenset(
    """
    two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty
    seventy eighty ninety hundred hundreds thousand thousands million millions billion billions
    dozen dozens half third thirds quarter quarters twice double triple more less fewer first last
    client clients customer customers buyer buyers provider providers vendor vendors supplier
    suppliers employer employers employee employees
    """.split()  # noqa: SIM905
)
UNITS = frozenset("%$€£")
PREPOSITIONS = frozenset(
    stem(word)
    for word in """
    about after against among at because before between by during for from if in into of on over
    since through to under until when while with within without
    """.split()  # noqa: SIM905
)
TOPIC = re.compile(r"^(?:in|within|under)\s+([^,\s][^,]*),\s+(\S.*)$", re.IGNORECASE)
SAME = (
    (re.compile(r"\bper ?cent\b", re.IGNORECASE), "%"),
    (re.compile(r"\bcannot\b", re.IGNORECASE), "can not"),
    (re.compile(r"\b(?:provided that|depending|(?:as|so) long as)\b", re.IGNORECASE), "if"),
)
LINKS = frozenset(stem(word) for word in ("include", "cover", "involve", "comprise", "mean"))
PIECE = re.compile(rf"(?P<word>{WORD.pattern})|(?P<unit>[%$€£])|(?P<stop>[,;:()|]| [-–—] |—)")  # noqa: RUF001
# Few, and only words that mean the same wherever they stand in such articles.
ALIKE = {
    word: group[0]
    for group in (
        ("usually", "typically", "normally", "generally"),
        ("often", "frequently"),
        ("need", "require"),
        ("needs", "requires"),
        ("firm", "company"),
        ("firms", "companies"),
        ("provider", "vendor", "supplier"),
        ("providers", "vendors", "suppliers"),
        ("begin", "start"),
        ("begins", "starts"),
    )
    for word in group
}
NOW, PAST = frozenset({"is", "are"}), frozenset({"was", "were"})
PLAIN = frozenset("\"'“”‘’()-–—,;:.!%$€£")  # noqa: RUF001


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """How far a passage says what a sentence says."""

    containment: float
    """Share of the sentence's stems that the passage holds, in [0, 1]."""
    missing_numbers: frozenset[str]
    missing_names: frozenset[str]

    @property
    def is_enough(self) -> bool:
        """Whether the sentence may be said and the passage cited for it."""
        has_all = not self.missing_numbers and not self.missing_names
        return has_all and self.containment >= ENOUGH


def check_support(sentence: str, passage: str, *, frame: str = "") -> Support:
    """Compare a sentence with a passage; `frame` is the passage's title and heading.

    Every number and every name must occur as it is; of the other words, most must. The frame may
    lend names and words, since a heading names what the text under it speaks of, but no numbers.
    """
    wanted = set(stems_of(sentence))
    held = set(stems_of(f"{frame} {passage}"))
    containment = len(wanted & held) / len(wanted) if wanted else 0.0
    names = frozenset(NAME.findall(sentence))
    return Support(
        containment=containment,
        missing_numbers=frozenset(numbers(sentence) - numbers(passage)),
        missing_names=frozenset(name for name in names if not set(stems_of(name)) <= held),
    )


def check_statement(statement: str, sentence: str, *, frame: str = "") -> bool:
    """Whether one sentence of a passage says what a model states, in nearly the same words.

    Much stricter than `check_support`, since a model may put true words together to something
    false. Every word of the statement but the neutral ones must stand in the sentence, in the same
    order; what the sentence says besides must be a clause or phrase between punctuation marks that
    does not limit the rest. One phrase may have moved to the front or to the end. `frame`, the
    passage's title and heading, lends no more than a leading "In BPO,".
    """
    if not _may_agree(statement, sentence):
        return False
    held = _read(OPENER.sub("", sentence))
    stated = OPENER.sub("", statement)
    topic = TOPIC.match(stated)
    if topic and _lends(frame, topic[1], sentence) and _is_said(_read(topic[2]), held):
        return True
    return _is_said(_read(stated), held)


def differs_in_wording(statement: str, sentence: str) -> bool:
    """Whether nothing but the choice of words keeps a sentence from saying what a model states.

    For a judge of meaning, which then decides. What such a judge overlooks must agree already:
    conditions, limits, hedges and denials are the same; names, parties, figures, a topic put first
    and the first word, which may be a name, are the sentence's own; and the words that both hold
    stand in the same order, because who did what to whom is what such a judge tells worst. One
    phrase may have moved to either end.
    """
    if not _may_agree(statement, sentence):
        return False
    stated = OPENER.sub("", statement)
    said, held = _read(stated), _read(sentence)
    keys = [token.key for token in held]
    if _turns(said) != _turns(held) or not _own_keys(stated) <= set(keys):
        return False
    shared = set(keys) - PREPOSITIONS
    return any(
        _stand_in_order([token.key for token in order if token.key in shared], keys)
        for order in _orders(said, held)
    )


def _may_agree(statement: str, sentence: str) -> bool:
    """Whether a statement and a sentence are of one kind, tense and set of signs."""
    if statement.rstrip().endswith(("?", ":")) or sentence.rstrip().endswith("?"):
        return False
    has_own_signs = _symbols(statement) <= _symbols(sentence) | PLAIN
    return has_own_signs and not _tenses_differ(statement, sentence)


@dataclass(frozen=True, slots=True)
class _Token:
    """A word that carries meaning, as it is compared, and the marks that stand before it."""

    key: str
    stops: str


@lru_cache(maxsize=4_096)
def _read(text: str) -> tuple[_Token, ...]:
    """Return the words that carry meaning, in order."""
    tokens: list[_Token] = []
    stops = ""
    for written, same in SAME:
        text = written.sub(same, text)
    for piece in PIECE.finditer(text):
        if piece["stop"]:
            stops += piece["stop"].strip()
        elif key := piece["unit"] or _key(piece["word"]):
            tokens.append(_Token(key, stops))
            stops = ""
    return tuple(tokens)


def _key(word: str) -> str:
    """Return what is the same for the forms of one word that mean the same; "" for a neutral one.

    Stems alone would take a provider for what is provided, and "hardly" for "hard".
    """
    (plain,) = words(word)
    if plain in NEUTRAL:
        return word if len(word) > 1 and word.isupper() else ""
    if plain.endswith("n't"):
        return "not"
    plain = ALIKE.get(plain, plain)
    root = stem(plain).replace(",", "")
    for ending in ("er", "or", "ly"):
        if plain.removesuffix("s").endswith(ending) and not root.endswith(ending):
            return f"{root}~{ending}"
    return root


def _is_said(said: Sequence[_Token], held: Sequence[_Token]) -> bool:
    return bool(said) and any(_runs_along(order, held) for order in _orders(said, held))


def _orders(said: Sequence[_Token], held: Sequence[_Token]) -> list[Sequence[_Token]]:
    """Return the statement's words as they stand, and with a phrase moved back to its place."""
    orders = [said]
    for place in range(1, len(said)):
        fronted = said[0].key in PREPOSITIONS and "," in said[place].stops
        put_last = said[place].key in PREPOSITIONS and held[:1] and said[place].key == held[0].key
        if fronted or put_last:
            orders.append([*said[place:], *said[:place]])
    return orders


def _runs_along(said: Sequence[_Token], held: Sequence[_Token]) -> bool:
    """Whether all words of the statement stand in the sentence, in order and without bad gaps."""
    places = {-1}
    for token in said:
        places = _reached(token.key, places, held)
    return any(place >= 0 and _may_end(held, place + 1) for place in places)


def _reached(key: str, places: set[int], held: Sequence[_Token]) -> set[int]:
    """Return the places of the sentence to which a statement's next word leads from `places`."""
    reached = {
        at
        for at, other in enumerate(held)
        if other.key == key
        and any(_may_skip(held, place + 1, at) for place in places if place < at)
    }
    if key == "and":
        reached |= places
    elif key in LINKS:
        # "Collections: reminders and letters" may become "Collections include reminders".
        reached |= {at for at in places if at + 1 < len(held) and ":" in held[at + 1].stops}
    return reached


def _may_skip(held: Sequence[_Token], start: int, end: int) -> bool:
    """Whether what stands before the sentence's word `end` may be left out from `start` on."""
    skipped = held[start:end]
    if all(token.key in FREE for token in skipped):
        return True
    if _limits(skipped):
        return False
    if start == 0:
        return _is_clause(skipped, before=held[end])
    return _is_insert(skipped, before=held[end])


def _is_clause(opening: Sequence[_Token], *, before: _Token) -> bool:
    """Whether the opening of a sentence is a clause of its own, `before` the next word."""
    first, last = opening[0], opening[-1]
    ends = ";" in before.stops or (last.key in JOINERS and "," in last.stops)
    return ends and first.key not in PREPOSITIONS


def _is_insert(skipped: Sequence[_Token], *, before: _Token) -> bool:
    """Whether words within a sentence are set off from it, by brackets or a pair of commas."""
    first, rest = skipped[0], skipped[1:]
    if "(" in first.stops and ")" in before.stops:
        return not any(token.stops.strip(",") for token in rest)
    is_set_off = bool(first.stops and before.stops) and not any(token.stops for token in rest)
    return is_set_off and not any(token.key in JOINERS for token in skipped)


def _may_end(held: Sequence[_Token], start: int) -> bool:
    """Whether the sentence may be cut off before its word `start`."""
    rest = held[start:]
    # What follows from a statement, or why it holds, does not limit it.
    if not rest or rest[0].key in ("so", "becaus"):
        return True
    return not _limits(rest) and bool(rest[0].stops or rest[0].key in JOINERS)


def _limits(tokens: Sequence[_Token]) -> bool:
    return any(token.key.partition("~")[0] in LIMITS for token in tokens)


def _turns(tokens: Sequence[_Token]) -> list[str]:
    """Return what limits, hedges, denies or turns round, as often as it stands there, sorted."""
    keys = [token.key for token in tokens]
    limits = [root for key in keys if (root := key.partition("~")[0]) in LIMITS]
    return sorted([*limits, *(key for key in keys if key in TURNS)])


def _own_keys(statement: str) -> set[str]:
    """Return the keys of the words that a statement cannot put in its own way."""
    keys = {token.key for token in _read(statement)} & UNITS
    for word in WORD.findall(statement):
        is_name = not word.islower() and (
            bool(stems_of(word)) or (len(word) > 1 and word.isupper())
        )
        if is_name or word in FIXED:
            keys.add(_key(word))
    if topic := TOPIC.match(statement):
        keys |= {token.key for token in _read(topic[1])}
    return keys


def _stand_in_order(keys: Sequence[str], held: Sequence[str]) -> bool:
    rest = iter(held)
    return all(key in rest for key in keys)


def _lends(frame: str, topic: str, sentence: str) -> bool:
    """Whether a frame names the topic and nothing else that the sentence may be about."""
    keys = {token.key for token in _read(topic)}
    acronyms = set(ACRONYM.findall(f"{frame} {sentence}"))
    return keys <= {token.key for token in _read(frame)} and acronyms <= set(ACRONYM.findall(topic))


def _tenses_differ(statement: str, sentence: str) -> bool:
    """Whether a statement says of now what the sentence says of the past, or the other way."""
    said, held = set(words(statement)), set(words(sentence))
    return any(
        said & here and not said & there and held & there and not held & here
        for here, there in ((NOW, PAST), (PAST, NOW))
    )


def _symbols(text: str) -> set[str]:
    return {char for char in text if not char.isalnum() and not char.isspace()}
