"""Our values in the words of Slack's JSON."""

from bot.local_slack.workspace.values import (
    APP_ID,
    BOT_USER_ID,
    TEAM_ID,
    Channel,
    Json,
    Message,
    User,
)
from bot.local_slack.workspace.workspace import Workspace


def message_json(message: Message) -> Json:
    """Return a message as `conversations.replies` and interaction payloads show it."""
    found: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": TEAM_ID,
    }
    if message.bot_id:
        found |= {"bot_id": message.bot_id}
    if message.is_from_app:
        found |= {"app_id": APP_ID, "bot_profile": {"id": message.bot_id, "app_id": APP_ID}}
    if message.blocks:
        found["blocks"] = list(message.blocks)
    if message.attachments:
        found["attachments"] = list(message.attachments)
    if message.thread_ts:
        found["thread_ts"] = message.thread_ts
    if message.metadata:
        found["metadata"] = message.metadata
    if message.history:
        found["edited"] = {"user": message.user, "ts": f"{message.at:.6f}"}
    return found


def user_json(user: User) -> Json:
    """Return a user as `users.info` shows it."""
    return {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "real_name": user.real_name or user.name,
        "deleted": user.is_deactivated,
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_guest,
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "is_stranger": user.team_id != TEAM_ID,
        "tz": "Europe/London",
        "tz_offset": 0,
        "profile": {"real_name": user.real_name or user.name, "display_name": user.name},
    }


def channel_json(workspace: Workspace, channel: Channel) -> Json:
    """Return a channel as `conversations.info` shows it."""
    found: Json = {
        "id": channel.id,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_im": channel.kind == "im",
        "is_mpim": False,
        "is_private": channel.kind != "public",
        "is_archived": channel.is_archived,
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "context_team_id": TEAM_ID,
    }
    if channel.kind == "im":
        return found | {"user": workspace.partner(channel).id}
    return found | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_member": BOT_USER_ID in channel.members,
        "num_members": len(channel.members),
    }
