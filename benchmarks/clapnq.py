"""Compares our choice of sentences, our evidence gate and our retrieval with plain ones on CLAPNQ.

Real questions with a Wikipedia passage each; half of the passages do not hold the answer. All
passages are ingested into an empty knowledge base, which also gives the words' frequencies.

    selection      F1 of the sentences chosen from the given passage against those that the
                   annotators' answer was made of, mean over the answerable questions: the
                   composer's, and the three or four sentences with the largest idf overlap
    answerability  AUROC, answerable against unanswerable questions: the evidence gate's probability
                   for the given passage, the same for what retrieval finds among all passages, and
                   the share of the question's idf that the given passage holds
    retrieval      nDCG@10 and recall@10 of the answerable questions' passages among all

Repeat it from the repository's root with

    python -m benchmarks.clapnq
    python -m benchmarks.clapnq --queries 40    # a short run: half of them answerable
"""

import sys
from collections.abc import Sequence
from itertools import accumulate

import numpy as np

from benchmarks.metrics import auroc, f1
from benchmarks.public_data import ClapNqItem, load_clapnq
from benchmarks.ranking import our_legs, ranking_figures
from benchmarks.workbench import (
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
from knowledge.assembly import EVIDENCE_FILE, Knowledge
from knowledge.composing import compose, rate
from knowledge.evidence import EvidenceGate, read_signals
from knowledge.language import terms
from knowledge.models import ArticleId, Chunk, ChunkId, SearchResult
from knowledge.understanding import Query, understand
from knowledge.vocabulary import Vocabulary

TOP_K = 12
"""Chunks that an answer looks at."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    parser.add_argument("--queries", type=positive, metavar="N", help="a sample (all)")
    options = parse(parser, arguments)
    items = load_clapnq(options.data, queries=options.queries)
    with scratch_folder() as folder, fresh_knowledge() as knowledge:
        ingest(knowledge, str(write_articles(folder / "articles", [i.document for i in items])))
        answerable = [item for item in items if item.is_answerable]
        figures = [
            *_selection(knowledge, answerable),
            *_answerability(knowledge, items),
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


def _selection(knowledge: Knowledge, items: Sequence[ClapNqItem]) -> list[Figure]:
    vocabulary = knowledge.vocabulary.current()
    ours = [_composed(knowledge, item) for item in items]
    figures = [
        Figure("selection: composer F1", _mean_f1(ours, items)),
        Figure("selection: composer, sentences", float(np.mean([len(chosen) for chosen in ours]))),
    ]
    for k in (3, 4):
        plain = [_by_overlap(item, vocabulary, k=k) for item in items]
        figures.append(Figure(f"selection: top {k} by idf overlap F1", _mean_f1(plain, items)))
    return figures


def _mean_f1(chosen: Sequence[set[int]], items: Sequence[ClapNqItem]) -> float:
    return float(np.mean([f1(one, item.selected) for one, item in zip(chosen, items, strict=True)]))


def _composed(knowledge: Knowledge, item: ClapNqItem) -> set[int]:
    """Return the places of the sentences that the composer takes from the given passage."""
    query = _understood(knowledge, item)
    given = [_given(knowledge, item, query)]
    picks = compose(query, rate(query, given, knowledge.vocabulary.current()))
    said = [(unit.start, unit.end) for pick in picks for unit in pick.units]
    # The passage's own sentences, which our splitter may divide otherwise, stand one blank apart.
    ends = list(accumulate(len(sentence) + 1 for sentence in item.sentences))
    spans = [(end - 1 - len(text), end - 1) for end, text in zip(ends, item.sentences, strict=True)]
    return {
        place
        for place, (start, end) in enumerate(spans)
        if 2 * sum(max(min(end, b) - max(start, a), 0) for a, b in said) > end - start
    }


def _by_overlap(item: ClapNqItem, vocabulary: Vocabulary, *, k: int) -> set[int]:
    """Return the `k` sentences that share most idf with the question, earlier ones first."""
    asked = set(terms(item.question))
    overlap = [
        sum(vocabulary.idf(term) for term in sorted(asked & set(terms(sentence))))
        for sentence in item.sentences
    ]
    return set(np.argsort(-np.array(overlap), kind="stable")[:k].tolist())


def _answerability(knowledge: Knowledge, items: Sequence[ClapNqItem]) -> list[Figure]:
    vocabulary = knowledge.vocabulary.current()
    gate = EvidenceGate.load(EVIDENCE_FILE)

    def probability(query: Query, results: Sequence[SearchResult]) -> float:
        candidates = rate(query, results, vocabulary)
        return gate.probability(read_signals(query, results, candidates, vocabulary))

    def given(item: ClapNqItem) -> float:
        query = _understood(knowledge, item)
        return probability(query, [_given(knowledge, item, query)])

    def retrieved(item: ClapNqItem) -> float:
        query = _understood(knowledge, item)
        found = knowledge.retriever.retrieve(query.text, query.terms, top_k=TOP_K)
        return probability(query, found.results)

    def coverage(item: ClapNqItem) -> float:
        return vocabulary.coverage(set(terms(item.question)), terms(item.document.text))

    scorers = {
        "gate, given passage": given,
        "gate, retrieved passages": retrieved,
        "coverage by the given passage": coverage,
    }
    return [
        Figure(
            f"answerability: {name} AUROC",
            auroc(
                [score(item) for item in items if item.is_answerable],
                [score(item) for item in items if not item.is_answerable],
            ),
        )
        for name, score in scorers.items()
    ]


def _understood(knowledge: Knowledge, item: ClapNqItem) -> Query:
    vocabulary = knowledge.vocabulary.current()
    return understand(item.question, lexicon=knowledge.glossary, vocabulary=vocabulary)


def _given(knowledge: Knowledge, item: ClapNqItem, query: Query) -> SearchResult:
    """Return the given passage as if it were the only chunk found."""
    chunk = Chunk(
        chunk_id=ChunkId(item.document_id),
        article_id=ArticleId(item.document_id),
        title=item.title,
        url="",
        heading="",
        position=0,
        text=item.document.text,
    )
    asked = knowledge.embedder.embed_query(query.text)
    similarity = float(asked @ knowledge.embedder.embed_query(chunk.embedding_text))
    return SearchResult(chunk=chunk, rank=1, score=1.0, similarity=similarity)


if __name__ == "__main__":
    sys.exit(main())
