"""What kind of question it is, what it turns on, and what is not a question at all."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from rapidfuzz.distance import OSA

from knowledge.domain import DefineResult, Section
from knowledge.glossary.glossary import TermMention
from knowledge.glossary.vocabulary import Vocabulary
from knowledge.models.bundled import common_words
from knowledge.questions.wishes import Wishes
from knowledge.text.language import STOP_WORDS, content_words, names, sentence_spans, stem, words
from knowledge.text.unicode import normalised

__all__ = [
    "ADDRESS",
    "Concept",
    "Lexicon",
    "Query",
    "QuestionKind",
    "is_bare",
    "normalise",
    "split_requests",
    "understand",
]


MAX_OTHER_WORDINGS = 3
"""Each is embedded, which takes some milliseconds."""
FIGURE_WORD = re.compile(r"\d[\d.,]*[a-z%]{0,3}")
"""An amount, a time or a date, such as 80k, 5pm or 3rd."""
MAX_CHARS = 4_000
RARE = 0.02
"""Share of the passages up to which an acronym is one that an embedder may not know."""


class QuestionKind(StrEnum):
    """What a good answer to the question looks like."""

    DEFINITION = "definition"
    COMPARISON = "comparison"
    LIST = "list"
    FIGURE = "figure"
    REASON = "reason"
    GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Concept:
    """Something that a question turns on, and the ways in which a text can name it."""

    ways: tuple[frozenset[str], ...]
    """Sets of stems, the question's own first; a text that holds any whole set names it."""
    kinds: frozenset[str] = frozenset()
    """Acronyms of kinds of it: who says BPO says outsourcing."""

    def is_named_by(self, stems: frozenset[str]) -> bool:
        """Whether a text of these stems names the concept."""
        return any(way <= stems for way in self.ways) or not self.kinds.isdisjoint(stems)


class Lexicon(Protocol):
    """Knows the field's terms."""

    def define(self, text: str) -> DefineResult:
        """Return the meanings of a term."""

    def kinds_of(self, term: str) -> frozenset[str]:
        """Return the acronyms whose expansion ends with a stemmed word."""

    def expansions(self, text: str) -> tuple[TermMention, ...]:
        """Return the terms that occur in `text`, in order, the longest where they overlap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question, understood."""

    text: str
    """The question as it is searched for, spelling mended."""
    kind: QuestionKind
    concepts: tuple[Concept, ...]
    """What the question turns on, in order, each once."""
    mentions: tuple[TermMention, ...] = ()
    sides: tuple[str, str] | None = None
    """The two things that a comparison compares."""
    unknown_words: tuple[str, ...] = ()
    """Words that are names or terms, that no chunk holds, and that are no slip of a known one.

    Everyday words are not among them: that no article says "boss" tells nothing.
    """
    corrections: tuple[tuple[str, str], ...] = ()
    """Mistyped words and what they were read as."""
    other_wordings: tuple[str, ...] = ()
    """The text with another name in the place of one that an embedder may not know."""
    wishes: Wishes = Wishes()  # noqa: RUF009 (it cannot change)

    @property
    def ambiguous(self) -> TermMention | None:
        """The one term asked about, when it has several meanings and nothing says which."""
        if self.kind is not QuestionKind.DEFINITION or len(self.concepts) != 1:
            return None
        mention = self.mentions[0] if self.mentions else None
        return mention if mention is not None and len(mention.senses) > 1 else None

    @property
    def explained_in(self) -> frozenset[Section]:
        """Articles and headings where the glossary says that the term asked is explained."""
        if self.kind is not QuestionKind.DEFINITION:
            return frozenset()
        return frozenset(place for mention in self.mentions for place in mention.sections)

    @property
    def search_terms(self) -> tuple[str, ...]:
        """Distinct stems of the question and of other names for what it mentions."""
        stems = (stem for concept in self.concepts for way in concept.ways for stem in sorted(way))
        return tuple(dict.fromkeys(stems))


