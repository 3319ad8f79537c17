from collections.abc import Iterator

import pytest

from bot.access.identity import SlackAwayError, check_app_token, who_we_are
from bot.local_slack import LocalSlack
from bot.replying.delivery import create_client
from knowledge.errors import ConfigError


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack() as running:
        yield running


def test_a_passing_fault_at_the_start_is_no_wrong_token(slack: LocalSlack) -> None:
    client = create_client(token=slack.bot_token, base_url=slack.api_url)
    slack.fail_next("auth.test", retry_after_s=2)
    slack.fail_next("auth.test", status=503)
    slept: list[float] = []

    identity = who_we_are(client, sleep=slept.append)

    assert identity.team_ids == {slack.team_id}
    assert identity.bot_id == slack.bot_id
    assert slept == [2, 2]


def test_a_slack_that_does_not_answer_is_named_after_some_tries() -> None:
    client = create_client(token="xoxb-1", base_url="http://127.0.0.1:9/api/")
    slept: list[float] = []

    with pytest.raises(SlackAwayError, match="Slack does not answer"):
        who_we_are(client, sleep=slept.append)

    assert slept == [1, 2, 4]


def test_a_wrong_token_is_a_wrong_setting_at_once(slack: LocalSlack) -> None:
    client = create_client(token="xoxb-wrong", base_url=slack.api_url)

    with pytest.raises(ConfigError, match=r"SLACK_BOT_TOKEN: Slack refuses it .invalid_auth"):
        who_we_are(client, sleep=pytest.fail)


def test_an_app_token_that_may_not_connect_is_named_with_what_it_needs(slack: LocalSlack) -> None:
    client = create_client(token=slack.bot_token, base_url=slack.api_url)

    with pytest.raises(ConfigError, match=r"SLACK_APP_TOKEN: .*connections:write"):
        check_app_token(client, slack.bot_token, sleep=pytest.fail)
    check_app_token(client, slack.app_token, sleep=pytest.fail)
