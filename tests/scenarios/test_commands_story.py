import pytest

from bot.local_slack import Message
from bot.replying.delivery import DeliveryError
from knowledge.errors import RecordError
from tests.scenarios.world import ADMIN, MEMBER, Start, World


def _ask(world: World, text: str = "what is BPO?", channel: str = "general") -> Message:
    world.slack.command("member", "/ask", text, channel)
    return world.private_reply(MEMBER)


def _now(world: World, message: Message) -> Message:
    """Return a message as it stands now."""
    found = world.slack.transcript.find(message.channel, message.ts)
    assert found is not None
    return found


def test_ask_answers_privately_and_shows_what_was_asked(start: Start) -> None:
    world = start()

    reply = _ask(world)

    assert "You asked: what is BPO?" in reply.shown_text
    assert "About what is BPO?." in reply.shown_text
    assert world.slack.transcript.messages() == ()


def test_ask_without_a_question_gets_help(start: Start) -> None:
    world = start()

    reply = _ask(world, "")

    assert "`/define`" in reply.shown_text


def test_a_private_answer_can_be_shared_once_and_says_who_shared_it(start: Start) -> None:
    world = start()
    answer = _ask(world)

    press = world.slack.press("member", answer, "share_answer")
    world.slack.wait_for(lambda: "Shared with the channel." in _now(world, answer).shown_text)
    world.slack.redeliver(press)
    assert "already" in world.private_reply(MEMBER, number=2).shown_text

    [shared] = world.slack.transcript.messages()
    assert shared.channel == "C0GENERAL"
    assert f"<@{MEMBER}> asked: what is BPO?" in shared.shown_text
    assert "About what is BPO?." in shared.shown_text
    assert "share_answer" not in str(_now(world, answer).blocks)


def test_a_purged_answer_cannot_be_shared(start: Start) -> None:
    world = start()
    answer = _ask(world)
    world.clock.advance(days=1)
    world.journal.purge(before=world.clock())

    world.slack.press("member", answer, "share_answer")

    assert "Please ask again" in world.private_reply(MEMBER, number=2).shown_text
    assert world.slack.transcript.messages() == ()


def test_sharing_where_the_bot_is_not_a_member_says_how_to_invite_it(start: Start) -> None:
    world = start()
    answer = _ask(world, channel="without-bot")

    world.slack.press("member", answer, "share_answer")

    assert "/invite" in world.private_reply(MEMBER, number=2).shown_text
    assert world.slack.transcript.messages() == ()


def test_sharing_into_a_channel_of_another_company_is_refused(start: Start) -> None:
    world = start()
    answer = _ask(world, channel="shared")

    world.slack.press("member", answer, "share_answer")

    assert "another company" in world.private_reply(MEMBER, number=2).shown_text
    assert world.slack.transcript.messages() == ()


def test_sharing_is_refused_when_slack_does_not_say_who_reads_the_channel(start: Start) -> None:
    world = start()
    answer = _ask(world)
    world.slack.fail_next("conversations.info", status=500)

    world.slack.press("member", answer, "share_answer")

    assert "could not find out" in world.private_reply(MEMBER, number=2).shown_text
    assert world.slack.transcript.messages() == ()


def test_an_expired_private_answer_comes_as_a_direct_message(start: Start) -> None:
    world = start()
    world.answerer.gate.clear()
    delivery = world.slack.command("member", "/ask", "what is BPO?")
    world.until(lambda: world.answerer.questions)
    assert delivery.ticket is not None
    world.slack.workspace.ticket(delivery.ticket).uses = 5

    world.answerer.gate.set()

    world.slack.wait_for(world.slack.transcript.messages)
    assert world.slack.transcript.messages()[0].channel == f"D{MEMBER[1:]}"


