"""Logs as text for people, or as a JSON object a line for programs."""

import datetime as dt
import json
import logging
import sys
from typing import Literal

from typing_extensions import override

__all__ = ["JsonLines", "configure_logging"]

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class JsonLines(logging.Formatter):
    """Writes time, level, module, message and the trace, if any, of each record."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        """Return one line of JSON."""
        at = dt.datetime.fromtimestamp(record.created, tz=dt.UTC)
        said = {
            "time": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "thread": record.threadName,
            "message": record.getMessage(),
        }
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


def configure_logging(level: str, *, form: Literal["text", "json"] = "text") -> None:
    """Log to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else logging.Formatter(TEXT))
    logging.basicConfig(level=level, handlers=[handler])
