"""The settings of `knowledge`, from the environment and from a `.env` file."""

import os
from pathlib import Path

import pytest

from knowledge.errors import ConfigError
from knowledge.settings import KnowledgeSettings, lend_provider_keys

NO_CROSS_ENCODER = "must be the folder of a cross-encoder on this machine (nothing is downloaded)"


def test_nothing_has_to_be_set() -> None:
    settings = KnowledgeSettings.load()

    assert settings.data_dir == Path("data")
    assert settings.resolved_database_url == "sqlite:///data/record.sqlite3"
    assert settings.chroma_url == ""
    assert (settings.articles_dir / "what-is-bpo.md").is_file()
    assert settings.glossary_file.is_file()


def test_the_environment_wins_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("KB_DATA_DIR=/from/file\nKB_CHROMA_URL=http://file:8000/\n")
    monkeypatch.setenv("KB_DATA_DIR", "/from/environment")

    settings = KnowledgeSettings.load()

    assert settings.data_dir == Path("/from/environment")
    assert settings.chroma_url == "http://file:8000"


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_DATA_DIR", "")

    assert KnowledgeSettings.load().data_dir == Path("data")


@pytest.mark.parametrize(
    ("given", "used"),
    [
        pytest.param("postgresql://db/kb", "postgresql+psycopg://db/kb", id="PostgreSQL"),
        pytest.param(
            "postgresql+psycopg://db/kb", "postgresql+psycopg://db/kb", id="with its driver"
        ),
        pytest.param("sqlite:////srv/kb.db", "sqlite:////srv/kb.db", id="SQLite"),
    ],
)
def test_a_database_url_names_its_driver(
    monkeypatch: pytest.MonkeyPatch, given: str, used: str
) -> None:
    monkeypatch.setenv("KB_DATABASE_URL", given)

    assert KnowledgeSettings.load().resolved_database_url == used


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KB_DATABASE_URL", "mysql://db/kb")
    monkeypatch.setenv("KB_CHROMA_URL", "localhost:8000")
    monkeypatch.setenv("KB_RERANKER_MODEL", "cross-encoder/no-such-model")
    monkeypatch.setenv("KB_GROUNDING_MODEL", "cross-encoder/no-such-model")

    with pytest.raises(ConfigError) as caught:
        KnowledgeSettings.load()

    assert str(caught.value).splitlines() == [
        "KB_DATABASE_URL: must start with sqlite: or postgresql:",
        "KB_CHROMA_URL: must start with http:// or https://",
        f"KB_RERANKER_MODEL: {NO_CROSS_ENCODER}",
        f"KB_GROUNDING_MODEL: {NO_CROSS_ENCODER}",
    ]


@pytest.mark.parametrize("variable", ["KB_RERANKER_MODEL", "KB_GROUNDING_MODEL"])
@pytest.mark.parametrize("content", ["nothing", "an empty folder", "a file"])
def test_a_cross_encoder_is_a_folder_with_its_configuration(
    variable: str, content: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "model"
    if content == "an empty folder":
        path.mkdir()
    elif content == "a file":
        path.write_text("{}")
    monkeypatch.setenv(variable, str(path))

    with pytest.raises(ConfigError, match=f"^{variable}: must be the folder of a cross-encoder"):
        KnowledgeSettings.load()


def test_without_cross_encoders_none_is_configured() -> None:
    settings = KnowledgeSettings.load()

    assert (settings.reranker_model, settings.grounding_model) == ("", "")


def test_the_folder_of_a_cross_encoder_may_be_relative(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "reranker").mkdir()
    (tmp_path / "reranker" / "config.json").write_text("{}")
    monkeypatch.setenv("KB_RERANKER_MODEL", "reranker")

    assert KnowledgeSettings.load().reranker_model == "reranker"


def test_a_providers_keys_may_stand_in_the_env_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "set")
    monkeypatch.delenv("MISTRAL_API_KEY", raising=False)
    file = tmp_path / ".env"
    file.write_text("OPENAI_API_KEY=other\nMISTRAL_API_KEY=key\nSLACK_BOT_TOKEN=x\nPATH_X=y\n")

    try:
        lend_provider_keys(file)

        assert os.environ["OPENAI_API_KEY"] == "set"  # noqa: TID251
        assert os.environ["MISTRAL_API_KEY"] == "key"  # noqa: TID251
        assert "PATH_X" not in os.environ  # noqa: TID251
    finally:
        os.environ.pop("MISTRAL_API_KEY", None)  # noqa: TID251


def test_a_providers_key_may_stand_in_a_file_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "key").write_text("key of a file\n")
    for name in ("MISTRAL_API_KEY", "GROQ_API_KEY", "COHERE_API_KEY", "AWS_WEB_IDENTITY_TOKEN"):
        # Noted even when it is not there, so that it is taken out again afterwards.
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("OPENAI_API_KEY", "set")
    monkeypatch.setenv("OPENAI_API_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("MISTRAL_API_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("COHERE_API_KEY_FILE", str(tmp_path / "missing"))
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "key"))
    file = tmp_path / ".env"
    file.write_text(f"GROQ_API_KEY_FILE={tmp_path / 'key'}\n")

    lend_provider_keys(file)

    assert os.environ["OPENAI_API_KEY"] == "set"  # noqa: TID251
    assert os.environ["MISTRAL_API_KEY"] == "key of a file"  # noqa: TID251
    assert os.environ["GROQ_API_KEY"] == "key of a file"  # noqa: TID251
    assert os.environ["AWS_WEB_IDENTITY_TOKEN"] == ""  # noqa: TID251
    assert "COHERE_API_KEY_FILE: cannot read" in caplog.text


@pytest.mark.parametrize("name", ["KB_CHROMA_TOKEN", "KB_CHROMA_BASIC", "KB_DATABASE_URL"])
def test_a_secret_may_stand_in_a_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "postgresql+psycopg://me:hunter2@db/kb"
    (tmp_path / "secret").write_text(f"{secret}\n")
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "secret"))

    settings = KnowledgeSettings.load()

    value = getattr(settings, name.removeprefix("KB_").lower())
    assert (value if isinstance(value, str) else value.get_secret_value()) == secret
    if not isinstance(value, str):
        assert "hunter2" not in repr(settings)


def test_a_secret_that_is_set_twice_or_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_CHROMA_TOKEN_FILE", str(tmp_path / "none"))
    with pytest.raises(ConfigError, match="KB_CHROMA_TOKEN_FILE: cannot read"):
        KnowledgeSettings.load()

    monkeypatch.setenv("KB_CHROMA_TOKEN", "t")
    with pytest.raises(ConfigError, match="not both"):
        KnowledgeSettings.load()
