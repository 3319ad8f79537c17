import pytest

from bot.settings import BotSettings
from knowledge.errors import ConfigError


def _load(monkeypatch: pytest.MonkeyPatch, **values: str) -> BotSettings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return BotSettings.load()


def test_without_any_token_it_is_the_local_slack(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _load(monkeypatch)

    assert settings.is_local
    assert settings.admins == frozenset()
    assert (settings.http_port, settings.retention_days) == (3000, 30)


def test_administrators_are_listed_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _load(monkeypatch, KB_ADMINS=" U123, S456 ,,W789 ")

    assert settings.admins == {"U123", "S456", "W789"}


@pytest.mark.parametrize("name", ["KB_HTTP_PORT", "PORT"])
def test_the_port_has_two_names(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert _load(monkeypatch, **{name: "8080"}).http_port == 8080


def test_every_wrong_setting_is_named_at_once_and_no_secret_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = {
        "SLACK_BOT_TOKEN": "xapp-secret",
        "SLACK_APP_TOKEN": "xoxb-secret",
        "SLACK_API_URL": "slack.com",
        "KB_ADMINS": "ada@example.org",
        "KB_EXPERTS_CHANNEL": "#experts",
        "KB_RETENTION_DAYS": "0",
        "KB_LOG_LEVEL": "loud",
        "KB_HTTP_PORT": "99999",
    }

    with pytest.raises(ConfigError) as caught:
        _load(monkeypatch, **wrong)

    lines = str(caught.value).splitlines()
    assert sorted(line.partition(":")[0] for line in lines) == sorted(wrong)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("mode", "given_name", "given", "missing"),
    [
        ("socket", "SLACK_BOT_TOKEN", "xoxb-1", "SLACK_APP_TOKEN: missing, Socket Mode needs it"),
        ("socket", "SLACK_APP_TOKEN", "xapp-1", "SLACK_BOT_TOKEN: missing, Socket Mode needs it"),
        ("http", "SLACK_BOT_TOKEN", "xoxb-1", "SLACK_SIGNING_SECRET: missing, HTTP mode needs it"),
    ],
)
def test_a_missing_token_is_named(
    monkeypatch: pytest.MonkeyPatch, mode: str, given_name: str, given: str, missing: str
) -> None:
    settings = _load(monkeypatch, **{given_name: given})

    with pytest.raises(ConfigError) as caught:
        settings.require_tokens(mode)  # type: ignore[arg-type]

    assert str(caught.value) == missing


def test_the_right_tokens_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = _load(monkeypatch, SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1")

    settings.require_tokens("socket")

    assert not settings.is_local
    assert "xoxb-1" not in repr(settings)
