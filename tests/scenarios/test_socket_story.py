import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from bot.connections.socket_mode import (
    PING_INTERVAL_S,
    SocketSilentError,
    connected,
    run_socket_mode,
)
from tests.outage import Door
from tests.scenarios.world import Start


def test_it_serves_until_it_is_told_to_stop(start: Start) -> None:
    world = start(connection="none")
    stop = threading.Event()
    thread = threading.Thread(
        target=run_socket_mode,
        args=(world.bot.app,),
        kwargs={"app_token": world.slack.app_token, "stop": stop},
    )
    thread.start()
    world.slack.wait_for(lambda: world.slack.connections == 1)

    ts = world.slack.mention("member", "general", "what is BPO?")
    world.slack.wait_for_reply(ts)
    stop.set()

    thread.join(5)
    assert not thread.is_alive()
    world.slack.wait_for(lambda: world.slack.connections == 0)


def test_what_is_being_taken_in_when_it_ends_is_acknowledged(
    start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world = start(connection="none", ack_timeout_s=5.0)
    began = threading.Event()
    receive = world.journal.receive

    def receive_slowly(**values: Any) -> bool:
        began.set()
        time.sleep(0.5)
        return receive(**values)

    monkeypatch.setattr(world.journal, "receive", receive_slowly)
    with connected(world.bot.app, app_token=world.slack.app_token):
        world.slack.wait_for(lambda: world.slack.connections == 1)
        ts = world.slack.direct_message("member", "what is BPO?")
        assert began.wait(10)

    world.slack.wait_for_reply(ts, timeout_s=20)
    assert len(world.slack.transcript.acks) == 1
    assert "Failed to run" not in caplog.text


def test_it_ends_when_nothing_is_heard_from_slack(start: Start) -> None:
    world = start(connection="none")

    with pytest.raises(SocketSilentError, match="nothing heard"):
        run_socket_mode(
            world.bot.app,
            app_token=world.slack.app_token,
            stop=threading.Event(),
            max_silence_s=-1,
            check_every_s=0.05,
        )


def test_a_dropped_connection_is_renewed_and_nothing_is_lost(start: Start) -> None:
    world = start(connection="socket", ack_timeout_s=3.0)

    world.slack.ask_to_reconnect()
    ts = world.slack.mention("member", "general", "what is BPO?")

    world.slack.wait_for_reply(ts, timeout_s=20)


@pytest.mark.parametrize("end", [Door.abort, Door.fall_silent], ids=["reset", "silent"])
def test_after_a_connection_that_ends_without_a_word_it_hears_again(
    start: Start, end: Callable[[Door], None]
) -> None:
    before = start(connection="none", ack_timeout_s=1.0, retries=60)
    before.bot.close()
    with Door(int(before.slack.url.rpartition(":")[2])) as door:
        api_url = f"http://127.0.0.1:{door.port}/api/"
        world = start(slack=before.slack, connection="none", api_url=api_url)
        with connected(world.bot.app, app_token=world.slack.app_token, ping_interval_s=0.2):
            world.slack.wait_for(lambda: world.slack.connections == 1)
            world.slack.wait_for_reply(world.slack.mention("member", "general", "what is BPO?"))

            end(door)
            ts = world.slack.mention("member", "general", "what is KPO?")

            world.slack.wait_for_reply(ts, timeout_s=60)


def test_it_looks_often_enough_that_nobody_notices_a_connection_that_fell_silent() -> None:
    # Four checks without an answer, and Slack sends an event again for longer than that.
    assert 4 * PING_INTERVAL_S <= 10
