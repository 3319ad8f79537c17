"""Pure: the many ways in which models cite passages, read as one: `[2]` or `[2, 3]`."""

import re

__all__ = ["read_marks"]

NAMED = r"(?:passages?|sources?|documents?|docs?|refs?|references?)"
LIST = r"\d{1,2}(?:\s{0,3}(?:,|;|and|&|-|–|—|to)\s{0,3}(?:" + NAMED + r"\s{0,3})?\d{1,2})*"  # noqa: RUF001
SQUARE = re.compile(
    rf"[\[【]\s{{0,3}}\^?\s{{0,3}}(?:{NAMED}\s{{0,3}}:?\s{{0,3}})?(?P<list>{LIST})"
    r"(?:[†:][^\]】\n]{0,40})?\s{0,3}[\]】]",
    re.IGNORECASE,
)
ROUND_NAMED = re.compile(
    rf"\(\s{{0,3}}(?:see\s{{1,3}})?{NAMED}\s{{0,3}}:?\s{{0,3}}(?P<list>{LIST})\s{{0,3}}\)",
    re.IGNORECASE,
)
ROUND = re.compile(r"(?<=[\w.%)\]”\"'])\s?\((?P<list>\d(?:\s{0,3}[,-]\s{0,3}\d)*)\)")
AFTER_ROUND = re.compile(r"\s{0,3}[.,;:!?\[(]|\s{1,3}[A-Z“\"]")
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
# After a word, a year or what ends one; after a unit of length it is a power, as in km².
SUPERSCRIPT = re.compile(
    r"(?:(?<=[A-Za-z]{2})(?<!\b[kcdm]m)(?<!\bft)(?<!\byd)(?<!\bmi)"
    r"|(?<=\b[12]\d\d\d)|(?<=[.,;!?)\"”’]))"  # noqa: RUF001
    r"\s?(?P<list>[¹²³⁴⁵⁶⁷⁸⁹]+)"
)
RANGE = re.compile(
    r"(\d{1,3})\s{0,3}(?:-|–|—|to)\s{0,3}(?:" + NAMED + r"\s{0,3})?(\d{1,3})",  # noqa: RUF001
    re.IGNORECASE,
)
LONGEST_RANGE = 10


def read_marks(text: str, *, is_whole: bool) -> str:
    """Return a text in which every citation is written as `[2]` or `[2, 3]`.

    A number in round brackets is one only where a sentence or clause ends behind it; until that is
    seen it is left as it is, unless the text `is_whole`. What has been read once stays as it is.
    """
    text = SQUARE.sub(_square, text)
    text = ROUND_NAMED.sub(_square, text)
    text = SUPERSCRIPT.sub(lambda found: f" [{', '.join(found['list'].translate(RAISED))}]", text)

    def read_round(found: re.Match[str]) -> str:
        rest = text[found.end() :]
        if AFTER_ROUND.match(rest) or (is_whole and not rest.strip()):
            return f" [{_numbers(found['list'])}]"
        return found[0]

    return ROUND.sub(read_round, text)


def _square(found: re.Match[str]) -> str:
    return f"[{_numbers(found['list'])}]"


def _numbers(text: str) -> str:
    def spread(found: re.Match[str]) -> str:
        first, last = int(found[1]), int(found[2])
        if not first <= last < first + LONGEST_RANGE:
            return f"{first}, {last}"
        return ", ".join(map(str, range(first, last + 1)))

    return ", ".join(re.findall(r"\d+", RANGE.sub(spread, text)))
