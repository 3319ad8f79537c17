"""Dates as people and programs write them."""

import datetime as dt
import re

__all__ = ["find_date", "parse_date"]

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
_FORMS = tuple(
    re.compile(rf"(?<![\d/.-]){form}(?![\d/-])", re.IGNORECASE)
    for form in (
        rf"{_YEAR}[-/.](?P<number>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?:T[\d:.+Z-]*)?",
        rf"\b{_MONTH}\s+{_DAY},?\s+{_YEAR}",
        rf"{_DAY}\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}",
        rf"{_DAY}-{_MONTH}-{_YEAR}",
        rf"(?P<first>\d{{1,2}})[/.-](?P<second>\d{{1,2}})[/.-]{_YEAR}",
    )
)


def parse_date(text: str) -> dt.date | None:
    """Return the date that `text` is, or None; its weekday and a time of day are ignored."""
    text = text.strip()
    match = _first_match(text)
    if match is None or (match.start() > 0 and not _WEEKDAY.fullmatch(text[: match.start()])):
        return None
    rest = text[match.end() :]
    return _to_date(match) if re.fullmatch(r"[\sT,at]*[\d:.\sAPMapmUTCGMZ+-]*", rest) else None


def find_date(text: str) -> dt.date | None:
    """Return the first date that is written out anywhere in `text`, or None."""
    match = _first_match(text)
    return None if match is None else _to_date(match)


def _first_match(text: str) -> re.Match[str] | None:
    matches = [match for form in _FORMS if (match := form.search(text)) is not None]
    return min(matches, key=lambda match: match.start(), default=None)


def _to_date(match: re.Match[str]) -> dt.date | None:
    parts = {name: value for name, value in match.groupdict().items() if value is not None}
    if "month" in parts:
        month, day = _MONTHS.index(parts["month"][:3].lower()) + 1, int(parts["day"])
    elif "number" in parts:
        month, day = int(parts["number"]), int(parts["day"])
    else:
        first, second = int(parts["first"]), int(parts["second"])
        # 03/04/2024 is March in one country and April in another: better none than a wrong one.
        if first <= 12 and second <= 12 and first != second:
            return None
        month, day = (first, second) if first <= 12 else (second, first)
    try:
        return dt.date(int(parts["year"]), month, day)
    except ValueError:
        return None
