"""The local Slack's page over HTTP: who may post to it, and what each person sees."""

import json
from collections.abc import Iterator

import httpx
import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.local_slack import LocalSlack
from bot.local_slack.web.chat import WebChat
from bot.local_slack.workspace.values import Json

FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Form"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [
        {
            "type": "input",
            "block_id": "words",
            "label": {"type": "plain_text", "text": "Words"},
            "element": {"type": "plain_text_input", "action_id": "typed"},
        }
    ],
}
OPEN = {"type": "button", "action_id": "open", "text": {"type": "plain_text", "text": "Open"}}
HOME: Json = {"type": "home", "blocks": [{"type": "actions", "block_id": "b", "elements": [OPEN]}]}
FIELD = json.dumps(["field", "words", "typed"])


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(events={"app_home_opened"}) as running:
        app = App(client=WebClient(token=running.bot_token, base_url=running.api_url))

        @app.event("app_home_opened")
        def home(event: Json, client: WebClient) -> None:
            client.views_publish(user_id=event["user"], view=HOME)

        @app.action("open")
        def press(ack: Ack, body: Json, client: WebClient) -> None:
            client.views_open(trigger_id=body["trigger_id"], view=FORM)
            ack()

        @app.view("form")
        def submit(ack: Ack, view: Json) -> None:
            typed = view["state"]["values"]["words"]["typed"]["value"]
            if typed == "good":
                ack()
            else:
                ack(response_action="errors", errors={"words": f"not {typed}"})

        running.deliver_to(app)
        yield running


@pytest.fixture
def page(slack: LocalSlack) -> Iterator[httpx.Client]:
    with WebChat(slack, port=0) as chat:
        own = {"Origin": chat.url.rstrip("/")}
        with httpx.Client(base_url=chat.url, headers=own, follow_redirects=True) as client:
            yield client


def _home(page: httpx.Client, slack: LocalSlack) -> str:
    page.get("/member/home")
    slack.wait_for(lambda: slack.workspace.views)
    return page.get("/member/home").text


def _do(page: httpx.Client, *deed: object, **fields: str) -> str:
    address = "/member/act?here=/member/home"
    answer = page.post(address, data={"do": json.dumps(deed), **fields})
    answer.raise_for_status()
    return answer.text


def _opened(page: httpx.Client, slack: LocalSlack) -> Json:
    _home(page, slack)
    _do(page, "press", "b", "open", None, view="VU0MEMBER1")
    return next(view for view in slack.workspace.views.values() if view["type"] == "modal")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Origin": "https://evil.example"}, id="another page"),
        pytest.param({"Origin": "null"}, id="a page without a name"),
        pytest.param({"Origin": ""}, id="nobody says from where"),
        pytest.param({"Origin": "http://127.0.0.1:1"}, id="another port"),
        pytest.param({"Host": "evil.example"}, id="another name for this machine"),
    ],
)
def test_only_the_page_itself_can_post(
    slack: LocalSlack, page: httpx.Client, headers: dict[str, str]
) -> None:
    fields = {"place": "general", "text": "hello"}

    refused = page.post("/member/write", data=fields, headers=headers)
    taken = page.post("/member/write", data=fields)

    assert (refused.status_code, taken.status_code) == (403, 200)
    assert [m.text for m in slack.transcript.messages(channel="C0GENERAL")] == ["hello"]


def test_another_name_for_this_machine_shows_nothing(page: httpx.Client) -> None:
    assert page.get("/member/general", headers={"Host": "evil.example"}).status_code == 403


@pytest.mark.parametrize("header", ["Origin", "Sec-Fetch-Site"])
def test_no_browser_can_call_the_local_web_api(slack: LocalSlack, header: str) -> None:
    call = {"token": slack.bot_token, "channel": "C0GENERAL", "text": "hello"}

    answer = httpx.post(f"{slack.api_url}chat.postMessage", data=call, headers={header: "x"})

    assert answer.status_code == 403
    assert slack.transcript.messages() == ()


def test_the_page_runs_only_its_own_script_and_stands_in_no_frame(page: httpx.Client) -> None:
    policy = page.get("/").headers["content-security-policy"]

    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("address", ["/nobody/general", "/member/nowhere", "/bot/general"])
def test_a_place_that_is_not_there_is_said_to_be_so(page: httpx.Client, address: str) -> None:
    assert page.get(address).status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"do": "x", "view": "V1"}, id="no deed"),
        pytest.param({"do": '["fly"]', "channel": "C0GENERAL", "ts": "{ts}"}, id="unknown deed"),
        pytest.param({"do": "[]", "view": "V1"}, id="empty deed"),
        pytest.param({"do": '"press"', "view": "V1"}, id="a word"),
    ],
)
def test_a_form_that_is_none_of_the_pages_is_refused(
    slack: LocalSlack, page: httpx.Client, fields: dict[str, str]
) -> None:
    ts = slack.say("member", "general", "hello")
    filled = {name: value.replace("{ts}", ts) for name, value in fields.items()}

    assert page.post("/member/act", data=filled).status_code == 400


