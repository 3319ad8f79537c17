"""Thousands of odd but validly signed bodies against the HTTP app: none may end in a 5xx.

    python -m benchmarks.faults.fuzz_http [NUMBER] [SEED]

The bodies start from real shapes, in which keys are dropped, retyped, repeated or made deep. What
is accepted is worked on by listeners and answered, so tracebacks in the log and of threads, and
failures that nobody expected, are counted too.
"""

import copy
import hashlib
import hmac
import json
import logging
import random
import re
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.testclient import TestClient
from typing_extensions import override

from bot.connections.http import create_http_app
from bot.local_slack import LocalSlack
from bot.rendering import ASK_FORM, REASON_FORM, TERM_FORM
from tests.scenarios.world import start_world

ODD: tuple[Any, ...] = (
    *(None, True, 7, -1.5, "", "x" * 3_000, "\ud800", [], {}, [[]], [1], {"a": {"b": [1]}}),
    *("*a " * 1_000, "<@U1>", "\u0000", "a\u0301\u0323" * 500, 10**400),
)
# A used address or a trigger of nobody's is refused, which is no fault of the program's.
SLACKS = re.compile(r"^failure \w+ during (?:(?!Error).)*: DeliveryError")
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
        "channel": "C0GENERAL",
        "event_ts": "1.0",
        "thread_ts": "1.0",
        "channel_type": "channel",
    },
}
VISIT = {
    **EVENT,
    "event": {"type": "app_home_opened", "user": "U0MEMBER1", "channel": "D1", "tab": "home"},
}
PERSON = {
    "user": {"id": "U0MEMBER1", "team_id": "T0LOCAL01"},
    "team": {"id": "T0LOCAL01"},
    "trigger_id": "1",
}
ACTIONS = (
    *(("feedback_up", "up:a"), ("feedback_down", "down:a"), ("share_answer", "a")),
    *(("ask_expert", "a"), ("ask_0", "q|what is BPO?"), ("define_near_0", "SLA")),
    *(("read_1", "what-is-bpo|1|"), ("turn_next", "what-is-bpo|2|"), ("home_ask", "")),
    *(("home_forget", ""), ("home_data", "0"), ("terms_all", ""), ("data_next", "10")),
)
PRESSES = [
    {
        **PERSON,
        "type": "block_actions",
        "channel": {"id": "C0GENERAL"},
        "container": {"type": "message", "channel_id": "C0GENERAL", "message_ts": "1.0"},
        "actions": [{"type": "button", "action_id": name, "block_id": "b", "value": value}],
    }
    for name, value in ACTIONS
]
SUBMISSIONS = [
    {
        **PERSON,
        "type": "view_submission",
        "view": {
            "id": "V1",
            "type": "modal",
            "callback_id": name,
            "private_metadata": "{}",
            "state": {"values": {"question": {"q": {"type": "plain_text_input", "value": "SLA?"}}}},
        },
    }
    for name in (ASK_FORM, REASON_FORM, TERM_FORM)
]
COMMANDS = [
    {
        "command": name,
        "text": text,
        "user_id": user,
        "team_id": "T0LOCAL01",
        "channel_id": "C0GENERAL",
        "trigger_id": "1",
    }
    for name, text, user in (
        ("/ask", "what is BPO?", "U0MEMBER1"),
        ("/define", "SLA", "U0MEMBER1"),
        ("/kb", "status", "U0ADMIN01"),
        ("/kb", "gaps", "U0ADMIN01"),
    )
]


def main(arguments: list[str]) -> int:
    number = int(arguments[0]) if arguments else 20_000
    seed = int(arguments[1]) if len(arguments) > 1 else 1
    tracebacks = _watch_tracebacks()
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
            body, kind = _body(dice, response_url=f"{world.slack.url}/response/used")
            response = client.post("/slack/events", content=body, headers=_headers(body, kind))
            statuses[response.status_code] += 1
            if response.status_code >= 500 and statuses[response.status_code] <= 5:
                print(response.status_code, kind, body[:300])
    seconds = time.monotonic() - began
    for told, times in tracebacks.most_common(5):
        print(f"{times} x {told}")
    print(
        f"{number} bodies (seed {seed}) in {seconds:.0f} s: {dict(sorted(statuses.items()))}, "
        f"{tracebacks.total()} tracebacks and failures"
    )
    return 1 if tracebacks or any(status >= 500 for status in statuses) else 0


def _watch_tracebacks() -> Counter[str]:
    """Return what counts the tracebacks that the log and the threads hold from now on."""
    found: Counter[str] = Counter()

    class Watcher(logging.Handler):
        @override
        def emit(self, record: logging.LogRecord) -> None:
            if record.exc_info and record.exc_info[1] is not None:
                found[_told(record.exc_info[1])] += 1
            elif record.getMessage().startswith("failure ") and not SLACKS.search(
                record.getMessage()
            ):
                found["a failure" + record.getMessage().partition("during")[2]] += 1

    logging.basicConfig(handlers=[Watcher()], level=logging.WARNING, force=True)
    threading.excepthook = lambda gone: found.update([_told(gone.exc_value)])
    return found


def _told(exc: BaseException | None) -> str:
    return "".join(traceback.format_exception(exc)[-3:])


def _body(dice: random.Random, *, response_url: str) -> tuple[bytes, str]:
    shapes: Sequence[dict[str, Any]] = dice.choice(([EVENT, VISIT], PRESSES, SUBMISSIONS, COMMANDS))
    shape = dice.choice(shapes)
    is_command = shapes is COMMANDS
    if is_command or shapes is PRESSES:
        shape = {**shape, "response_url": response_url}
    value = _changed(copy.deepcopy(shape), dice, changes=dice.randint(0, 3))
    if isinstance(value, dict) and "event_id" in value and isinstance(value["event_id"], str):
        value["event_id"] += str(dice.random())
        if isinstance(value.get("event"), dict) and "ts" in value["event"]:
            # Else only the first one would be a new message.
            value["event"]["ts"] = str(dice.random())
    way = dice.random()
    if is_command and isinstance(value, dict) and way < 0.8:
        fields = {key: str(item) for key, item in value.items()}
        return urlencode(fields, errors="replace").encode(), "application/x-www-form-urlencoded"
    text = json.dumps(value)
    if way < 0.1:
        text = text[: dice.randrange(len(text) + 1)]
    elif way < 0.13:
        text = "[" * dice.randint(1, 50_000) + text
    if shapes is PRESSES or shapes is SUBMISSIONS or way > 0.9:
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
                # A copy, or a later change would put a value into itself.
                place[key] = copy.deepcopy(dice.choice(ODD))
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
