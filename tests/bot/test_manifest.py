import json
import re
from pathlib import Path

from bot.listeners import COMMANDS, EVENTS, EXPLAIN
from bot.rendering import SUGGESTED_PROMPTS

MANIFEST = json.loads((Path(__file__).parents[2] / "manifest.json").read_text())
FEATURES = MANIFEST["features"]


def test_the_commands_are_those_with_a_listener() -> None:
    assert [entry["command"] for entry in FEATURES["slash_commands"]] == list(COMMANDS)


def test_the_events_are_those_with_a_listener() -> None:
    subscribed = MANIFEST["settings"]["event_subscriptions"]["bot_events"]

    assert sorted({event.partition(".")[0] for event in subscribed}) == sorted(EVENTS)


def test_the_suggested_prompts_are_those_of_the_messages_tab() -> None:
    assert FEATURES["agent_view"]["suggested_prompts"] == list(SUGGESTED_PROMPTS)
    assert len(SUGGESTED_PROMPTS) <= 4


def test_slacks_limits_are_kept() -> None:
    display = MANIFEST["display_information"]

    assert len(display["name"]) <= 35
    assert len(display["description"]) <= 140
    assert 175 <= len(display["long_description"]) <= 4_000
    assert len(FEATURES["bot_user"]["display_name"]) <= 80
    assert len(FEATURES["agent_view"]["agent_description"]) <= 300
    for entry in FEATURES["slash_commands"]:
        assert len(entry["command"]) <= 32
        assert len(entry["description"]) <= 2_000
        assert len(entry["usage_hint"]) <= 1_000


def test_people_can_write_to_the_assistant_and_press_its_buttons() -> None:
    assert FEATURES["app_home"]["messages_tab_read_only_enabled"] is False
    assert MANIFEST["settings"]["interactivity"]["is_enabled"] is True


def test_no_scope_is_asked_for_that_nothing_uses() -> None:
    scopes = MANIFEST["oauth_config"]["scopes"]

    assert sorted([*scopes["bot"], *scopes["bot_optional"]]) == [
        "app_mentions:read",  # the event app_mention
        "assistant:write",  # suggested prompts, required by agent_view
        "channels:history",  # questions in a channel's threads without a mention
        "channels:read",  # who reads a channel, before an answer is shared there
        "chat:write",
        "commands",
        "groups:history",  # the same in private channels
        "groups:read",  # the same for private channels
        "im:history",  # the event message.im
        "usergroups:read",  # user groups in KB_ADMINS
        "users:read",  # refuses guests and deactivated people in KB_ADMINS
    ]
    assert all(re.fullmatch(r"[a-z_]+:?[a-z]*", scope) for scope in scopes["bot"])


def test_the_shortcuts_are_those_with_a_listener() -> None:
    assert [entry["callback_id"] for entry in FEATURES["shortcuts"]] == [EXPLAIN]
    for entry in FEATURES["shortcuts"]:
        assert entry["type"] == "message"
        assert len(entry["name"]) <= 24
        assert len(entry["description"]) <= 150
