"""What the local Slack holds: people, channels, messages and what was shown when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]

ChannelKind = Literal["public", "private", "im"]
Via = Literal["user", "api", "ephemeral", "stream", "response_url", "ack", "slackbot"]
EntryKind = Literal[
    "posted", "updated", "deleted", "ephemeral", "status", "prompts", "view", "reaction"
]

TEAM_ID = "T0LOCAL01"
APP_ID = "A0LOCAL01"
BOT_ID = "B0LOCAL01"
BOT_USER_ID = "U0LOCALBOT"
SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person or a bot of the workspace, or of another one in a shared channel."""

    id: str
    name: str
    real_name: str = ""
    is_admin: bool = False
    is_guest: bool = False
    is_bot: bool = False
    is_deactivated: bool = False
    team_id: str = TEAM_ID


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel or a direct message."""

    id: str
    name: str
    kind: ChannelKind = "public"
    members: frozenset[str] = frozenset()
    """User ids; the app can post where its own id is among them."""
    is_ext_shared: bool = False
    is_archived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message in its current version."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: tuple[Json, ...] = ()
    thread_ts: str | None = None
    """The thread it replies to; None for a message that stands in the channel itself."""
    bot_id: str | None = None
    visible_to: str | None = None
    """The only user who sees it, if it is ephemeral."""
    via: Via = "user"
    at: float = 0.0
    """Seconds since the epoch at which this version appeared."""
    metadata: Json | None = None
    attachments: tuple[Json, ...] = ()
    """Messages that were forwarded in it."""
    history: tuple["Message", ...] = ()
    """Earlier versions, oldest first."""
    is_streaming: bool = False
    is_deleted: bool = False

    @property
    def is_from_app(self) -> bool:
        """Whether the app under test wrote it."""
        return self.bot_id == BOT_ID

    @property
    def thread(self) -> str:
        """The timestamp that a reply to it carries as `thread_ts`."""
        return self.thread_ts or self.ts

    @property
    def shown_text(self) -> str:
        """What a reader sees: the text of a bot's blocks, or `text` where there are none."""
        is_text = not self.blocks or self.bot_id is None
        return self.text if is_text else "\n".join(block_texts(self.blocks))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change that somebody could see."""

    kind: EntryKind
    at: float
    message: Message | None = None
    """The message in its new version, for the kinds about messages."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """What was set, for the kinds status, prompts, view and reaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A call of the app that Slack would have refused."""

    method: str
    error: str
    details: tuple[str, ...] = ()


_LINES_OF_RICH_TEXT = {"rich_text_section", "rich_text_quote", "rich_text_preformatted"}


def block_texts(value: Any) -> list[str]:
    """Return every displayed string in `value` (blocks, a block, an element), in order."""
    if isinstance(value, list | tuple):
        return [text for item in value for text in block_texts(item)]
    if not isinstance(value, Mapping):
        return []
    if value.get("type") in _LINES_OF_RICH_TEXT:
        return ["".join(block_texts(value["elements"]))]
    own = value.get("text")
    texts = [own] if isinstance(own, str) else []
    nested = (item for item in value.values() if isinstance(item, Mapping | list | tuple))
    return texts + [text for item in nested for text in block_texts(item)]
