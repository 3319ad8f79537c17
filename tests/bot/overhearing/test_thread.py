from typing import Any

from bot.overhearing.addressing import ASSISTANT, Said
from bot.overhearing.thread import parse_thread


def _parsed(**message: Any) -> Said:
    return parse_thread([message], bot_user_id="U0BOT", bot_id="B0BOT")[0]


def test_a_mention_of_the_assistant_is_none_of_a_person() -> None:
    said = _parsed(user="U1", text="<@U0BOT> what is *BPO*?")

    assert said == Said(by="U1", text="what is BPO?", mentions_assistant=True)


def test_people_groups_and_everybody_are_mentioned() -> None:
    for text in ("<@U2> look", "<!subteam^S1> look", "<!here> look"):
        assert _parsed(user="U1", text=text).mentions_people


def test_own_messages_are_known_by_either_id() -> None:
    assert _parsed(user="U0BOT", text="hello").by == ASSISTANT
    assert _parsed(bot_id="B0BOT", text="hello").by == ASSISTANT
    assert _parsed(bot_id="B0OTHER", text="hello").by == "unknown"


def test_a_message_without_what_slack_documents_says_nothing() -> None:
    assert _parsed(text=None, user=7) == Said(by="unknown", text="")
