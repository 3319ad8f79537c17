import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from slack_bolt import Ack, App, Respond, Say
from slack_bolt.adapter.starlette import SlackRequestHandler
from slack_bolt.request import BoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk import WebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.connections.socket_mode import connected
from bot.local_slack import LocalSlack, Message, post_signed
from bot.local_slack.transport.loopback import LoopbackServer
from bot.local_slack.workspace.values import Json

Connect = Callable[[LocalSlack, App], None]

BUTTONS: list[Json] = [
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "choose",
                "text": {"type": "plain_text", "text": text},
                "value": text.lower(),
            }
        ],
    }
    for text in ("Yes", "No")
]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    # slack_sdk sends even loopback traffic to a proxy it finds in these.
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def connect() -> Iterator[Connect]:
    with ExitStack() as stack:

        def connect_app(slack: LocalSlack, app: App) -> None:
            stack.enter_context(connected(app, app_token=slack.app_token, ping_interval_s=0.2))

        yield connect_app


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack() as running:
        yield running


@pytest.fixture
def impatient_slack() -> Iterator[LocalSlack]:
    with LocalSlack(ack_timeout_s=0.1) as running:
        yield running


def _app(slack: LocalSlack) -> App:
    client = WebClient(token=slack.bot_token, base_url=slack.api_url)
    return App(client=client, signing_secret=slack.signing_secret)


def _answering_app(slack: LocalSlack) -> App:
    app = _app(slack)

    @app.event("app_mention")
    def answer(event: Json, say: Say) -> None:
        thread_ts = event.get("thread_ts") or event["ts"]
        say(text="answer", blocks=BUTTONS, thread_ts=thread_ts)

    @app.action("choose")
    def choose(ack: Ack, action: Json, respond: Respond) -> None:
        ack()
        respond(text=f"You chose {action['value']}")

    @app.command("/ask")
    def ask(ack: Ack, command: Json) -> None:
        ack(f"looking up {command['text']}")

    return app


def _asked(slack: LocalSlack) -> Message:
    return slack.wait_for_reply(slack.mention("member", "general", "what is BPO?"))


def test_a_mention_is_answered_in_its_thread_and_acknowledged_in_time(
    slack: LocalSlack, connect: Connect
) -> None:
    connect(slack, _answering_app(slack))

    ts = slack.mention("member", "general", "is 2 < 3?")
    reply = slack.wait_for_reply(ts)
    slack.wait_until_idle()

    delivery = slack.events("app_mention", ts=ts)[0]
    assert reply.thread_ts == ts
    assert delivery.payload["event"]["text"] == f"<@{slack.bot_user_id}> is 2 &lt; 3?"
    assert 0 < slack.transcript.acks[delivery.envelope_ids[0]] < 3
    assert slack.transcript.rejections == ()


def test_a_subscribed_channel_hears_a_mention_twice_under_different_ids() -> None:
    with LocalSlack(events={"app_mention", "message.channels"}, retries=0) as slack:
        ts = slack.mention("member", "general", "hello")

        mention, message = slack.events("app_mention", ts=ts)[0], slack.events("message", ts=ts)[0]

    assert mention.payload["event_id"] != message.payload["event_id"]
    assert message.payload["event"]["channel_type"] == "channel"


def test_an_unsubscribed_channel_is_not_heard_without_a_mention(slack: LocalSlack) -> None:
    slack.say("member", "general", "hello")
    slack.mention("member", "without-bot", "hello")

    assert slack.deliveries == ()


def test_the_app_hears_edits_other_bots_and_itself() -> None:
    with LocalSlack(events={"message.channels"}, retries=0) as slack:
        ts = slack.say("member", "general", "helo")
        slack.edit_message("general", ts, "hello")
        slack.delete_message("general", ts)
        slack.bot_message("general", "beep")
        WebClient(token=slack.bot_token, base_url=slack.api_url).chat_postMessage(
            channel="C0GENERAL", text="own"
        )

        events = [delivery.payload["event"] for delivery in slack.events("message")]

    assert [event.get("subtype") for event in events[:3]] == [
        None,
        "message_changed",
        "message_deleted",
    ]
    assert events[1]["previous_message"]["text"] == "helo"
    assert [event["bot_id"] for event in events[3:]] == ["B0OTHER01", slack.bot_id]


