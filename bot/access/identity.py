"""Who the bot itself is in Slack, asked once at the start; and whether its tokens are right."""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.calls import CALL_FAILURES
from knowledge.errors import ConfigError, KnowledgeError

__all__ = ["Identity", "SlackAwayError", "check_app_token", "who_we_are"]

logger = logging.getLogger(__name__)

SCOPES_HEADER = "x-oauth-scopes"
TRIES = 4
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0
WRONG_TOKEN = {
    "account_inactive",
    "invalid_auth",
    "missing_scope",
    "no_permission",
    "not_allowed_token_type",
    "not_authed",
    "token_expired",
    "token_revoked",
}


class SlackAwayError(KnowledgeError):
    """Slack does not answer at the start: end, so that a supervisor starts anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The bot as Slack knows it."""

    team_ids: frozenset[str]
    """Its workspace, and the organisation if there is one."""
    bot_id: str
    """Stands on its messages."""
    user_id: str = ""
    """By which it is mentioned."""
    scopes: frozenset[str] | None = None
    """What it may do; None where Slack does not tell."""


def _scopes(headers: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the scopes that Slack names in the head of its answers."""
    told = next((value for key, value in headers.items() if key.lower() == SCOPES_HEADER), None)
    if isinstance(told, list):
        told = ",".join(map(str, told))
    if not isinstance(told, str):
        return None
    return frozenset(scope.strip() for scope in told.split(",") if scope.strip())


def who_we_are(client: WebClient, *, sleep: Callable[[float], None] = time.sleep) -> Identity:
    """Ask Slack whose token this is.

    Raises:
        ConfigError: Slack refuses the token.
        SlackAwayError: Slack does not answer, also when asked again.
    """
    response = _ask(client.auth_test, client, setting="SLACK_BOT_TOKEN", needs="", sleep=sleep)
    ids = (response.get("team_id"), response.get("enterprise_id"))
    return Identity(
        team_ids=frozenset(team_id for team_id in ids if isinstance(team_id, str) and team_id),
        bot_id=str(response.get("bot_id") or ""),
        user_id=str(response.get("user_id") or ""),
        scopes=_scopes(response.headers),
    )


def check_app_token(
    client: WebClient, token: str, *, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Make sure that a connection of Socket Mode may be opened; raises as `who_we_are` does."""
    _ask(
        lambda: client.apps_connections_open(app_token=token),
        client,
        setting="SLACK_APP_TOKEN",
        needs="; it needs connections:write",
        sleep=sleep,
    )


def _ask(
    call: Callable[[], Any],
    client: WebClient,
    *,
    setting: str,
    needs: str,
    sleep: Callable[[float], None],
) -> Any:
    reason = ""
    for attempt in range(1, TRIES + 1):
        wait_s = FIRST_WAIT_S * 2 ** (attempt - 1)
        try:
            return call()
        except SlackApiError as exc:
            reason = str(exc.response.get("error") or exc.response.status_code)
            if reason in WRONG_TOKEN:
                raise ConfigError(f"{setting}: Slack refuses it ({reason}{needs})") from exc
            after = str(exc.response.headers.get("Retry-After") or "")
            wait_s = min(float(after) if after.isdigit() else wait_s, LONGEST_WAIT_S)
        except CALL_FAILURES as exc:
            reason = type(exc).__name__
        logger.warning("Slack does not answer at %s (%s)", client.base_url, reason)
        if attempt < TRIES:
            sleep(wait_s)
    raise SlackAwayError(f"Slack does not answer at {client.base_url} ({reason}); is it up?")