def test_define_explains_a_term_privately(start: Start) -> None:
    world = start()

    world.slack.command("member", "/define", "SLA")

    shown = world.private_reply(MEMBER).shown_text
    assert "*SLA* — service level agreement" in shown
    assert "[1] <https://articles.example/what-is-bpo|What is BPO?>" in shown


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "Give a term"), ("flurble", "I do not know flurble."), ("<!channel>", "everyone")],
    ids=["nothing", "unknown", "broadcast"],
)
def test_define_always_has_a_word_to_say(start: Start, text: str, said: str) -> None:
    world = start()

    world.slack.command("member", "/define", text)

    assert said in world.private_reply(MEMBER).shown_text


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("status", "*Articles*\n2, May 2024"),
        ("plan", "I look at what an ingestion would do"),
        ("sources", "• /srv/articles"),
        ("help", "`/kb ingest`"),
        ("", "`/kb ingest`"),
        ("destroy", "`/kb ingest`"),
    ],
)
def test_an_administrator_is_answered_privately(start: Start, word: str, said: str) -> None:
    world = start()

    world.slack.command("admin", "/kb", word)

    assert said in world.private_reply(ADMIN).shown_text
    assert world.slack.transcript.messages() == ()


@pytest.mark.parametrize("word", ["status", "sources", "ingest"])
@pytest.mark.parametrize(
    ("admins", "said"),
    [(ADMIN, "Only the assistant"), ("", "no administrators are configured")],
    ids=["others are administrators", "nobody is"],
)
def test_a_member_is_refused_privately(start: Start, word: str, admins: str, said: str) -> None:
    world = start(admins=admins)

    world.slack.command("member", "/kb", word)

    assert said in world.private_reply(MEMBER).shown_text
    assert world.ingestion.actors == []
    assert world.audit.entries[0][:2] == (MEMBER, word)


def test_with_an_empty_list_even_a_workspace_admin_is_refused(start: Start) -> None:
    world = start(admins="")

    world.slack.command("admin", "/kb", "ingest")

    assert "no administrators" in world.private_reply(ADMIN).shown_text
    assert world.ingestion.actors == []


def test_a_user_group_can_hold_the_administrators(start: Start) -> None:
    world = start(admins="S0GROUP01", usergroups={"S0GROUP01": [MEMBER]})

    world.slack.command("member", "/kb", "status")

    assert "*Articles*\n2, May" in world.private_reply(MEMBER).shown_text


def test_a_guest_is_refused_even_when_listed(start: Start) -> None:
    world = start(admins="U0GUEST01")

    world.slack.command("guest", "/kb", "status")

    assert "guests cannot" in world.private_reply("U0GUEST01").shown_text


def test_an_ingestion_reports_by_updating_one_message(start: Start) -> None:
    world = start()

    world.slack.command("admin", "/kb", "ingest")

    assert "has started" in world.private_reply(ADMIN).shown_text
    world.until(lambda: world.audit.last_result == "done")
    [report] = world.slack.transcript.messages()
    assert report.channel == f"D{ADMIN[1:]}"
    assert "1 added, 0 changed, 1 unchanged" in report.shown_text
    assert "Reading: 1 of 2 articles." in report.history[0].text


def test_a_second_ingestion_is_told_who_runs_the_first(start: Start) -> None:
    world = start(admins=f"{ADMIN},{MEMBER}")
    world.ingestion.gate.clear()
    world.slack.command("admin", "/kb", "ingest")
    world.private_reply(ADMIN)

    world.slack.command("member", "/kb", "ingest")

    assert f"started by <@{ADMIN}>" in world.private_reply(MEMBER).shown_text
    world.ingestion.gate.set()
    world.until(lambda: world.audit.last_result == "done")
    assert world.ingestion.actors == [ADMIN]


def test_who_starts_an_ingestion_twice_is_not_told_of_somebody_else(start: Start) -> None:
    world = start()
    world.ingestion.gate.clear()
    world.slack.command("admin", "/kb", "ingest")
    world.private_reply(ADMIN)

    world.slack.command("admin", "/kb", "ingest")

    assert "that you started" in world.private_reply(ADMIN, number=2).shown_text
    world.ingestion.gate.set()
    world.until(lambda: world.audit.last_result == "done")


