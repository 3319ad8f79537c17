"""The settings of what is known and found, read once from the environment or a `.env` file."""

import ipaddress
import logging
import os
import re
from pathlib import Path
from typing import Any, Self, TypeAlias, TypeVar

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from knowledge.errors import ConfigError

__all__ = [
    "BUNDLED",
    "BUNDLED_ARTICLES",
    "KnowledgeSettings",
    "describe_problems",
    "lend_provider_keys",
    "load_settings",
]

logger = logging.getLogger(__name__)

PROVIDER = re.compile(
    r"(?!KB_|SLACK_)[A-Z][A-Z0-9_]{0,60}_(?:KEY|KEY_ID|TOKEN|BASE_URL|API_BASE|ENDPOINT|API_VERSION|"
    r"HOST|PROJECT|LOCATION|REGION|ORG_ID|CREDENTIALS)$"
)
"""Names of settings that belong to a provider of chat models."""
PROVIDER_SECRET = re.compile(
    r"(?!KB_|SLACK_)[A-Z][A-Z0-9_]{0,60}_(?:API_KEY|ACCESS_KEY|KEY_ID|API_TOKEN)"
)
"""Names of those that are secrets. `AWS_WEB_IDENTITY_TOKEN_FILE`, say, is read by its provider."""
SECRET_TEXTS = ("database_url",)
"""Settings that hold a secret beside what is none."""
PACKAGE_DIR = Path(__file__).parent
BUNDLED_ARTICLES = PACKAGE_DIR / "articles"
BUNDLED = "bundled"
"""The location of the source that comes with the program, wherever that is installed."""
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
# This machine itself, and where clouds answer their machines: no setting opens these.
_NEVER = tuple(
    map(
        ipaddress.ip_network,
        ("127.0.0.0/8", "0.0.0.0/8", "169.254.0.0/16", "::/127", "fe80::/10", "fd00:ec2::/32"),
    )
)
Settings = TypeVar("Settings", bound=BaseSettings)


