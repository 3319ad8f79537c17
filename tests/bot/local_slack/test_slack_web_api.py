from collections.abc import Callable, Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.local_slack import LocalSlack
from bot.local_slack.workspace.values import Json

DIVIDER = {"type": "divider"}


def _section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


class _Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def slack(clock: _Clock) -> Iterator[LocalSlack]:
    with LocalSlack(clock=clock, ack_timeout_s=0.2, retries=0, events=()) as running:
        yield running


def _client(slack: LocalSlack, token: str | None = None) -> WebClient:
    return WebClient(token=token or slack.bot_token, base_url=slack.api_url, retry_handlers=[])


@pytest.fixture
def client(slack: LocalSlack) -> WebClient:
    return _client(slack)


def _error(call: Callable[[], Any]) -> str:
    with pytest.raises(SlackApiError) as caught:
        call()
    return str(caught.value.response["error"])


def test_a_message_is_posted_and_seen_in_its_thread(slack: LocalSlack, client: WebClient) -> None:
    ts = slack.say("member", "general", "hello")

    answer = client.chat_postMessage(channel="C0GENERAL", text="hi", thread_ts=ts)

    assert slack.transcript.unique_reply(ts).text == "hi"
    assert answer["message"]["bot_id"] == slack.bot_id


@pytest.mark.parametrize(
    ("call", "error"),
    [
        pytest.param({"text": "hi", "channel": "C404"}, "channel_not_found", id="unknown channel"),
        pytest.param({"text": " "}, "no_text", id="empty"),
        pytest.param({"text": "hi", "channel": "C0NOBOT01"}, "not_in_channel", id="not a member"),
        pytest.param({"text": "hi", "colour": "red"}, "invalid_arguments", id="unknown argument"),
        pytest.param({"text": "hi", "thread_ts": "1.000001"}, "thread_not_found", id="no thread"),
        pytest.param({"text": "a", "blocks": "[{"}, "invalid_blocks_format", id="not JSON"),
        pytest.param({"text": "a", "blocks": [{"type": "x"}]}, "invalid_blocks", id="bad block"),
        pytest.param({"text": "a", "blocks": [DIVIDER] * 51}, "invalid_blocks", id="51 blocks"),
        pytest.param(
            {
                "text": "a",
                "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2700}}] * 5,
            },
            "msg_blocks_too_long",
            id="text of all blocks",
        ),
        pytest.param(
            {"text": "a", "markdown_text": "b"}, "markdown_text_conflict", id="both texts"
        ),
        pytest.param({"markdown_text": "m" * 12_001}, "msg_too_long", id="long markdown"),
        pytest.param({"text": "a", "metadata": {"x": 1}}, "invalid_metadata_format", id="metadata"),
    ],
)
def test_what_slack_refuses_is_refused(
    slack: LocalSlack, client: WebClient, call: Json, error: str
) -> None:
    found = _error(
        lambda: client.api_call("chat.postMessage", json={"channel": "C0GENERAL"} | call)
    )

    assert found == error
    assert slack.transcript.rejections[-1].error == error
    assert slack.transcript.messages() == ()


def test_a_refused_block_is_named_by_a_pointer(client: WebClient) -> None:
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel="C0GENERAL", text="a", blocks=[DIVIDER, {"type": "x"}])

    messages = caught.value.response["response_metadata"]["messages"]
    assert messages == ["[ERROR] unsupported type: x [json-pointer:/blocks/1/type]"]


def test_text_beyond_40_000_characters_is_cut_with_a_warning(
    slack: LocalSlack, client: WebClient
) -> None:
    answer = client.chat_postMessage(channel="C0GENERAL", text="x" * 40_001)

    assert answer["warning"] == "message_truncated"
    assert len(slack.transcript.messages()[0].text) == 40_000


def test_tokens_methods_and_scopes_are_checked(slack: LocalSlack) -> None:
    with LocalSlack(scopes={"commands"}) as narrow:
        scope = _error(lambda: _client(narrow).chat_postMessage(channel="C0GENERAL", text="a"))

    assert scope == "missing_scope"
    assert _error(lambda: _client(slack, "xoxb-other").auth_test()) == "invalid_auth"
    assert _error(lambda: _client(slack, slack.app_token).auth_test()) == "not_allowed_token_type"
    assert _error(lambda: _client(slack).api_call("chat.shout")) == "unknown_method"
    assert _error(lambda: WebClient(base_url=slack.api_url).auth_test()) == "not_authed"


def test_the_manifest_decides_scopes_events_and_commands() -> None:
    manifest = {
        "oauth_config": {"scopes": {"bot": ["commands"], "bot_optional": ["chat:write"]}},
        "settings": {"event_subscriptions": {"bot_events": ["app_mention"]}},
        "features": {"slash_commands": [{"command": "/ask"}]},
    }
    with LocalSlack(manifest=manifest) as slack:
        _client(slack).chat_postMessage(channel="C0GENERAL", text="allowed")
        slack.direct_message("member", "not subscribed")

        assert slack.deliveries == ()
        assert _error(lambda: _client(slack).users_info(user="U0MEMBER1")) == "missing_scope"
        with pytest.raises(ValueError, match="/nope is not a valid command"):
            slack.command("member", "/nope")