def test_the_event_says_whether_the_channel_is_shared_with_others(slack: LocalSlack) -> None:
    slack.mention("member", "shared", "hello")

    assert slack.deliveries[0].payload["is_ext_shared_channel"]


def test_the_answer_to_a_command_is_shown_to_its_user_only(slack: LocalSlack) -> None:
    slack.deliver_to(_answering_app(slack))

    slack.command("member", "/ask", "BPO")
    slack.wait_for(slack.transcript.ephemerals)

    (message,) = slack.transcript.ephemerals("U0MEMBER1")
    assert (message.text, message.via) == ("looking up BPO", "ack")
    assert slack.transcript.messages() == ()


def test_a_pressed_button_reaches_the_app_with_its_message(slack: LocalSlack) -> None:
    slack.deliver_to(_answering_app(slack))
    reply = _asked(slack)

    delivery = slack.press("member", reply, "choose", "no")
    slack.wait_for(slack.transcript.ephemerals)

    assert slack.transcript.ephemerals()[0].text == "You chose no"
    assert delivery.payload["message"]["ts"] == reply.ts
    assert delivery.payload["actions"][0]["block_id"] == reply.blocks[1]["block_id"]


def test_only_what_is_there_can_be_pressed(slack: LocalSlack) -> None:
    slack.deliver_to(_answering_app(slack))
    reply = _asked(slack)

    with pytest.raises(LookupError, match="choose=\\['yes'\\]"):
        slack.press("member", reply, "vote")
    with pytest.raises(LookupError, match="2 controls"):
        slack.press("member", reply, "choose")


def test_a_click_on_an_ephemeral_message_does_not_repeat_it(slack: LocalSlack) -> None:
    app = _answering_app(slack)
    slack.deliver_to(app)
    app.client.chat_postEphemeral(
        channel="C0GENERAL", user="U0MEMBER1", text="sure?", blocks=BUTTONS
    )
    (message,) = slack.transcript.ephemerals()

    delivery = slack.press("member", message, "choose", "yes")

    assert delivery.payload["container"]["is_ephemeral"]
    assert "message" not in delivery.payload
    with pytest.raises(LookupError, match="admin sees no message"):
        slack.press("admin", message, "choose", "yes")


def test_an_event_without_acknowledgement_comes_again_three_times(
    impatient_slack: LocalSlack, connect: Connect
) -> None:
    seen: list[tuple[str, str]] = []
    app = _app(impatient_slack)

    @app.middleware
    def fail(body: Json, request: BoltRequest) -> BoltResponse:
        seen.append((body["event_id"], request.headers["x-slack-retry-num"][0]))
        # Bolt acknowledges nothing but a success.
        return BoltResponse(status=500)

    connect(impatient_slack, app)
    impatient_slack.mention("member", "general", "hello")
    impatient_slack.wait_for(lambda: impatient_slack.deliveries[0].state == "failed")

    assert [attempt for _, attempt in seen] == ["0", "1", "2", "3"]
    assert len({event_id for event_id, _ in seen}) == 1
    assert impatient_slack.transcript.rejections[0].error == "operation_timeout"


def test_a_command_without_acknowledgement_fails_before_the_user(
    impatient_slack: LocalSlack, connect: Connect
) -> None:
    connect(impatient_slack, _app(impatient_slack))

    impatient_slack.command("member", "/nobody")
    impatient_slack.wait_for(impatient_slack.transcript.ephemerals)

    assert impatient_slack.deliveries[0].attempts == 1
    assert "operation_timeout" in impatient_slack.transcript.ephemerals()[0].text


def test_an_event_can_be_sent_again_unasked(slack: LocalSlack) -> None:
    slack.deliver_to(_answering_app(slack))
    ts = slack.mention("member", "general", "hello")
    slack.wait_for_reply(ts)

    slack.redeliver(slack.events("app_mention", ts=ts)[0])
    slack.wait_for(lambda: len(slack.transcript.replies(ts)) == 2)

    with pytest.raises(AssertionError, match="2 replies in thread"):
        slack.transcript.unique_reply(ts)


