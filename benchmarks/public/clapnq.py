"""Compares our choice of sentences, our evidence gate and our retrieval with plain ones on CLAPNQ.

Real questions with a Wikipedia passage each; half of the passages do not hold the answer. All
passages are ingested into an empty knowledge base, which also gives the words' frequencies.

    selection      F1, precision and recall of the sentences chosen from the given passage against
                   those that the annotators' answer was made of, mean over the answerable questions
                   (but for those whose answer names no sentence): the composer's, and F1 of the
                   three or four sentences with the largest idf overlap
    answerability  AUROC, answerable against unanswerable questions: the evidence gate's probability
                   for the given passage, the same for what retrieval finds among all passages, and
                   the share of the question's idf that the given passage holds
    retrieval      nDCG@10 and recall@10 of the answerable questions' passages among all

Repeat it from the repository's root with

    python -m benchmarks.public.clapnq
    python -m benchmarks.public.clapnq --queries 40    # a short run: half of them answerable
"""

import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeAlias

import numpy as np

from benchmarks.harness import (
    Figure,
    fresh_knowledge,
    ingest,
    option_parser,
    parse,
    positive,
    publish,
    scratch_folder,
    write_articles,
)
from benchmarks.public.public_data import ClapNqItem, load_clapnq
from benchmarks.ranking import our_legs, ranking_figures
from knowledge.answers.composing import compose
from knowledge.answers.evidence.gate import SHIPPED_GATE, EvidenceGate, read_signals
from knowledge.answers.rating import rate
from knowledge.assembly import Knowledge
from knowledge.domain import ArticleId, Chunk, ChunkId, SearchResult
from knowledge.evaluation.metrics import auroc, f1, precision, recall
from knowledge.glossary.vocabulary import Vocabulary
from knowledge.questions.understanding import Query, understand
from knowledge.text.language import stems_of
from knowledge.text.passages import units

Measure: TypeAlias = Callable[[Collection[int], Collection[int]], float]

TOP_K = 12
"""Chunks that an answer looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A question, understood, and its passage as if it were the only chunk found."""

    item: ClapNqItem
    query: Query
    result: SearchResult


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    parser.add_argument("--queries", type=positive, metavar="N", help="a sample (all)")
    options = parse(parser, arguments)
    items = load_clapnq(options.data, queries=options.queries)
    with scratch_folder() as folder, fresh_knowledge() as knowledge:
        ingest(knowledge, str(write_articles(folder / "articles", [i.document for i in items])))
        given = _given(knowledge, items)
        answerable = [item for item in items if item.is_answerable]
        figures = [
            *_selection(given, knowledge.vocabulary.current()),
            *_answerability(given, knowledge),
            *ranking_figures(
                our_legs(knowledge),
                {item.document_id: item.question for item in answerable},
                {item.document_id: {item.document_id: 1.0} for item in answerable},
                recall_at=[10],
            ),
        ]
    settings = {"answerable": len(answerable), "unanswerable": len(items) - len(answerable)}
    publish("clapnq", figures, settings=settings, json_file=options.json)
    return 0


def _given(knowledge: Knowledge, items: Sequence[ClapNqItem]) -> list[Given]:
    vocabulary = knowledge.vocabulary.current()
    queries = [
        understand(item.question, lexicon=knowledge.lexicon, vocabulary=vocabulary)
        for item in items
    ]
    chunks = [
        Chunk(
            chunk_id=ChunkId(item.document_id),
            article_id=ArticleId(item.document_id),
            title=item.title,
            url="",
            heading="",
            position=0,
            text=item.document.text,
        )
        for item in items
    ]
    asked = knowledge.embedder.embed_documents([query.text for query in queries])
    held = knowledge.embedder.embed_documents([chunk.embedding_text for chunk in chunks])
    sentences = [[unit.text for unit in units(chunk.text)] for chunk in chunks]
    near = knowledge.embedder.embed_documents([text for texts in sentences for text in texts])
    ends = list(accumulate(len(texts) for texts in sentences))
    given = []
    for place, (item, query, chunk) in enumerate(zip(items, queries, chunks, strict=True)):
        own = near[ends[place] - len(sentences[place]) : ends[place]]
        result = SearchResult(
            chunk=chunk,
            rank=1,
            score=1.0,
            similarity=float(held[place] @ asked[place]),
            unit_similarities=tuple((own @ asked[place]).tolist()),
            unit_readings=knowledge.reader.read(query.text, [chunk])[0],
        )
        given.append(Given(item=item, query=query, result=result))
    return given


