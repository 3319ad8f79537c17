"""Saves the outcome of every golden question, and says what changed since."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.errors import ConfigError
from knowledge.evaluation.running import CaseResult

__all__ = ["SavedResult", "changes", "read_baseline", "save_results"]


class SavedResult(BaseModel):
    """How one question went in an earlier run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    kind: str
    facts_held: float
    forbidden: tuple[str, ...] = ()
    text: str = ""


def save_results(results: Sequence[CaseResult], path: Path) -> None:
    """Write one line of JSON a case, for a later run to be compared with."""
    rows = (
        {
            "id": r.case.id,
            "kind": r.kind,
            "facts_held": r.facts_held,
            "forbidden": list(r.forbidden),
            "text": r.text,
        }
        for r in results
    )
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    try:
        path.write_text(lines, encoding="utf-8")
    except OSError as exc:
        raise ConfigError(f"--save: cannot write {path}: {exc.strerror or exc}") from exc


def read_baseline(path: Path) -> dict[str, SavedResult]:
    """Read what `save_results` wrote, by id; raise `ConfigError` naming the line that is wrong."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError(f"cannot read the baseline {path}: {exc}") from exc
    saved = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            result = SavedResult.model_validate_json(line)
        except ValidationError as exc:
            problem = exc.errors(include_url=False)[0]
            raise ConfigError(f"{path}:{number}: {problem['loc']}: {problem['msg']}") from exc
        saved[result.id] = result
    return saved


def changes(results: Sequence[CaseResult], baseline: Mapping[str, SavedResult]) -> Iterator[str]:
    """Yield a line for each case whose outcome differs from an earlier run, and for stray ones.

    A case is better or worse by what it says that it must not, then by the facts that it holds.
    """
    for result in results:
        before = baseline.get(result.case.id)
        if before is None:
            yield f"new       {result.case.id}"
            continue
        was = (before.kind, before.facts_held, len(before.forbidden))
        now = (result.kind, result.facts_held, len(result.forbidden))
        if was != now:
            better = (was[2] - now[2]) or (now[1] - was[1])
            word = "better" if better > 0 else "worse" if better < 0 else "other"
            yield f"{word:9} {result.case.id}: {_outcome(*was)} -> {_outcome(*now)}"
    asked = {result.case.id for result in results}
    yield from (f"gone      {name}" for name in baseline if name not in asked)


def _outcome(kind: str, facts_held: float, forbidden: int) -> str:
    return f"{kind} {facts_held:.2f}" + (f" with {forbidden} forbidden" if forbidden else "")
