from bot.rendering import (
    outcome_text,
    render_definition,
    render_ingest_report,
    render_outcome,
    render_private_outcome,
)
from bot.rendering.blocks import RenderedMessage
from knowledge.answers.citations import plain_text
from knowledge.domain import (
    AnswerSentence,
    ArticleId,
    Chat,
    DefineResult,
    FailedArticle,
    IngestReport,
    RefusalReason,
    Sense,
)
from tests.fakes import make_answer, make_refusal, make_section, make_source


def _shown(message: RenderedMessage) -> list[str]:
    return [block["text"]["text"] for block in message.blocks if block["type"] == "section"]


def _sentence(text: str, *citations: int, **changes: object) -> AnswerSentence:
    return AnswerSentence(text=text, citations=citations, **changes)  # type: ignore[arg-type]


def test_sentences_run_on_until_a_new_part_opens_and_items_stand_in_lines() -> None:
    answer = make_answer(
        sentences=(
            _sentence("First.", 1, opens_paragraph=True),
            _sentence("Second.", 1, 2),
            _sentence("one", 2, style="item"),
            _sentence("two", 2, style="item"),
            _sentence("Last.", 2, opens_paragraph=True),
        ),
        sources=(make_source(1), make_source(2, url="")),
    )

    body = _shown(render_outcome(answer))[0]

    one = "<https://articles.example/what-is-bpo|[1]>"
    assert body == f"First. {one} Second. {one} [2]\n• one [2]\n• two [2]\n\nLast. [2]"


def test_sources_are_numbered_links_with_the_quoted_passage() -> None:
    sources = _shown(render_outcome(make_answer()))[1]

    assert sources == (
        "*Sources*\n"
        "[1] <https://articles.example/what-is-bpo|What is BPO?> \u203a Definition\n"
        "> Business process outsourcing hands a process to a provider."
    )


def test_long_sources_are_shortened_before_the_answer_is() -> None:
    sentences = tuple(_sentence(f"Sentence {n}. " + "word " * 40, n) for n in range(1, 13))
    sources = tuple(make_source(n, quote="quoted " * 200, url="") for n in range(1, 13))

    message = render_outcome(make_answer(sentences=sentences, sources=sources))

    body = "\n".join(_shown(message)[:-1])
    assert all(f"Sentence {n}. " in body for n in range(1, 13))
    assert all(f"[{n}]" in body for n in range(1, 13))
    assert all(f"[{n}] What is BPO?" in "\n".join(_shown(message)) for n in range(1, 13))


def test_a_reply_says_how_it_was_made() -> None:
    extractive = render_outcome(make_answer())
    model = render_outcome(make_answer(mode="model"))
    mixed = render_outcome(make_answer(mode="mixed"))

    assert "without a language model" in extractive.blocks[-1]["elements"][0]["text"]
    assert model.blocks[-1]["elements"][0]["text"].startswith("Written by a language model")
    assert mixed.blocks[-1]["elements"][0]["text"].startswith("Partly written by a language model")


def test_a_note_of_the_program_comes_first() -> None:
    assert _shown(render_outcome(make_answer(note="Taken as BPO.")))[0] == "_Taken as BPO._"


def test_small_talk_has_no_buttons() -> None:
    message = render_outcome(Chat(text="Hello!"), answer_id="a1")

    assert [block["type"] for block in message.blocks] == ["section"]


def test_a_refusal_can_be_passed_on_but_not_shared() -> None:
    message = render_private_outcome(
        make_refusal(), question="what?", answer_id="a1", can_escalate=True
    )

    buttons = [element["action_id"] for element in message.blocks[-1]["elements"]]
    assert buttons == ["ask_expert", "feedback_up", "feedback_down"]


def test_what_no_expert_of_the_field_can_answer_is_not_passed_on() -> None:
    refusal = make_refusal(reason=RefusalReason.OUT_OF_SCOPE)

    message = render_outcome(refusal, answer_id="a1", can_escalate=True)

    assert "actions" not in [block["type"] for block in message.blocks]