# They read what `normalise` returns, whose blanks are single, so that no run of them can be read in
# several ways. What may be anything has a limit: without one, each place of a long text from
# which a pattern begins to match is read to the end.
COMPARISON = (
    re.compile(
        r"\bdifferen\w* (?:between|btw|b/w) (?P<a>.{1,120}?) (?:and|n|&|vs\.?|or) (?P<b>.+)"
    ),
    re.compile(
        r"\bhow (?:do|does|is|are) (?P<a>.{1,120}?) (?:differ\w*|different) "
        r"(?:from|to|than) (?P<b>.+)"
    ),
    re.compile(r"\bcompar\w* (?:between )?(?P<a>.{1,120}?) (?:and|with|to|vs\.?) (?P<b>.+)"),
    re.compile(
        r"\b(?:is|are) (?P<a>.{1,120}?) (?:the same|identical) (?:as|thing as|to) (?P<b>.+)"
    ),
    re.compile(
        r"\b(?:is|are) (?P<a>.{1,80}?) and (?P<b>.{1,80}?) (?:the same|identical|different)\b"
    ),
    re.compile(r"^(?:.*?\b(?:is|are|about|on) )?(?P<a>.{1,120}?) (?:vs\.?|versus|v\.?) (?P<b>.+)"),
    re.compile(r"\b(?P<a>\w[\w&-]*) or (?P<b>\w[\w&-]*) ?[:?,-]* ?(?:which|what)\b"),
)
LIST = re.compile(
    r"\b(?:list|examples|types?|kinds?|sorts?|steps|stages|phases|reasons|benefits|advantages|"
    r"disadvantages|risks|elements|components|ways|methods|criteria|tasks|activities|mistakes|"
    r"which \w+s|what (?:\w+s) (?:are|do|does|should|must|can)|name (?:the|some))\b",
)
FIGURE = re.compile(
    r"\b(?:how (?:much|many|big|large|long|old|often|high)|what (?:percentage|percent|share|"
    r"proportion|number|year|size|rate)|when (?:did|was|were|is|does|do)|which year|"
    r"market size|revenue|headcount|statistics?|figures?)\b"
)
DEFINITION = re.compile(
    r"^(?:(?:and|so|ok|hi|hey|please|pls|can you|could you|tell me)[\s,]+)*"
    r"(?:what(?:'s| is| are|s| does| do) (?:the meaning of |meant by |an? |the )?"
    r"(?P<what>.{1,120}?)(?: (?:mean|means|stand for|in \w+))?"
    r"|define (?P<define>.{1,120}?)|(?:meaning|definition) of (?P<of>.{1,120}?)"
    r"|(?P<head>.{1,120}?) (?:meaning|definition|stands for|explained)"
    r"|explain (?:what )?(?:is )?(?P<explain>.{1,120}?)(?: (?:is|means?|to me))*)"
    r"[\s?.!]*$"
)
REASON = re.compile(r"\b(?:why|how come|what for|reason for|what causes?)\b")

ASKS = re.compile(
    r"\b(?:what|who|when|where|why|how|which|is|are|does|do|can|should)\b", re.IGNORECASE
)
SECOND_QUESTION = re.compile(
    r"(?<![\s,;])[\s,;]+(?:and\s+also|and|also|plus|&)[\s,]+(?=(?:what(?:'s|s)?|who|when|where|why|how|which)\b)",
    re.IGNORECASE,
)
ADDRESS = re.compile(
    r"<[@#!]?[^<>\s|]*(?:[|][^<>]*)?>|\b\w+://\S+|\bwww\.\S+|"
    r"(?<![^\s@<>])[^\s@<>]+@[^\s@<>]+\.\w+|(?<!\w)@\w+"
)
HASHTAG = re.compile(r"(?<![\w&])#(?=[^\W\d_])")
"""The sign before a word; a number sign before a figure is part of it."""
DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}(?:[A-Za-z]\b)?")
"""An acronym with its full stops."""
COUNTRIES = {"US": "United States", "USA": "United States", "UK": "United Kingdom"}
"""Acronyms that, without their full stops, are read as another word."""

