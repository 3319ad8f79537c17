"""Draws sentences of answers by chance, for a person to read beside the passages that they cite.

The bundled articles are ingested and the test half of the golden questions is asked, without a
language model. Each sentence is printed with its question and the whole passages behind its
numbers. Whoever reads counts those that no passage supports, and those that are beside the point.

    verbatim  share of the sentences drawn that stand word for word in a passage they cite

The sentences are the same every time for the same articles and program. Repeat it from the
repository's root with

    python -m benchmarks.read_sentences > sentences.md
    python -m benchmarks.read_sentences --sentences 5    # a short run
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.harness import (
    GOLDEN,
    Figure,
    fresh_knowledge,
    ingest,
    option_parser,
    parse,
    positive,
    publish,
)
from benchmarks.public.public_data import sample
from ingest.sources import BUNDLED
from knowledge.assembly import Knowledge
from knowledge.domain import Answer, Chunk
from knowledge.evaluation.golden import Case, read_cases

SENTENCES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence of an answer and the passages that it cites."""

    question: str
    text: str
    passages: tuple[Chunk, ...]

    @property
    def is_verbatim(self) -> bool:
        """Whether a passage holds it word for word, line breaks aside."""
        said = " ".join(self.text.split())
        return any(said in " ".join(chunk.text.split()) for chunk in self.passages)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    parser.add_argument("--sentences", type=positive, default=SENTENCES, help=f"({SENTENCES})")
    options = parse(parser, arguments)
    cases = [case for case in read_cases(GOLDEN) if case.split == "test"]
    with fresh_knowledge() as knowledge:
        ingest(knowledge, BUNDLED)
        said = [one for case in cases for one in _said(case, knowledge)]
    drawn = sample(said, options.sentences)
    for n, one in enumerate(drawn, start=1):
        print(f"## {n}. {one.question}\n\n{one.text}\n")
        for chunk in one.passages:
            print(f"> {chunk.title} > {chunk.heading}\n\n{chunk.text}\n")
    figures = [Figure("verbatim", sum(one.is_verbatim for one in drawn) / len(drawn))]
    settings = {"sentences": len(drawn), "of": len(said)}
    publish("read_sentences", figures, settings=settings, json_file=options.json)
    return 0


def _said(case: Case, knowledge: Knowledge) -> Iterator[Said]:
    outcome = knowledge.answerer.answer(case.as_question()).outcome
    if not isinstance(outcome, Answer):
        return
    chunks = knowledge.catalog.chunks([source.chunk_id for source in outcome.sources])
    for sentence in outcome.sentences:
        yield Said(
            question=case.question,
            text=sentence.text,
            passages=tuple(
                chunks[source.chunk_id]
                for source in outcome.sources
                if source.n in sentence.citations
            ),
        )


if __name__ == "__main__":
    sys.exit(main())
