"""Answers to commands and clicks: through a `response_url` or with the acknowledgement."""

from collections.abc import Mapping
from typing import Any, Literal

from bot.local_slack.blocks.content import read_content
from bot.local_slack.workspace.errors import ApiError
from bot.local_slack.workspace.values import BOT_ID, BOT_USER_ID, Message
from bot.local_slack.workspace.workspace import ResponseTicket, Workspace

_KNOWN = {
    "blocks",
    "delete_original",
    "metadata",
    "mrkdwn",
    "replace_original",
    "response_type",
    "text",
    "thread_ts",
    "unfurl_links",
    "unfurl_media",
}


def apply_response(
    workspace: Workspace,
    ticket: ResponseTicket,
    body: Mapping[str, Any],
    *,
    via: Literal["ack", "response_url"],
) -> None:
    """Show what the app answered; only the user of `ticket` sees it unless it says otherwise.

    Raises:
        ApiError: Slack would refuse it.
    """
    if unknown := sorted(body.keys() - _KNOWN):
        details = [f"[ERROR] unknown argument: {name}" for name in unknown]
        raise ApiError("invalid_arguments", details=details)
    response_type = body.get("response_type", "ephemeral")
    if response_type not in {"ephemeral", "in_channel"}:
        raise ApiError("invalid_arguments", details=["[ERROR] unknown response_type"])
    original = _original(workspace, ticket)
    if body.get("delete_original"):
        if original:
            workspace.transcript.record("deleted", workspace.revised(original, is_deleted=True))
        return
    content = read_content(body)
    if body.get("replace_original") and original:
        changed = workspace.revised(original, text=content.text, blocks=content.blocks)
        workspace.transcript.record("updated", changed)
        return
    is_ephemeral = response_type == "ephemeral"
    message = Message(
        channel=ticket.channel,
        ts=workspace.mint_ts(),
        user=BOT_USER_ID,
        bot_id=BOT_ID,
        text=content.text,
        blocks=content.blocks,
        thread_ts=body.get("thread_ts"),
        visible_to=ticket.user if is_ephemeral else None,
        metadata=content.metadata,
        via=via,
        at=workspace.clock(),
    )
    if ticket.original is None:
        ticket.original = message
    workspace.transcript.record("ephemeral" if is_ephemeral else "posted", message)


def _original(workspace: Workspace, ticket: ResponseTicket) -> Message | None:
    """Return the current version of what the ticket may replace, if it is still there."""
    if ticket.original is None or not ticket.original.is_from_app:
        return None
    current = workspace.transcript.find(ticket.channel, ticket.original.ts)
    return None if current is None or current.is_deleted else current
