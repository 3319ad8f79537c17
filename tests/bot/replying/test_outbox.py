"""How long a reply waits for its next try."""

from typing import Any

import pytest

from bot.incoming import IncomingQuestion
from bot.replying.delivery import DeliveryError
from bot.replying.outbox import LONGEST_WAIT_S, Outbox, Outgoing

QUESTION = IncomingQuestion(
    event_id="E1",
    message_key="T1:D1:1.0",
    conversation="T1:D1:1.0",
    text="what is BPO?",
    user_id="U1",
    team_id="T1",
    channel_id="D1",
    thread_ts="1.0",
    is_direct=True,
)


class _Slack:
    """Takes nothing, and says why."""

    def __init__(self, error: DeliveryError) -> None:
        self._error = error

    def post(self, *_: Any, **__: Any) -> str:
        raise self._error

    whisper = post

    def find(self, *_: Any, **__: Any) -> str:
        return "absent"


class _Journal:
    def begin_sending(self, event_id: str) -> None:
        pass

    put_back = begin_sending


@pytest.mark.parametrize(
    "error",
    [
        DeliveryError("connection refused", is_passing=True),
        DeliveryError("RemoteDisconnected", is_uncertain=True),
        DeliveryError("status 500", is_uncertain=True, is_harmless=True),
    ],
    ids=["refused", "cut off", "failed, harmless"],
)
def test_however_long_slack_is_away_a_reply_is_tried_again_within_half_a_minute(
    error: DeliveryError,
) -> None:
    outbox = Outbox(delivery=_Slack(error), journal=_Journal())  # type: ignore[arg-type]
    outgoing = Outgoing(is_taken=True, message=object())  # type: ignore[arg-type]

    # Half a minute each, these are more than eight hours.
    waits = [outbox.send(QUESTION, outgoing) for _ in range(1_100)]

    assert max(wait for wait in waits if wait is not None) <= LONGEST_WAIT_S
    assert None not in waits
