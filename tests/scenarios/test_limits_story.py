"""What administrators and limits hold back: a pause, too many questions, and one person's data."""

from pathlib import Path

from tests.scenarios.world import ADMIN, MEMBER, Start


def test_while_it_is_paused_nothing_is_looked_up_and_people_are_told(start: Start) -> None:
    world = start()

    world.slack.command("admin", "/kb", "pause")
    assert "Paused" in world.private_reply(ADMIN).shown_text
    during = world.slack.direct_message("member", "what is BPO?")
    assert "I am paused" in world.slack.wait_for_reply(during).shown_text
    assert world.answerer.questions == []

    world.slack.command("admin", "/kb", "resume")
    assert "answer again" in world.private_reply(ADMIN, number=2).shown_text
    after = world.slack.direct_message("member", "what is BPO?")
    assert "About what is BPO?" in world.slack.wait_for_reply(after).shown_text


def test_a_question_too_many_in_a_minute_is_declined_kindly_and_later_ones_are_answered(
    start: Start,
) -> None:
    world = start(per_minute=2)
    asked = []
    for n in range(3):
        asked.append(world.slack.direct_message("member", f"question {n}"))
        world.slack.wait_for_reply(asked[-1])

    assert len(world.answerer.questions) == 2
    assert "within a minute" in world.slack.transcript.unique_reply(asked[2]).shown_text
    other = world.slack.direct_message("admin", "what is BPO?")
    assert "About" in world.slack.wait_for_reply(other).shown_text
    world.clock.advance(seconds=61)
    later = world.slack.direct_message("member", "what is KPO?")
    assert "About what is KPO?" in world.slack.wait_for_reply(later).shown_text


def test_an_administrator_erases_a_person_and_not_a_byte_of_their_words_stays(
    start: Start, tmp_path: Path
) -> None:
    secret = b"Zyxomma"
    world = start()
    ts = world.slack.direct_message("member", "what is a Zyxomma contract?")
    world.slack.wait_for_reply(ts)
    world.until(lambda: not world.journal.waiting())
    other = world.slack.direct_message("admin", "what is a Brachythemis?")
    world.slack.wait_for_reply(other)
    world.until(lambda: not world.journal.waiting())
    world.bot.workers.close(timeout_s=1)
    # One more waits to be answered.
    world.slack.direct_message("member", "and is Zyxomma cheap?")
    world.slack.wait_until_idle()
    assert world.journal.queue().length == 1
    assert any(secret in file.read_bytes() for file in tmp_path.iterdir())

    world.slack.command("admin", "/kb", f"erase <@{MEMBER}|member>")

    assert "Deleted of this person: 1" in world.private_reply(ADMIN).shown_text
    assert {
        file.name: file.read_bytes().count(secret) for file in tmp_path.iterdir() if file.is_file()
    } == dict.fromkeys([file.name for file in tmp_path.iterdir() if file.is_file()], 0)
    assert any(b"Brachythemis" in file.read_bytes() for file in tmp_path.iterdir())
    assert world.journal.queue().length == 0
    assert world.services.privacy.export(MEMBER).is_empty
    assert not world.services.privacy.export(ADMIN).is_empty


def test_erasing_nobody_says_how_to_name_somebody(start: Start) -> None:
    world = start()

    world.slack.command("admin", "/kb", "erase")

    assert "/kb erase @somebody" in world.private_reply(ADMIN).shown_text
