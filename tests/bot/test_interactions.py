"""What people press and submit, out of payloads of every kind."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.interactions import ask_by_button, parse_button, parse_submission

PRESS: dict[str, Any] = {
    "user": {"id": "U1", "team_id": "T1"},
    "channel": {"id": "C1"},
    "response_url": "https://hooks.example/1",
    "trigger_id": "1.2.3",
    "container": {"message_ts": "5.6", "is_ephemeral": False},
    "message": {"ts": "5.6", "thread_ts": "1.1"},
    "actions": [
        {
            "action_id": "share_answer",
            "value": "a1",
            "text": {"type": "plain_text", "text": "Share"},
        }
    ],
}


def test_a_button_press_says_who_pressed_what_where() -> None:
    press = parse_button(PRESS)

    assert (press.user_id, press.team_id, press.channel_id) == ("U1", "T1", "C1")
    assert (press.action_id, press.value, press.label) == ("share_answer", "a1", "Share")
    assert (press.place, press.thread_ts, press.trigger_id) == ("C1:5.6", "1.1", "1.2.3")


def test_a_message_that_only_one_person_sees_cannot_be_changed_by_its_place() -> None:
    press = parse_button(PRESS | {"container": {"message_ts": "5.6", "is_ephemeral": True}})

    assert press.place == ""


def test_a_choice_is_asked_in_the_thread_of_its_message() -> None:
    question = ask_by_button(parse_button(PRESS), "What is RPO?")

    assert (question.thread_ts, question.conversation) == ("1.1", "T1:C1:1.1")
    assert (question.text, question.is_private) == ("What is RPO?", False)


def test_a_choice_in_a_private_answer_is_answered_privately() -> None:
    body = PRESS | {"container": {"message_ts": "5.6", "is_ephemeral": True}}
    del body["message"]

    question = ask_by_button(parse_button(body), "What is RPO?")

    assert question.is_private
    assert question.conversation == "T1:C1:private:U1"


def test_a_submission_holds_what_was_typed_and_chosen() -> None:
    submission = parse_submission(
        {
            "user": {"id": "U1", "team_id": "T1"},
            "view": {
                "callback_id": "c",
                "private_metadata": "m",
                "state": {
                    "values": {
                        "words": {"w": {"type": "plain_text_input", "value": "too old"}},
                        "reason": {"r": {"selected_option": {"value": "outdated"}}},
                        "nothing": {"n": {"type": "plain_text_input", "value": None}},
                    }
                },
            },
        }
    )

    assert (submission.callback_id, submission.private_metadata) == ("c", "m")
    assert submission.values == {"words": "too old", "reason": "outdated", "nothing": ""}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = ["user", "channel", "actions", "container", "message", "view", "trigger_id"]


@given(
    body=st.dictionaries(st.sampled_from(FIELDS), JSON | st.builds(lambda x: {"state": x}, JSON))
)
def test_no_payload_whatever_raises(body: dict[str, Any]) -> None:
    press, submission = parse_button(body), parse_submission(body)

    assert isinstance(press.user_id, str)
    assert isinstance(submission.user_id, str)
