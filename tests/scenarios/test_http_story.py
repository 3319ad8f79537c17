import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from bot.connections.http import create_http_app
from knowledge.errors import RecordError
from tests.scenarios.world import MEMBER, Start, World

SECRET = "local-signing-secret"


@contextmanager
def _http(world: World) -> Iterator[TestClient]:
    with TestClient(create_http_app(world.bot.app, signing_secret=SECRET)) as client:
        yield client


def _sign(body: str, timestamp: str, *, secret: str = SECRET) -> str:
    base = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def _headers(body: str, **changes: str) -> dict[str, str]:
    timestamp = changes.get("timestamp", str(int(time.time())))
    return {
        "content-type": "application/json",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": changes.get("signature", _sign(body, timestamp)),
    }


def _mention(world: World, text: str = "what is BPO?") -> tuple[str, str]:
    """Return the timestamp of a mention and the body that tells of it."""
    ts = world.slack.say("member", "general", text)
    event = {
        "type": "app_mention",
        "user": MEMBER,
        "text": f"<@{world.slack.bot_user_id}> {text}",
        "ts": ts,
        "channel": "C0GENERAL",
        "event_ts": ts,
    }
    body: dict[str, Any] = {
        "type": "event_callback",
        "team_id": world.slack.team_id,
        "event_id": f"Ev{ts}",
        "event": event,
    }
    return ts, json.dumps(body)


def test_a_signed_mention_is_answered(start: Start) -> None:
    world = start(connection="none")
    ts, body = _mention(world)

    with _http(world) as client:
        response = client.post("/slack/events", content=body, headers=_headers(body))

        assert response.status_code == 200
        world.slack.wait_for_reply(ts)


def test_slack_is_answered_when_it_verifies_the_address(start: Start) -> None:
    world = start(connection="none")
    body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "t"})

    with _http(world) as client:
        response = client.post("/slack/events", content=body, headers=_headers(body))

    assert "abc" in response.text


NOW = str(int(time.time()))
FORGED = {
    "no headers": {},
    "no signature": {"x-slack-request-timestamp": NOW},
    "no timestamp": {"x-slack-signature": "v0=00"},
    "wrong signature": {"x-slack-request-timestamp": NOW, "x-slack-signature": "v0=00"},
    "empty": {"x-slack-request-timestamp": "", "x-slack-signature": ""},
    **{
        f"timestamp {timestamp!r}": {
            "x-slack-request-timestamp": timestamp,
            "x-slack-signature": _sign("{}", timestamp),
        }
        for timestamp in (
            "garbage",
            "0",
            "-1",
            "1e9",
            "9" * 30,
            "9" * 5000,
            str(int(time.time()) - 3600),
            str(int(time.time()) + 3600),
        )
    },
    "wrong secret": {
        "x-slack-request-timestamp": NOW,
        "x-slack-signature": _sign("{}", NOW, secret="another"),
    },
    "signature of another body": {
        "x-slack-request-timestamp": NOW,
        "x-slack-signature": _sign("{} ", NOW),
    },
    "signature in Latin-1": {
        "x-slack-request-timestamp": NOW,
        "x-slack-signature": "v0=\xe9",
    },
}


def test_forged_requests_are_refused_and_never_break_the_server(start: Start) -> None:
    world = start(connection="none")

    with _http(world) as client:
        statuses = {
            name: client.post(
                "/slack/events",
                content="{}",
                headers=[(key.encode(), value.encode("latin-1")) for key, value in headers.items()],
            ).status_code
            for name, headers in FORGED.items()
        }
        binary = client.post(
            "/slack/events", content=b"\xff\xfe", headers=_headers("", timestamp=NOW)
        )

    assert statuses == dict.fromkeys(FORGED, 401)
    assert binary.status_code == 401


def test_a_replayed_request_is_refused(start: Start) -> None:
    world = start(connection="none")
    _, body = _mention(world)
    headers = _headers(body)

    with _http(world) as client:
        first, second = (
            client.post("/slack/events", content=body, headers=headers).status_code
            for _ in range(2)
        )

    assert (first, second) == (200, 401)


@pytest.mark.parametrize("body", ["[]", "7", "{", '"text"'])
def test_signed_nonsense_is_refused(start: Start, body: str) -> None:
    world = start(connection="none")

    with _http(world) as client:
        response = client.post("/slack/events", content=body, headers=_headers(body))

    assert response.status_code == 400


def test_a_request_that_is_too_large_is_refused(start: Start) -> None:
    world = start(connection="none")

    with _http(world) as client:
        response = client.post("/slack/events", content=b"x" * 1_000_001)

    assert response.status_code == 413


def test_an_event_that_cannot_be_committed_is_asked_for_again(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = start(connection="none")
    ts, body = _mention(world)
    headers = _headers(body)

    def fail(**_: object) -> bool:
        raise RecordError("the disk is full")

    with _http(world) as client:
        with monkeypatch.context() as patch:
            patch.setattr(world.journal, "receive", fail)
            failed = client.post("/slack/events", content=body, headers=headers)
        again = client.post("/slack/events", content=body, headers=headers)

        assert (failed.status_code, again.status_code) == (503, 200)
        world.slack.wait_for_reply(ts)


def test_health_is_told_to_anybody(start: Start) -> None:
    world = start(connection="none")

    with _http(world) as client:
        assert client.get("/healthz").text == "ok"


ODD = {
    "deep": "[" * 100_000,
    "deep object": '{"event":' * 5_000,
    "deep and whole": '{"a":' + "[" * 500 + "]" * 500 + "}",
    "event is a list": '{"type": "event_callback", "event": []}',
    "event is a number": '{"type": "event_callback", "event": 7}',
    "authorizations is a number": '{"type": "event_callback", "event": {}, "authorizations": 5}',
    "half a character": '{"type": "event_callback", "event_id": "\\ud800", "event": {}}',
    "type is a list": '{"type": [], "event": {}}',
    "no actions": '{"type": "block_actions", "user": {"id": "U1"}, "team": {"id": "T1"}}',
    "actions of numbers": '{"type": "block_actions", "actions": [1]}',
    "event is null": '{"type": "event_callback", "event": null}',
    "view is null": '{"user": {"id": "U1"}, "view": null}',
    "no view": '{"type": "view_submission", "user": {"id": "U1"}}',
    "a view of no kind": '{"type": "view_submission", "view": {"callback_id": "ask_form"}}',
    "an event in no channel": '{"type": "event_callback", "event": {"channel": 1}}',
    "an action without a name": '{"type": "block_actions", "actions": [{"action_id": 7}]}',
    "user is a number": '{"type": "block_actions", "user": 1, "actions": [{}]}',
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("is_form", [False, True], ids=["JSON", "form"])
def test_odd_bodies_are_refused_without_a_trace(
    start: Start, caplog: pytest.LogCaptureFixture, name: str, is_form: bool
) -> None:
    world = start(connection="none")
    body = urlencode({"payload": ODD[name]}) if is_form else ODD[name]
    headers = _headers(body)
    if is_form:
        headers["content-type"] = "application/x-www-form-urlencoded"

    with _http(world) as client:
        response = client.post("/slack/events", content=body, headers=headers)

    assert response.status_code == 400
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("payload", ["[]", "7", '"a"', "no JSON"])
def test_a_form_whose_payload_is_no_object_is_refused(start: Start, payload: str) -> None:
    world = start(connection="none")
    body = urlencode({"payload": payload})
    headers = _headers(body) | {"content-type": "application/x-www-form-urlencoded"}

    with _http(world) as client:
        assert client.post("/slack/events", content=body, headers=headers).status_code == 400
