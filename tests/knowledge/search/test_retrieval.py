import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from knowledge.domain import ArticleId, Section
from knowledge.errors import CrossEncoderError, IndexNotReadyError, StoreError
from knowledge.glossary.glossary import TermMention
from knowledge.ports import Vectors
from knowledge.questions.understanding import Concept, Query, QuestionKind
from knowledge.search.question_vectors import QuestionVectors
from knowledge.search.ranking import relevance
from knowledge.search.retrieval import RERANKED, Retrieval, Retriever
from knowledge.search.sentence_vectors import SentenceVectors
from knowledge.text.language import stems_of
from knowledge.text.passages import units
from tests.fakes import HashingEmbedder, ScriptedReader, ScriptedReranker
from tests.workbench import Workbench, open_workbench, write_article

ATTRITION = "Attrition is the departure of agents. It is dear."
PRICING = "Pricing is by the hour or by the case."


class BrokenIndex:
    """An index that does not answer."""

    def query(self, vector: Vectors, *, limit: int) -> list[tuple[str, float]]:
        raise StoreError("the vector index is gone")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with open_workbench(tmp_path / "data") as bench:
        write_article(tmp_path / "in", "attrition", ATTRITION)
        write_article(tmp_path / "in", "pricing", PRICING)
        bench.ingest(tmp_path / "in")
        yield bench


def _retriever(
    bench: Workbench,
    *,
    index: object = None,
    reader: ScriptedReader | None = None,
    reranker: ScriptedReranker | None = None,
) -> Retriever:
    return Retriever(
        catalog=bench.catalog,
        index=index or bench.index,  # type: ignore[arg-type]
        embedder=bench.embedder,
        sentence_vectors=SentenceVectors(catalog=bench.catalog, embedder=bench.embedder),
        question_vectors=QuestionVectors(catalog=bench.catalog, embedder=bench.embedder),
        reader=reader,
        reranker=reranker,
    )


def _query(text: str, *, words: str = "", other_wordings: Sequence[str] = ()) -> Query:
    """Return a question that is searched for by its meaning and by these words of it."""
    return Query(
        text=text,
        kind=QuestionKind.GENERAL,
        concepts=tuple(Concept((frozenset({term}),)) for term in stems_of(words)),
        other_wordings=tuple(other_wordings),
    )


def _retrieve(
    bench: Workbench,
    text: str,
    *,
    index: object = None,
    reranker: ScriptedReranker | None = None,
    top_k: int = 5,
) -> Retrieval:
    retriever = _retriever(bench, index=index, reranker=reranker)
    return retriever.retrieve(_query(text, words=text), top_k=top_k)


def _keep_vectors(bench: Workbench, text: str) -> None:
    """Find something once: vectors of sentences are rounded when they are kept."""
    _retrieve(bench, text)


def _score(found: Retrieval, article_id: str) -> float:
    return next(one.score for one in found.results if one.chunk.article_id == article_id)


def _order(found: Retrieval) -> list[str]:
    return [str(result.chunk.article_id) for result in found.results]


def test_the_nearest_passage_comes_first_with_its_signals(bench: Workbench) -> None:
    found = _retrieve(bench, "Attrition is the departure of agents.")

    best = found.results[0]
    assert best.chunk.article_id == "attrition"
    assert [result.rank for result in found.results] == [1, 2]
    assert 0 < best.similarity <= 1
    assert len(best.unit_similarities) == len(units(best.chunk.text))
    assert max(best.unit_similarities) == pytest.approx(1, abs=0.01)
    assert not found.is_degraded


def test_the_signals_of_all_that_is_found_are_those_it_is_ranked_by(
    bench: Workbench, tmp_path: Path
) -> None:
    question = "agents eat in the canteen"
    query = _query(question, words=question)
    many = [f"Agents of shift {n} eat in the canteen." for n in range(RERANKED + 6)]
    write_article(tmp_path / "in", "canteen", *many)
    bench.ingest(tmp_path / "in")
    _keep_vectors(bench, question)
    retriever = _retriever(bench)

    signals = {chunk.chunk_id: one for chunk, one in retriever.signals(query)}

    found = retriever.retrieve(query, top_k=RERANKED + 8).results
    assert signals.keys() == {result.chunk.chunk_id for result in found}
    assert all(one.sentence > 0 for one in signals.values())
    by_relevance = [relevance(signals[result.chunk.chunk_id]) for result in found[:RERANKED]]
    assert by_relevance == sorted(by_relevance, reverse=True)


def test_no_more_is_returned_than_was_asked_for(bench: Workbench) -> None:
    assert len(_retrieve(bench, "agents by the hour", top_k=1).results) == 1