def _selection(given: Sequence[Given], vocabulary: Vocabulary) -> list[Figure]:
    # Where the annotators chose no sentence, any choice would count as wrong.
    given = [one for one in given if one.item.is_answerable and one.item.selected]
    ours = [_composed(one, vocabulary) for one in given]
    figures = [
        Figure("selection: composer F1", _mean(f1, ours, given)),
        Figure("selection: composer, precision", _mean(precision, ours, given)),
        Figure("selection: composer, recall", _mean(recall, ours, given)),
        Figure("selection: composer, sentences", float(np.mean([len(chosen) for chosen in ours]))),
    ]
    for k in (3, 4):
        plain = [_by_overlap(one.item, vocabulary, k=k) for one in given]
        figures.append(Figure(f"selection: top {k} by idf overlap F1", _mean(f1, plain, given)))
    return figures


def _mean(measure: Measure, chosen: Sequence[set[int]], given: Sequence[Given]) -> float:
    pairs = zip(chosen, given, strict=True)
    return float(np.mean([measure(places, one.item.selected) for places, one in pairs]))


def _composed(given: Given, vocabulary: Vocabulary) -> set[int]:
    """Return the places of the sentences that the composer takes from the given passage."""
    picks = compose(given.query, rate(given.query, [given.result], vocabulary))
    said = [(unit.start, unit.end) for pick in picks for unit in pick.units]
    # The passage's own sentences, which our splitter may divide otherwise, stand one blank apart.
    sentences = given.item.sentences
    ends = list(accumulate(len(sentence) + 1 for sentence in sentences))
    spans = [(end - 1 - len(text), end - 1) for end, text in zip(ends, sentences, strict=True)]
    return {
        place
        for place, (start, end) in enumerate(spans)
        if 2 * sum(max(min(end, b) - max(start, a), 0) for a, b in said) > end - start
    }


def _by_overlap(item: ClapNqItem, vocabulary: Vocabulary, *, k: int) -> set[int]:
    """Return the `k` sentences that share most idf with the question, earlier ones first."""
    asked = set(stems_of(item.question))
    overlap = [
        sum(vocabulary.idf(term) for term in sorted(asked & set(stems_of(sentence))))
        for sentence in item.sentences
    ]
    return set(np.argsort(-np.array(overlap), kind="stable")[:k].tolist())


def _answerability(given: Sequence[Given], knowledge: Knowledge) -> list[Figure]:
    vocabulary = knowledge.vocabulary.current()
    gate = EvidenceGate.load(SHIPPED_GATE)
    far = knowledge.remoteness.current()

    def probability(query: Query, results: Sequence[SearchResult]) -> float:
        return gate.probability(read_signals(query, results, vocabulary, far_similarity=far))

    def by_given(one: Given) -> float:
        return probability(one.query, [one.result])

    def by_retrieved(one: Given) -> float:
        found = knowledge.retriever.retrieve(one.query, top_k=TOP_K)
        return probability(one.query, found.results)

    def by_coverage(one: Given) -> float:
        return vocabulary.coverage(
            set(stems_of(one.item.question)), stems_of(one.item.document.text)
        )

    scorers = {
        "gate, given passage": by_given,
        "gate, retrieved passages": by_retrieved,
        "coverage by the given passage": by_coverage,
    }
    return [
        Figure(
            f"answerability: {name} AUROC",
            auroc(
                [score(one) for one in given if one.item.is_answerable],
                [score(one) for one in given if not one.item.is_answerable],
            ),
        )
        for name, score in scorers.items()
    ]


if __name__ == "__main__":
    sys.exit(main())