def test_an_update_keeps_the_earlier_version_in_the_history(
    slack: LocalSlack, client: WebClient
) -> None:
    ts = client.chat_postMessage(channel="C0GENERAL", text="one", blocks=[DIVIDER])["ts"]

    client.chat_update(channel="C0GENERAL", ts=ts, text="two")

    message = slack.transcript.find("C0GENERAL", ts)
    assert message is not None
    assert (message.text, message.blocks) == ("two", ())
    assert [version.text for version in message.history] == ["one"]


def test_updates_are_refused_as_slack_refuses_them(slack: LocalSlack, client: WebClient) -> None:
    theirs = slack.say("member", "general", "mine")
    own = client.chat_postMessage(channel="C0GENERAL", text="a")["ts"]
    whispered = client.chat_postEphemeral(channel="C0GENERAL", user="U0MEMBER1", text="psst")

    def update(ts: str, text: str = "b") -> str:
        return _error(lambda: client.chat_update(channel="C0GENERAL", ts=ts, text=text))

    assert update(theirs) == "cant_update_message"
    assert update("1.000001") == "message_not_found"
    assert update(whispered["message_ts"]) == "message_not_found"
    assert update(own, "x" * 4_001) == "msg_too_long"
    assert _error(lambda: client.chat_delete(channel="C0GENERAL", ts=theirs)) == (
        "cant_delete_message"
    )


def test_an_ephemeral_message_is_for_one_member_only(slack: LocalSlack, client: WebClient) -> None:
    client.chat_postEphemeral(channel="C0GENERAL", user="U0MEMBER1", text="psst")

    assert [message.text for message in slack.transcript.ephemerals("U0MEMBER1")] == ["psst"]
    assert slack.transcript.ephemerals("U0ADMIN01") == ()
    assert slack.transcript.messages() == ()


