"""What people do on the page of the local Slack."""

from typing import Any

import pytest

from tests.browser.conftest import Open
from tests.scenarios.world import World

pytestmark = pytest.mark.browser


def _send(page: Any, text: str, *, field: str = "#text") -> None:
    page.fill(field, text)
    page.press(field, "Enter")


def _answer(page: Any) -> Any:
    answer = page.locator(".message:has(.badge)").last
    answer.wait_for()
    return answer


def test_a_suggested_question_is_answered_at_a_press(visit: Open) -> None:
    page = visit()

    page.locator(".prompts button").first.click()

    assert "[1]" in _answer(page).inner_text()


def test_a_source_opens_with_the_passage_marked_and_closes_again(visit: Open) -> None:
    page = visit()
    _send(page, "what is BPO?")
    answer = _answer(page)
    for folded in answer.locator("summary").all():
        folded.click()

    answer.get_by_role("button", name="Read").first.click()
    dialog = page.locator("dialog:modal")
    dialog.wait_for()
    marked = dialog.locator(".rich strong").first.inner_text()
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")

    assert marked


def test_a_vote_against_an_answer_is_given_a_reason(visit: Open, world: World) -> None:
    page = visit()
    _send(page, "what is BPO?")
    _answer(page).get_by_role("button", name="Not helpful").click()
    dialog = page.locator("dialog:modal")
    dialog.wait_for()

    dialog.locator("input[type=radio]").nth(1).check()
    dialog.locator("input[type=text], textarea").first.fill("the law changed")
    dialog.locator("button.primary").click()
    dialog.wait_for(state="detached")

    world.slack.command("admin", "/kb", "gaps")
    world.slack.wait_for(lambda: world.slack.transcript.ephemerals("U0ADMIN01"))
    assert "the law changed" in world.slack.transcript.ephemerals("U0ADMIN01")[-1].shown_text


def test_a_private_answer_is_shared_with_the_channel(visit: Open, world: World) -> None:
    page = visit("member/general")
    _send(page, "/ask what is BPO?")
    private = page.locator(".only-you")
    private.wait_for()

    private.get_by_role("button", name="Share").first.click()
    # Where a preview is shown first, it is confirmed.
    preview = page.locator("dialog:modal .primary")
    shared = page.locator(".message:not(.only-you):has(.badge)")
    preview.or_(shared).first.wait_for()
    if preview.count():
        preview.click()

    page.locator(".message:not(.only-you):has(.badge)").wait_for()
    assert world.slack.transcript.messages(channel="C0GENERAL")


def test_a_command_is_completed_and_a_term_defined(visit: Open) -> None:
    page = visit("member/general")
    page.type("#text", "/de")
    page.locator(".offered li").wait_for()

    page.keyboard.press("Tab")
    page.keyboard.type("SLA")
    page.keyboard.press("Enter")

    assert "SLA" in page.locator(".only-you").inner_text()


def test_an_administrator_ingests_and_a_member_cannot(visit: Open, world: World) -> None:
    admin, member = visit("admin/general"), visit("member/general")

    _send(admin, "/kb ingest")
    _send(member, "/kb ingest")

    member.locator(".only-you").wait_for()
    admin.locator(".only-you").first.wait_for()
    world.until(lambda: len(world.ingestion.actors) == 1)


def test_a_question_without_an_answer_reaches_the_experts(visit: Open, world: World) -> None:
    page, admin = visit("member/general"), visit("admin/general")
    _send(page, "@assistant which unknown provider is it?")
    thread = page.locator(".thread")
    thread.get_by_role("button", name="Ask an expert").click()

    admin.locator("#sidebar a.fresh:has-text('experts')").wait_for()
    admin.locator("#sidebar a:has-text('experts')").click()

    asked = admin.locator("#messages .message:has-text('unknown provider')")
    asked.wait_for()
    assert asked.count() == 1


def test_an_experts_answer_comes_back_to_who_asked(visit: Open) -> None:
    page, expert = visit("member/general"), visit("admin/experts")
    _send(page, "@assistant which unknown provider is it?")
    page.locator(".thread").get_by_role("button", name="Ask an expert").click()
    asked = expert.locator("#messages .message:has-text('unknown provider')")
    asked.get_by_role("button", name="Answer").click()
    dialog = expert.locator("dialog:modal")
    dialog.wait_for()

    dialog.locator("textarea").fill("Ask Petra, third floor.")
    dialog.locator("button.primary").click()
    dialog.wait_for(state="detached")

    answer = page.locator(".thread .message:has-text('Ask Petra, third floor.')")
    answer.wait_for()
    assert "An answer of a colleague" in answer.inner_text()
    asked.locator(":text('answered:')").wait_for()


