"""Pure: how people put a question to everybody's assistant, and how to each other.

The patterns say kinds of wording, not topics: persons who are spoken to or of, matters of one's own
team, and what stands in a shared diary.
"""

import re

from knowledge.domain import Subject
from knowledge.questions.small_talk import has_words, read_small_talk

__all__ = [
    "asks_something",
    "calls_assistant",
    "is_about_people",
    "is_correction",
    "is_of_anybody",
    "is_remark",
    "is_small_talk",
]

_ANYTHING = Subject(name="the assistant", about="anything")
MAX_REMARK_WORDS = 8
MAX_CONTINUED_WORDS = 6


def _any_of(phrases: str) -> str:
    return "|".join(line.strip() for line in phrases.splitlines() if line.strip())


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


CALLED = _pattern(r"(?:(?:hey|hi|hello|ok|okay|dear) )?(?:the )?(?:assistant|bot)\b")
CORRECTION = _pattern(
    r"(?:sorry|no|oh|ah|hm+|well|actually)?[,.;]? ?(?:i|we) "
    r"(?:mean\b|meant\b|was asking|were asking)"
)
PRAISE = _pattern(
    r"\W{0,4}(?:\+1|:[\w+-]+:|(?:same|nice|great|good|cool|interesting|perfect|awesome|thanks|"
    r"thank you|thx|ty|useful|helpful|wow|lol|haha|exactly|indeed|true|right|agreed|makes sense|"
    r"this|ok|okay|ah|oh|hm+)\b)"
)

VERBS = """
    explain|elaborate|expand|give|tell|list|show|rank|order|sort|compare|describe|define
    summari[sz]e|name|clarify|outline|say|go into|break|translate|rephrase|repeat|shorten|walk|point
"""
POLITE = "(?:please |pls |plz |also |maybe |now |then |just |quickly |briefly )*"
TO_WHOEVER_KNOWS = _pattern(
    rf"\b(?:can|could|would|will) (?:you|u) {POLITE}(?:{_any_of(VERBS)})\b(?: (?:me|us)\b)?"
    r"|\bdo (?:you|u) (?:have|know) (?:a|an|any|some|more|other|another|what|how|whether|if|why|"
    r"which)\b"
    r"|\bare (?:you|u) (?:sure|certain)\b|\bthank you\b"
    r"|\b(?:give|tell|show|remind|walk) (?:me|us)\b(?! when\b)"
)
DEEDS = r"""
    know|tell|measure|calculate|compute|handle|set|write|choose|pick|decide|avoid|prevent|price
    define|get|apply|report|claim|request|install|use|check|make|build|start|end|leave|manage
    find out|look for|need|have to|do (?:if|when|about)|call
"""
OF_ANYBODY = _pattern(
    r"\b(?:how|when|where|what|which \w+|why|if|should|must|can) "
    r"(?:do|does|can|could|should|would|must|may)? ?(?:you|one|we|i) "
    rf"(?:(?:best|usually|normally|typically|actually) )?(?:{_any_of(DEEDS)})\b"
)

PERSONS = """
    you|u|your|yours|you're|youre|y'all|he|she|him|her|hers|his|guys|folks|everyone|everybody
    anyone|anybody|someone|somebody|our|ours|us|me|my|mine|let's|lets|we|we're|we'll|we've
    i'll|i'd|i've|i'm
"""
DIARY = r"""
    today|tomorrow|tonight|yesterday|yet|still|already|by the way|btw|over there|remember
    lunch|dinner|coffee|drinks? after|\d{1,2} ?(?:am|pm)|\d{1,2}:\d\d|\d+ ?min
    (?:this|next|last) (?:morning|afternoon|night|week|month|year)
    (?:this|next|last|on|by|until|for|before) (?:monday|tuesday|wednesday|thursday|friday)
"""
SEEKING = r"""
    who(?:'s| is|s) \w+ing
    who (?:could|can|might|would|will|is|wants|has) (?:know|help|do|take|join|present|going|to|time)
    the (?:one|person|guy|man|woman|people) who
    why (?:would|did|wouldn't|didn't) they
"""
OWN_DEALS = (
    r"(?:the|that) (?-i:[A-Z]\w+) (?:contract|deal|team|account|project|client|office|site|people)"
)
HAPPENED = (
    r"(?:^|[.!?,;] |\b(?:who|what|when|where|why|how|and|so|but) )(?:did|has|have|was|were)\b"
)
# "Ask HR, maybe?" is no question.
PROPOSED = (
    r"(?:^|[.!?,;] )(?:maybe |perhaps |just |better )?"
    r"(?:ask|try|ping|call|email|check with|talk to)\b|\b(?:maybe|perhaps) ?\?"
)
ABOUT_PEOPLE = _pattern(
    rf"\b(?:{_any_of(PERSONS)}|{_any_of(DIARY)}|{_any_of(SEEKING)}|{OWN_DEALS})\b"
    rf"|{HAPPENED}|{PROPOSED}"
)
"""Persons, their diary, or what they did: a reference work knows none of it."""
NO_NAMES = """
    So|Ok|Okay|Well|Also|And|But|Or|Now|Then|Thanks|Thank|Great|Hi|Hello|Hey|Right|Sure|Yes|No|Sorry
    Please|Finally|Interesting|Cool|Nice|Good|Perfect|Hm|Hmm|Ah|Oh|Alright|Again|First|Second|Next
    Besides|Generally|Usually|Actually|Just|Wait|Still|In|For|If|When|Assistant|Bot|Question
    However|Lastly
"""
NAMES_SOMEBODY = re.compile(
    r"^(?:(?:[Hh]ey|[Hh]i|[Hh]ello|[Oo]k|[Ss]o) )?"
    rf"(?!(?:{_any_of(NO_NAMES)})\b)[A-Z][a-z]+, |, [A-Z][a-z]+ ?\?$|@\w"
)
"""As in "Ben, ..." and "..., Ben?"."""

