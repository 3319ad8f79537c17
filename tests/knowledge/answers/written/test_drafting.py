"""What a writer asks a model, how long it waits, and what it does with an answer of many parts."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from knowledge.answers.citations import bind
from knowledge.answers.composing import Pick
from knowledge.answers.written.drafts import Draft
from knowledge.answers.written.writing import Writer
from knowledge.domain import ArticleId, Question, SearchResult, Turn
from knowledge.errors import GenerationError
from knowledge.models.model_use import ModelUse
from knowledge.support.verifying import Verifier
from knowledge.text.passages import units
from tests.fakes import ScriptedChatModel
from tests.workbench import make_chunk

BPO = make_chunk(
    "bpo#0",
    title="What is BPO?",
    heading="Pricing",
    text="BPO hands a process to a provider. The provider charges by the hour.",
)
KPO = make_chunk(
    "kpo#0", title="What is KPO?", heading="Skills", text="KPO needs experts, who are paid well."
)
RESULTS = [
    SearchResult(chunk=chunk, rank=rank, score=0.9, similarity=0.9)
    for rank, chunk in enumerate((BPO, KPO), start=1)
]


class Judge:
    """Finds what holds a word supported or not."""

    def __init__(self, *, wrong: str = "wrongly") -> None:
        self.wrong = wrong

    def judge(
        self, statements: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    ) -> list[tuple[float, float]]:
        return [(9.0 if self.wrong in text else -9.0, -9.0) for text, _ in statements]


def _write(reply: str, **options: object) -> Draft:
    writer = Writer(ScriptedChatModel(reply), verifier=Verifier(Judge()))
    return writer.write("What is BPO?", RESULTS, **options)  # type: ignore[arg-type]


def test_a_statement_of_two_passages_cites_both() -> None:
    draft = _write("BPO gives a process to a provider, and KPO needs well paid experts. [1][2]")

    (sentence,), sources = bind([draft.picks])
    assert sentence.citations == (1, 2)
    assert [source.chunk_id for source in sources] == ["kpo#0", "bpo#0"]


def test_what_cannot_be_verified_is_quoted_in_its_place() -> None:
    draft = _write("The provider wrongly charges by the hour. [1]")

    assert [pick.text for pick in draft.picks] == ["The provider charges by the hour."]
    assert (draft.verified, draft.quoted, draft.fates) == (0, 1, ("quoted",))


def test_an_answer_whose_answering_sentence_fell_does_not_stand() -> None:
    inside = units(BPO.text)
    quoted = (Pick(text=inside[0].text, chunk=BPO, units=(inside[0],)),)
    reply = "Canteens wrongly open at noon. [1] KPO needs experts with good pay. [2]"

    assert not _write(reply, quoted=quoted).is_trustworthy
    assert _write(f"BPO passes a process to a provider. [1] {reply}", quoted=quoted).is_trustworthy


def test_a_sentence_that_points_back_at_one_that_fell_is_not_said() -> None:
    draft = _write("Canteens wrongly open at noon. [1] They charge by the hour. [1]")

    assert "They charge by the hour." not in [pick.text for pick in draft.picks]


def test_a_list_keeps_what_announces_it() -> None:
    draft = _write("The main points are:\n- With BPO, some provider takes over your process. [1]\n")

    assert [(pick.text, pick.is_item) for pick in draft.picks] == [
        ("The main points are:", False),
        ("With BPO, some provider takes over your process.", True),
    ]
    assert draft.stated == 1


@pytest.mark.parametrize("reply", ["NOTHING", "**NOTHING**", "I'm sorry, the passages do not say."])
def test_a_model_may_decline(reply: str) -> None:
    assert _write(reply).ending == "declined"


def test_the_model_is_told_the_persons_words_the_conversation_and_the_passages_dates() -> None:
    model = ScriptedChatModel("NOTHING")
    turns = (Turn(role="user", text="What is {BPO}?"), Turn(role="assistant", text="A practice."))
    writer = Writer(model, dates=lambda _ids: {ArticleId(BPO.article_id): "2026-03-01"})

    writer.write(Question(text="and what does it cost?", history=turns), RESULTS)

    ((_, request),) = model.asked
    assert "[1] What is BPO? > Pricing (last changed 2026-03-01)\n" in request
    assert "Person: What is {BPO}?\nYou: A practice.\n" in request
    assert request.endswith("Question: and what does it cost?")


def test_an_unchanged_question_on_unchanged_passages_is_not_paid_twice() -> None:
    model = ScriptedChatModel("BPO hands a process to a provider. [1]")
    writer = Writer(model)

    first, second = (writer.write("What is BPO?", RESULTS) for _ in range(2))
    writer.write("What is BPO?", RESULTS[:1])

    assert first.picks == second.picks
    assert len(model.asked) == 2


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(ScriptedChatModel(""), id="empty"),
        pytest.param(
            ScriptedChatModel("BPO hands a", error=GenerationError("x", reason="cut")), id="cut"
        ),
    ],
)
def test_what_came_to_nothing_is_asked_anew(model: ScriptedChatModel) -> None:
    writer = Writer(model)

    for _ in range(2):
        writer.write("What is BPO?", RESULTS)

    assert len(model.asked) == 2


def test_beyond_the_limit_of_a_day_no_call_is_made(tmp_path: Path) -> None:
    model = ScriptedChatModel("NOTHING")
    writer = Writer(model, use=ModelUse(tmp_path / "use.json", per_person=1))

    for text in ("What is BPO?", "What is KPO?"):
        draft = writer.write(Question(text=text, person="U1"), RESULTS)

    assert (draft.ending, len(model.asked)) == ("limit", 1)


@pytest.mark.parametrize(("limit_s", "told"), [(5.0, 1), (0.0, 0), (50.0, 0)])
def test_who_waits_is_told_once_when_the_first_sentence_is_long_in_coming(
    limit_s: float, told: int
) -> None:
    now = [0.0]
    calls = []

    class Slow:
        name = "slow"

        def write(self, instructions: str, request: str) -> Iterator[str]:
            for _ in range(10):
                now[0] += 1
                yield ""
            yield "BPO hands a process to a provider. [1]"

    writer = Writer(Slow(), first_sentence_s=limit_s, clock=lambda: now[0])
    writer.write("What is BPO?", RESULTS, waiting=lambda: calls.append(now[0]))

    assert len(calls) == told
