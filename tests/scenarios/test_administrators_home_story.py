"""What administrators see on the Home tab and below `/kb status`, and what they start there."""

import datetime as dt

from bot.local_slack.workspace.values import Json, block_texts
from knowledge.models.model_use import ModelReport
from tests.fakes import FakeCorpus
from tests.scenarios.world import ADMIN, Start, World

DIRECT = f"D{ADMIN[1:]}"


def _views(world: World) -> list[Json]:
    shown = [entry.data["view"] for entry in world.slack.transcript.entries if entry.kind == "view"]
    return [view for view in shown if view["type"] == "home"]


def _next_home(world: World, seen: int) -> Json:
    world.slack.wait_for(lambda: len(_views(world)) > seen)
    return _views(world)[seen]


def _home(world: World, user: str = "admin") -> Json:
    seen = len(_views(world))
    world.slack.open_app(user, "home")
    return _next_home(world, seen)


def _press(world: World, view: Json, action_id: str, user: str = "admin") -> Json:
    seen = len(_views(world))
    world.slack.press_in_view(user, view, action_id)
    return _next_home(world, seen)


def _shown(view: Json) -> str:
    return "\n".join(block_texts(view["blocks"]))


def test_only_administrators_see_how_things_stand(start: Start) -> None:
    world = start()

    seen = {user: _shown(_home(world, user)) for user in ("admin", "member", "guest")}

    assert "For administrators" in seen["admin"]
    assert "*Articles*\n2, May 2024 to November 2026" in seen["admin"]
    assert "finished, some articles failed: 2 added, 1 failed" in seen["admin"]
    assert "quoted from the articles" in seen["admin"]
    assert "administrators" not in seen["member"] + seen["guest"]
    assert world.audit.entries == []
    assert world.slack.transcript.rejections == ()


def test_an_empty_list_of_administrators_shows_it_to_nobody(start: Start) -> None:
    world = start(admins="")

    assert "For administrators" not in _shown(_home(world))


def test_questions_refusals_and_votes_of_thirty_days_are_a_chart(start: Start) -> None:
    world = start()
    for text in ("what is BPO?", "what is KPO?", "something unknown"):
        reply = world.slack.wait_for_reply(world.slack.mention("member", "general", text))
    world.clock.advance(days=4)
    answer = world.slack.wait_for_reply(world.slack.mention("member", "general", "what is RPO?"))
    down = answer.blocks[-1]["elements"][0]["negative_button"]["value"]
    world.slack.press("member", answer, "feedback", down)
    world.until(lambda: world.journal.votes(down.partition(":")[2])["down"] == 1)
    world.clock.advance(seconds=1)

    shown = _shown(_home(world))

    assert "4 questions, 1 without an answer (25%)." in shown
    assert "Answered     ············█·▄ 3" in shown
    assert "Not answered ············▄·· 1" in shown
    assert "Not helpful  ··············█ 1" in shown
    assert reply.text


def test_a_model_is_told_with_what_it_was_used_for(start: Start) -> None:
    world = start()
    corpus = world.services.corpus
    assert isinstance(corpus, FakeCorpus)
    corpus.model = ModelReport(
        name="wordy",
        refusal="",
        calls=12,
        tokens_read=3_400,
        tokens_written=560,
        answers=10,
        stood=9,
    )

    shown = _shown(_home(world))

    assert "written by wordy, each sentence checked" in shown
    assert "12 calls, 3,400 tokens read, 560 written; 9 of 10 answers stood" in shown


def test_an_ingestion_is_started_at_home_and_seen_running_there(start: Start) -> None:
    world = start()
    world.ingestion.gate.clear()
    home = _home(world)

    pressed = _press(world, home, "kb_ingest")
    running = _home(world)
    seen = len(_views(world))
    world.ingestion.gate.set()
    after = _next_home(world, seen)

    assert "The ingestion has started" in _shown(pressed)
    assert "Reading: 1 of 2 articles." in _shown(running)
    assert "Running now" not in _shown(after)
    assert world.ingestion.actors == [ADMIN]
    report = world.slack.transcript.messages(channel=DIRECT)[-1].shown_text
    assert "Ingestion finished." in report


def test_an_ingestion_of_another_process_is_seen_too(start: Start) -> None:
    world = start()
    corpus = world.services.corpus
    assert isinstance(corpus, FakeCorpus)
    corpus.actor = "the command line"

    assert "An ingestion, started by somebody." in _shown(_home(world))


def test_a_plan_tells_what_would_change_and_changes_nothing(start: Start) -> None:
    world = start()

    _press(world, _home(world), "kb_plan")

    world.slack.wait_for(lambda: world.slack.transcript.messages(channel=DIRECT))
    (told,) = world.slack.transcript.messages(channel=DIRECT)
    assert "*Would be added*\n• new-policy" in told.shown_text
    assert world.ingestion.actors == []


def test_status_has_the_buttons_and_shows_times_of_the_reader(start: Start) -> None:
    world = start()
    world.slack.command("admin", "/kb", "status")
    status = world.private_reply(ADMIN)

    world.slack.press("admin", status, "kb_ingest")

    assert "The ingestion has started" in world.private_reply(ADMIN, number=2).shown_text
    at = int(dt.datetime(2026, 11, 2, 8, 0, tzinfo=dt.UTC).timestamp())
    assert f"<!date^{at}^" in str(status.blocks)
    assert "MiniLM" not in str(status.blocks)


def test_who_is_no_administrator_any_more_starts_nothing(start: Start) -> None:
    world = start()
    home = _home(world)

    refused = _press(world, home, "kb_ingest", user="member")

    assert "Only the assistant's administrators may do this." in _shown(refused)
    assert world.ingestion.actors == []
    assert world.audit.entries[-1][1:] == ("ingest", "not_admin")
