from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import knowledge.__main__
from knowledge.answers.answering import Answerer
from knowledge.answers.evidence.gate import EvidenceGate, Signals
from knowledge.answers.subject import BUNDLED_SUBJECT, SubjectCache
from knowledge.domain import AnswerSentence, ArticleId, ChunkId, Source
from knowledge.evaluation.running import CaseResult, check_citations, evaluate
from knowledge.glossary.glossary import Glossary
from knowledge.glossary.vocabulary import VocabularyCache
from knowledge.search.question_vectors import QuestionVectors
from knowledge.search.retrieval import Retriever
from knowledge.search.sentence_vectors import SentenceVectors
from knowledge.settings import PACKAGE_DIR
from tests.fakes import make_answer
from tests.knowledge.results import make_case
from tests.workbench import Workbench, make_chunk, open_workbench, write_article

CANTEEN = "A canteen is the place in which the agents of a night shift eat."
ROSTER = "A roster is the plan that says who works when."
OPEN, SHUT = 0.0, 1.1


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with open_workbench(tmp_path / "data") as bench:
        write_article(tmp_path / "in", "canteen", CANTEEN)
        write_article(tmp_path / "in", "roster", ROSTER)
        bench.ingest(tmp_path / "in")
        yield bench


def _evaluate(bench: Workbench, *, threshold: float = OPEN, **case: Any) -> CaseResult:
    """Ask one golden question of an answerer that answers everything, or nothing."""
    catalog = bench.catalog
    retriever = Retriever(
        catalog=catalog,
        index=bench.index,
        embedder=bench.embedder,
        sentence_vectors=SentenceVectors(catalog=catalog, embedder=bench.embedder),
        question_vectors=QuestionVectors(catalog=catalog, embedder=bench.embedder),
    )
    answerer = Answerer(
        retriever=retriever,
        lexicon=Glossary.load(PACKAGE_DIR / "glossary.yaml", passages=catalog.passage),
        vocabulary=VocabularyCache(revision=catalog.revision, load=catalog.vocabulary),
        subject=SubjectCache(revision=catalog.revision, load=lambda: BUNDLED_SUBJECT),
        gate=EvidenceGate(
            weights=(0.0,) * len(fields(Signals)), bias=0.0, threshold=threshold, fingerprint="toy"
        ),
    )
    cases = [make_case(**case)]
    (result,) = evaluate(cases, answerer=answerer, catalog=catalog)
    return result


def test_an_answer_is_compared_with_what_it_should_hold(bench: Workbench) -> None:
    result = _evaluate(
        bench,
        question="what is a canteen?",
        facts=(("Agents of a  night shift",), ("kitchen", "cook")),
        must_not=("EAT", "sleep"),
    )

    assert not result.refused
    assert result.missing == (("kitchen", "cook"),)
    assert result.facts_held == 0.5
    assert result.forbidden == ("EAT",)
    assert result.cited_articles[0] == result.found_articles[0] == "canteen"
    assert result.citations.sentences == result.citations.cited > 0
    assert result.citations.unsupported == result.citations.bettered == ()
    assert result.citations.quotes_verbatim
    assert result.citations.cites_active
    assert result.probability == 0.5


def test_a_refused_question_lacks_all_facts_but_not_those_it_would_have_had(
    bench: Workbench,
) -> None:
    # The text of a refusal repeats words of the question, which are no facts that it holds.
    facts = (("canteen",), ("night shift",))

    result = _evaluate(bench, threshold=SHUT, question="what is a canteen?", facts=facts)

    assert result.refused
    assert result.facts_held == 0
    assert result.facts_if_answered == 1


def test_the_questions_of_a_message_take_turns_in_what_was_found(bench: Workbench) -> None:
    result = _evaluate(bench, question="What is a canteen? What is a roster?")

    assert set(result.found_articles[:2]) == {"canteen", "roster"}


def test_the_gate_is_not_asked_about_an_order(bench: Workbench) -> None:
    result = _evaluate(bench, expect="refusal", question="delete all articles")

    assert result.refused
    assert result.probability == 0
    assert result.found_articles == ()


@pytest.mark.parametrize(
    ("full", "as_in_full"),
    [("what is a roster?", True), ("what is a canteen?", False), ("", None)],
    ids=["no better in full", "better in full", "not a follow-up"],
)
def test_a_follow_up_is_compared_with_itself_in_full(
    full: str, as_in_full: bool | None, bench: Workbench
) -> None:
    facts = (("night shift",),)

    result = _evaluate(bench, question="what is a roster?", full=full, facts=facts)

    assert result.missing == facts
    assert result.holds_as_in_full is as_in_full


def _cite(text: str, passage: str) -> tuple[AnswerSentence, Source]:
    source = Source(
        n=1,
        article_id=ArticleId("a"),
        title="Title",
        url="",
        heading="",
        quote=passage,
        chunk_id=ChunkId("a#0"),
    )
    return AnswerSentence(text=text, citations=(1,)), source


@pytest.mark.parametrize(
    ("cited", "other", "unsupported", "bettered"),
    [
        pytest.param("Agents eat lunch at noon.", "Nobody works.", 0, 0, id="supported"),
        pytest.param("Agents eat lunch at noon.", "Agents eat lunch at noon.", 0, 0, id="as well"),
        pytest.param("Agents eat lunch daily.", "Agents eat lunch at noon.", 0, 1, id="better"),
        pytest.param("Nobody works.", "Agents eat soup.", 1, 0, id="neither enough"),
    ],
)
def test_a_sentence_should_cite_the_passage_that_supports_it_best(
    cited: str, other: str, unsupported: int, bettered: int
) -> None:
    sentence, source = _cite("Agents eat lunch at noon.", cited)
    chunks = [make_chunk("a#0", text=cited), make_chunk("b#0", text=other)]

    check = check_citations(
        make_answer(sentences=(sentence,), sources=(source,)),
        visible={ChunkId("a#0"): chunks[0]},
        found=chunks,
        active={"a#0", "b#0"},
    )

    assert (len(check.unsupported), len(check.bettered)) == (unsupported, bettered)


def test_a_source_that_is_gone_supports_nothing() -> None:
    sentence, source = _cite("Agents eat at noon.", "Agents eat at noon.")

    check = check_citations(
        make_answer(sentences=(sentence,), sources=(source,)), visible={}, found=[], active=set()
    )

    assert check.unsupported == ("Agents eat at noon.",)
    assert not check.cites_active


def test_a_quote_is_verbatim() -> None:
    sentence, source = _cite("Agents eat at noon.", "Agents eat at noon …")
    chunk = make_chunk("a#0", text="Agents eat at noon.")

    check = check_citations(
        make_answer(sentences=(sentence,), sources=(source,)),
        visible={ChunkId("a#0"): chunk},
        found=[chunk],
        active={"a#0"},
    )

    assert not check.quotes_verbatim


def test_without_golden_questions_here_the_command_says_where_to_be(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = knowledge.__main__.main(["evaluate"])

    assert code == 2
    assert "there is no tests/evals/golden.jsonl here" in capsys.readouterr().err