@pytest.mark.parametrize(
    "interrupt",
    [
        pytest.param(LocalSlack.drop_connections, id="dropped"),
        pytest.param(LocalSlack.ask_to_reconnect, id="asked to reconnect"),
    ],
)
def test_the_app_comes_back_after_a_lost_connection(
    slack: LocalSlack, connect: Connect, interrupt: Callable[[LocalSlack], None]
) -> None:
    connect(slack, _answering_app(slack))
    slack.wait_for(lambda: slack.connections == 1)

    interrupt(slack)

    assert _asked(slack).text == "answer"


def _note(seen: list[str], name: str, /, ack: Ack) -> None:
    seen.append(name)


def test_one_of_several_connections_gets_each_event(slack: LocalSlack, connect: Connect) -> None:
    seen: list[str] = []
    for name in ("first", "second"):
        app = _app(slack)
        app.event("app_mention")(functools.partial(_note, seen, name))
        connect(slack, app)
    slack.wait_for(lambda: slack.connections == 2)

    for _ in range(4):
        slack.mention("member", "general", "hello")
    slack.wait_until_idle()

    assert sorted(seen) == ["first", "first", "second", "second"]


@pytest.fixture
def http_url(slack: LocalSlack) -> Iterator[str]:
    handler = SlackRequestHandler(_answering_app(slack))

    async def endpoint(request: Request) -> Response:
        return await handler.handle(request)

    server = LoopbackServer(Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])]))
    server.start()
    yield f"http://127.0.0.1:{server.port}/slack/events"
    server.stop()


def test_everything_works_by_signed_http_too(slack: LocalSlack, http_url: str) -> None:
    slack.deliver_by_http(http_url)

    reply = _asked(slack)
    slack.press("member", reply, "choose", "yes")
    slack.command("member", "/ask", "KPO")
    slack.wait_for(lambda: len(slack.transcript.ephemerals()) == 2)
    slack.wait_until_idle()

    texts = {message.text for message in slack.transcript.ephemerals()}
    assert texts == {"You chose yes", "looking up KPO"}
    assert len(slack.transcript.acks) == 3


def test_everything_can_be_handed_to_an_app_in_this_process(slack: LocalSlack) -> None:
    slack.deliver_to(_answering_app(slack))

    reply = _asked(slack)
    slack.press("member", reply, "choose", "yes")
    slack.command("member", "/ask", "KPO")
    slack.wait_for(lambda: len(slack.transcript.ephemerals()) == 2)
    slack.wait_until_idle()

    assert slack.connections == 0
    assert len(slack.transcript.acks) == 3


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        pytest.param({}, 200, id="right"),
        pytest.param({"signing_secret": "other"}, 401, id="wrong secret"),
        pytest.param({"age_s": 301}, 401, id="old"),
    ],
)
def test_the_app_refuses_a_wrong_or_old_signature(
    slack: LocalSlack, http_url: str, wrong: Json, status: int
) -> None:
    payload = slack.command("member", "/ask", "KPO").payload

    answer = post_signed(http_url, "slash_commands", payload, **wrong)

    assert answer.status == status
    assert answer.is_ack == (status == 200)


def test_an_event_is_retried_by_http_until_it_is_acknowledged(slack: LocalSlack) -> None:
    retries: list[str | None] = []

    async def endpoint(request: Request) -> Response:
        retries.append(request.headers.get("x-slack-retry-num"))
        return Response(status_code=200 if len(retries) == 3 else 500)

    server = LoopbackServer(Starlette(routes=[Route("/", endpoint, methods=["POST"])]))
    server.start()
    slack.deliver_by_http(f"http://127.0.0.1:{server.port}/")
    slack.mention("member", "general", "hello")
    slack.wait_for(lambda: slack.deliveries[0].state == "acknowledged")
    server.stop()

    assert retries == [None, "1", "2"]


def test_subscribers_see_every_change_in_order(slack: LocalSlack) -> None:
    seen: list[str] = []
    unsubscribe = slack.transcript.subscribe(lambda entry: seen.append(entry.kind))

    ts = slack.say("member", "general", "one")
    slack.edit_message("general", ts, "two")
    unsubscribe()
    slack.delete_message("general", ts)

    assert seen == ["posted", "updated"]
