"""The settings of the Slack side, read once from the environment or a `.env` file."""

import re
from typing import Annotated, Literal, Self

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from knowledge.errors import ConfigError
from knowledge.settings import load_settings

__all__ = ["BotSettings", "Mode"]

Mode = Literal["socket", "http"]
ADMIN_ID = re.compile(r"[UWS][A-Z0-9]{2,}")
CHANNEL_ID = re.compile(r"[CG][A-Z0-9]{2,}")


class BotSettings(BaseSettings):
    """How to reach Slack, who may do what, and how long texts are kept."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    slack_bot_token: SecretStr = Field(
        default=SecretStr(""), alias="SLACK_BOT_TOKEN", description="the bot's token, xoxb-..."
    )
    slack_app_token: SecretStr = Field(
        default=SecretStr(""),
        alias="SLACK_APP_TOKEN",
        description="the app-level token for Socket Mode, xapp-...",
    )
    slack_signing_secret: SecretStr = Field(
        default=SecretStr(""),
        alias="SLACK_SIGNING_SECRET",
        description="the signing secret for HTTP mode",
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/",
        alias="SLACK_API_URL",
        description="another Slack Web API base",
    )
    admins: Annotated[frozenset[str], NoDecode] = Field(
        default=frozenset(),
        alias="KB_ADMINS",
        description="Slack user ids and user-group ids, comma-separated; empty = nobody",
    )
    experts_channel: str = Field(
        default="",
        alias="KB_EXPERTS_CHANNEL",
        description="the channel id to which people may pass unanswered questions",
    )
    retention_days: int = Field(
        default=30,
        ge=1,
        le=3650,
        alias="KB_RETENTION_DAYS",
        description="how long questions, answers and votes are kept",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", alias="KB_LOG_LEVEL", description="what is logged"
    )
    log_format: Literal["text", "json"] = Field(
        default="text", alias="KB_LOG_FORMAT", description="lines for people, or JSON lines"
    )
    watch_host: str = Field(
        default="127.0.0.1",
        alias="KB_WATCH_HOST",
        description="the address of /healthz, /readyz and /metrics on a port of their own",
    )
    watch_port: int = Field(
        default=0, ge=0, le=65535, alias="KB_WATCH_PORT", description="that port; 0 = none"
    )
    questions_per_minute: int = Field(
        default=60,
        ge=0,
        alias="KB_QUESTIONS_PER_MINUTE",
        description="questions that one person may ask in a minute; 0 = any number",
    )
    channel_questions_per_minute: int = Field(
        default=240,
        ge=0,
        alias="KB_CHANNEL_QUESTIONS_PER_MINUTE",
        description="the same for all people in one channel",
    )
    http_host: str = Field(
        default="127.0.0.1", alias="KB_HTTP_HOST", description="the address of HTTP mode"
    )
    http_port: int = Field(
        default=3000,
        ge=1,
        le=65535,
        validation_alias=AliasChoices("KB_HTTP_PORT", "PORT"),
        description="the port of HTTP mode; also read from PORT",
    )

    @field_validator("slack_bot_token")
    @classmethod
    def _is_bot_token(cls, token: SecretStr) -> SecretStr:
        return _prefixed(token, "xoxb-")

    @field_validator("slack_app_token")
    @classmethod
    def _is_app_token(cls, token: SecretStr) -> SecretStr:
        return _prefixed(token, "xapp-")

    @field_validator("slack_api_url")
    @classmethod
    def _is_http(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            msg = "must start with http:// or https://"
            raise ValueError(msg)
        return url.rstrip("/") + "/"

    @field_validator("admins", mode="before")
    @classmethod
    def _split_ids(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        ids = [part.strip() for part in value.split(",") if part.strip()]
        for admin_id in ids:
            if not ADMIN_ID.fullmatch(admin_id):
                msg = f"{admin_id!r} is neither a user id (U...) nor a user-group id (S...)"
                raise ValueError(msg)
        return frozenset(ids)

    @field_validator("experts_channel")
    @classmethod
    def _is_channel_id(cls, channel: str) -> str:
        if channel and not CHANNEL_ID.fullmatch(channel):
            msg = "must be a channel id (C...), which Slack shows in the channel's details"
            raise ValueError(msg)
        return channel

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level

    @property
    def is_local(self) -> bool:
        """Whether no token is set at all, which means the local Slack."""
        return not any(token.get_secret_value() for token in self._tokens().values())

    @classmethod
    def load(cls) -> Self:
        """Read the environment; raise `ConfigError` naming every setting that is wrong."""
        return load_settings(cls)

    def require_tokens(self, mode: Mode) -> None:
        """Raise `ConfigError` naming every token that `mode` needs and that is not set."""
        second = "SLACK_APP_TOKEN" if mode == "socket" else "SLACK_SIGNING_SECRET"
        tokens = self._tokens()
        missing = [
            name for name in ("SLACK_BOT_TOKEN", second) if not tokens[name].get_secret_value()
        ]
        if missing:
            what = "Socket Mode" if mode == "socket" else "HTTP mode"
            raise ConfigError("\n".join(f"{name}: missing, {what} needs it" for name in missing))

    def _tokens(self) -> dict[str, SecretStr]:
        return {
            "SLACK_BOT_TOKEN": self.slack_bot_token,
            "SLACK_APP_TOKEN": self.slack_app_token,
            "SLACK_SIGNING_SECRET": self.slack_signing_secret,
        }


def _prefixed(token: SecretStr, prefix: str) -> SecretStr:
    value = token.get_secret_value()
    if value and not re.fullmatch(re.escape(prefix) + r"[\w-]+", value):
        msg = f"must start with {prefix} and hold no spaces"
        raise ValueError(msg)
    return token
