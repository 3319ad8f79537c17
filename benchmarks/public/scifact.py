"""Compares dense retrieval alone, BM25 alone and both fused on SciFact's train claims.

The abstracts are ingested as articles into an empty knowledge base; each claim is then searched
for as `python -m knowledge search` does. A document scores as its best chunk. For comparison,
published on the test claims, which are not used here: BM25 0.665-0.679 nDCG@10, all-MiniLM-L6-v2
0.645.

Repeat it from the repository's root with

    python -m benchmarks.public.scifact
    python -m benchmarks.public.scifact --documents 150 --queries 40    # a short run
"""

import sys
from collections.abc import Sequence

from benchmarks.harness import (
    fresh_knowledge,
    ingest,
    option_parser,
    parse,
    positive,
    publish,
    scratch_folder,
    write_articles,
)
from benchmarks.public.public_data import load_scifact
from benchmarks.ranking import our_legs, ranking_figures


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    parser.add_argument("--documents", type=positive, metavar="N", help="a sample (all)")
    parser.add_argument("--queries", type=positive, metavar="N", help="a sample of claims (all)")
    options = parse(parser, arguments)
    scifact = load_scifact(options.data, documents=options.documents, queries=options.queries)
    with scratch_folder() as folder, fresh_knowledge() as knowledge:
        ingest(knowledge, str(write_articles(folder / "articles", scifact.documents)))
        figures = ranking_figures(our_legs(knowledge), scifact.claims, scifact.relevant)
    settings = {"documents": len(scifact.documents), "queries": len(scifact.claims)}
    publish("scifact", figures, settings=settings, json_file=options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
