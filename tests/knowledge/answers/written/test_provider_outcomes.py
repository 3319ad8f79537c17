"""Whatever a provider does, people get an answer and are told what became of the model's."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from knowledge.answers.written.writing import Writer
from knowledge.domain import Answer, Outcome, Question, Refusal
from knowledge.models.bundled import bundled_model
from knowledge.models.chat import UnusableChatModel, create_chat_model
from knowledge.models.model_use import ModelUse
from knowledge.models.support_judge import SupportJudge
from knowledge.support.evidence import evidence_in
from knowledge.support.verifying import Verifier
from tests.chat_provider import KEY, ChatProvider
from tests.workbench import Workbench, make_chunk, open_workbench, write_article

PAGE = Path(__file__).parents[4] / "docs" / "operations.md"
SENTENCE = "A canteen is the place in which agents eat."
QUESTION = Question(text="What is a canteen?", person="U1")
DEADLINE_S = 0.6
GERMAN = "Eine Kantine ist ein Ort, an dem Agenten essen. [1] Das Essen kommt aus der Küche. [1]"

Ask = Callable[..., Outcome]


def _documented() -> dict[str, str]:
    """Return what the page says that is said, by what the provider does."""
    section = PAGE.read_text().split("\n## A language model\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| ")]
    return {cells[0].strip(): cells[-1].strip() for cells in rows[1:]}


DOCUMENTED = _documented()
OUTCOMES: dict[str, tuple[str, str]] = {
    "`NOTHING`": ("says", "NOTHING"),
    "a refusal in words, as “The passages do not say.”": ("says", "The passages do not say."),
    "an empty reply": ("says", ""),
    "another language than English": ("says", GERMAN),
    "what no passage says": ("says", "Food is free. [1] Rent is free. [1]"),
    "its prompt, repeated": ("echo", ""),
    "60,000 words": ("says", "Every canteen is free of charge on Mondays. [1] " * 6_700),
    "a stream without its end": ("cut", f"{SENTENCE} [1] And it"),
    "finish `length`": ("length", f"{SENTENCE} [1] And it"),
    "finish `content_filter`": ("content_filter", f"{SENTENCE} [1] And it"),
    "401": ("401", ""),
    "403": ("403", ""),
    "429": ("429", ""),
    "500": ("500", ""),
    "silence": ("silent", f"{SENTENCE} [1] And"),
    "a word now and then, without end": ("drip", ""),
}
"""How the provider behaves, and what it writes."""
OTHERWISE = {
    "no connection",
    "three failures in a row",
    "a limit of a day is reached",
    "a wrong `KB_CHAT_MODEL`",
}
"""What the tests below this table bring about in other ways."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """Hold one article, on canteens."""
    folder = tmp_path_factory.mktemp("canteen")
    with open_workbench(folder / "data") as bench:
        bench.ingest(write_article(folder, "canteen", SENTENCE))
        yield bench


class Doubting:
    """A judge that finds nothing supported."""

    def judge(self, statements: Sequence[Any]) -> list[tuple[float, float]]:
        return [(9.0, 9.0)] * len(statements)


@pytest.fixture
def ask(chat_provider: ChatProvider, bench: Workbench) -> Ask:
    """Return what answers a question once with a model of the provider."""

    def ask_once(kind: str, says: str = "", *, threshold: float = 0.0) -> Outcome:
        chat_provider.says = says
        chat_provider.headers = {"retry-after": "0"}
        model = create_chat_model(f"openai:{kind}", deadline_s=DEADLINE_S)
        writer = Writer(model, verifier=Verifier(Doubting()))
        answerer = bench.answerer(writer=writer, threshold=threshold)
        return answerer.answer(QUESTION).outcome

    return ask_once


def _check_quoted(outcome: Outcome, row: str) -> None:
    assert isinstance(outcome, Answer)
    assert [sentence.text for sentence in outcome.sentences] == [SENTENCE]
    assert (outcome.mode, outcome.note) == ("fallback", DOCUMENTED[row])


def test_every_outcome_is_documented_and_every_documented_one_is_tried() -> None:
    assert set(DOCUMENTED) == {*OUTCOMES, *OTHERWISE}
    assert all("language model" in said for said in DOCUMENTED.values())


def test_what_the_articles_say_is_said_in_the_models_name(ask: Ask) -> None:
    outcome = ask("says", f"{SENTENCE} [1]")

    assert isinstance(outcome, Answer)
    assert outcome.mode == "model"
    assert outcome.note == "Written by openai:says, 1 of 1 statements verified."


@pytest.mark.parametrize("row", OUTCOMES)
def test_what_a_provider_does_ends_in_a_quoted_answer_that_says_why(
    row: str, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    outcome = ask(*OUTCOMES[row])

    _check_quoted(outcome, row)
    assert KEY not in caplog.text


@pytest.mark.parametrize("says", ["NOTHING", "Sorry, the passages do not say."])
def test_a_model_that_finds_no_answer_is_heard_where_little_speaks_for_one(
    says: str, ask: Ask
) -> None:
    assert isinstance(ask("says", says, threshold=0.4), Refusal)


def test_a_provider_that_nobody_reaches_is_told(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/v1")

    _check_quoted(ask("says"), "no connection")


def test_after_three_failures_in_a_row_nobody_waits(
    chat_provider: ChatProvider, bench: Workbench
) -> None:
    answerer = bench.answerer(writer=Writer(create_chat_model("openai:403", deadline_s=5)))

    outcomes = [answerer.answer(QUESTION).outcome for _ in range(5)]

    assert len(chat_provider.calls) == 3
    for outcome in outcomes:
        _check_quoted(outcome, "three failures in a row")


@pytest.mark.parametrize("limits", [{"per_day": 1}, {"per_person": 1}])
def test_a_limit_of_a_day_is_told(
    limits: dict[str, int], chat_provider: ChatProvider, bench: Workbench, tmp_path: Path
) -> None:
    use = ModelUse(tmp_path / "use.json", **limits)  # type: ignore[arg-type]
    writer = Writer(create_chat_model("openai:length"), use=use)
    answerer = bench.answerer(writer=writer)

    answerer.answer(QUESTION)
    outcome = answerer.answer(QUESTION).outcome

    assert len(chat_provider.calls) == 1
    _check_quoted(outcome, "a limit of a day is reached")


def test_a_model_that_cannot_be_used_stops_nothing_else(bench: Workbench) -> None:
    model = UnusableChatModel("nobody:model", refusal="KB_CHAT_MODEL: cannot use 'nobody:model'")

    outcome = bench.answerer(writer=Writer(model)).answer(QUESTION).outcome

    _check_quoted(outcome, "a wrong `KB_CHAT_MODEL`")


@pytest.mark.parametrize("row", ["a stream without its end", "finish `length`", "silence"])
def test_what_was_shown_before_is_kept_when_something_goes_wrong(
    row: str, chat_provider: ChatProvider, bench: Workbench
) -> None:
    kind, chat_provider.says = OUTCOMES[row]
    shown: list[Answer] = []
    writer = Writer(create_chat_model(f"openai:{kind}", deadline_s=DEADLINE_S))

    outcome = bench.answerer(writer=writer).answer(QUESTION, watch=shown.append).outcome

    assert isinstance(outcome, Answer)
    assert [earlier.sentences for earlier in shown] == [outcome.sentences]
    assert [sentence.text for sentence in outcome.sentences] == [SENTENCE]
    assert outcome.note.startswith("The language model did not finish: written by openai:")


@pytest.mark.long
def test_the_judge_that_ships_takes_no_other_language_for_support() -> None:
    """The same sentence in other languages, which all say what the passage says."""
    chunk = make_chunk(text=f"{SENTENCE} The provider charges by the hour.")
    verifier = Verifier(SupportJudge(bundled_model()))

    fates = {
        text: verifier.verify(text, evidence_in(chunk)).fate
        for text in (
            "Eine Kantine ist ein Ort, an dem Agenten essen.",
            "Une cantine est un lieu où les agents mangent.",
            "Una cantina es el lugar donde comen los agentes.",
            "El proveedor cobra por hora.",
            "供应商按小时收费。",
        )
    }

    assert set(fates.values()) == {"dropped"}
