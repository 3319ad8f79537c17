"""Compares our ingestion and search with LangChain's usual chain on the same SciFact abstracts.

LangChain's side is what its guides show: `RecursiveCharacterTextSplitter(chunk_size=1000,
chunk_overlap=200)`, `HuggingFaceEmbeddings` with the very all-MiniLM-L6-v2 that ours was tuned
from, on the CPU, `Chroma.from_documents` into a directory, `similarity_search`. Ours reads the
abstracts from Markdown files with front matter, which LangChain's side gets for nothing as strings.

Both sides are warm. The abstracts are taken in parts, and the sides take turns (ours, LangChain's,
ours, ...), so that a change in the machine's speed touches both. Where the processor has bfloat16
instructions our embedder uses them and LangChain's default does not; `--same-format` gives
LangChain's side our number format, which tells how much of the difference that is.

    speed    LangChain's seconds per document / ours, goal >= 2
    quality  nDCG@10, recall@10 and recall@100 on the train claims, a document scoring as its best
             chunk: LangChain's, ours as `python -m knowledge search` finds, and our two legs alone

Repeat it from the repository's root with

    python -m benchmarks.public.langchain_side_by_side
    python -m benchmarks.public.langchain_side_by_side --documents 150 --queries 40    # a short run
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness import (
    Figure,
    fresh_knowledge,
    ingest,
    model_of,
    option_parser,
    parse,
    positive,
    publish,
    scratch_folder,
    write_articles,
)
from benchmarks.public.public_data import Document, load_scifact
from benchmarks.ranking import DEPTH, Leg, best_first, our_legs, ranking_figures
from knowledge.assembly import Knowledge
from knowledge.models.bundled import bundled_model

if TYPE_CHECKING:
    from langchain_chroma import Chroma


class LangChainSide:
    """LangChain's usual chain from documents to a vector store."""

    # LangChain is imported late: our embedder must have switched the hub libraries to offline.

    def __init__(self, directory: Path, *, model_path: str, model_kwargs: dict[str, Any]) -> None:
        from chromadb import PersistentClient
        from chromadb.config import Settings
        from langchain_huggingface import HuggingFaceEmbeddings
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        self._splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        self._embeddings = HuggingFaceEmbeddings(
            model_name=model_path, model_kwargs={"device": "cpu", "model_kwargs": model_kwargs}
        )
        self._client = PersistentClient(
            path=str(directory), settings=Settings(anonymized_telemetry=False)
        )
        self._store: Chroma | None = None
        self._embeddings.embed_documents(["A sentence to warm up with."] * 64)

    @property
    def number_format(self) -> str:
        return str(self._embeddings._client.dtype)  # noqa: SLF001

    def take_in(self, documents: Sequence[Document]) -> int:
        """Split, embed and store documents; return the chunks."""
        from langchain_chroma import Chroma
        from langchain_core.documents import Document as LangChainDocument

        whole = [
            LangChainDocument(
                page_content=f"{document.title}\n\n{document.text}",
                metadata={"source": document.document_id},
            )
            for document in documents
        ]
        chunks = self._splitter.split_documents(whole)
        self._store = Chroma.from_documents(chunks, self._embeddings, client=self._client)
        return len(chunks)

    def search(self, text: str) -> list[str]:
        """Return the ids of documents, best first."""
        if self._store is None:
            return []
        found = self._store.similarity_search(text, k=DEPTH)
        return best_first(str(document.metadata["source"]) for document in found)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    parser.add_argument("--documents", type=positive, metavar="N", help="a sample (all)")
    parser.add_argument("--queries", type=positive, metavar="N", help="a sample of claims (all)")
    parser.add_argument("--parts", type=positive, default=4, metavar="N", help="turns (4)")
    parser.add_argument(
        "--same-format", action="store_true", help="give LangChain's side our number format"
    )
    options = parse(parser, arguments)
    scifact = load_scifact(options.data, documents=options.documents, queries=options.queries)
    with scratch_folder() as folder, fresh_knowledge() as knowledge:
        model = model_of(knowledge)
        theirs = LangChainSide(
            folder / "langchain",
            model_path=str(bundled_model()),
            model_kwargs={"dtype": model.dtype} if options.same_format else {},
        )
        figures = _speed(knowledge, theirs, scifact.documents, folder, parts=options.parts)
        legs: dict[str, Leg] = {"LangChain": theirs.search}
        legs |= {f"ours, {name}": leg for name, leg in our_legs(knowledge).items()}
        figures += ranking_figures(legs, scifact.claims, scifact.relevant)
        settings = {
            "documents": len(scifact.documents),
            "queries": len(scifact.claims),
            "our format": str(model.dtype),
            "LangChain's format": theirs.number_format,
        }
    publish("langchain_side_by_side", figures, settings=settings, json_file=options.json)
    return 0


def _speed(
    knowledge: Knowledge,
    theirs: LangChainSide,
    documents: Sequence[Document],
    folder: Path,
    *,
    parts: int,
) -> list[Figure]:
    """Let both sides take in the documents, in turns; return the seconds per document."""
    our_s, their_s, our_chunks, their_chunks = 0.0, 0.0, 0, 0
    ratios = []
    for number in range(min(parts, len(documents))):
        part = documents[number::parts]
        source = str(write_articles(folder / f"articles-{number}", part))
        started = time.perf_counter()
        our_chunks += ingest(knowledge, source).chunks_written
        between = time.perf_counter()
        their_chunks += theirs.take_in(part)
        ended = time.perf_counter()
        our_s += between - started
        their_s += ended - between
        ratios.append((ended - between) / (between - started))
    return [
        Figure("ours, ms per document", 1_000 * our_s / len(documents)),
        Figure("LangChain, ms per document", 1_000 * their_s / len(documents)),
        Figure("speed: LangChain / ours", their_s / our_s, at_least=2.0),
        Figure("speed, worst part", min(ratios)),
        Figure("ours, chunks", our_chunks),
        Figure("LangChain, chunks", their_chunks),
    ]


if __name__ == "__main__":
    sys.exit(main())
