"""Pure: figures, names and denials, which a statement must share exactly with what it rests on."""

import re

from knowledge.support.wording import check_support
from knowledge.text.language import numbers, stem, words

__all__ = ["differs_exactly", "figures"]

SPELLED = {
    word: str(value)
    for value, word in enumerate(
        (
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ),
        start=2,
    )
} | {"twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "ninety": "90"}
SIZES = frozenset(
    """
    half third quarter hundred thousand million billion trillion dozen twice double triple percent
    """.split()  # noqa: SIM905 (a list of so many words is easier to read as text)
)
DENIAL = re.compile(
    r"\b(?:not|no|never|none|neither|nor|nothing|nobody|without|cannot|rather than|instead|except|"
    r"unless|lacks?|lacking|fails?|failed|avoids?|avoid|refuses?|prevents?|stops?|excludes?|outside|"
    r"hardly|rarely|seldom|little|few|unlike|free (?:of|from)|but|only|mistakes?|myths?|wrong|"
    r"stays?|remains?|un\w{4,}|in(?:dependent|ability|sufficient)\w*|non-?\w+|without)\b|n[’']t\b",  # noqa: RUF001
    re.IGNORECASE,
)
PLAIN_DENIAL = re.compile(
    r"\b(?:not|no|never|none|neither|nor|cannot|without)\b|n[’']t\b",  # noqa: RUF001
    re.IGNORECASE,
)
OPENING = re.compile(r"^(?:no|not \w+)[,.]\s+", re.IGNORECASE)
MONEY = re.compile(r"[$€£%]")


def differs_exactly(statement: str, evidence: str, *, frame: str = "", asked: str = "") -> str:
    """Return which kind of thing a statement has that its evidence has not; "" for none.

    `frame`, the title and heading, lends names; what was `asked` lends names and figures, which are
    the person's own. A denial needs a word in the evidence that can be said with one.
    """
    if figures(statement) - figures(evidence) - figures(asked):
        return "figure"
    if set(MONEY.findall(statement)) - set(MONEY.findall(_with_signs(f"{evidence} {asked}"))):
        return "figure"
    if check_support(statement, evidence, frame=f"{frame} {asked}").missing_names:
        return "name"
    if PLAIN_DENIAL.search(OPENING.sub("", statement)) and not DENIAL.search(evidence):
        return "denial"
    return ""


def figures(text: str) -> set[str]:
    """Return the numbers in a text, written out or not, and the words for sizes."""
    said = {SPELLED.get(word, "") for word in words(text)} - {""}
    sizes = {stem(word) for word in words(_with_words(text)) if word.removesuffix("s") in SIZES}
    return {_plain(number) for number in numbers(text)} | said | sizes


def _plain(number: str) -> str:
    """Return a number as it is compared: 8.0 and 08 are 8."""
    try:
        return f"{float(number):g}" if len(number) < 12 else number
    except ValueError:
        return number


def _with_words(text: str) -> str:
    return text.replace("%", " percent ").replace("per cent", "percent")


def _with_signs(text: str) -> str:
    return re.sub(r"\bper ?cent\b", "%", text)