class KnowledgeSettings(BaseSettings):
    """Where things are kept and which models are used."""

    model_config = SettingsConfigDict(
        env_prefix="KB_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    data_dir: Path = Field(default=Path("data"), description="everything the program writes")
    database_url: str = Field(default="", description="SQLAlchemy URL; SQLite in KB_DATA_DIR")
    chroma_url: str = Field(default="", description="a Chroma server; embedded in KB_DATA_DIR")
    chroma_token: SecretStr = Field(
        default=SecretStr(""), description="the token that the Chroma server asks for"
    )
    chroma_token_header: str = Field(
        default="Authorization", description="the header it goes in; X-Chroma-Token is the other"
    )
    chroma_basic: SecretStr = Field(
        default=SecretStr(""), description="name:password, where it asks for these instead"
    )
    chroma_tenant: str = Field(default="default_tenant", description="the tenant on the server")
    chroma_database: str = Field(
        default="default_database", description="the database of that tenant"
    )
    embedding_model: str = Field(
        default="",
        description="path of a sentence-transformers model, or all-MiniLM-L6-v2 for the bundled "
        "one as published; the bundled one tuned to the field without",
    )
    reranker_model: str = Field(
        default="", description="path of a cross-encoder that orders the passages found"
    )
    chat_model: str = Field(
        default="",
        description="a LangChain `init_chat_model` name such as openai:...; extractive without",
    )
    chat_deadline_s: float = Field(
        default=30.0, gt=0, le=600, description="seconds in which a chat model must be done"
    )
    chat_first_sentence_s: float = Field(
        default=5.0,
        ge=0,
        le=600,
        description="seconds without a sentence after which the quoted answer is shown; 0 = never",
    )
    chat_max_tokens: int = Field(
        default=700, ge=50, le=100_000, description="tokens that a chat model may write"
    )
    chat_temperature: float = Field(
        default=0.0, ge=0, le=2, description="how freely a chat model chooses its words"
    )
    chat_calls_per_day: int = Field(
        default=0, ge=0, description="calls of a chat model in a day (UTC); 0 = any number"
    )
    chat_calls_per_person: int = Field(
        default=0, ge=0, description="the same for one person; 0 = any number"
    )
    grounding_model: str = Field(
        default="",
        description="path of a cross-encoder that lets a chat model paraphrase the passages",
    )
    web_ports: str = Field(
        default="80,443", description="the ports on which web addresses may be asked"
    )
    web_networks: str = Field(
        default="",
        description="networks that web addresses may lie in besides the public internet, such as "
        "10.20.0.0/16 of an intranet",
    )
    web_pages: int = Field(
        default=1_000, ge=1, le=50_000, description="pages that are read of one sitemap"
    )
    kept_publications: int = Field(
        default=20,
        ge=0,
        le=20,
        description="runs that can be taken back; 0 deletes the text of what is removed at once",
    )
    name: str = Field(default="", description="what the knowledge base is called")
    about: str = Field(
        default="", description="what it is about, in fixed sentences; from the corpus without"
    )
    articles_dir: Path = Field(
        default=BUNDLED_ARTICLES, description="the articles ingested by default"
    )
    glossary_file: Path = Field(
        default=PACKAGE_DIR / "glossary.yaml", description="the terms that /define knows"
    )

    @field_validator("database_url")
    @classmethod
    def _database_is_supported(cls, url: str) -> str:
        if url and not url.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:")):
            msg = "must start with sqlite: or postgresql:"
            raise ValueError(msg)
        return url.replace("postgresql:", "postgresql+psycopg:", 1)

    @field_validator("chroma_url")
    @classmethod
    def _chroma_is_http(cls, url: str) -> str:
        if url and not url.startswith(("http://", "https://")):
            msg = "must start with http:// or https://"
            raise ValueError(msg)
        return url.rstrip("/")

    @field_validator("reranker_model", "grounding_model")
    @classmethod
    def _model_is_here(cls, folder: str) -> str:
        if folder and not _is_file(Path(folder) / "config.json"):
            msg = "must be the folder of a cross-encoder on this machine (nothing is downloaded)"
            raise ValueError(msg)
        return folder

    @field_validator("web_ports")
    @classmethod
    def _ports_are_ports(cls, ports: str) -> str:
        _ports(ports)
        return ports

    @field_validator("web_networks")
    @classmethod
    def _networks_are_networks(cls, networks: str) -> str:
        for network in _networks(networks):
            if any(network.overlaps(one) for one in _NEVER if one.version == network.version):
                msg = f"{network} holds addresses of this machine or of its network's own services"
                raise ValueError(msg)
        return networks

    @property
    def allowed_ports(self) -> frozenset[int]:
        """The ports on which web addresses may be asked."""
        return _ports(self.web_ports)

    @property
    def allowed_networks(self) -> tuple[Network, ...]:
        """The networks that web addresses may lie in besides the public internet."""
        return _networks(self.web_networks)

    @property
    def resolved_database_url(self) -> str:
        """The database's URL, with the default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'record.sqlite3'}"

    @property
    def is_shared(self) -> bool:
        """Whether record and index are on servers, so that several processes may share them."""
        return self.database_url.startswith("postgresql") and bool(self.chroma_url)

    @classmethod
    def load(cls) -> Self:
        """Read the environment; raise `ConfigError` naming every setting that is wrong."""
        return load_settings(cls)


def _ports(text: str) -> frozenset[int]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and 0 < int(part) < 65_536 for part in parts):
        msg = "must be numbers from 1 to 65535, separated by commas"
        raise ValueError(msg)
    return frozenset(map(int, parts))


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def lend_provider_keys(file: Path = Path(".env")) -> None:
    """Let the chat model's provider find its keys and address in `.env` too.

    Providers read the environment by names of their own; what is set there already stays. A key
    may stand in a file of its own, which a variable with `_FILE` behind the key's name says.
    """
    values = dotenv_values(file)
    for name, value in values.items():
        if value and PROVIDER.match(name):
            os.environ.setdefault(name, value)  # noqa: TID251 (this is a settings module)
    for name, place in {**values, **os.environ}.items():  # noqa: TID251 (this is a settings module)
        variable = name.removesuffix("_FILE")
        if not place or variable == name or not PROVIDER_SECRET.fullmatch(variable):
            continue
        if os.environ.get(variable):  # noqa: TID251 (this is a settings module)
            continue
        try:
            key = Path(place).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as exc:
            # It may be no key of the provider, and stops nothing but the model's own answers.
            reason = exc.strerror if isinstance(exc, OSError) else "it is no text"
            logger.warning("%s: cannot read %s: %s", name, place, reason)
            continue
        os.environ[variable] = key  # noqa: TID251 (this is a settings module)


def load_settings(kind: type[Settings]) -> Settings:
    """Read `kind` from the environment; raise `ConfigError` naming every wrong setting."""
    try:
        return kind(**_secrets_of_files(kind))
    except ValidationError as exc:
        raise ConfigError("\n".join(describe_problems(exc, kind))) from exc


def _secrets_of_files(kind: type[BaseSettings], env_file: Path = Path(".env")) -> dict[str, Any]:
    """Return the secrets whose variable names a file, as `KB_DATABASE_URL_FILE`, by field."""
    said = {**dotenv_values(env_file), **os.environ}  # noqa: TID251 (this is a settings module)
    prefix = kind.model_config.get("env_prefix", "")
    found: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        if field.annotation is not SecretStr and name not in SECRET_TEXTS:
            continue
        variable = (field.alias or f"{prefix}{name}").upper()
        file = said.get(f"{variable}_FILE")
        if not file:
            continue
        if said.get(variable):
            raise ConfigError(f"{variable}: set it or {variable}_FILE, not both")
        try:
            found[field.alias or name] = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as exc:
            reason = exc.strerror if isinstance(exc, OSError) else "it is no text"
            raise ConfigError(f"{variable}_FILE: cannot read {file}: {reason}") from exc
    return found


def describe_problems(error: ValidationError, kind: type[BaseSettings]) -> list[str]:
    """Return one line for each wrong setting: the variable's name and what is wrong with it."""
    prefix = kind.model_config.get("env_prefix", "")
    lines = []
    for problem in error.errors(include_url=False, include_input=False):
        name = str(problem["loc"][0]) if problem["loc"] else "?"
        field = kind.model_fields.get(name)
        variable = field.alias if field is not None and field.alias else f"{prefix}{name}"
        reason = str(problem["msg"]).removeprefix("Value error, ")
        lines.append(f"{variable.upper()}: {reason}")
    return lines