def test_a_failing_ingestion_ends_in_a_fixed_sentence_and_frees_the_way(start: Start) -> None:
    world = start()
    world.ingestion.error = RecordError("secret path /srv/data")

    world.slack.command("admin", "/kb", "ingest")

    world.until(lambda: "failed" in world.audit.last_result)
    [report] = world.slack.transcript.messages()
    assert "something went wrong" in report.shown_text
    assert "secret" not in world.seen()
    world.ingestion.error = None
    world.slack.command("admin", "/kb", "ingest")
    world.until(lambda: world.audit.last_result == "done")


def test_a_failing_command_ends_in_a_fixed_sentence(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = start()

    def fail(**_: object) -> bool:
        raise RecordError("secret path /srv/data")

    monkeypatch.setattr(world.journal, "receive", fail)

    assert "something went wrong" in _ask(world).shown_text
    assert "secret" not in world.seen()


def test_a_command_that_fails_at_once_is_acknowledged_all_the_same(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Bolt looks for the acknowledgement every 10 ms; the failure is there before.
    world = start(ack_timeout_s=5.0)

    def fail(**_: object) -> bool:
        raise RecordError("the server does not answer")

    def not_told(*_: object, **__: object) -> None:
        raise DeliveryError("expired_url")

    monkeypatch.setattr(world.journal, "receive", fail)
    monkeypatch.setattr(world.bot.delivery, "respond", not_told)

    for _ in range(5):
        world.slack.command("member", "/ask", "what is BPO?")
    world.slack.wait_for(lambda: len(world.slack.transcript.acks) == 5, timeout_s=20)

    assert max(world.slack.transcript.acks.values()) < 2


def test_votes_are_kept_and_the_last_one_counts(start: Start) -> None:
    world = start()
    ts = world.slack.mention("member", "general", "what is BPO?")
    reply = world.slack.wait_for_reply(ts)
    up = reply.blocks[-1]["elements"][0]["positive_button"]["value"]

    world.slack.press("member", reply, "feedback", up)
    world.slack.press("admin", reply, "feedback", up)
    world.private_reply(ADMIN)
    world.private_reply(MEMBER)
    world.slack.press("member", reply, "feedback", up.replace("up", "down"))

    answer_id = up.partition(":")[2]
    world.until(lambda: world.journal.votes(answer_id) == {"up": 1, "down": 1})


def test_a_vote_on_a_private_answer_takes_the_place_of_its_buttons(start: Start) -> None:
    world = start()
    answer = _ask(world)

    world.slack.press("member", answer, "feedback_up")

    world.slack.wait_for(lambda: "You found this helpful." in _now(world, answer).shown_text)
    assert "feedback" not in str(_now(world, answer).blocks)
    assert "share_answer" in str(_now(world, answer).blocks)


def test_a_vote_on_a_purged_answer_is_answered_honestly(start: Start) -> None:
    world = start()
    answer = _ask(world)
    world.clock.advance(days=1)
    world.journal.purge(before=world.clock())

    world.slack.press("member", answer, "feedback_up")

    assert "no longer on record" in world.private_reply(MEMBER, number=2).shown_text


def test_only_the_person_who_asked_can_pass_a_question_to_the_experts(start: Start) -> None:
    world = start(experts="C0EXPERTS")
    ts = world.slack.mention("member", "general", "something unknown")
    reply = world.slack.wait_for_reply(ts)

    world.slack.press("admin", reply, "ask_expert")
    assert "Only the person who asked" in world.private_reply(ADMIN).shown_text
    world.slack.press("member", reply, "ask_expert")

    world.slack.wait_for(lambda: "Passed on to the experts." in _now(world, reply).shown_text)
    assert "ask_expert" not in str(_now(world, reply).blocks)
    [passed] = world.slack.transcript.messages(channel="C0EXPERTS")
    assert passed.shown_text.startswith(
        f"<@{MEMBER}> asks something that the articles do not answer:\n> something unknown"
    )


def test_first_questions_are_suggested_once(start: Start) -> None:
    world = start()

    world.slack.open_app("member", "messages")
    world.slack.wait_for(lambda: world.slack.transcript.entries)
    world.slack.open_app("member", "messages")

    world.slack.wait_until_idle()
    assert [entry.kind for entry in world.slack.transcript.entries] == ["prompts"]