# Contractions and chat spelling that would hide what is asked.
CHAT_SPELLING = (
    (re.compile(r"\b(?:btw|b/w)\s+(?=\S+\s+(?:and|n|&)\s)", re.IGNORECASE), "between "),
    (re.compile(r"\bdiff\b", re.IGNORECASE), "difference"),
    (re.compile(r"\b(?:pls|plz|plss)\b", re.IGNORECASE), "please"),
    (re.compile(r"\bu\b(?!\.\w)", re.IGNORECASE), "you"),
    (re.compile(r"\bur\b", re.IGNORECASE), "your"),
    (re.compile(r"\br\b(?!\s*&)", re.IGNORECASE), "are"),
    (re.compile(r"\b(?:wats?|whts?)(?=\s+(?:is|are|was|does|do|did)\b)", re.IGNORECASE), "what"),
    (re.compile(r"\bwats?\b|\bwhats\b|\bwhts\b|\bwhat's\b", re.IGNORECASE), "what is"),
    (re.compile(r"\bwhos\b|\bwho's\b", re.IGNORECASE), "who is"),
    (re.compile(r"\bhows\b|\bhow's\b", re.IGNORECASE), "how is"),
    (re.compile(r"(?<=\w)\s+n\s+(?=\w)"), " and "),
    (re.compile(r"\bw/o\b", re.IGNORECASE), "without"),
    (re.compile(r"\bw/\s*(?=\w)", re.IGNORECASE), "with "),
    (re.compile(r"\b(?:govt)\b", re.IGNORECASE), "government"),
    (re.compile(r"\b(?:mgmt)\b", re.IGNORECASE), "management"),
    (re.compile(r"\b(?:info)\b", re.IGNORECASE), "information"),
    (re.compile(r"\bppl\b", re.IGNORECASE), "people"),
    (re.compile(r"\babt\b", re.IGNORECASE), "about"),
    (re.compile(r"\b(?:cuz|coz|bcoz|bc)\b", re.IGNORECASE), "because"),
    (re.compile(r"\b(?:knw|kno)\b", re.IGNORECASE), "know"),
    (re.compile(r"\b(?:ne1|any1)\b", re.IGNORECASE), "anyone"),
    (re.compile(r"\b(?:sum1|some1)\b", re.IGNORECASE), "someone"),
    (re.compile(r"\bshd\b", re.IGNORECASE), "should"),
    (re.compile(r"\b(?:wanna|gonna|gotta)\b", re.IGNORECASE), "want to"),
    (re.compile(r"\bthru\b", re.IGNORECASE), "through"),
    (re.compile(r"\bbtwn\b", re.IGNORECASE), "between"),
    (re.compile(r"^y\s+(?=\w)|(?<=\w)\s+y(?=\W*$)", re.IGNORECASE), " why "),
    (re.compile(r"\bpros and cons\b", re.IGNORECASE), "advantages and disadvantages"),
)


def normalise(text: str) -> str:
    """Return the question on one line, in NFKC, with chat spelling written out.

    What lies beyond `MAX_CHARS` is left out, since a question that is answered is shorter.
    """
    # Mentions, links and addresses are no words of a question, and are never echoed.
    # Some signs become 18 letters.
    whole = normalised(text, form="NFKC")[:MAX_CHARS]
    bare = ADDRESS.sub(" ", whole.replace("’", "'"))  # noqa: RUF001
    bare = DOTTED.sub(_joined, HASHTAG.sub("", bare))
    plain = " ".join(bare.split())
    for pattern, written_out in CHAT_SPELLING:
        plain = pattern.sub(written_out, plain)
    return " ".join(plain.split())


