"""The Home tab: ask, try, look up, ask again, and what is kept of a person."""

from bot.local_slack.workspace.values import Json, block_texts
from tests.scenarios.world import ADMIN, MEMBER, Start, World

DIRECT = f"D{MEMBER[1:]}"


def _views(world: World, kind: str) -> list[Json]:
    shown = [entry.data["view"] for entry in world.slack.transcript.entries if entry.kind == "view"]
    return [view for view in shown if view["type"] == kind]


def _view(world: World, kind: str, number: int = 1) -> Json:
    world.slack.wait_for(lambda: len(_views(world, kind)) >= number)
    return _views(world, kind)[number - 1]


def _home(world: World, user: str = "member") -> Json:
    seen = len(_views(world, "home"))
    world.slack.open_app(user, "home")
    return _view(world, "home", seen + 1)


def _press(world: World, view: Json, action_id: str, value: str | None = None) -> None:
    world.slack.press_in_view("member", view, action_id, value)


def _typed(block_id: str, text: str) -> Json:
    return {block_id: {"typed": {"type": "plain_text_input", "value": text}}}


def test_home_offers_to_ask_at_once_and_tells_how_fresh_it_is(start: Start) -> None:
    world = start()

    shown = block_texts(_home(world)["blocks"])

    assert shown[:3] == ["Ask the articles", "Ask a question", "Look up a term"]
    assert (
        "*What I know*\n2 articles, May 2024 to November 2026, and a glossary of 3 terms." in shown
    )
    assert any("deleted after 30 days" in text for text in shown)
    assert "*Your last questions*" not in shown
    assert world.slack.transcript.rejections == ()


def test_a_question_that_is_typed_at_home_is_answered_in_the_direct_message(start: Start) -> None:
    world = start()
    _press(world, _home(world), "home_ask")
    form = _view(world, "modal")

    world.slack.submit_view("member", form, _typed("question", "what is BPO?"))

    world.slack.wait_for(lambda: len(world.slack.transcript.messages(channel=DIRECT)) == 2)
    asked, answer = world.slack.transcript.messages(channel=DIRECT)
    assert "> what is BPO?" in asked.shown_text
    assert answer.thread_ts == asked.ts
    assert "About what is BPO?." in answer.shown_text


def test_a_question_to_try_is_answered_and_then_stands_among_the_last_ones(start: Start) -> None:
    world = start()
    _press(world, _home(world), "ask_2")
    world.slack.wait_for(lambda: len(world.slack.transcript.messages(channel=DIRECT)) == 2)

    home = _home(world)

    shown = block_texts(home["blocks"])
    assert shown[shown.index("*Your last questions*") + 1] == (
        "What are the main risks of outsourcing?"
    )
    assert world.answerer.questions[0].text == "What are the main risks of outsourcing?"
    _press(world, home, "ask_0")
    world.slack.wait_for(lambda: len(world.slack.transcript.messages(channel=DIRECT)) == 4)


def test_nobody_sees_the_questions_of_another(start: Start) -> None:
    world = start()
    world.slack.wait_for_reply(world.slack.mention("member", "general", "what is BPO?"))

    assert "what is BPO?" not in str(_home(world, "admin"))
    assert "what is BPO?" in str(_home(world))


def test_the_glossary_is_browsed_and_searched(start: Start) -> None:
    world = start()
    _press(world, _home(world), "home_terms")
    terms = _view(world, "modal")
    assert block_texts(terms["blocks"])[1:] == ["*0-9*", "24/7", "*K*", "KPI", "*S*", "SLA"]

    _press(world, terms, "term_0", "SLA")
    explained = _view(world, "modal", 2)
    _press(world, explained, "terms_all")
    again = _view(world, "modal", 3)
    world.slack.submit_view("member", again, _typed("term", "slaa"))
    near = _view(world, "modal", 4)
    _press(world, near, "define_near_1")
    found = _view(world, "modal", 5)

    assert "service level agreement" in str(explained["blocks"])
    assert again["blocks"] == terms["blocks"]
    assert "Did you mean SLA?" in str(near["blocks"])
    assert "service level agreement" in str(found["blocks"])
    assert {view["id"] for view in _views(world, "modal")} == {terms["id"]}
    assert world.slack.transcript.rejections == ()


def test_a_source_of_a_term_opens_on_top_of_it(start: Start) -> None:
    world = start()
    _press(world, _home(world), "home_terms")
    _press(world, _view(world, "modal"), "term_0", "SLA")

    _press(world, _view(world, "modal", 2), "read")

    page = _view(world, "modal", 3)
    assert block_texts(page["blocks"])[0] == "Definition"


def test_a_person_sees_what_is_on_record_of_them_and_can_delete_it(start: Start) -> None:
    world = start()
    ts = world.slack.mention("member", "general", "what is BPO?")
    reply = world.slack.wait_for_reply(ts)
    other = world.slack.wait_for_reply(world.slack.mention("admin", "general", "what is KPO?"))
    for message in (reply, other):
        up = message.blocks[-1]["elements"][0]["positive_button"]["value"]
        world.slack.press("member", message, "feedback", up)
    world.until(lambda: len(world.services.privacy.export(MEMBER).votes) == 2)
    home = _home(world)

    _press(world, home, "home_data")
    data = "\n".join(block_texts(_view(world, "modal")["blocks"]))
    _press(world, home, "home_forget")
    after = _view(world, "home", 2)

    assert "1 questions, 2 votes, 0 remarks" in data
    assert "*what is BPO?*\nAbout what is BPO?. [1]" in data
    assert "Deleted: 1 of your questions" in block_texts(after["blocks"])[0]
    assert "*Your last questions*" not in block_texts(after["blocks"])
    assert world.services.privacy.export(MEMBER).is_empty
    assert len(world.services.privacy.export(ADMIN).questions) == 1


def test_much_data_is_read_page_by_page(start: Start) -> None:
    world = start()
    for number in range(20):
        world.slack.wait_for_reply(world.slack.direct_message("member", f"what is {number}?"))
    _press(world, _home(world), "home_data")
    first = _view(world, "modal")

    _press(world, first, "data_after")
    second = _view(world, "modal", 2)

    assert "what is 0?" in str(first["blocks"])
    assert "what is 19?" in str(second["blocks"])
    assert "what is 0?" not in str(second["blocks"])
    _press(world, second, "data_before")
    assert _view(world, "modal", 3)["blocks"] == first["blocks"]
