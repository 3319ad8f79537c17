import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.incoming import (
    IncomingQuestion,
    parse_command,
    parse_home_visit,
    parse_question,
    plain_text,
    question_from_command,
)

BOT = "U0BOT"


def _body(event: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    usual = {
        "type": "app_mention",
        "user": "U1",
        "team": "T1",
        "channel": "C1",
        "ts": "100.1",
        "text": f"<@{BOT}> what is BPO?",
    }
    return {
        "type": "event_callback",
        "event_id": "Ev1",
        "team_id": "T1",
        "is_ext_shared_channel": False,
        "event": usual | (event or {}),
        **changes,
    }


def _parse(event: dict[str, Any] | None = None, **changes: Any) -> IncomingQuestion | None:
    return parse_question(_body(event, **changes), bot_user_id=BOT)


def test_a_mention_becomes_a_question() -> None:
    assert _parse() == IncomingQuestion(
        event_id="Ev1",
        message_key="T1:C1:100.1",
        conversation="T1:C1:100.1",
        text="what is BPO?",
        user_id="U1",
        team_id="T1",
        channel_id="C1",
        thread_ts="100.1",
    )


def test_a_reply_in_a_thread_belongs_to_its_conversation() -> None:
    question = _parse({"thread_ts": "90.0"})

    assert question is not None
    assert (question.conversation, question.thread_ts) == ("T1:C1:90.0", "90.0")
    assert question.message_key == "T1:C1:100.1"


@pytest.mark.parametrize(
    "event",
    [
        {"type": "message", "channel_type": "im", "text": "what is BPO?"},
        {"type": "message", "channel_type": "im", "subtype": "file_share"},
        {"type": "message", "channel_type": "channel"},
    ],
    ids=["direct message", "with a file", "mention as a message"],
)
def test_messages_to_the_bot_are_questions(event: dict[str, Any]) -> None:
    question = _parse(event)

    assert question is not None
    assert question.text == "what is BPO?"
    assert question.is_direct is (event["channel_type"] == "im")


@pytest.mark.parametrize(
    "event",
    [
        {"bot_id": "B1"},
        {"bot_profile": {"id": "B1"}},
        {"app_id": "A1"},
        {"subtype": "bot_message"},
        {"user": "USLACKBOT"},
        {"user": BOT},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"subtype": 7},
        {"edited": {"user": "U1", "ts": "101.0"}},
        {"hidden": True},
        {"type": "reaction_added"},
        {"type": "message", "channel_type": "channel", "text": "not to you"},
        {"type": "message", "text": "from nowhere in particular"},
        {"channel": None},
        {"ts": 100.1},
        {"user": {"id": "U1"}},
    ],
    ids=str,
)
def test_everything_else_is_ignored(event: dict[str, Any]) -> None:
    assert _parse(event) is None


@pytest.mark.parametrize("body", [{}, {"event": None}, {"event": []}, {"event": "text"}], ids=str)
def test_a_payload_without_an_event_is_ignored(body: dict[str, Any]) -> None:
    assert parse_question(body, bot_user_id=BOT) is None


@pytest.mark.parametrize(
    ("event", "team_id"),
    [
        ({}, "T1"),
        ({"team": "T2"}, "T2"),
        ({"source_team": "T3"}, "T3"),
        ({"user_team": "T4", "source_team": "T3"}, "T4"),
        ({"team": None}, "T1"),
    ],
    ids=str,
)
def test_the_team_is_that_of_the_author(event: dict[str, Any], team_id: str) -> None:
    question = _parse(event)

    assert question is not None
    assert question.actor.team_id == team_id


@pytest.mark.parametrize(("flag", "is_external"), [(False, False), (True, True), (None, True)])
def test_only_a_plain_no_means_that_nobody_else_reads_a_channel(
    flag: object, is_external: bool
) -> None:
    question = _parse(is_ext_shared_channel=flag)

    assert question is not None
    assert question.actor.in_external_channel is is_external


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (f"<@{BOT}> what is BPO?", "what is BPO?"),
        (f"what is BPO, <@{BOT}|bot>?", "what is BPO, ?"),
        (f"<@{BOT}>", ""),
        ("ask <@U2> or <@U3|ann>", "ask someone or ann"),
        ("see <#C2|general> or <#C3>", "see general or a channel"),
        ("<!channel> <!here|@here> <!subteam^S1|@team>", "everyone here team"),
        ("<https://a.example/x|the page> <https://b.example>", "the page https://b.example"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("R&amp;D &lt;now&gt;", "R&D <now>"),
        ("&lt;!channel&gt;", "<!channel>"),
        ("*bold* _it_ ~no~ `code` ```block```", "bold it no code block"),
        ("snake_case and 2*3*4", "snake_case and 2*3*4"),
        ("zero\u200bwidth\x00  and\ttabs\n\n new", "zero width and tabs\nnew"),
        ("cafe\u0301", "café"),
    ],
    ids=repr,
)
def test_slack_markup_becomes_plain_words(text: str, plain: str) -> None:
    assert plain_text(text, bot_user_id=BOT) == plain


def test_a_command_becomes_a_private_question() -> None:
    command = parse_command(
        {
            "command": "/ask",
            "text": "R&amp;D outsourcing?",
            "user_id": "U1",
            "team_id": "T1",
            "channel_id": "C1",
            "response_url": "https://hooks.example/1",
            "trigger_id": "1.2.3",
        }
    )

    question = question_from_command(command)

    assert question.text == "R&D outsourcing?"
    assert question.is_private
    assert question.event_id == "command:1.2.3"
    assert question.conversation == "T1:C1:private:U1"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = ["type", "user", "team", "channel", "ts", "text", "subtype", "thread_ts", "channel_type"]


@given(event=st.dictionaries(st.sampled_from(FIELDS), JSON), rest=JSON)
def test_no_payload_whatever_raises(event: dict[str, Any], rest: Any) -> None:
    body = _body(event, team_id=rest, event_id=rest, user=rest, channel=rest)

    question = parse_question(body, bot_user_id=BOT)
    values: list[Any] = [parse_command(body), parse_home_visit(body)]

    assert all(
        isinstance(getattr(value, field.name), str)
        for value in values
        for field in dataclasses.fields(value)
    )
    assert question is None or question.user_id
