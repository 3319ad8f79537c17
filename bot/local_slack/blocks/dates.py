"""Slack's dates in text, `<!date^seconds^form^link|fallback>`, in the time zone of this machine."""

import datetime as dt
import re

__all__ = ["DATE", "shown_date"]

DATE = re.compile(r"!date\^(?P<seconds>\d{1,12})\^(?P<form>[^^|]+)(?:\^(?P<url>[^|]+))?")
TOKEN = re.compile(r"\{(\w+)\}")


def shown_date(seconds: int, form: str, *, now: dt.datetime, zone: dt.tzinfo | None = None) -> str:
    """Return a point in time as a reader sees it at `now`, in the zone of this machine if none.

    Raises:
        ValueError: The form names something that Slack does not know, or the time is none.
    """
    try:
        at = dt.datetime.fromtimestamp(seconds, tz=dt.UTC).astimezone(zone)
    except (OverflowError, OSError) as exc:
        raise ValueError(f"{seconds} is no time") from exc
    tokens = {
        "date_num": f"{at:%Y-%m-%d}",
        "date": f"{at:%B} {at.day}, {at.year}",
        "date_short": f"{at:%b} {at.day}, {at.year}",
        "date_long": f"{at:%A}, {at:%B} {at.day}, {at.year}",
        "time": f"{at:%H:%M}",
        "time_secs": f"{at:%H:%M:%S}",
    }
    days = (at.date() - now.astimezone(zone).date()).days
    near = {-1: "yesterday", 0: "today", 1: "tomorrow"}.get(days)
    for name in ("date", "date_short", "date_long"):
        tokens[f"{name}_pretty"] = near or tokens[name]
    if not all(name in tokens for name in TOKEN.findall(form)):
        raise ValueError(f"{form!r} is no form of a date")
    shown = TOKEN.sub(lambda match: tokens[match[1]], form)
    return shown[:1].upper() + shown[1:]