def test_what_has_just_been_retired_is_not_found(bench: Workbench, tmp_path: Path) -> None:
    held = bench.index.query(bench.embedder.embed_query("attrition"), limit=10)
    (tmp_path / "in" / "attrition.md").unlink()
    bench.ingest(tmp_path / "in")

    class StaleIndex:
        def query(self, vector: Vectors, *, limit: int) -> list[tuple[str, float]]:
            return list(held)

    found = _retrieve(bench, "attrition of agents", index=StaleIndex())

    assert {result.chunk.article_id for result in found.results} == {"pricing"}


def test_without_the_vector_index_words_and_headings_find_passages(bench: Workbench) -> None:
    found = _retrieve(bench, "attrition of agents", index=BrokenIndex())

    assert found.is_degraded
    # That nothing is said of pricing does not hide it: it has a heading, as every section has.
    assert _order(found) == ["attrition", "pricing"]


def _list(bench: Workbench, tmp_path: Path, question: str) -> None:
    """Take the article on pricing in anew, with a question that its section is asked."""
    write_article(tmp_path / "in", "pricing", PRICING, questions={"Part 1": [question]})
    bench.ingest(tmp_path / "in")


def test_a_section_is_found_by_a_word_that_only_its_listed_question_holds(
    bench: Workbench, tmp_path: Path
) -> None:
    _list(bench, tmp_path, "is a subscription possible")
    retriever, question = _retriever(bench), "fee of whom and when and where and why"

    without = retriever.retrieve(_query(question), top_k=5)
    found = retriever.retrieve(_query(question, words="subscription"), top_k=5)

    assert _order(without) == ["attrition", "pricing"]
    assert _order(found) == ["pricing", "attrition"]


def test_a_section_is_found_by_what_is_near_to_its_listed_question(
    bench: Workbench, tmp_path: Path
) -> None:
    asked = "fee of whom"
    retriever = _retriever(bench)
    before = retriever.retrieve(_query(asked), top_k=5)

    _list(bench, tmp_path, asked)
    found = retriever.retrieve(_query(asked), top_k=5)

    listed = {one.chunk.article_id: one.listed_similarity for one in found.results}
    assert _score(found, "pricing") > _score(before, "pricing")
    assert listed == {"pricing": pytest.approx(1, abs=0.01), "attrition": 0.0}


def test_without_the_vector_index_listed_questions_still_find_their_section(
    bench: Workbench, tmp_path: Path
) -> None:
    _list(bench, tmp_path, "fee of whom")

    found = _retrieve(bench, "fee of whom", index=BrokenIndex())

    assert found.is_degraded
    assert found.results[0].listed_similarity == pytest.approx(1, abs=0.01)


def test_what_is_near_to_another_wording_is_found_too(bench: Workbench) -> None:
    retriever, question = _retriever(bench), "fee of whom and when and where and why"

    without = retriever.retrieve(_query(question), top_k=5)
    found = retriever.retrieve(_query(question, other_wordings=[PRICING]), top_k=5)

    assert _order(without) == ["attrition", "pricing"]
    assert _order(found) == ["pricing", "attrition"]


def test_where_the_glossary_says_that_it_is_explained_goes_before(bench: Workbench) -> None:
    retriever, question = _retriever(bench), "fee of whom and when and where and why"
    place = Section(ArticleId("pricing"), "Part 1")
    mention = TermMention(text="fee", term="fee", senses=(), aliases=(), sections=(place,))
    definition = QuestionKind.DEFINITION
    explained = replace(_query(question), kind=definition, mentions=(mention,))

    without = retriever.retrieve(_query(question), top_k=5)
    found = retriever.retrieve(explained, top_k=5)

    assert _score(found, "pricing") > _score(without, "pricing")


def test_a_reranker_changes_the_order_and_the_odds_go_by_place(bench: Workbench) -> None:
    question = "Attrition is the departure of agents."
    reranker = ScriptedReranker({"Pricing": 0.9, "Attrition": 0.2})
    _keep_vectors(bench, question)

    without = _retrieve(bench, question)
    found = _retrieve(bench, question, reranker=reranker)

    assert _order(without) == ["attrition", "pricing"]
    assert _order(found) == ["pricing", "attrition"]
    assert [result.rank for result in found.results] == [1, 2]
    by_article = {result.chunk.article_id: result for result in without.results}
    for result in found.results:
        before = by_article[result.chunk.article_id]
        assert replace(result, rank=before.rank, score=before.score) == before
    assert [result.score for result in found.results] == [
        result.score for result in without.results
    ]


def test_a_reranker_reads_the_question_and_all_passages_with_their_headings_at_once(
    bench: Workbench,
) -> None:
    reranker = ScriptedReranker({})

    found = _retrieve(bench, "attrition of agents", reranker=reranker)

    passages = [result.chunk.embedding_text for result in found.results]
    assert reranker.asked == [("attrition of agents", passages)]


