"""The visits of a run to the web: what was known of each page before, and what is kept of it."""

import datetime as dt
from collections.abc import Callable, Iterator

from ingest.chunking import SPLITTER_VERSION
from ingest.limited.pool import ReaderPool
from ingest.planning import Plan
from ingest.web.visiting import Visit, VisitItem, Visitor
from knowledge.record.web_pages import Validators, WebPages

__all__ = ["Visits"]

WHOLE_AGAIN = dt.timedelta(days=7)
"""After so long a page is asked for whole, as readers get better and servers err."""


class Visits:
    """Asks for whole pages only where that is needed; serves one run at a time."""

    def __init__(
        self,
        visitor: Visitor,
        pages: WebPages,
        *,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        """`pages` keeps from run to run what servers gave."""
        self._visitor = visitor
        self._pages = pages
        self._now = now
        self._visited: dict[str, Visit] = {}

    def visit(self, location: str, plan: Plan, *, readers: ReaderPool) -> Iterator[VisitItem]:
        """Yield the pages of a source as `Visitor.visit` does."""
        before = self._pages.of_source(location, reader=SPLITTER_VERSION)
        oldest = self._now() - WHOLE_AGAIN

        def known(page: str) -> Validators | None:
            found = before.get(page)
            if found is None or found.fetched_at < oldest:
                return None
            return found if plan.holds_file(page, source_location=location) else None

        visit = Visit(list_pages=readers.pages, known=known)
        yield from self._visitor.visit(location, visit)
        # Only of a source that was visited to its end: else pages would be forgotten.
        self._visited[location] = visit

    def forget(self) -> None:
        """Ask for each page whole next time: the articles are no longer what was last fetched."""
        self._pages.forget()

    def keep(self, plan: Plan) -> None:
        """Keep what the pages were given that were taken in whole; the others are asked anew."""
        for location, visit in self._visited.items():
            given = {
                page: validators
                for page, validators in visit.given.items()
                if not plan.has_failed(page) and (validators.etag or validators.last_modified)
            }
            self._pages.keep(location, given, reader=SPLITTER_VERSION)
        self._visited.clear()
