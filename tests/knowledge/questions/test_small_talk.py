import time

import pytest

from knowledge.answers.subject import BUNDLED_SUBJECT
from knowledge.questions.small_talk import has_words, read_small_talk


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
        ("morning!", "Hello."),
        ("Good afternoon everyone", "Hello."),
        ("heyyy", "Hello."),
        ("hi :)", "Hello."),
        ("hello hello, anyone there?", "Hello."),
        ("Hi team, hope you're well", "Hello."),
        ("how's it going?", "Hello."),
        ("what's up", "Hello."),
        ("nice to meet you", "Hello."),
        ("Happy Friday!", "Hello."),
        ("testing", "Hello."),
        ("👋", "Hello."),
        (":wave: :slightly_smiling_face:", "Hello."),
        ("cheers mate", "You're welcome."),
        ("thx :)", "You're welcome."),
        ("ty!!", "You're welcome."),
        ("Many thanks for the quick reply", "You're welcome."),
        ("ok great, thank you very much", "You're welcome."),
        ("that was really helpful", "You're welcome."),
        ("good bot", "You're welcome."),
        ("Awesome stuff <3", "You're welcome."),
        ("thank you for explaining", "You're welcome."),
        ("👍", "You're welcome."),
        (":+1:", "You're welcome."),
        (":+1::skin-tone-3:", "You're welcome."),
        ("ok cool", "You're welcome."),
        ("ok", "All right."),
        ("got it", "All right."),
        ("no worries", "All right."),
        ("haha", "All right."),
        ("sorry, never mind", "All right."),
        ("thanks, bye!", "Goodbye."),
        ("good night all", "Goodbye."),
        ("have a great weekend", "Goodbye."),
        ("that's all for now, thanks", "Goodbye."),
        ("talk to you later", "Goodbye."),
        ("are you human?", "I am a knowledge assistant"),
        ("Am I talking to a real person?", "I am a knowledge assistant"),
        ("hi, who are you?", "I am a knowledge assistant"),
        ("what's your name?", "I am a knowledge assistant"),
        ("who made you", "I am a knowledge assistant"),
        ("help me out here", "Ask me about"),
        ("how does this work", "Ask me about"),
        ("Hello! What can you do for me?", "Ask me about"),
        ("can you help me please", "Ask me about"),
        ("I could use some help", "Ask me about"),
        ("quick question", "Ask me about"),
        ("what kind of questions can I ask you?", "Ask me about"),
        ("how do I use this bot?", "Ask me about"),
    ],
)
def test_small_talk_gets_its_fixed_reply(text: str, reply: str) -> None:
    chat = read_small_talk(text, subject=BUNDLED_SUBJECT)

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
        "Good morning! What does SLA stand for?",
        "hey team, how does gain sharing work",
        "morning shift or night shift: which costs more",
        "thanks for that, how is it measured?",
        "ok cool, and the risks?",
        "help me understand transfer pricing",
        "can you help me with an exit plan",
        "quick question: what is AHT",
        "how does this work in a captive?",
        "how are you different from a captive",
        "great help for agents",
        "good answer rate",
        "thanks to automation, costs fall",
        "is this a chatbot or an IVR",
        "BPO 👍",
        "bot",
        "team",
        "so much",
        "",
    ],
)
def test_a_question_is_no_small_talk(text: str) -> None:
    assert read_small_talk(text, subject=BUNDLED_SUBJECT) is None


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
    assert read_small_talk(text, subject=BUNDLED_SUBJECT) is None


@pytest.mark.parametrize("text", ["how does this work?", "What is this?", "how does it work"])
def test_what_this_is_asks_about_the_assistant_only_at_first(text: str) -> None:
    assert read_small_talk(text, subject=BUNDLED_SUBJECT) is not None
    assert read_small_talk(text, subject=BUNDLED_SUBJECT, is_follow_up=True) is None


def test_a_message_of_many_phrases_is_read_at_once() -> None:
    started = time.perf_counter()

    assert read_small_talk("so good " * 14 + "x", subject=BUNDLED_SUBJECT) is None

    assert time.perf_counter() - started < 0.2


@pytest.mark.parametrize(
    ("text", "says"),
    [("BPO?", True), ("3", True), ("", False), (" ?! ", False), ("🤷", False), (":shrug:", False)],
)
def test_emoji_and_marks_are_no_words(text: str, *, says: bool) -> None:
    assert has_words(text) is says
