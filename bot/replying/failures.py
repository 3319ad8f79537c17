"""What happens to an exception that nobody expected: a log entry with an id to tell people."""

import logging
import secrets
import traceback
from pathlib import Path

from knowledge.errors import KnowledgeError

__all__ = ["note_failure"]

logger = logging.getLogger(__name__)


def note_failure(exc: BaseException, *, during: str) -> str:
    """Log what failed and where; return the id that the person is told.

    Texts of foreign exceptions are left out, since they may hold what somebody asked.
    """
    failure_id = secrets.token_hex(4)
    logger.error("failure %s during %s: %s", failure_id, during, _describe(exc))
    return failure_id


def _describe(exc: BaseException) -> str:
    lines = []
    seen: BaseException | None = exc
    while seen is not None:
        text = f": {seen}" if isinstance(seen, KnowledgeError) else ""
        frames = traceback.extract_tb(seen.__traceback__)
        places = [f"{Path(f.filename).name}:{f.lineno} in {f.name}" for f in frames[-6:]]
        lines.append(f"{type(seen).__name__}{text} at {' > '.join(places) or 'unknown'}")
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return "; caused by ".join(lines)
