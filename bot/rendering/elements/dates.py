"""How old something is, in words."""

import datetime as dt

__all__ = ["age", "moment", "month"]


def month(iso_date: str) -> str:
    """Return `May 2024` for a date such as 2024-05-17; empty for anything that is no date."""
    try:
        return f"{dt.date.fromisoformat(iso_date):%B %Y}"
    except ValueError:
        return ""


def age(iso_date: str) -> str:
    """Return `updated May 2024`; empty for anything that is no date."""
    shown = month(iso_date)
    return f"updated {shown}" if shown else ""


def moment(at: dt.datetime) -> str:
    """Return a point in time as Slack shows it in the reader's own time zone; finished mrkdwn."""
    seconds = int(at.timestamp())
    return f"<!date^{seconds}^{{date_short_pretty}}, {{time}}|{at:%Y-%m-%d %H:%M} UTC>"
