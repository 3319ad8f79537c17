from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.forwarded import asked_in, words_in

SHARE = {"is_share": True, "text": "What is an *SLA*?", "fallback": "[1 June] ann: What is an SLA?"}


def _asked(text: str, *attachments: Any) -> str:
    return asked_in({"text": text, "attachments": list(attachments)}, bot_user_id="U0BOT")


@pytest.mark.parametrize(
    "own", ["", "<@U0BOT>", "<@U0BOT> can you explain this?", "what does this mean", "fyi ^^", "?"]
)
def test_words_that_only_point_at_a_forwarded_message_ask_for_it(own: str) -> None:
    assert _asked(own, SHARE) == "What is an SLA?"


def test_a_question_of_ones_own_is_the_question() -> None:
    assert _asked("<@U0BOT> how does a KPI differ from this?", SHARE) == (
        "how does a KPI differ from this?"
    )


def test_nothing_is_read_where_nothing_is_forwarded() -> None:
    assert _asked("what does this mean?") == "what does this mean?"
    assert (
        _asked("", {"title": "A page", "text": "previewed", "from_url": "https://a.example"}) == ""
    )


def test_without_a_text_the_blocks_are_read_and_then_the_fallback() -> None:
    rich = {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "What is LPO?"}]}
        ],
    }
    blocks = [{"message": {"blocks": [rich]}}]

    assert _asked("", {"is_share": True, "message_blocks": blocks}) == "What is LPO?"
    assert _asked("", {"is_share": True, "fallback": "What is KPO?"}) == "What is KPO?"


def test_a_message_says_its_words_and_those_that_it_carries() -> None:
    assert words_in({"text": "See here", "attachments": [SHARE]}) == "See here\nWhat is an SLA?"
    assert words_in({"blocks": [{"text": {"text": "Only *blocks*"}}]}) == "Only blocks"
    assert words_in({}) == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["text", "is_share", "message_blocks", "message", "blocks", "fallback"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(message=st.dictionaries(st.sampled_from(["text", "attachments", "blocks"]), JSON))
def test_whatever_slack_sends_is_read_without_an_exception(message: dict[str, Any]) -> None:
    assert isinstance(asked_in(message, bot_user_id="U0BOT"), str)
    assert isinstance(words_in(message), str)