OPENINGS = "and|so|but|also|ok|okay|now|then|well|thanks|great|sorry|hm+|interesting|please|pls"
PREPOSITIONS = "for|in|at|by|to|from|with|on|of|under|until|since|through"
QUESTION_WORDS = r"""
    what(?! an?\b)|what's|whats|which|who|who's|whose|whom|when|where|why|how|how's|hows
"""
AUXILIARIES = """
    am|was|were|do|did|can|could|should|would|will|may|must|shall|has|have|don't|can't
"""
SUBJECTS = r"""
    the|a|an|it|that|this|these|those|they|there|i|we|you|one|any|all|some|both|\w+s
"""
ASKS = _pattern(
    rf"(?:(?:{OPENINGS})[,.!:]? ){{0,4}}"
    rf"(?:(?:(?:{PREPOSITIONS}) )?(?:{_any_of(QUESTION_WORDS)})\b"
    r"|(?:is|are|does|isn't|aren't|doesn't) \w"
    rf"|(?:{_any_of(AUXILIARIES)}) (?:{_any_of(SUBJECTS)})\b"
    rf"|(?:what|how) about\b|any \w+s\b|(?:{_any_of(VERBS)})\b)"
)
SIDES = r"""
    drawbacks?|downsides?|upsides?|benefits?|advantages?|disadvantages?|pros(?: and cons)?|cons
    risks?|costs?|examples?|alternatives?|exceptions?|limits?|limitations?|sources?|details?
    definitions?|deadlines?|conditions?|requirements?|steps?|reasons?|types?|kinds?|use cases?
"""
SIDE = _pattern(
    r"(?:(?:and|the|some|any|main|key|common|typical|possible|other|more) ){0,4}"
    rf"(?:{_any_of(SIDES)})(?: (?:please|pls))?[.!]{{0,3}}$"
)
"""A side of what was spoken of stands alone, as in "drawbacks"."""
CONTINUED = _pattern(
    r"(?:and|also|or) (?!(?:i|we|you|he|she|they|so|then|yes|no|that's|it's)\b)\w+"
)
SAID_ONLY = _pattern(
    r"tell me about it\b"
    r"|(?:show|point|order|name|list|rank|say|expand|repeat|break|sort)\w{0,3} ?[.!]{0,3}$"
)


def asks_something(text: str) -> bool:
    """Whether a message wants an answer, by a question mark or by how it begins."""
    if SAID_ONLY.match(text) or not has_words(text):
        return False
    if "?" in text or ASKS.match(text) or SIDE.match(text):
        return True
    return len(text.split()) <= MAX_CONTINUED_WORDS and CONTINUED.match(text) is not None


def is_about_people(text: str) -> bool:
    """Whether a question names or means persons, and so is for one who knows them."""
    if NAMES_SOMEBODY.search(text):
        return True
    # "Can you explain that?" is asked of whoever knows, "do you have the file?" of a person.
    rest = OF_ANYBODY.sub(" ", TO_WHOEVER_KNOWS.sub(" ", text))
    return ABOUT_PEOPLE.search(rest) is not None


def is_of_anybody(text: str) -> bool:
    """Whether it says "you" or "we" and may mean anybody, as in "how do you measure that"."""
    return OF_ANYBODY.search(text) is not None


def is_remark(text: str) -> bool:
    """Whether a message only takes note of what was said."""
    if is_small_talk(text):
        return True
    is_short = len(text.split()) <= MAX_REMARK_WORDS
    return is_short and "?" not in text and PRAISE.match(text) is not None


def is_small_talk(text: str) -> bool:
    """Whether a message is nothing but thanks, a greeting, a sign or the like."""
    if not has_words(text):
        return True
    return read_small_talk(text, subject=_ANYTHING, is_follow_up=True) is not None


def calls_assistant(text: str) -> bool:
    """Whether the assistant is spoken to by what it is."""
    return CALLED.match(text) is not None


def is_correction(text: str) -> bool:
    """Whether somebody puts right what was asked."""
    return CORRECTION.match(text) is not None
