"""A Chroma server: where it is, and what it wants to see before it lets anybody in."""

import base64
from dataclasses import dataclass, field

__all__ = ["ChromaServer", "chroma_headers"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChromaServer:
    """The address and the doors of a server; an empty address means embedded."""

    url: str = ""
    tenant: str = "default_tenant"
    database: str = "default_database"
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    """Sent with each request; they hold secrets."""


def chroma_headers(*, token: str, token_header: str, basic: str) -> dict[str, str]:
    """Return the headers of a token, or of a name and a password as `name:password`."""
    if token:
        is_bearer = token_header.casefold() == "authorization"
        return {token_header: f"Bearer {token}" if is_bearer else token}
    if basic:
        return {"Authorization": f"Basic {base64.b64encode(basic.encode()).decode()}"}
    return {}
