"""Pure: whether a signed body is a request of Slack's kind, as far as Bolt relies on it."""

import json
from typing import Any
from urllib.parse import parse_qs

__all__ = ["is_readable"]

# What Bolt takes as an object, or as a list of objects, without asking.
OBJECTS = ("event", "authorization", "team", "user", "channel", "container", "view", "message")
LISTS = ("authorizations", "actions")
OFTEN_TEXTS = {"user", "channel", "team"}
"""Events hold ids where interactions hold objects."""
TEXTS = ("type", "event_id", "team_id", "enterprise_id", "api_app_id", "callback_id", "command")
MAX_DEPTH = 100


def is_readable(body: bytes, *, content_type: str) -> bool:
    """Whether Bolt can read a body; nothing is said of what is in it."""
    try:
        text = body.decode()
        parsed = json.loads(text) if "json" in content_type else _form(text)
        # Half a character cannot be stored or sent on.
        json.dumps(parsed, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return isinstance(parsed, dict) and _has_kinds(parsed) and not _is_deep(parsed)


def _form(text: str) -> Any:
    fields = {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}
    return json.loads(fields["payload"]) if "payload" in fields else fields


def _has_kinds(body: dict[str, Any]) -> bool:
    event = body.get("event")
    return (
        _has_kinds_of_values(body)
        # Bolt asks only whether they are there.
        and all(body[key] is not None for key in ("event", "view") if key in body)
        and (not isinstance(event, dict) or _has_kinds_of_values(event))
        and (body.get("type") != "block_actions" or _is_press(body.get("actions")))
        and (body.get("type") != "view_submission" or _is_submission(body.get("view")))
    )


def _has_kinds_of_values(payload: dict[str, Any]) -> bool:
    return (
        all(_is_object(payload.get(key), may_be_text=key in OFTEN_TEXTS) for key in OBJECTS)
        and all(_is_list_of_objects(payload.get(key)) for key in LISTS)
        and all(isinstance(payload.get(key), str | None) for key in TEXTS)
    )


def _is_press(actions: Any) -> bool:
    """Whether there are actions, each with the texts by which Bolt finds a listener."""
    return bool(actions) and all(
        isinstance(action.get(key), str) for action in actions for key in ("action_id", "type")
    )


def _is_submission(view: Any) -> bool:
    """Whether there is a view with the texts by which Bolt tells what was submitted."""
    return bool(view) and all(isinstance(view.get(key), str) for key in ("type", "callback_id"))


def _is_object(value: Any, *, may_be_text: bool) -> bool:
    return value is None or isinstance(value, dict) or (may_be_text and isinstance(value, str))


def _is_list_of_objects(value: Any) -> bool:
    return value is None or (
        isinstance(value, list) and all(isinstance(item, dict) for item in value)
    )


def _is_deep(body: Any) -> bool:
    level = [body]
    for _ in range(MAX_DEPTH):
        level = [child for item in level for child in _children(item)]
        if not level:
            return False
    return True


def _children(item: Any) -> list[Any]:
    if isinstance(item, dict):
        return list(item.values())
    return list(item) if isinstance(item, list) else []
