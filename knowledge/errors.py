"""What can go wrong, and what the catcher should do.

    KnowledgeError
    ├── ConfigError               a setting is missing or wrong: print it, stop
    ├── ArticleError              one article cannot be read: report it, go on with the rest
    ├── DataDirectoryBusyError    another process owns the data directory: say so, stop
    ├── IngestionBusyError        another process ingests: say who, change nothing
    ├── LeaseLostError            another process has taken over this work: leave it alone
    ├── RecordError               the SQL database does not answer: say so, keep the old state
    ├── StoreError                the vector index does not answer: answer from the lexical index
    ├── IndexNotReadyError        nothing has been ingested yet: say how to ingest
    ├── FingerprintMismatchError  another embedder made the index: say which, ask for a run
    ├── EmbedderError             the embedding model cannot be loaded: say which, stop
    ├── CrossEncoderError         an optional model fails: say which, go on as if it was not set
    └── GenerationError           the chat model failed: fall back on the extractive composer

The text of each error is written for the administrator who has to mend it: what is wrong, then
what to do. None of it is shown in Slack.
"""

from typing_extensions import override

__all__ = [
    "ArticleError",
    "ConfigError",
    "CrossEncoderError",
    "DataDirectoryBusyError",
    "EmbedderError",
    "FingerprintMismatchError",
    "GenerationError",
    "IndexNotReadyError",
    "IngestionBusyError",
    "KnowledgeError",
    "LeaseLostError",
    "RecordError",
    "StoreError",
    "first_line",
]


class KnowledgeError(Exception):
    """Anything that this program reports by itself."""


class ConfigError(KnowledgeError):
    """One or more settings are missing or wrong; the text names all of them."""


class ArticleError(KnowledgeError):
    """One article cannot be read."""

    def __init__(self, reason: str, *, location: str, line: int | None = None) -> None:
        """`reason` says what is wrong and what to do; `line` counts from 1."""
        super().__init__(reason)
        self.reason = reason
        self.location = location
        self.line = line

    @override
    def __reduce__(self) -> tuple[object, ...]:
        """Let it come whole out of the process that reads the file."""
        return _article_error, (self.reason, self.location, self.line)

    @override
    def __str__(self) -> str:
        """Return `location:line: reason`, the form that editors can jump to."""
        place = self.location if self.line is None else f"{self.location}:{self.line}"
        return f"{place}: {self.reason}"


def _article_error(reason: str, location: str, line: int | None) -> ArticleError:
    return ArticleError(reason, location=location, line=line)


class DataDirectoryBusyError(KnowledgeError):
    """Another process has the data directory open."""


class IngestionBusyError(KnowledgeError):
    """Another process is ingesting; one at a time may."""

    def __init__(self, message: str, *, actor: str) -> None:
        """`actor` is who started it."""
        super().__init__(message)
        self.actor = actor


class LeaseLostError(KnowledgeError):
    """This process was silent for so long that another does its work now."""


class RecordError(KnowledgeError):
    """The SQL database refused or did not answer."""


class StoreError(KnowledgeError):
    """The vector index refused or did not answer."""


class IndexNotReadyError(KnowledgeError):
    """There is no index to ask yet."""


class FingerprintMismatchError(KnowledgeError):
    """The index was made by another embedder than the one configured."""


class EmbedderError(KnowledgeError):
    """The embedding model cannot be found, or is not what it should be."""


class CrossEncoderError(KnowledgeError):
    """A cross-encoder cannot be loaded, or fails at what it is given."""


class GenerationError(KnowledgeError):
    """The chat model failed, was too slow or said nothing usable; `reason` says which."""

    def __init__(self, message: str, *, reason: str = "failed") -> None:
        """`reason` is `failed`, `late`, `cut`, `echoed`, `limit` or `unusable`."""
        super().__init__(message)
        self.reason = reason


def first_line(error: BaseException) -> str:
    """Return what an error of another library says in one line, or its kind if it says nothing."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
