from knowledge.answers.citations import bind, plain_text
from knowledge.answers.composing import Pick
from knowledge.domain import AnswerSentence, Chunk
from knowledge.text.passages import units
from tests.workbench import make_chunk

ONE = make_chunk(
    "one#0", text="BPO runs a process. It is old. It is cheap.", url="https://a.example"
)
TWO = make_chunk("two#0", text="KPO is new:\n- research\n- law")


def _pick(chunk: Chunk, *places: int) -> Pick:
    chosen = tuple(units(chunk.text)[place] for place in places)
    return Pick(text=chosen[-1].text, chunk=chunk, units=chosen, is_item=chosen[-1].kind == "item")


def _sentence(text: str, *citations: int, **changes: object) -> AnswerSentence:
    return AnswerSentence(text=text, citations=citations or (1,), **changes)  # type: ignore[arg-type]


def test_sources_are_numbered_in_the_order_in_which_they_are_first_cited() -> None:
    sentences, sources = bind([[_pick(TWO, 0), _pick(ONE, 0), _pick(TWO, 1)]])

    assert [sentence.citations for sentence in sentences] == [(1,), (2,), (1,)]
    assert [(source.n, source.chunk_id) for source in sources] == [(1, "two#0"), (2, "one#0")]


def test_a_quote_is_the_verbatim_stretch_from_the_first_to_the_last_unit_used() -> None:
    _, sources = bind([[_pick(ONE, 1), _pick(TWO, 0), _pick(TWO, 2), _pick(ONE, 0)]])

    assert [source.quote for source in sources] == ["BPO runs a process. It is old.", TWO.text]


def test_a_source_says_where_its_passage_stands() -> None:
    _, (source,) = bind([[_pick(ONE, 0)]])

    assert (source.article_id, source.title, source.url) == ("one", ONE.title, "https://a.example")


def test_a_later_part_opens_a_paragraph_and_shares_the_numbers() -> None:
    sentences, sources = bind([[_pick(ONE, 0), _pick(ONE, 1)], [_pick(ONE, 2)]])

    assert [sentence.opens_paragraph for sentence in sentences] == [False, False, True]
    assert len(sources) == 1


def test_nothing_picked_is_nothing_cited() -> None:
    assert bind([]) == ((), ())
    assert plain_text(()) == ""


def test_plain_text_has_items_on_lines_and_parts_in_paragraphs() -> None:
    text = plain_text(
        [
            _sentence("First.", 1, 2),
            _sentence("These are:", 1),
            _sentence("one", 1, style="item"),
            _sentence("two", 2, style="item"),
            _sentence("Last.", 2),
            _sentence("Another part.", 3, opens_paragraph=True),
        ]
    )

    assert text == (
        "First. [1] [2] These are: [1]\n- one [1]\n- two [2]\n\nLast. [2]\n\nAnother part. [3]"
    )


def test_plain_text_that_begins_with_an_item_begins_with_its_mark() -> None:
    assert plain_text([_sentence("one", style="item")]) == "- one [1]"