def is_bare(text: str) -> bool:
    """Whether nothing of a message is left to look up: it asks about a mention or an address."""
    return bool(ADDRESS.search(text)) and not content_words(normalise(text))


def _joined(match: re.Match[str]) -> str:
    letters = match.group().replace(".", "")
    # "e.g." and the like are no acronyms of the field.
    return COUNTRIES.get(letters.upper(), letters) if letters.isupper() else match.group()


def understand(text: str, *, lexicon: Lexicon, vocabulary: Vocabulary) -> Query:
    """Return what a self-standing question asks; any text is understood somehow."""
    plain = normalise(text)
    corrected, corrections, unknown = _mend_spelling(plain, lexicon, vocabulary)
    mentions = lexicon.expansions(corrected)
    kind, sides = _kind(corrected)
    return Query(
        text=corrected,
        kind=kind,
        concepts=_concepts(corrected, mentions, lexicon),
        mentions=mentions,
        sides=sides,
        unknown_words=unknown,
        corrections=corrections,
        other_wordings=_other_wordings(corrected, mentions, vocabulary),
    )


def split_requests(text: str) -> tuple[str, ...]:
    """Return the questions of a message that holds several, else the message as it is.

    Sentences without a question of their own (greetings, background) stay with the next one, and
    "what is X and who did Y" is two questions.
    """
    sentences = [span.text for span in sentence_spans(" ".join(text.split()))]
    parts: list[str] = []
    lead = ""
    for sentence in sentences:
        lead = f"{lead} {sentence}".strip()
        if sentence.endswith("?"):
            parts += _split_at_and(lead)
            lead = ""
    if lead and parts:
        parts[-1] = f"{parts[-1]} {lead}"
    elif lead:
        parts = _split_at_and(lead)
    return tuple(parts) if len(parts) > 1 else (text,)


def _split_at_and(sentence: str) -> list[str]:
    """Cut "what is X and who did Y" before the second question word."""
    is_asked = is_meant = False
    begin = 0
    for match in SECOND_QUESTION.finditer(sentence):
        piece, begin = sentence[begin : match.start()], match.end()
        is_asked = is_asked or bool(ASKS.search(piece))
        is_meant = is_meant or bool(content_words(piece))
        if is_asked and is_meant:
            first, second = sentence[: match.start()], sentence[begin:]
            return [first, second] if content_words(second) else [sentence]
    return [sentence]


def _kind(text: str) -> tuple[QuestionKind, tuple[str, str] | None]:
    low = text.casefold()
    for pattern in COMPARISON:
        if match := pattern.search(low):
            sides = (_side(match["a"]), _side(match["b"]))
            if all(sides) and sides[0] != sides[1]:
                return QuestionKind.COMPARISON, sides
    if FIGURE.search(low):
        return QuestionKind.FIGURE, None
    if REASON.search(low):
        return QuestionKind.REASON, None
    if LIST.search(low):
        return QuestionKind.LIST, None
    if (match := DEFINITION.match(low)) and _is_short(next(filter(None, match.groups()), "")):
        return QuestionKind.DEFINITION, None
    return QuestionKind.GENERAL, None


def _side(text: str) -> str:
    """Return one side of a comparison without articles and what follows it."""
    clause = re.split(r"[?.;,]|\s(?:in|when|for|please|exactly|as)\s", f"{text} ")[0]
    words = [word for word in clause.split() if word not in STOP_WORDS]
    return " ".join(words[:5])


def _is_short(what: str) -> bool:
    return 0 < len([word for word in what.split() if word not in STOP_WORDS]) <= 4


