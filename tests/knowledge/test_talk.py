import pytest

from knowledge.talk import read_small_talk


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("hi", "Hello."),
        ("Hello!", "Hello."),
        ("hey there, how are you?", "Hello."),
        ("good morning team", "Hello."),
        ("thanks", "You're welcome."),
        ("thank you so much, that helped", "You're welcome."),
        ("great", "You're welcome."),
        ("bye", "Goodbye."),
        ("see you later", "Goodbye."),
        ("who are you?", "I am a knowledge assistant"),
        ("are you a bot", "I am a knowledge assistant"),
        ("what can you do", "Ask me about"),
        ("help", "Ask me about"),
    ],
)
def test_small_talk_gets_its_fixed_reply(text: str, reply: str) -> None:
    chat = read_small_talk(text)

    assert chat is not None
    assert chat.text.startswith(reply)


@pytest.mark.parametrize(
    "text",
    [
        "Hi, what is BPO?",
        "thanks, and what is KPO?",
        "what can you tell me about KPO",
        "help desk",
        "hello world of outsourcing",
        "test automation",
        "good job market in Manila",
        "who are you outsourcing to",
        "",
    ],
)
def test_a_question_is_no_small_talk(text: str) -> None:
    assert read_small_talk(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "what do you know about BPO",
        "what can we ask a vendor in due diligence?",
        "what can you do to reduce attrition?",
        "how do you know a vendor is good",
    ],
)
def test_a_question_that_begins_like_small_talk_is_a_question(text: str) -> None:
    assert read_small_talk(text) is None
