from collections.abc import Iterator

import pytest
from slack_sdk.webhook import WebhookClient

from bot.local_slack import LocalSlack


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack() as running:
        yield running


def test_a_response_url_works_five_times_and_half_an_hour() -> None:
    now = [1_800_000_000.0]
    with LocalSlack(clock=lambda: now[0], retries=0) as slack:
        first, second = (slack.command("member", "/ask") for _ in range(2))
        used = WebhookClient(first.payload["response_url"])
        expired = WebhookClient(second.payload["response_url"])

        answers = [used.send(text=str(number)) for number in range(6)]
        now[0] += 30 * 60 + 1
        late = expired.send(text="late")

    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert "used_url" in answers[-1].body
    assert "expired_url" in late.body
    assert len(slack.transcript.ephemerals("U0MEMBER1")) == 5


def test_a_response_can_be_public_replaced_and_deleted(slack: LocalSlack) -> None:
    delivery = slack.command("member", "/ask", "BPO", "general")
    url = WebhookClient(delivery.payload["response_url"])

    url.send(text="one", response_type="in_channel")
    url.send(text="two", replace_original=True)
    shown = slack.transcript.messages()
    url.send_dict({"delete_original": True})

    assert [message.text for message in shown] == ["two"]
    assert slack.transcript.messages() == ()
    assert [entry.kind for entry in slack.transcript.entries] == ["posted", "updated", "deleted"]


def test_an_invalid_response_is_refused(slack: LocalSlack) -> None:
    delivery = slack.command("member", "/ask")

    answer = WebhookClient(delivery.payload["response_url"]).send(text="")

    assert "no_text" in answer.body
    assert slack.transcript.rejections[0].method == "response_url"
