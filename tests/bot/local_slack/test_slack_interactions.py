from collections.abc import Iterator

import pytest
from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot.local_slack import LocalSlack
from bot.local_slack.workspace.values import Json


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


ADDRESS: Json = {
    "type": "input",
    "block_id": "address",
    "label": _plain("Address"),
    "element": {"type": "url_text_input", "action_id": "url"},
}
MODAL: Json = {
    "type": "modal",
    "callback_id": "add",
    "title": _plain("Add an article"),
    "submit": _plain("Add"),
    "blocks": [ADDRESS],
}
HOME: Json = {
    "type": "home",
    "blocks": [
        {
            "type": "actions",
            "elements": [
                {"type": "button", "action_id": "try", "text": _plain("Try"), "value": "bpo"},
                {
                    "type": "static_select",
                    "action_id": "topic",
                    "options": [{"text": _plain(t), "value": t} for t in ("BPO", "KPO")],
                },
            ],
        }
    ],
}


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    with LocalSlack(scopes={"chat:write"}) as running:
        app = App(client=WebClient(token=running.bot_token, base_url=running.api_url))

        @app.event("app_home_opened")
        def home(event: Json, client: WebClient) -> None:
            client.views_publish(user_id=event["user"], view=HOME)

        @app.action("try")
        @app.action("topic")
        def press(ack: Ack) -> None:
            ack()

        @app.shortcut("explain")
        def explain(ack: Ack, shortcut: Json, client: WebClient) -> None:
            ack()
            client.views_open(trigger_id=shortcut["trigger_id"], view=MODAL)

        @app.view("add")
        def add(ack: Ack, view: Json) -> None:
            value = view["state"]["values"]["address"]["url"]["value"]
            ack(response_action="errors", errors={"address": f"{value} is not known"})

        running.deliver_to(app)
        yield running


def _views(slack: LocalSlack) -> list[Json]:
    return [entry.data["view"] for entry in slack.transcript.entries if entry.kind == "view"]


def test_opening_the_home_tab_shows_what_the_app_publishes(slack: LocalSlack) -> None:
    slack.open_app("member")
    slack.wait_for(lambda: _views(slack))

    again = slack.open_app("member").payload["event"]

    assert (again["tab"], again["view"]["type"]) == ("home", "home")


def test_controls_of_the_home_tab_can_be_used(slack: LocalSlack) -> None:
    slack.open_app("member")
    slack.wait_for(lambda: _views(slack))
    (view,) = _views(slack)

    pressed = slack.press_in_view("member", view, "try").payload["actions"][0]
    chosen = slack.press_in_view("member", view, "topic", "KPO").payload["actions"][0]

    assert pressed["value"] == "bpo"
    assert chosen["selected_option"]["value"] == "KPO"


def test_a_message_shortcut_opens_a_modal_whose_form_is_answered(slack: LocalSlack) -> None:
    ts = slack.say("member", "general", "a word about KPO")
    message = slack.transcript.messages(thread_ts=ts)[0]

    slack.message_shortcut("admin", "explain", message)
    slack.wait_for(lambda: _views(slack))
    (view,) = _views(slack)
    values = {"address": {"url": {"type": "url_text_input", "value": "https://e.x"}}}
    submission = slack.submit_view("admin", view, values)
    slack.wait_for(lambda: submission.state == "acknowledged")

    assert submission.answer is not None
    assert submission.answer["errors"] == {"address": "https://e.x is not known"}


def test_a_streamed_task_replaces_its_earlier_state(slack: LocalSlack) -> None:
    client = WebClient(token=slack.bot_token, base_url=slack.api_url)
    ts = slack.direct_message("member", "hello")
    task = {"type": "task_update", "id": "1", "title": "Reading"}

    stream = client.chat_stream(channel="D0MEMBER1", thread_ts=ts)
    stream.append(chunks=[task | {"status": "in_progress"}])
    stream.append(chunks=[task | {"status": "complete", "output": "3 articles"}])
    stream.stop(markdown_text="done")

    blocks = slack.transcript.unique_reply(ts).blocks
    assert [block["type"] for block in blocks] == ["task_card", "markdown"]
    assert blocks[0]["status"] == "complete"
