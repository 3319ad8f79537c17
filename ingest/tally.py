"""What a run has done so far, and the report of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ingest.planning import Placement
from ingest.reading.remarks import Remark
from knowledge.domain import ArticleId, FailedArticle, IngestProgress, IngestReport
from knowledge.errors import ArticleError

__all__ = ["Stage", "Tally"]

Stage: TypeAlias = Literal["reading", "embedding", "finishing"]


@dataclass(slots=True)
class Tally:
    """What a run has done so far."""

    added: list[ArticleId] = field(default_factory=list)
    changed: list[ArticleId] = field(default_factory=list)
    unchanged: list[ArticleId] = field(default_factory=list)
    removed: list[ArticleId] = field(default_factory=list)
    failed: list[FailedArticle] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    not_read: Counter[str] = field(default_factory=Counter)
    moved: int = 0
    chunks_written: int = 0
    chunks_embedded: int = 0

    def report(self, *, seconds: float) -> IngestReport:
        """Return the report of all that was done."""
        return IngestReport(
            added=tuple(self.added),
            changed=tuple(self.changed),
            unchanged=tuple(self.unchanged),
            removed=tuple(self.removed),
            failed=tuple(self.failed),
            warnings=tuple(self._warnings()),
            chunks_written=self.chunks_written,
            chunks_embedded=self.chunks_embedded,
            seconds=round(seconds, 3),
        )

    @property
    def is_idle(self) -> bool:
        """Whether all was as it should be, so that nothing was done."""
        done = (self.added, self.changed, self.removed, self.failed)
        return not (any(done) or self.moved or self.chunks_written or self.chunks_embedded)

    def count(self, placed: Placement) -> None:
        """Count an article that was dealt with."""
        counted = {"add": self.added, "change": self.changed}
        self.moved += placed.action == "move"
        counted.get(placed.action, self.unchanged).append(placed.article.article_id)
        if placed.remark:
            self.remarks.append(Remark(text=placed.remark, location=placed.article.location))

    def progress(self, stage: Stage, *, pending: int = 0) -> IngestProgress:
        """Return how far the run has come, `pending` articles being at work."""
        taken = len(self.added) + len(self.changed)
        done = taken + len(self.unchanged) + len(self.failed)
        return IngestProgress(stage=stage, done=done, total=done + pending)

    def _warnings(self) -> Iterator[str]:
        yield from map(str, self.remarks)
        if kinds := sorted(self.not_read.items()):
            number = self.not_read.total()
            listed = ", ".join(f"{kind} ({count})" for kind, count in kinds)
            files = "file" if number == 1 else "files"
            yield f"{number} {files} of kinds that are not read: {listed}"

    def fail(self, error: ArticleError) -> None:
        """Count what could not be taken in."""
        self.failed.append(
            FailedArticle(location=error.location, reason=error.reason, line=error.line)
        )