def test_the_text_beside_the_blocks_stands_alone() -> None:
    answer, refusal = render_outcome(make_answer()), render_outcome(make_refusal())

    assert answer.text == (
        "BPO hands a process to a provider. [1]\nSources:\n[1] What is BPO? \u203a Definition"
    )
    assert refusal.text == (
        "The articles do not say.\nNearest sections:\n- What is BPO? \u203a Definition"
    )


def test_a_section_near_a_refused_question_comes_with_a_quotation_of_it() -> None:
    near = make_section(gist="Some & *all* <!channel>.")

    message = render_outcome(make_refusal(closest=(near, make_section())))

    line = "• <https://articles.example/what-is-bpo|What is BPO?> \u203a Definition"
    assert _shown(message)[1] == (
        f"*Nearest sections*\n{line}\n> Some &amp; \u2217all\u2217 &lt;!channel&gt;.\n{line}"
    )
    assert message.text.endswith(
        "- What is BPO? \u203a Definition: “Some &amp; \u2217all\u2217 &lt;!channel&gt;.”\n"
        "- What is BPO? \u203a Definition"
    )


def test_further_reading_is_no_more_than_links() -> None:
    message = render_outcome(make_answer(closest=(make_section(gist="A sentence."),)))

    assert "A sentence." not in "\n".join([message.text, *_shown(message)])


def test_advice_is_not_asked_of_the_experts() -> None:
    refusal = make_refusal(reason=RefusalReason.ADVICE)

    message = render_outcome(refusal, answer_id="a1", can_escalate=True)

    assert "actions" not in [block["type"] for block in message.blocks]


def test_what_is_remembered_of_an_answer_is_what_it_says() -> None:
    assert outcome_text(make_answer()) == "BPO hands a process to a provider. [1]"


def test_plain_text_in_slack_is_that_of_the_command_line() -> None:
    listed = (
        _sentence("They are:", 1, 2),
        AnswerSentence(text="one", citations=(2,), style="item"),
    )
    answer = make_answer(sentences=listed)

    assert outcome_text(answer) == plain_text(listed) == "They are: [1] [2]\n- one [2]"
    assert plain_text(listed) in render_outcome(answer).text


def test_an_answer_that_is_far_too_long_is_cut_between_sentences() -> None:
    sentences = tuple(_sentence(f"Sentence {n}. " + "word " * 300, 1) for n in range(300))

    message = render_outcome(make_answer(sentences=sentences), answer_id="a1")

    body = "\n".join(_shown(message))
    assert "Sentence 0. word" in body
    assert "…" in body
    assert "*Sources*\n[1] <https://articles.example/what-is-bpo|What is BPO?>" in body
    assert message.blocks[-1]["type"] == "context_actions"


def test_several_senses_are_told_apart() -> None:
    senses = (
        Sense(
            term="ADM",
            expansion="application development and maintenance",
            definition="Work on software.",
            context="IT outsourcing",
            in_domain=True,
        ),
        Sense(
            term="ADM",
            expansion="Archer Daniels Midland",
            definition="A company.",
            context="",
            in_domain=False,
        ),
    )
    result = DefineResult(kind="senses", term="ADM", text="ADM has two senses.", senses=senses)

    assert _shown(render_definition(result)) == [
        "*ADM* has more than one meaning:",
        "*ADM* — application development and maintenance _(IT outsourcing)_\nWork on software."
        "\n\n*ADM* — Archer Daniels Midland\nA company. Not about outsourcing.",
    ]


def test_a_report_names_each_failed_article_and_the_reason() -> None:
    failed = tuple(
        FailedArticle(location=f"{n}.md", reason="no title", line=3) for n in range(1, 26)
    )
    report = IngestReport(added=(ArticleId("a"),), failed=failed, seconds=1.25)

    text = "\n".join(_shown(render_ingest_report(report)))

    assert "Their earlier versions stay." in text
    assert "1 added, 0 changed, 0 unchanged, 0 removed, 25 failed." in text
    assert "• 1.md:3: no title" in text
    assert "… and 5 more" in text
