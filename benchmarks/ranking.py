"""Ranks documents with each leg of our retrieval, and says how good rankings are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from benchmarks.harness import Figure
from knowledge.assembly import Knowledge
from knowledge.evaluation.metrics import ndcg_at_k, recall_at_k
from knowledge.questions.understanding import Query, understand

__all__ = ["DEPTH", "Leg", "best_first", "our_legs", "ranking_figures"]

DEPTH = 300
"""Chunks asked for, so that they are of a hundred documents and more."""

Leg: TypeAlias = Callable[[str], list[str]]
"""Returns the ids of documents for a query, best first."""


def our_legs(knowledge: Knowledge) -> dict[str, Leg]:
    """Return our ways of retrieval by name; a document scores as its best chunk."""
    article_of = {
        str(chunk.chunk_id): str(chunk.article_id)
        for chunks in knowledge.catalog.active_chunks()
        for chunk in chunks
    }

    def query(text: str) -> Query:
        vocabulary = knowledge.vocabulary.current()
        return understand(text, lexicon=knowledge.lexicon, vocabulary=vocabulary)

    def dense(text: str) -> list[str]:
        vector = knowledge.embedder.embed_query(text)
        found = knowledge.index.query(vector, limit=min(DEPTH, len(article_of)))
        return best_first(article_of[chunk_id] for chunk_id, _ in found)

    def bm25(text: str) -> list[str]:
        found = knowledge.catalog.search(query(text).search_terms, limit=DEPTH)
        return best_first(article_of[chunk_id] for chunk_id, _ in found)

    def fused(text: str) -> list[str]:
        found = knowledge.retriever.retrieve(query(text), top_k=DEPTH)
        return best_first(str(result.chunk.article_id) for result in found.results)

    return {"dense": dense, "BM25": bm25, "fused": fused}


def best_first(document_ids: Iterable[str]) -> list[str]:
    """Return each document once, where its best chunk stands."""
    return list(dict.fromkeys(document_ids))


def ranking_figures(
    legs: Mapping[str, Leg],
    queries: Mapping[str, str],
    relevant: Mapping[str, Mapping[str, float]],
    *,
    recall_at: Sequence[int] = (10, 100),
) -> list[Figure]:
    """Return each leg's nDCG@10 and recall, the mean over the queries."""
    figures = []
    for name, leg in legs.items():
        rankings = {key: leg(text) for key, text in queries.items()}
        ndcg = [ndcg_at_k(ranking, relevant[key], k=10) for key, ranking in rankings.items()]
        figures.append(Figure(f"{name}: nDCG@10", float(np.mean(ndcg))))
        for k in recall_at:
            recall = [recall_at_k(ranking, relevant[key], k=k) for key, ranking in rankings.items()]
            figures.append(Figure(f"{name}: recall@{k}", float(np.mean(recall))))
    return figures
