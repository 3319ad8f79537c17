import pytest

from knowledge.answers.composing import Pick, compose, unsaid
from knowledge.answers.rating import rate
from knowledge.domain import Chunk, Question, SearchResult
from knowledge.glossary.glossary import Glossary
from knowledge.glossary.vocabulary import Vocabulary
from knowledge.questions.reading import read_question
from knowledge.questions.understanding import understand
from knowledge.settings import PACKAGE_DIR
from knowledge.text.language import stem, stems_of
from knowledge.text.passages import units
from tests.workbench import make_chunk


@pytest.fixture(scope="module")
def lexicon() -> Glossary:
    return Glossary.load(PACKAGE_DIR / "glossary.yaml", passages=lambda *_: None)


def _compose(question: str, lexicon: Glossary, *chunks: Chunk) -> tuple[Pick, ...]:
    held = [stem(term) for chunk in chunks for term in stems_of(chunk.text)]
    vocabulary = Vocabulary({term: held.count(term) for term in held}, 20)
    query = understand(question, lexicon=lexicon, vocabulary=vocabulary)
    results = [
        SearchResult(chunk=chunk, rank=rank, score=1 / rank, similarity=0.8 / rank)
        for rank, chunk in enumerate(chunks, start=1)
    ]
    return compose(query, rate(query, results, vocabulary))


def _compose_near(
    question: str, lexicon: Glossary, near: dict[Chunk, tuple[float, ...]]
) -> tuple[Pick, ...]:
    """Compose from passages whose units are so near to the question."""
    vocabulary = Vocabulary({}, 20)
    query = understand(question, lexicon=lexicon, vocabulary=vocabulary)
    results = [
        SearchResult(chunk=chunk, rank=1, score=1.0, similarity=0.8, unit_similarities=values)
        for chunk, values in near.items()
    ]
    return compose(query, rate(query, results, vocabulary))


def _compose_read(question: str, lexicon: Glossary, text: str, *odds: float) -> tuple[Pick, ...]:
    """Compose from a passage that was read with the question."""
    vocabulary = Vocabulary({}, 20)
    query = read_question(Question(text=question), lexicon=lexicon, vocabulary=vocabulary)
    result = SearchResult(
        chunk=make_chunk(text=text), rank=1, score=1.0, similarity=0.8, unit_readings=odds
    )
    return compose(query, rate(query, [result], vocabulary))


def _texts(picks: tuple[Pick, ...]) -> list[str]:
    return [pick.text for pick in picks]


def test_the_sentence_that_answers_by_reading_goes_first(lexicon: Glossary) -> None:
    text = "Agents are trained for six weeks. Agents are hired in spring. Agents are paid by day."

    said = _compose_read("when are agents taken on?", lexicon, text, -6.0, 6.0, -6.0)

    assert _texts(said)[0] == "Agents are hired in spring."


def test_reading_that_is_very_sure_counts_no_more_than_one_that_is_sure(lexicon: Glossary) -> None:
    text = "Agents are trained for six weeks. Agents are hired in spring. Agents are paid by day."

    sure, very = (
        _compose_read("when are agents taken on?", lexicon, text, -odds, odds, -odds)
        for odds in (6.0, 60.0)
    )

    assert _texts(sure) == _texts(very)


def test_every_piece_is_made_of_verbatim_units_of_its_chunk(lexicon: Glossary) -> None:
    chunks = [
        make_chunk("a#0", text="Attrition is the departure of staff. It is dear.", heading="What"),
        make_chunk("b#0", text="Causes of attrition are these:\n- low pay\n- night shifts"),
    ]

    picks = _compose("what is attrition?", lexicon, *chunks)

    assert picks
    for pick in picks:
        assert set(pick.units) <= set(units(pick.chunk.text))
        assert pick.chunk in chunks


def test_a_definition_is_said_when_one_is_asked_for(lexicon: Glossary) -> None:
    chunk = make_chunk(
        text="Many managers fear attrition in the first year. "
        "Attrition is the departure of employees who are not replaced at once."
    )

    said = _texts(_compose("what is attrition?", lexicon, chunk))

    assert any(text.startswith("Attrition is") for text in said)


