"""Pure: does a model say, in whatever words, that it has no answer?"""

import re

__all__ = ["declines"]

_GIVEN = (
    r"(?: (?:provided|given|above|supplied|available|here|at hand|shared|i have|i was given|"
    r"you (?:gave|provided|shared)|that (?:is|are|was|were) \w+)){0,2}"
)
_NOUN = (
    r"(?:passages?|articles?|documents?|documentation|context|sources?|information|texts?|"
    r"excerpts?|materials?|knowledge base)"
)
_SHOWN = rf"(?:the|these|those|your|this|any) (?:\w+ ){{0,2}}?{_NOUN}{_GIVEN}"
"""What a model calls that which it is shown."""
_TELLS = (
    r"(?:answers?|contains?|mentions?|says?|provides?|includes?|specify|specifies|states?|covers?|"
    r"address(?:es)?|gives?|explains?|discuss(?:es)?|tells?|defines?|describes?|have|has|help)\b"
)
_TOLD = r"(?:specified|mentioned|covered|stated|provided|given|included|addressed|answered|found)"
_NO_NEWS = (
    r"(?:no|not enough|insufficient|not sufficient) (?:\w+ )?"
    r"(?:information|details?|mention|answer|data|reference)\b"
    r"(?= (?:about|on|of|regarding|that|in|to|for|here|is|was|given|provided|available)\b|[.,]|$)"
)
_LEAD = (
    r"^(?:(?:sorry|unfortunately|i(?:'m| am) (?:sorry|afraid)|i apologi[sz]e|apologies|"
    r"(?:based on|from|according to) [^,]{0,60}|as an? (?:\w+ )?(?:ai|language|chat)[^,]{0,30})"
    r"[,.;:]?(?: but| that)? ?)*"
)
_DECLINES = re.compile(
    rf"\b{_SHOWN} (?:do(?:es)? not|don['’]t|doesn['’]t|did not|didn['’]t|never|fails? to)"  # noqa: RUF001
    rf" (?:\w+ ){{0,3}}?{_TELLS}"
    rf"|\b(?:none|nothing|no answer|no part) (?:of|in) {_SHOWN}\b"
    rf"|\bno (?:passages?|articles?|documents?|sources?) {_TELLS}"
    rf"|\b(?:not|isn['’]t|aren['’]t|cannot be|can['’]t be)"  # noqa: RUF001
    rf" (?:\w+ ){{0,2}}?(?:{_TOLD} )?(?:in|by|from) {_SHOWN}"
    rf"|\b{_SHOWN} (?:is|are) silent\b"
    rf"|{_LEAD}i (?:am unable|was unable|were unable|cannot|can['’]t|could not|couldn['’]t|"  # noqa: RUF001
    r"(?:do|did) not (?:have|know|find|see)|(?:don|didn)['’]t (?:have|know|find|see)|"  # noqa: RUF001
    r"have no|found no|see no|find no)\b"
    rf"|{_LEAD}i['’]m unable\b"  # noqa: RUF001
    rf"|{_LEAD}(?:there (?:is|are|was)|there['’]s) {_NO_NEWS}"  # noqa: RUF001
    rf"|{_LEAD}{_NO_NEWS}"
    rf"|{_LEAD}(?:this|the|your|that) question (?:cannot|can['’]t|could not) be answered"  # noqa: RUF001
    r"|^(?:i(?:'m| am) )?(?:sorry|afraid)\b",
    re.IGNORECASE,
)


def declines(statement: str) -> bool:
    """Whether a sentence speaks of the lack of an answer, and not of the subject."""
    return _DECLINES.search(statement) is not None
