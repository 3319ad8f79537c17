from collections.abc import Iterator

import pytest

from bot.local_slack import LocalSlack
from bot.rendering import RenderedMessage, render_notice
from bot.replying.delivery import Delivery, DeliveryError, create_client
from tests.outage import run_odd_server

GENERAL = "C0GENERAL"
MEMBER = "U0MEMBER1"
HELLO = render_notice("Hello.")


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack() as running:
        yield running


class _Sleeps:
    """Notes how long it should have slept."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def _delivery(slack: LocalSlack, sleeps: _Sleeps | None = None) -> Delivery:
    client = create_client(token=slack.bot_token, base_url=slack.api_url)
    return Delivery(client, sleep=sleeps or _Sleeps())


def _response_url(slack: LocalSlack) -> str:
    ticket = slack.workspace.issue_ticket(channel=GENERAL, user=MEMBER)
    return slack.response_url(ticket)


def test_a_post_can_be_updated(slack: LocalSlack) -> None:
    delivery = _delivery(slack)

    place = delivery.post(HELLO, channel_id=GENERAL)
    delivery.update(render_notice("Bye."), place=place)

    [message] = slack.transcript.messages()
    assert (message.shown_text, message.history[0].shown_text) == ("Bye.", "Hello.")
    assert slack.transcript.rejections == ()


def test_a_post_to_a_person_opens_the_direct_message(slack: LocalSlack) -> None:
    place = _delivery(slack).post(HELLO, channel_id=MEMBER)

    assert place.startswith("D")


def test_blocks_that_slack_refuses_are_replaced_by_plain_text(slack: LocalSlack) -> None:
    message = RenderedMessage(text="Hello.", blocks=({"type": "flying_saucer"},))

    _delivery(slack).post(message, channel_id=GENERAL)

    [posted] = slack.transcript.messages()
    assert posted.shown_text == "Hello."


def test_a_rate_limit_is_obeyed(slack: LocalSlack) -> None:
    sleeps = _Sleeps()
    slack.fail_next("chat.postMessage", retry_after_s=7, times=2)

    _delivery(slack, sleeps).post(HELLO, channel_id=GENERAL)

    assert sleeps.seconds == [7, 7]
    assert len(slack.transcript.messages()) == 1


def test_a_rate_limit_is_not_waited_out_for_ever(slack: LocalSlack) -> None:
    sleeps = _Sleeps()
    slack.fail_next("chat.postMessage", retry_after_s=600)

    with pytest.raises(DeliveryError, match="ratelimited"):
        _delivery(slack, sleeps).post(HELLO, channel_id=GENERAL)

    assert sleeps.seconds == []


@pytest.mark.parametrize("status", [500, 503])
def test_a_post_that_slack_may_have_taken_is_not_repeated(slack: LocalSlack, status: int) -> None:
    slack.fail_next("chat.postMessage", status=status, is_applied=True)

    with pytest.raises(DeliveryError) as caught:
        _delivery(slack).post(HELLO, channel_id=GENERAL)

    assert caught.value.is_uncertain
    assert len(slack.transcript.messages()) == 1


def test_a_post_that_is_not_answered_in_time_is_not_repeated(
    slack: LocalSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.replying.delivery.TIMEOUT_S", 0.2)
    sleeps = _Sleeps()
    slack.fail_next("chat.postMessage", delay_s=0.4)

    with pytest.raises(DeliveryError) as caught:
        _delivery(slack, sleeps).post(HELLO, channel_id=GENERAL)

    assert caught.value.is_uncertain
    assert sleeps.seconds == []


CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n<html>Welcome</"
NO_TEXT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n\xff\xfe"
NO_HTTP = b"220 mail.example ESMTP\r\n"


@pytest.mark.parametrize(
    "answer",
    [CUT, PAGE, NO_TEXT, NO_HTTP, b""],
    ids=["cut", "a page", "no text", "no HTTP", "none"],
)
def test_an_answer_that_is_none_of_slacks_leaves_open_whether_a_post_was_taken(
    answer: bytes,
) -> None:
    with run_odd_server(answer) as url:
        delivery = Delivery(create_client(token="xoxb-1", base_url=f"{url}/api/"))

        with pytest.raises(DeliveryError) as caught:
            delivery.post(HELLO, channel_id=GENERAL)

    assert caught.value.is_uncertain
    assert not caught.value.is_passing


@pytest.mark.parametrize("url", ["", "file:///etc/hosts", "hooks.example/x", "x" * 3_000])
def test_what_is_no_address_is_not_responded_to(slack: LocalSlack, url: str) -> None:
    with pytest.raises(DeliveryError):
        _delivery(slack).respond(HELLO, response_url=url)


def test_an_update_is_repeated_since_that_changes_nothing(slack: LocalSlack) -> None:
    sleeps = _Sleeps()
    delivery = _delivery(slack, sleeps)
    place = delivery.post(HELLO, channel_id=GENERAL)
    slack.fail_next("chat.update", status=500, times=2)

    delivery.update(render_notice("Bye."), place=place)

    assert sleeps.seconds == [0.5, 1.0]
    assert slack.transcript.messages()[0].shown_text == "Bye."


def test_what_slack_refuses_is_refused_at_once(slack: LocalSlack) -> None:
    sleeps = _Sleeps()

    with pytest.raises(DeliveryError) as caught:
        _delivery(slack, sleeps).post(HELLO, channel_id="C0NOBOT01")

    assert (caught.value.reason, caught.value.is_uncertain) == ("not_in_channel", False)
    assert sleeps.seconds == []


def test_a_slack_that_is_down_is_tried_again_and_given_up(slack: LocalSlack) -> None:
    sleeps = _Sleeps()
    client = create_client(token="xoxb-local", base_url="http://127.0.0.1:9/api/")

    with pytest.raises(DeliveryError) as caught:
        Delivery(client, sleep=sleeps).post(HELLO, channel_id=GENERAL)

    assert not caught.value.is_uncertain
    assert sleeps.seconds == [0.5, 1.0, 2.0]


def test_a_whisper_is_seen_by_one_person(slack: LocalSlack) -> None:
    _delivery(slack).whisper(HELLO, channel_id=GENERAL, user_id=MEMBER)

    [message] = slack.transcript.ephemerals(MEMBER)
    assert message.shown_text == "Hello."


def test_a_response_is_private_and_plain_when_its_blocks_are_refused(slack: LocalSlack) -> None:
    message = RenderedMessage(text="Hello.", blocks=({"type": "flying_saucer"},))

    _delivery(slack).respond(message, response_url=_response_url(slack))

    assert [m.shown_text for m in slack.transcript.ephemerals(MEMBER)] == ["Hello."]


def test_a_response_url_that_is_used_up_is_named(slack: LocalSlack) -> None:
    delivery, url = _delivery(slack), _response_url(slack)
    for _ in range(5):
        delivery.respond(HELLO, response_url=url)

    with pytest.raises(DeliveryError) as caught:
        delivery.respond(HELLO, response_url=url)

    assert caught.value.reason == "used_url"


def test_a_status_that_cannot_be_shown_hinders_nothing(slack: LocalSlack) -> None:
    _delivery(slack).set_status("is thinking", channel_id=GENERAL, thread_ts="1.0")

    assert slack.transcript.statuses() == ()