def test_passages_that_a_reranker_cannot_tell_apart_keep_their_order(bench: Workbench) -> None:
    question = "Attrition is the departure of agents."

    found = _retrieve(bench, question, reranker=ScriptedReranker({}))

    assert _order(found) == _order(_retrieve(bench, question))


def test_a_reranker_sees_the_best_passages_only(bench: Workbench, tmp_path: Path) -> None:
    many = [f"Agents of shift {n} eat in the canteen." for n in range(RERANKED + 6)]
    write_article(tmp_path / "in", "canteen", *many)
    bench.ingest(tmp_path / "in")
    reranker = ScriptedReranker({})

    found = _retrieve(bench, "agents eat in the canteen", reranker=reranker, top_k=RERANKED + 4)

    ((_, passages),) = reranker.asked
    assert len(passages) == RERANKED
    assert {result.chunk.embedding_text for result in found.results[:RERANKED]} == set(passages)
    assert [result.rank for result in found.results] == list(range(1, RERANKED + 5))


def test_a_reranker_that_fails_does_not_lose_the_answer(
    bench: Workbench, caplog: pytest.LogCaptureFixture
) -> None:
    question = "Attrition is the departure of agents."
    reranker = ScriptedReranker({"Pricing": 0.9}, error=CrossEncoderError("KB_RERANKER_MODEL: m"))
    _keep_vectors(bench, question)

    with caplog.at_level(logging.WARNING):
        found = _retrieve(bench, question, reranker=reranker)

    assert found.results == _retrieve(bench, question).results
    assert "KB_RERANKER_MODEL: m" in caplog.text
    assert question not in caplog.text


def test_without_the_vector_index_a_reranker_still_orders_what_words_found(
    bench: Workbench,
) -> None:
    reranker = ScriptedReranker({"Pricing": 0.9, "Attrition": 0.2})

    found = _retrieve(
        bench, "attrition of agents by the hour", index=BrokenIndex(), reranker=reranker
    )

    assert found.is_degraded
    assert _order(found) == ["pricing", "attrition"]


def test_the_best_passages_are_read_with_the_question_and_the_others_are_not(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge.search.retrieval.READ", 1)
    reader = ScriptedReader("dear")
    question = "attrition of agents"

    found = _retriever(bench, reader=reader).retrieve(_query(question, words=question), top_k=5)

    assert len(found.results) == 2
    assert reader.asked == [(question, [ATTRITION])]
    assert [result.unit_readings for result in found.results] == [(-3.0, 3.0), ()]


def test_what_a_reranker_puts_first_is_read(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge.search.retrieval.READ", 1)
    reader, reranker = ScriptedReader("dear"), ScriptedReranker({"Pricing": 0.9})
    retriever = _retriever(bench, reader=reader, reranker=reranker)

    retriever.retrieve(_query("attrition of agents"), top_k=5)

    assert reader.asked == [("attrition of agents", [PRICING])]


def test_all_that_was_found_is_named_by_its_article(bench: Workbench) -> None:
    found = _retrieve(bench, "attrition of agents", top_k=1)

    assert found.articles == ("attrition", "pricing")
    assert _order(found) == ["attrition"]


def test_before_anything_is_ingested_there_is_nothing_to_search(tmp_path: Path) -> None:
    with open_workbench(tmp_path / "data") as bench, pytest.raises(IndexNotReadyError):
        _retrieve(bench, "attrition")


def test_sentences_are_embedded_once_and_kept_for_the_next_process(bench: Workbench) -> None:
    chunks = bench.catalog.article_chunks("attrition")
    other = HashingEmbedder(name="other")
    first = SentenceVectors(catalog=bench.catalog, embedder=other)

    (made,) = first.of(chunks)
    (again,) = first.of(chunks)
    (kept,) = SentenceVectors(catalog=bench.catalog, embedder=other).of(chunks)

    assert len(other.embedded) == len(units(chunks[0].text))
    assert made is again
    assert np.allclose(made, kept, atol=1e-3)


def test_a_sentence_that_points_back_is_embedded_with_what_it_points_at(bench: Workbench) -> None:
    other = HashingEmbedder(name="other")

    SentenceVectors(catalog=bench.catalog, embedder=other).of(
        bench.catalog.article_chunks("attrition")
    )

    assert ATTRITION in other.embedded


def test_the_vectors_of_another_embedder_are_not_used(bench: Workbench) -> None:
    chunks = bench.catalog.article_chunks("attrition")
    SentenceVectors(catalog=bench.catalog, embedder=bench.embedder).of(chunks)
    other = HashingEmbedder(name="other", dimension=16)

    (made,) = SentenceVectors(catalog=bench.catalog, embedder=other).of(chunks)

    assert made.shape[1] == 16


def test_no_chunk_has_no_vectors(bench: Workbench) -> None:
    assert SentenceVectors(catalog=bench.catalog, embedder=bench.embedder).of([]) == []