def test_a_sentence_that_points_back_is_led_by_the_one_before(lexicon: Glossary) -> None:
    chunk = make_chunk(text="Night shifts tire agents quickly. This raises attrition among them.")

    texts = _texts(_compose("what raises attrition?", lexicon, chunk))

    assert texts.index("Night shifts tire agents quickly.") + 1 == texts.index(
        "This raises attrition among them."
    )


def test_a_sentence_that_points_out_of_its_passage_is_not_said(lexicon: Glossary) -> None:
    chunk = make_chunk(text="This raises attrition among all the agents of a centre.")

    assert _compose("what raises attrition?", lexicon, chunk) == ()


def test_a_list_comes_whole_and_with_what_announces_it(lexicon: Glossary) -> None:
    chunk = make_chunk(
        text="The usual causes of attrition in a centre are:\n- low pay for the agents\n"
        "- night shifts without a break\n- few prospects of a career"
    )

    picks = _compose("list the causes of attrition", lexicon, chunk)

    assert [pick.is_item for pick in picks] == [False, True, True, True]


LIST = (
    "What is watched in a centre is the following:\n- Monthly rate: 3% of the agents\n"
    "- Early attrition: those who leave in training\n- Cost of leavers: the price of new agents"
)


@pytest.mark.parametrize(
    ("question", "items"),
    [
        pytest.param("why does a centre measure attrition?", 3, id="half a list would mislead"),
        pytest.param("what percentage is the monthly rate?", 1, id="one figure"),
        pytest.param("what is early attrition?", 1, id="one term"),
    ],
)
def test_a_list_comes_whole_unless_one_item_is_asked_for(
    question: str, items: int, lexicon: Glossary
) -> None:
    near = {make_chunk(text=LIST): (0.0, 0.9, 0.2, 0.2)}

    picks = _compose_near(question, lexicon, near)

    assert [pick.is_item for pick in picks] == [False] + [True] * items


def test_no_item_is_taken_out_of_the_list_of_another_section(lexicon: Glossary) -> None:
    answer = make_chunk("a#0", text="Attrition is measured by the month.", heading="How")
    other = make_chunk("b#0", text=LIST, heading="Other")
    near = {answer: (0.9,), other: (0.1, 0.89, 0.1, 0.1)}

    picks = _compose_near("is attrition measured?", lexicon, near)

    assert [pick.chunk.chunk_id for pick in picks] == ["a#0"]


def test_a_comparison_speaks_of_both_sides(lexicon: Glossary) -> None:
    chunks = [
        make_chunk("a#0", text="BPO carries out a defined process by agreed rules."),
        make_chunk("b#0", text="KPO supplies the judgement of experts for analysis."),
    ]

    said = " ".join(
        _texts(_compose("what is the difference between BPO and KPO?", lexicon, *chunks))
    )

    assert "BPO" in said
    assert "KPO" in said


def test_a_row_is_said_with_the_names_of_its_columns(lexicon: Glossary) -> None:
    chunk = make_chunk(
        text="| Aspect | BPO | KPO |\n| Usual pricing | per transaction | per expert |"
    )

    picks = _compose("what is the usual pricing of KPO?", lexicon, chunk)

    assert _texts(picks) == ["Usual pricing. BPO: per transaction; KPO: per expert."]
    assert len(picks[0].units) == 2


def test_questions_in_a_passage_and_repetitions_are_not_said(lexicon: Glossary) -> None:
    sentence = "Attrition is the departure of employees from a centre."
    chunks = [
        make_chunk("a#0", text=f"What is attrition in a centre? {sentence}"),
        make_chunk("b#0", text=sentence),
    ]

    assert _texts(_compose("what is attrition?", lexicon, *chunks)) == [sentence]


def test_an_answer_stays_short_however_much_is_found(lexicon: Glossary) -> None:
    chunks = [
        make_chunk(
            f"{n}#0",
            text=f"Attrition in region{n} is caused by reason{n} and by habit{n} of place{n} and "
            f"time{n}, which custom{n} and climate{n} make worse for people{n} of age{n}.",
        )
        for n in range(30)
    ]

    said = " ".join(_texts(_compose("what causes attrition?", lexicon, *chunks)))

    assert 20 < len(said.split()) < 200


