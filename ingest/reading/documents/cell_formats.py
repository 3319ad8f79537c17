"""Numbers of a spreadsheet as people see them: dates, times, shares, amounts of money."""

import datetime as dt
import re
from typing import TypeAlias

__all__ = ["NumberKind", "number_kind", "shown_number"]

NumberKind: TypeAlias = str
"""Empty, `date`, `time`, `datetime`, `percent`, or the sign of a currency as in `€` or ` €`."""

_DATES = frozenset({14, 15, 16, 17, *range(27, 32), 36, *range(50, 59)})
_TIMES = frozenset({18, 19, 20, 21, *range(32, 36), 45, 46, 47})
_PERCENTS = frozenset({9, 10})
_LITERAL = re.compile(r"\"[^\"]{0,200}\"|\\.|\[[^\]]{0,200}\]|_.|\*.")
_CURRENCY = re.compile(r"\[\$([^\]-]{1,5})|\"?([€$£¥]|EUR|USD|GBP|CHF|INR|PHP)\"?")
_DIGIT = re.compile(r"[0#]")


def number_kind(format_id: int, code: str) -> NumberKind:
    """Return how numbers of a format are shown, by its id, or its code where it has one."""
    if not code:
        if format_id in _DATES or format_id == 22:
            return "datetime" if format_id == 22 else "date"
        return "time" if format_id in _TIMES else "percent" if format_id in _PERCENTS else ""
    first = code.split(";", maxsplit=1)[0]
    bare = _LITERAL.sub("", first).lower()
    if re.search(r"[dy]|mmm", bare) and not _DIGIT.search(bare):
        return "datetime" if "h" in bare else "date"
    if re.search(r"[hs]", bare) or re.search(r"\[[hms]+\]", first.lower()):
        return "time"
    if "%" in bare:
        return "percent"
    money = _CURRENCY.search(first)
    if money is None:
        return ""
    sign = (money[1] or money[2]).strip()
    digits = _DIGIT.search(first)
    is_before = digits is None or money.start() < digits.start()
    return (sign + " " * (len(sign) > 1)) if is_before else f" {sign}"


def shown_number(text: str, kind: NumberKind, *, is_1904: bool = False) -> str:
    """Return a stored number as it is shown; what is no number stays as it is."""
    try:
        value = float(text)
    except ValueError:
        return text
    if kind in ("date", "time", "datetime") and 0 <= value < 2_958_466:
        return _moment(value, kind, is_1904=is_1904)
    if kind == "percent":
        return f"{_number(round(value * 100, 10))}%"
    if kind in ("", "date", "time", "datetime"):
        return _number(value)
    shown = f"{value:,.2f}".removesuffix(".00")
    return f"{kind}{shown}" if not kind.startswith(" ") else f"{shown}{kind}"


def _moment(value: float, kind: NumberKind, *, is_1904: bool) -> str:
    # Lotus took 1900 for a leap year, and all who followed counted its 29 February.
    start = dt.datetime(1904, 1, 1) if is_1904 else dt.datetime(1899, 12, 30)  # noqa: DTZ001
    moment = start + dt.timedelta(seconds=round(value * 86_400))
    day = f"{moment.day} {moment:%B %Y}"
    if kind == "time" and value < 1:
        return f"{moment:%H:%M}" if moment.second == 0 else f"{moment:%H:%M:%S}"
    if kind == "time":
        hours, seconds = divmod(round(value * 86_400), 3_600)
        return f"{hours}:{seconds // 60:02}"
    return day if kind == "date" or not value % 1 else f"{day} {moment:%H:%M}"


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.15g}"
