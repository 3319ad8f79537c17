import threading

from bot.incoming import IncomingQuestion
from bot.replying.workers import Workers


def _question(user_id: str, text: str) -> IncomingQuestion:
    return IncomingQuestion(
        event_id=text,
        message_key=text,
        conversation="c",
        text=text,
        user_id=user_id,
        team_id="T1",
        channel_id="C1",
    )


def test_people_are_taken_in_turns() -> None:
    handled: list[str] = []
    is_done = threading.Event()

    def handle(question: IncomingQuestion) -> None:
        handled.append(question.text)
        if len(handled) == 5:
            is_done.set()

    workers = Workers(handle, number=1)
    for text in ("a1", "a2", "a3", "b1", "c1"):
        workers.submit(_question(text[0], text))
    workers.start()

    assert is_done.wait(5)
    workers.close(timeout_s=5)
    assert handled == ["a1", "b1", "c1", "a2", "a3"]


def test_closing_waits_for_what_has_begun_and_leaves_the_rest() -> None:
    handled: list[str] = []
    has_begun, may_end = threading.Event(), threading.Event()

    def handle(question: IncomingQuestion) -> None:
        has_begun.set()
        may_end.wait(5)
        handled.append(question.text)

    workers = Workers(handle, number=1)
    workers.start()
    workers.submit(_question("a", "a1"))
    workers.submit(_question("b", "b1"))
    assert has_begun.wait(5)

    threading.Timer(0.05, may_end.set).start()
    workers.close(timeout_s=5)

    assert handled == ["a1"]