def test_an_administrator_dismisses_a_gap_and_ingests_at_home(visit: Open, world: World) -> None:
    world.slack.wait_for_reply(world.slack.mention("member", "general", "an unknown widget"))
    world.clock.advance(seconds=1)
    world.ingestion.gate.clear()
    page = visit("admin/home")
    gap = page.locator(".home .section:has-text('an unknown widget')")
    gap.wait_for()

    page.get_by_role("button", name="Dismiss").click()
    gap.wait_for(state="detached")
    page.get_by_role("button", name="Ingest now").click()

    page.locator(".home .context:has-text('The ingestion has started')").wait_for()
    world.until(lambda: len(world.ingestion.actors) == 1)
    world.ingestion.gate.set()
    assert "<!date" not in page.locator(".home").inner_text()
    assert page.locator(".home pre").count() == 1


def test_a_thread_is_replied_to_beside_its_channel(visit: Open, world: World) -> None:
    page = visit("member/general")
    _send(page, "@assistant what is BPO?")
    page.locator(".thread .message:has(.badge)").wait_for()

    _send(page, "@assistant and KPO?", field="#reply")

    page.locator(".thread .message:has(.badge)").nth(1).wait_for()
    assert "2 replies" not in page.locator("#messages .replies").inner_text()
    assert "3 replies" in page.locator("#messages .replies").inner_text()


def test_everything_can_be_done_with_the_keyboard_alone(visit: Open) -> None:
    page = visit()
    page.keyboard.type("what is BPO?")
    page.keyboard.press("Enter")
    _answer(page)

    reached = set()
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        reached.add(page.evaluate("document.activeElement.textContent.trim()"))
        outline = page.evaluate(
            """() => {
                const here = document.activeElement;
                const box = getComputedStyle(here.closest(".box") ?? here);
                return here === document.body || getComputedStyle(here).outlineStyle !== "none"
                    || box.boxShadow !== "none";
            }"""
        )
        assert outline
    assert {"Home", "New conversation", "general"} <= {text.strip("#") for text in reached}
    assert any("Helpful" in text for text in reached)
    assert any("Ada Admin" in text for text in reached)


def test_what_is_being_typed_stays_when_something_new_comes(visit: Open, world: World) -> None:
    page = visit("member/general")
    page.type("#text", "half a ques")

    world.slack.say("admin", "general", "good morning")
    page.locator(".message:has-text('good morning')").wait_for()

    assert page.input_value("#text") == "half a ques"
    assert page.evaluate("document.activeElement.id") == "text"


def test_what_is_deleted_is_asked_for_first(visit: Open) -> None:
    page = visit("member/home")
    page.get_by_role("button", name="Forget me").click()
    asked = page.locator("#confirm")
    asked.wait_for()

    asked.get_by_role("button", name="Keep").click()
    asked.wait_for(state="detached")
    page.get_by_role("button", name="Forget me").click()
    page.locator("#confirm").get_by_role("button", name="Delete").click()

    page.locator(".home:has-text('Deleted')").wait_for()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_serious_fault_of_accessibility(visit: Open, theme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    faults = []
    for path in (
        "member/assistant",
        "member/home",
        "admin/home",
        "member/general",
        "admin/experts",
    ):
        page = visit(path, color_scheme=theme)
        page.locator("#text, .block-header").first.wait_for()
        if path == "member/general":
            _send(page, "@assistant what is BPO?")
            page.locator(".thread .message:has(.badge)").wait_for()
            page.locator(".thread").get_by_role("button", name="Not helpful").click()
            page.locator("dialog:modal").wait_for()
        found = Axe().run(page).response["violations"]
        faults += [
            (path, fault["id"], node["html"][:200])
            for fault in found
            if fault["impact"] in {"serious", "critical"}
            for node in fault["nodes"]
        ]
    assert faults == []


def test_a_narrow_screen_shows_all_without_scrolling_sideways(visit: Open) -> None:
    page = visit("member/general", viewport={"width": 380, "height": 700})
    _send(page, "@assistant what is BPO?")
    page.locator(".thread .message:has(.badge)").wait_for()
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.locator(".thread").get_by_label("Close the thread").click()
    page.locator(".opener").click()
    page.locator("#sidebar a:has-text('Assistant')").click()

    page.locator(".tabs").wait_for()
    assert wide <= 380
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
