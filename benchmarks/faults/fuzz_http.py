"""Thousands of odd but validly signed bodies against the HTTP app: none may end in a 5xx.

    python -m benchmarks.faults.fuzz_http [NUMBER] [SEED]

The bodies start from real shapes, in which keys are dropped, retyped, repeated or made deep.
"""

import hashlib
import hmac
import json
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.testclient import TestClient

from bot.connections.http import create_http_app
from bot.local_slack import LocalSlack
from tests.scenarios.world import start_world

ODD: tuple[Any, ...] = (
    *(None, True, 7, -1.5, "", "x" * 3_000, "\ud800", [], {}, [[]], [1], {"a": {"b": [1]}}),
    *("*a " * 1_000, "<@U1>", "\u0000", "a\u0301\u0323" * 500, 10**400),
)
EVENT = {
    "type": "event_callback",
    "team_id": "T0LOCAL01",
    "api_app_id": "A1",
    "event_id": "Ev1",
    "authorizations": [{"team_id": "T0LOCAL01", "user_id": "U1", "is_bot": True}],
    "event": {
        "type": "app_mention",
        "user": "U0MEMBER1",
        "text": "what is BPO?",
        "ts": "1.0",
        "channel": "C0NOBODY1",
        "event_ts": "1.0",
        "thread_ts": "1.0",
        "channel_type": "channel",
    },
}
PRESS = {
    "type": "block_actions",
    "user": {"id": "U0MEMBER1", "team_id": "T0LOCAL01"},
    "team": {"id": "T0LOCAL01"},
    "channel": {"id": "C0NOBODY1"},
    "container": {"type": "message", "channel_id": "C0NOBODY1"},
    "response_url": "",
    "actions": [{"type": "button", "action_id": "feedback_up", "block_id": "b", "value": "up:a"}],
}
COMMAND = {
    "command": "/define",
    "text": "SLA",
    "user_id": "U0MEMBER1",
    "team_id": "T0LOCAL01",
    "channel_id": "C0NOBODY1",
    "response_url": "",
    "trigger_id": "1",
}


def main(arguments: list[str]) -> int:
    number = int(arguments[0]) if arguments else 20_000
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    logging.disable(logging.CRITICAL)
    dice = random.Random(seed)  # noqa: S311
    statuses: Counter[int] = Counter()
    began = time.monotonic()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        database = f"sqlite:///{Path(folder) / 'record.sqlite3'}"
        world = start_world(stack, database_url=database, connection="none")
        app = create_http_app(world.bot.app, signing_secret=LocalSlack.signing_secret)
        client = stack.enter_context(TestClient(app, raise_server_exceptions=False))
        for _ in range(number):
            body, kind = _body(dice)
            response = client.post("/slack/events", content=body, headers=_headers(body, kind))
            statuses[response.status_code] += 1
            if response.status_code >= 500 and statuses[response.status_code] <= 5:
                print(response.status_code, kind, body[:300])
    seconds = time.monotonic() - began
    print(f"{number} bodies (seed {seed}) in {seconds:.0f} s: {dict(sorted(statuses.items()))}")
    return 1 if any(status >= 500 for status in statuses) else 0


def _body(dice: random.Random) -> tuple[bytes, str]:
    shape = dice.choice((EVENT, PRESS, COMMAND))
    value = _changed(json.loads(json.dumps(shape)), dice, changes=dice.randint(1, 3))
    if isinstance(value, dict) and "event_id" in value and isinstance(value["event_id"], str):
        value["event_id"] += str(dice.random())
    way = dice.random()
    if shape is COMMAND and isinstance(value, dict) and way < 0.8:
        fields = {key: str(item) for key, item in value.items()}
        return urlencode(fields, errors="replace").encode(), "application/x-www-form-urlencoded"
    text = json.dumps(value)
    if way < 0.1:
        text = text[: dice.randrange(len(text) + 1)]
    elif way < 0.13:
        text = "[" * dice.randint(1, 50_000) + text
    if shape is PRESS or way > 0.9:
        return urlencode({"payload": text}).encode(), "application/x-www-form-urlencoded"
    return text.encode(), "application/json"


def _changed(value: Any, dice: random.Random, *, changes: int) -> Any:
    for _ in range(changes):
        place = value
        while isinstance(place, (dict, list)) and place:
            key = dice.choice(list(place) if isinstance(place, dict) else range(len(place)))
            child = place[key]
            if isinstance(child, (dict, list)) and dice.random() < 0.6:
                place = child
                continue
            if isinstance(place, dict) and dice.random() < 0.3:
                del place[key]
            else:
                place[key] = dice.choice(ODD)
            break
    return value


def _headers(body: bytes, kind: str) -> dict[str, str]:
    stamp = str(int(time.time()))
    base = b"v0:" + stamp.encode() + b":" + body
    digest = hmac.new(LocalSlack.signing_secret.encode(), base, hashlib.sha256).hexdigest()
    return {
        "content-type": kind,
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": f"v0={digest}",
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