def test_a_form_that_is_too_large_is_refused(page: httpx.Client) -> None:
    fields = {"place": "general", "text": "a" * 300_000}

    assert page.post("/member/write", data=fields).status_code == 413


def test_after_a_deed_one_is_sent_nowhere_else(page: httpx.Client, slack: LocalSlack) -> None:
    _home(page, slack)

    answer = page.post(
        "/member/act?here=//evil.example/",
        data={"do": '["close"]', "view": "VU0MEMBER1"},
        follow_redirects=False,
    )

    assert answer.headers["location"] == "/member/assistant"


def test_a_private_message_is_shown_to_its_reader_only(
    slack: LocalSlack, page: httpx.Client
) -> None:
    client = WebClient(token=slack.bot_token, base_url=slack.api_url)
    client.chat_postEphemeral(channel="C0GENERAL", user="U0MEMBER1", text="a secret")

    assert "a secret" in page.get("/member/general").text
    assert "a secret" not in page.get("/admin/general").text


def test_what_others_wrote_is_counted_until_it_is_seen(
    slack: LocalSlack, page: httpx.Client
) -> None:
    slack.say("admin", "experts", "hello")

    before = page.get("/member/general").text
    page.get("/member/experts")
    after = page.get("/member/general").text

    assert ", 1 new" in before
    assert " new</span>" not in after


def test_a_dialog_stays_open_until_the_app_takes_what_was_typed(
    slack: LocalSlack, page: httpx.Client
) -> None:
    view = _opened(page, slack)

    wrong = _do(page, "submit", view=view["id"], **{FIELD: "bad"})
    right = _do(page, "submit", view=view["id"], **{FIELD: "good"})

    assert "not bad" in wrong
    assert "<dialog" in wrong
    assert "<dialog" not in right


def test_a_dialog_that_is_closed_is_gone_and_cannot_be_submitted(
    slack: LocalSlack, page: httpx.Client
) -> None:
    view = _opened(page, slack)

    closed = _do(page, "close", view=view["id"])
    late = _do(page, "submit", view=view["id"], **{FIELD: "good"})

    assert "<dialog" not in closed
    assert "That cannot be done any more" in late


def test_an_app_that_does_not_answer_is_told_of(slack: LocalSlack, page: httpx.Client) -> None:
    _home(page, slack)
    slack.deliver_by_http("http://127.0.0.1:9/")

    shown = _do(page, "press", "b", "open", None, view="VU0MEMBER1")

    assert "did not answer in time" in shown


def test_a_command_that_is_not_there_is_told_of(slack: LocalSlack, page: httpx.Client) -> None:
    slack.commands = frozenset({"/ask"})

    shown = page.post("/member/write", data={"place": "general", "text": "/fly now"}).text

    assert "/fly is not a valid command" in shown


def test_a_name_after_an_at_sign_is_a_mention(slack: LocalSlack, page: httpx.Client) -> None:
    page.post("/member/write", data={"place": "general", "text": "@assistant and a@bot.example"})

    (message,) = slack.transcript.messages(channel="C0GENERAL")
    assert message.text == f"<@{slack.bot_user_id}> and a@bot.example"


def test_a_link_into_the_workspace_leads_to_the_thread_on_the_page(
    slack: LocalSlack, page: httpx.Client
) -> None:
    ts = slack.say("member", "general", "a question")
    client = WebClient(token=slack.bot_token, base_url=slack.api_url)
    link = client.chat_getPermalink(channel="C0GENERAL", message_ts=ts)["permalink"]
    client.chat_postMessage(channel="C0EXPERTS", text=f"<{link}|the thread>")

    shown = page.get("/admin/experts").text

    assert f'<a href="/admin/general?thread={ts}">the thread</a>' in shown


def test_an_open_page_is_told_of_changes(slack: LocalSlack, page: httpx.Client) -> None:
    with page.stream("GET", "/changes") as changes:
        lines = changes.iter_lines()
        first = next(line for line in lines if line.startswith("data"))
        slack.say("member", "general", "hello")

        assert first == "data: here"
        assert next(line for line in lines if line.startswith("data")) == "data: changed"


def test_a_port_that_is_taken_is_replaced_by_a_free_one(slack: LocalSlack) -> None:
    with WebChat(slack, port=0) as first:
        taken = int(first.url.rstrip("/").rpartition(":")[2])
        with WebChat(slack, port=taken) as second:
            assert second.url != first.url
            assert httpx.get(second.url).status_code == 303