def _mend_spelling(
    text: str, lexicon: Lexicon, vocabulary: Vocabulary
) -> tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]]:
    known_surfaces = {word for mention in lexicon.expansions(text) for word in words(mention.text)}
    corrections: list[tuple[str, str]] = []
    unknown: list[str] = []
    # Where all is written in capitals, they tell nothing.
    named = set() if text.isupper() else {word for name in names(text) for word in words(name)}
    for word in dict.fromkeys(content_words(text)):
        if vocabulary.knows(stem(word)) or word in known_surfaces:
            continue
        if meant := _meant_by(word, text, vocabulary, is_name=word in named):
            corrections.append((word, meant))
        elif word in named or not _is_everyday(word):
            unknown.append(word)
    for wrong, right in corrections:
        text = re.sub(rf"\b{re.escape(wrong)}\b", right, text, flags=re.IGNORECASE)
    return text, tuple(corrections), tuple(unknown)


def _meant_by(word: str, text: str, vocabulary: Vocabulary, *, is_name: bool) -> str | None:
    """Return the known word that an unknown one is meant to be; None when it is none."""
    # "bpos" written in lower case is the plural of an acronym.
    if word.endswith("s") and vocabulary.knows(stem(word[:-1])):
        return word[:-1]
    # What is written as a name is not read as another one, and "sleep" is no slip of "steep".
    if is_name or _is_everyday(word):
        return None
    if (term := vocabulary.correct(word)) is not None:
        return term
    return None if _is_acronym(word, text) else _stop_word_like(word)


def _is_everyday(word: str) -> bool:
    """Whether a word is plain English or an amount: that no article has it tells nothing."""
    return word in common_words() or len(word) <= 2 or FIGURE_WORD.fullmatch(word) is not None


def _other_wordings(
    text: str, mentions: tuple[TermMention, ...], vocabulary: Vocabulary
) -> tuple[str, ...]:
    """Return the text with each name that articles give in place of one, and rare acronyms' own."""
    wordings = dict.fromkeys(
        _with_name(name, text, mention.text)
        for mention in mentions
        for name in (*mention.article_names, *_written_out(mention, vocabulary))
    )
    return tuple(wordings)[:MAX_OTHER_WORDINGS]


def _with_name(name: str, text: str, old: str) -> str:
    return re.sub(rf"\b{re.escape(old)}\b", lambda _: name, text)


def _written_out(mention: TermMention, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the expansion of an acronym with one meaning that few passages use; else nothing."""
    is_acronym = mention.term.isupper() and mention.text.casefold() == mention.term.casefold()
    if not is_acronym or len(mention.senses) != 1:
        return ()
    is_rare = vocabulary.share(stem(mention.term.casefold())) <= RARE
    return (mention.senses[0].expansion,) if is_rare else ()


def _is_acronym(word: str, text: str) -> bool:
    """Whether a word is written in capitals in a text that is not."""
    return not text.isupper() and re.search(rf"\b{re.escape(word.upper())}\b", text) is not None


def _stop_word_like(word: str) -> str | None:
    """Return the stop word that a word is one slip of, if any; of several, the first by letter."""
    if len(word) <= 2:
        return None
    near = (
        stop
        for stop in STOP_WORDS
        if len(stop) > 2 and stop[0] == word[0] and OSA.distance(word, stop, score_cutoff=1) <= 1
    )
    return min(near, default=None)


def _concepts(
    text: str, mentions: tuple[TermMention, ...], lexicon: Lexicon
) -> tuple[Concept, ...]:
    """Return one concept for each mentioned term and for each other word that carries meaning."""
    found: dict[frozenset[str], Concept] = {}
    mentioned: set[str] = set()
    for mention in mentions:
        own = _stems(mention.text)
        if not own:
            continue
        mentioned |= own
        ways = dict.fromkeys((own, *(_stems(variant) for variant in mention.names)))
        kinds = lexicon.kinds_of(next(iter(own))) if len(own) == 1 else frozenset()
        found[own] = Concept(tuple(way for way in ways if way), kinds)
    for word in content_words(text):
        if (term := stem(word)) not in mentioned:
            own = frozenset({term})
            found.setdefault(own, Concept((own,), lexicon.kinds_of(term)))
    return tuple(found.values())


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in content_words(text))