def test_an_answer_has_no_more_sentences_than_are_wanted(lexicon: Glossary) -> None:
    text = "Agents are trained for six weeks. The first two are on goods. They end in a long test."
    asked = "how are agents trained"

    assert len(_compose_read(asked, lexicon, text, 3.0, 2.0, 1.0)) == 3
    assert _texts(_compose_read(f"{asked}, in one line", lexicon, text, 3.0, 2.0, 1.0)) == [
        "Agents are trained for six weeks."
    ]
    assert len(_compose_read(f"{asked} in two sentences", lexicon, text, 3.0, 2.0, 1.0)) == 2


def test_items_between_which_reading_cannot_tell_are_all_said_for_a_figure(
    lexicon: Glossary,
) -> None:
    text = (
        "Hours a year depend on service:\n- 104 hours up to 3 years.\n- 156 hours after 3 years.\n"
        "- Forms are kept by the office."
    )

    picks = _compose_read("how many hours do I get after 5 years", lexicon, text, -1, 2.0, 1.5, -4)

    assert _texts(picks) == [
        "Hours a year depend on service:",
        "104 hours up to 3 years.",
        "156 hours after 3 years.",
    ]


def test_a_list_has_as_many_items_as_are_wanted(lexicon: Glossary) -> None:
    text = (
        "These are the risks of a move:\n- Staff leave.\n- Costs rise.\n- Data is lost on the way."
    )
    odds = (0.0, 3.0, 2.5, 2.0)

    assert len(_compose_read("which risks has a move", lexicon, text, *odds)) == 4
    assert _texts(_compose_read("name two risks of a move", lexicon, text, *odds)) == [
        "These are the risks of a move:",
        "Staff leave.",
        "Costs rise.",
    ]


def test_nothing_found_is_nothing_said(lexicon: Glossary) -> None:
    assert _compose("what is attrition?", lexicon) == ()


KPO = make_chunk(
    "kpo#0",
    text="KPO needs experts of a field. They are paid more than agents. The usual fields of KPO "
    "are:\n- law, that is contract review\n- finance, that is models of a market",
)
BPO = make_chunk("bpo#0", text="BPO hands 5 processes to a provider.")


def _said(chunk: Chunk, *places: int, text: str = "") -> list[Pick]:
    inside = units(chunk.text)
    return [
        Pick(
            text=text or inside[place].text,
            chunk=chunk,
            units=(inside[place],),
            is_item=inside[place].kind == "item",
        )
        for place in places
    ]


def test_what_is_said_already_is_not_said_again() -> None:
    picks = (*_said(KPO, 0), *_said(BPO, 0))
    shorter = _said(BPO, 0, text="BPO hands 5 processes to a vendor.")

    assert unsaid(picks, said=_said(KPO, 0)) == tuple(_said(BPO, 0))
    assert unsaid(picks, said=shorter) == tuple(_said(KPO, 0))
    assert unsaid(picks, said=picks) == ()
    assert unsaid(picks, said=()) == picks


def test_a_sentence_with_another_figure_is_not_said_yet() -> None:
    other = _said(BPO, 0, text="BPO hands 7 processes to a provider.")

    assert unsaid(_said(BPO, 0), said=other) == tuple(_said(BPO, 0))


def test_the_sentence_that_another_one_points_back_at_stays_before_it() -> None:
    assert unsaid(_said(KPO, 0, 1), said=_said(KPO, 0)) == tuple(_said(KPO, 0, 1))
    assert unsaid(_said(KPO, 0, 1), said=_said(KPO, 1)) == tuple(_said(KPO, 0))


def test_a_list_of_which_an_item_is_said_keeps_what_announces_it() -> None:
    picks = _said(KPO, 0, 2, 3, 4)

    assert unsaid(picks, said=_said(KPO, 0, 2, 3)) == tuple(_said(KPO, 2, 4))
    assert unsaid(picks, said=_said(KPO, 0, 2, 4)) == tuple(_said(KPO, 2, 3))
    assert unsaid(picks, said=_said(KPO, 2, 3, 4)) == tuple(_said(KPO, 0))