def test_a_thread_is_read_page_by_page(slack: LocalSlack, client: WebClient) -> None:
    ts = slack.say("member", "general", "parent")
    for text in ("one", "two"):
        client.chat_postMessage(channel="C0GENERAL", text=text, thread_ts=ts)

    first = client.conversations_replies(channel="C0GENERAL", ts=ts, limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    second = client.conversations_replies(channel="C0GENERAL", ts=ts, limit=2, cursor=cursor)

    assert [m["text"] for m in first["messages"]] == ["parent", "one"]
    assert [m["text"] for m in second["messages"]] == ["two"]
    assert not second["has_more"]


def test_people_channels_and_groups_can_be_asked_for() -> None:
    with LocalSlack(usergroups={"S0ADMINS": ["U0ADMIN01"]}) as slack:
        client = _client(slack)

        assert client.users_info(user="U0ADMIN01")["user"]["is_admin"]
        assert client.users_info(user="U0GUEST01")["user"]["is_restricted"]
        assert client.usergroups_users_list(usergroup="S0ADMINS")["users"] == ["U0ADMIN01"]
        assert client.conversations_info(channel="C0SHARED1")["channel"]["is_ext_shared"]
        opened = client.conversations_open(users="U0MEMBER1")["channel"]["id"]
        assert client.conversations_info(channel=opened)["channel"]["user"] == "U0MEMBER1"
        assert _error(lambda: client.users_info(user="U404")) == "user_not_found"


def test_a_status_takes_ten_loading_messages_at_most(slack: LocalSlack, client: WebClient) -> None:
    ts = slack.mention("member", "general", "hello")
    arguments = {"channel_id": "C0GENERAL", "thread_ts": ts, "status": "is reading"}

    client.assistant_threads_setStatus(**arguments, loading_messages=["a"] * 10)

    assert slack.transcript.statuses(ts) == ("is reading",)
    assert (
        _error(lambda: client.assistant_threads_setStatus(**arguments, loading_messages=["a"] * 11))
        == "invalid_arguments"
    )


def test_suggested_prompts_for_a_thread_do_nothing(slack: LocalSlack, client: WebClient) -> None:
    ts = slack.direct_message("member", "hello")
    prompts = [{"title": "BPO", "message": "what is BPO?"}]

    client.assistant_threads_setSuggestedPrompts(
        channel_id="D0MEMBER1", thread_ts=ts, prompts=prompts
    )
    client.assistant_threads_setSuggestedPrompts(channel_id="D0MEMBER1", prompts=prompts)

    shown = [entry for entry in slack.transcript.entries if entry.kind == "prompts"]
    assert len(shown) == 1


def test_a_stream_grows_into_one_message(slack: LocalSlack, client: WebClient) -> None:
    ts = slack.direct_message("member", "hello")

    stream = client.chat_stream(channel="D0MEMBER1", thread_ts=ts, buffer_size=1)
    stream.append(markdown_text="**one** ")
    stream.append(markdown_text="two")
    stream.stop(blocks=[DIVIDER])

    reply = slack.transcript.unique_reply(ts)
    assert reply.text == "**one** two"
    assert [block["type"] for block in reply.blocks] == ["markdown", "divider"]
    assert not reply.is_streaming


def test_a_stream_in_a_channel_names_its_reader_and_expires(
    slack: LocalSlack, client: WebClient, clock: _Clock
) -> None:
    ts = slack.mention("member", "general", "hello")
    place = {"channel": "C0GENERAL", "thread_ts": ts}
    reader = {"recipient_team_id": slack.team_id, "recipient_user_id": "U0MEMBER1"}

    assert _error(lambda: client.chat_startStream(**place)) == "missing_recipient_team_id"
    started = client.chat_startStream(**place, **reader, markdown_text="a")["ts"]
    own = {"channel": "C0GENERAL", "ts": started}
    assert _error(lambda: client.chat_update(**own, text="b")) == "streaming_state_conflict"
    clock.now += 301
    assert _error(lambda: client.chat_appendStream(**own, markdown_text="b")) == (
        "message_not_in_streaming_state"
    )


def test_an_expired_stream_can_be_replaced(
    slack: LocalSlack, client: WebClient, clock: _Clock
) -> None:
    ts = slack.direct_message("member", "hello")
    started = client.chat_startStream(channel="D0MEMBER1", thread_ts=ts, markdown_text="a")["ts"]
    clock.now += 301

    client.chat_update(channel="D0MEMBER1", ts=started, text="b")

    reply = slack.transcript.unique_reply(ts)
    assert (reply.text, reply.is_streaming) == ("b", False)


def test_the_blocks_of_a_stream_are_one_message(slack: LocalSlack, client: WebClient) -> None:
    ts = slack.direct_message("member", "hello")
    chunk = {"type": "blocks", "blocks": [_section("a")]}
    much = {"type": "blocks", "blocks": [_section("x" * 3_000)] * 3}
    place = {"channel": "D0MEMBER1", "thread_ts": ts}
    own = {"channel": "D0MEMBER1", "ts": client.chat_startStream(**place, chunks=[chunk])["ts"]}

    client.chat_appendStream(**own, chunks=[chunk])
    too_long = _error(lambda: client.chat_appendStream(**own, chunks=[much, much]))
    client.chat_stopStream(**own, blocks=[_section("b")])

    assert too_long == "msg_blocks_too_long"
    assert len({block["block_id"] for block in slack.transcript.unique_reply(ts).blocks}) == 3


def test_a_modal_opens_once_within_three_seconds(
    slack: LocalSlack, client: WebClient, clock: _Clock
) -> None:
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Add"}, "blocks": []}
    early = slack.command("admin", "/kb").payload["trigger_id"]
    late = slack.command("admin", "/kb").payload["trigger_id"]

    opened = client.views_open(trigger_id=early, view=view)
    client.views_update(view_id=opened["view"]["id"], view=view)
    clock.now += 3.1

    assert _error(lambda: client.views_open(trigger_id=early, view=view)) == "exchanged_trigger_id"
    assert _error(lambda: client.views_open(trigger_id=late, view=view)) == "expired_trigger_id"
    assert _error(lambda: client.views_open(trigger_id="1.2.3", view=view)) == "invalid_trigger_id"


def test_a_home_tab_is_published_unless_the_hash_is_old(client: WebClient) -> None:
    view = {"type": "home", "blocks": [DIVIDER]}

    published = client.views_publish(user_id="U0MEMBER1", view=view)["view"]

    client.views_publish(user_id="U0MEMBER1", view=view, hash=published["hash"])
    assert (
        _error(lambda: client.views_publish(user_id="U0MEMBER1", view=view, hash="old"))
        == "hash_conflict"
    )


def test_a_reaction_is_added_once(slack: LocalSlack, client: WebClient) -> None:
    ts = slack.say("member", "general", "hello")

    client.reactions_add(channel="C0GENERAL", timestamp=ts, name="eyes")

    assert (
        _error(lambda: client.reactions_add(channel="C0GENERAL", timestamp=ts, name="eyes"))
        == "already_reacted"
    )


def test_faults_are_met_in_order_and_only_by_their_method(
    slack: LocalSlack, client: WebClient
) -> None:
    slack.fail_next("chat.postMessage", error="fatal_error")
    slack.fail_next("chat.postMessage", retry_after_s=1)
    slack.fail_next("chat.postMessage", status=500)

    def post() -> Any:
        return client.chat_postMessage(channel="C0GENERAL", text="hi")

    assert client.auth_test()["ok"]
    assert _error(post) == "fatal_error"
    with pytest.raises(SlackApiError) as limited:
        post()
    assert limited.value.response.status_code == 429
    assert limited.value.response.headers["retry-after"] == "1"
    with pytest.raises(SlackApiError) as broken:
        post()
    assert broken.value.response.status_code == 500
    assert post()["ok"]


def test_an_answer_can_be_lost_after_the_deed(slack: LocalSlack, client: WebClient) -> None:
    slack.fail_next("chat.postMessage", status=503, is_applied=True)

    with pytest.raises(SlackApiError):
        client.chat_postMessage(channel="C0GENERAL", text="hi")

    assert [message.text for message in slack.transcript.messages()] == ["hi"]
