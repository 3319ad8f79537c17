"""How the local Slack refuses a call."""

from collections.abc import Sequence
from typing import Any


class ApiError(Exception):
    """Slack would answer `{"ok": false, "error": ...}`."""

    def __init__(self, error: str, *, details: Sequence[str] = (), **fields: Any) -> None:
        """`details` are the lines of `response_metadata.messages`; `fields` join the answer."""
        super().__init__("; ".join([error, *details]))
        self.error = error
        self.details = tuple(details)
        self.fields = fields
