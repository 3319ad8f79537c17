from bot.local_slack.workspace.values import block_texts
from bot.rendering import (
    SectionReference,
    outcome_text,
    render_definition,
    render_ingest_report,
    render_outcome,
    render_plainly,
    render_private_outcome,
    render_sentences,
)
from bot.rendering.elements.blocks import RenderedMessage
from knowledge.answers.citations import plain_text
from knowledge.domain import (
    Answer,
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


def _rows(message: RenderedMessage) -> list[str]:
    """Return the texts of the rows with a button beside them, folded ones too."""
    blocks = [*message.blocks, *(c for b in message.blocks for c in b.get("child_blocks", ()))]
    return [block["text"]["text"] for block in blocks if "accessory" in block]


def test_sentences_run_on_until_a_new_part_opens_and_items_are_a_list() -> None:
    answer = make_answer(
        sentences=(
            _sentence("First.", 1, opens_paragraph=True),
            _sentence("Second.", 1, 2),
            _sentence("one", 2, style="item"),
            _sentence("two", 1, style="item"),
            _sentence("Last.", 2, opens_paragraph=True),
        ),
        sources=(make_source(1), make_source(2, url="")),
    )

    before, listed, after = render_outcome(answer).blocks[:3]

    one = "<https://articles.example/what-is-bpo|[1]>"
    assert before["text"]["text"] == f"First. {one} Second. {one} [2]"
    [items] = listed["elements"]
    assert [block_texts(item) for item in items["elements"]] == [["one [2]"], ["two [1]"]]
    assert items["elements"][1]["elements"][-1] == {
        "type": "link",
        "url": "https://articles.example/what-is-bpo",
        "text": "[1]",
    }
    assert after["text"]["text"] == "Last. [2]"


def test_what_a_second_part_says_again_is_not_said_again() -> None:
    sentences = (
        _sentence("First.", 1),
        _sentence("First.", 1, opens_paragraph=True),
        _sentence("Second.", 1),
    )
    answer = make_answer(sentences=sentences, sources=(make_source(url=""),))

    whole, rest = render_outcome(answer), render_sentences(answer, start=1)

    assert whole.blocks[0]["text"]["text"] == "First. [1]\n\nSecond. [1]"
    assert rest[0]["text"]["text"] == "Second. [1]"
    assert whole.text.count("First.") == 1


def test_a_list_of_one_source_names_it_once() -> None:
    items = (_sentence("one", 1, style="item"), _sentence("two", 1, style="item"))
    source = (make_source(1, url=""),)
    led = make_answer(sentences=(_sentence("These:", 1), *items), sources=source)
    bare = make_answer(sentences=items, sources=source)

    in_led = block_texts(render_outcome(led).blocks[1])
    in_bare = block_texts(render_outcome(bare).blocks[0])

    assert in_led == ["one", "two"]
    assert in_bare == ["one", "two [1]"]


def _comparison(**changes: object) -> Answer:
    quote = "| Aspect | BPO | KPO |\n| Work | routine | expert |\n| Price | per hour | per result |"
    return make_answer(
        kind="comparison",
        sentences=(
            _sentence("They differ.", 1),
            _sentence("Work. BPO: routine; KPO: expert.", 2, style="item"),
            _sentence("Price. BPO: per hour; KPO: per result.", 2, style="item"),
        ),
        sources=(make_source(1), make_source(2, heading="Table", quote=quote)),
        **changes,
    )


def test_the_rows_of_a_comparison_are_a_table() -> None:
    message = render_outcome(_comparison())

    [table] = [block for block in message.blocks if block["type"] == "table"]
    assert [[cell["text"] for cell in row] for row in table["rows"]] == [
        ["Aspect [2]", "BPO", "KPO"],
        ["Work", "routine", "expert"],
        ["Price", "per hour", "per result"],
    ]
    assert not any("| " in text for text in block_texts(message.blocks))


def test_an_answer_that_is_shown_while_it_is_written_has_no_table_since_there_may_be_one() -> None:
    blocks = render_sentences(_comparison(), start=1)

    assert [block["type"] for block in blocks] == ["rich_text"]


def test_where_slack_refuses_the_blocks_text_and_buttons_are_left() -> None:
    message = render_plainly(render_outcome(_comparison(), answer_id="a1"))

    assert [block["type"] for block in message.blocks] == ["section", "actions"]
    assert "Work. BPO: routine; KPO: expert. [2]" in message.text
    buttons = message.blocks[1]["elements"]
    assert [button["text"]["text"] for button in buttons] == ["Read", "Read"]
    assert len({button["action_id"] for button in buttons}) == 2


def test_a_source_is_one_line_with_its_age_and_a_button_that_opens_it() -> None:
    source = make_source(updated="2024-05-17")

    message = render_outcome(make_answer(sources=(source,)))

    assert _rows(message) == [
        "[1] <https://articles.example/what-is-bpo|What is BPO?> \u203a Definition"
        " · updated May 2024"
    ]
    reference = SectionReference.read(message.blocks[-1]["accessory"]["value"])
    assert reference == SectionReference.to_place(source)


def test_several_sources_are_folded_and_each_section_is_named_once() -> None:
    sources = (
        make_source(1, updated="2024-05-17"),
        make_source(2, heading="History", updated="2026-01-01"),
        make_source(3, updated="2024-05-17"),
    )

    message = render_outcome(make_answer(sources=sources))

    folded = message.blocks[-1]
    assert (folded["type"], folded["default_collapsed"]) == ("container", True)
    assert folded["title"]["text"] == "2 sources"
    assert folded["subtitle"]["text"] == "updated May 2024 to January 2026"
    assert [row.partition(" <")[0] for row in _rows(message)] == ["[1] [3]", "[2]"]


def test_of_many_sources_every_one_opens() -> None:
    sources = tuple(make_source(n, heading=f"Part {n}") for n in range(1, 31))

    message = render_outcome(make_answer(sources=sources))

    opened = [
        SectionReference.read(element["value"]).heading
        for block in message.blocks[-1]["child_blocks"]
        for element in (block.get("elements") or [block["accessory"]])
    ]
    assert opened == [f"Part {n}" for n in range(1, 31)]


def test_a_quotation_does_not_say_how_it_was_made_and_written_words_do() -> None:
    extractive = render_outcome(make_answer())
    model = render_outcome(make_answer(mode="model"))
    mixed = render_outcome(make_answer(mode="mixed"))

    assert "language model" not in str(extractive.blocks)
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


def test_a_section_near_a_refused_question_comes_with_a_quotation_of_it_and_opens() -> None:
    near = make_section(gist="Some & *all* <!channel>.")

    message = render_outcome(make_refusal(closest=(near, make_section())))

    line = "<https://articles.example/what-is-bpo|What is BPO?> \u203a Definition"
    assert _rows(message) == [f"{line}\n> Some &amp; \u2217all\u2217 &lt;!channel&gt;.", line]
    assert message.text.endswith(
        "- What is BPO? \u203a Definition: “Some &amp; \u2217all\u2217 &lt;!channel&gt;.”\n"
        "- What is BPO? \u203a Definition"
    )


def test_an_answer_is_not_followed_by_what_else_there_is_to_read() -> None:
    message = render_outcome(make_answer(closest=(make_section(title="Other"),)))

    assert "Other" not in "\n".join([message.text, *_shown(message)])


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
    assert "[1] <https://articles.example/what-is-bpo|What is BPO?>" in body
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


def test_an_expansion_that_the_definition_begins_with_is_not_said_twice() -> None:
    sense = Sense(
        term="KPO",
        expansion="knowledge process outsourcing",
        definition="Knowledge process outsourcing (KPO) is the contracting of expert work.",
        context="outsourcing",
        in_domain=True,
    )
    result = DefineResult(kind="definition", term="KPO", text="KPO", senses=(sense,))

    assert _shown(render_definition(result)) == [
        "*KPO*\nKnowledge process outsourcing (KPO) is the contracting of expert work."
    ]
