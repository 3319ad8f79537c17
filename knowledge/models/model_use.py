"""What the chat model was used for, by day: for limits of a day and for administrators.

It is a small file in the data directory and not in the database, since whoever asks for it must not
wait for one, and nothing else depends on it.
"""

import datetime as dt
import hashlib
import json
import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = [
    "MODEL_USE",
    "ModelReport",
    "ModelUse",
    "describe_use",
    "fell_back",
    "read_use",
    "report_use",
]

logger = logging.getLogger(__name__)

MODEL_USE = "model-use.json"
DAYS_KEPT = 31
FALLING_BACK = 0.3
"""Share of the latest answers that fell back above which administrators are warned."""
ENOUGH = 20
"""So many answers the share is of; a whole day would hide what has gone wrong since noon."""
COUNTS = ("calls", "tokens_read", "tokens_written", "stated", "verified", "quoted")

Day = dict[str, Any]


class ModelUse:
    """Counts calls, tokens and what became of answers; safe to share between threads."""

    def __init__(
        self,
        file: Path,
        *,
        per_day: int = 0,
        per_person: int = 0,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        """At most `per_day` calls are allowed, and `per_person` each; 0 is no limit."""
        self._file = file
        self._per_day = per_day
        self._per_person = per_person
        self._clock = clock
        self._days = read_use(file)
        self._latest: list[str] = []
        self._lock = threading.Lock()

    def take(self, person: str) -> bool:
        """Count a call and return whether it may be made; `person` is who asks, if anybody."""
        with self._lock:
            day = self._today()
            people = day.setdefault("people", {})
            # Who asked is nobody's business; how often the same person did is.
            name = hashlib.sha256(person.encode()).hexdigest()[:12] if person else ""
            if self._per_day and day["calls"] >= self._per_day:
                return False
            if name and self._per_person and people.get(name, 0) >= self._per_person:
                return False
            day["calls"] += 1
            if name:
                people[name] = people.get(name, 0) + 1
            self._save()
            return True

    def add_tokens(self, read: int, written: int) -> None:
        """Count the tokens of a call."""
        with self._lock:
            day = self._today()
            day["tokens_read"] += read
            day["tokens_written"] += written
            self._save()

    def note(self, fate: str, *, stated: int, verified: int, quoted: int) -> None:
        """Count an answer: `fate` is `stood` or why the quoted one took its place."""
        with self._lock:
            day = self._today()
            fates = day["fates"]
            fates[fate] = fates.get(fate, 0) + 1
            day["stated"] += stated
            day["verified"] += verified
            day["quoted"] += quoted
            self._latest.append(fate)
            if len(self._latest) == ENOUGH:
                self._warn(Counter(self._latest))
                self._latest = []
            self._save()

    def _warn(self, fates: Counter[str]) -> None:
        if fell_back(fates) > FALLING_BACK * ENOUGH:
            logger.warning(
                "%d of the latest %d answers of the chat model fell back to quotations: %s",
                fell_back(fates),
                ENOUGH,
                _reasons(fates),
            )

    def _today(self) -> Day:
        name = self._clock().date().isoformat()
        if name not in self._days:
            for day in self._days.values():
                day.pop("people", None)
            self._days[name] = {**dict.fromkeys(COUNTS, 0), "fates": {}}
            for old in sorted(self._days)[:-DAYS_KEPT]:
                del self._days[old]
        return self._days[name]

    def _save(self) -> None:
        new = self._file.with_suffix(".new")
        try:
            new.write_text(json.dumps(self._days), encoding="utf-8")
            new.replace(self._file)
        except OSError as exc:
            logger.warning("the use of the chat model is not noted: %s", exc.strerror)


def read_use(file: Path) -> dict[str, Day]:
    """Return the counts by day; empty when there are none or they cannot be read."""
    try:
        days = json.loads(file.read_text(encoding="utf-8"))
        return {
            str(name): {
                **{count: int(day.get(count, 0)) for count in COUNTS},
                "fates": {str(fate): int(n) for fate, n in day.get("fates", {}).items()},
                **({"people": dict(day["people"])} if "people" in day else {}),
            }
            for name, day in days.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def fell_back(fates: Mapping[str, int]) -> int:
    """Return how many of the answers counted did not stand."""
    return sum(fates.values()) - fates.get("stood", 0)


def _reasons(fates: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(fates.items()) if name != "stood")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReport:
    """Which chat model there is, and what it was used for within some days."""

    name: str
    refusal: str
    """Why it cannot be used; empty when it can."""
    calls: int
    tokens_read: int
    tokens_written: int
    answers: int
    stood: int
    """Of the answers, those that were not replaced by quotations."""


def report_use(
    days: Mapping[str, Day], *, not_before: dt.date, name: str, refusal: str
) -> ModelReport:
    """Return the sums of the days from `not_before` on, for the model of that name."""
    counted = [day for name, day in days.items() if name >= not_before.isoformat()]
    return ModelReport(
        name=name,
        refusal=refusal,
        calls=sum(day["calls"] for day in counted),
        tokens_read=sum(day["tokens_read"] for day in counted),
        tokens_written=sum(day["tokens_written"] for day in counted),
        answers=sum(sum(day["fates"].values()) for day in counted),
        stood=sum(day["fates"].get("stood", 0) for day in counted),
    )


def describe_use(day: Day) -> str:
    """Return a day's counts in one line."""
    fates: dict[str, int] = day["fates"]
    total, back = sum(fates.values()), _reasons(fates)
    stated = day["stated"]
    share = f"{day['verified'] / stated:.0%} of {stated} statements verified" if stated else ""
    quoted = f"{day['quoted']} quoted instead" if day["quoted"] else ""
    parts = [
        f"{day['calls']} calls",
        f"{day['tokens_read']} tokens read and {day['tokens_written']} written",
        f"{total - fell_back(fates)} of {total} answers stood",
        f"fell back: {back}" if back else "",
        share,
        quoted,
        "more than 30% fell back, see the log"
        if total >= ENOUGH and fell_back(fates) > FALLING_BACK * total
        else "",
    ]
    return "; ".join(part for part in parts if part)
