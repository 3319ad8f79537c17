"""Measures what the check does to answers as a chat model really writes them.

`model_text` holds requests as the program makes them, and to each the answer of a language model in
its own words, sentence by sentence. They go the whole way through `Writer`, from a script in the
model's place.

    kept             true statements that a reader gets, as written or quoted instead
    as written       those of them in the model's words
    answers standing answers that take the place of the quoted one
    said             false twins that reach a reader in the words of the twin, by kind: an answer
                     with one sentence put wrong. A "wrong passage" twin is true, and said when the
                     passage that it cites, which does not say it, is its only source.
    half-truths      sentences of the passages, cut off before their "but ..." or "unless ..."

Nothing was fitted to this text. Repeat it from the repository's root with

    python -m benchmarks.model_text
    python -m benchmarks.model_text --show    # and print what went wrong
"""

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.harness import Figure, option_parser, parse, publish
from knowledge.answers.written.drafts import Draft
from knowledge.answers.written.writing import Writer
from knowledge.domain import ArticleId, Chunk, ChunkId, SearchResult
from knowledge.evaluation.metrics import auroc
from knowledge.models.bundled import bundled_model
from knowledge.models.support_judge import SupportJudge
from knowledge.support.evidence import evidence_in, nearest
from knowledge.support.verifying import EVIDENCE, Verifier, as_read
from knowledge.text.passages import units

FILE = Path("model_text") / "answers.jsonl"
CONTRAST = re.compile(
    r",? (?:but|unless|except|although|though|provided that|only if|as long as) |"
    r"; (?:however|still|yet) ",
    re.IGNORECASE,
)
LEAST_WORDS = 5


class Script:
    """A model that writes what it is told to."""

    reply = ""

    def write(self, instructions: str, request: str) -> Iterator[str]:  # noqa: ARG002
        yield self.reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A sentence of an answer and the numbers of the passages that it cites."""

    text: str
    passages: tuple[int, ...]

    @property
    def marked(self) -> str:
        return f"{self.text} {''.join(f'[{n}]' for n in self.passages)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A request, its true answer, and the same answer with one false sentence."""

    question: str
    results: tuple[SearchResult, ...]
    answer: tuple[Written, ...]
    twin: Written | None
    replaces: int
    kind: str


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    parser.add_argument("--show", action="store_true", help="print what went wrong")
    options = parse(parser, arguments)
    cases = load(options.data)
    script = Script()
    judge = SupportJudge(bundled_model())
    judge.load()
    verifier = Verifier(judge)
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for case in cases:
        _measure(case, script, verifier, counts, wrong)
    figures = _figures(counts)
    figures += _judgement(cases, judge)
    if options.show:
        print("\n".join(wrong))
    figures = [*_figures(counts), *_judgement(cases, judge)]
    publish("model_text", figures, settings={"answers": len(cases)}, json_file=options.json)
    return 0


def load(data: Path) -> list[Case]:
    """Return the requests with their answers."""
    lines = (data / FILE).read_text(encoding="utf-8").splitlines()
    return [_case(json.loads(line)) for line in lines]


def half_truths(case: Case) -> Iterator[Written]:
    """Yield sentences of the passages without the half that puts them right."""
    for n, result in enumerate(case.results, start=1):
        for unit in units(result.chunk.text):
            found = CONTRAST.search(unit.text)
            cut = unit.text[: found.start()] if found else ""
            if unit.kind == "sentence" and len(cut.split()) >= LEAST_WORDS:
                yield Written(text=f"{cut}.", passages=(n,))


def _case(row: dict[str, Any]) -> Case:
    results = tuple(
        SearchResult(
            chunk=Chunk(
                chunk_id=ChunkId(f"{row['id']}#{passage['n']}"),
                article_id=ArticleId(passage["title"]),
                title=passage["title"],
                url="",
                heading=passage["heading"],
                position=passage["n"],
                text=passage["text"],
            ),
            rank=passage["n"],
            score=1.0,
            similarity=0.5,
        )
        for passage in row["passages"]
    )
    twin = row["false_twin"]
    return Case(
        question=row["question"],
        results=results,
        answer=tuple(_written(sentence) for sentence in row["sentences"]),
        twin=_written(twin) if twin else None,
        replaces=twin["replaces"] if twin else 0,
        kind=twin["kind"] if twin else "",
    )


def _written(row: dict[str, Any]) -> Written:
    return Written(text=row["text"], passages=tuple(row["passages"]))


def _measure(
    case: Case, script: Script, verifier: Verifier, counts: Counter[str], wrong: list[str]
) -> None:
    def write(sentences: Sequence[Written]) -> Draft:
        script.reply = " ".join(sentence.marked for sentence in sentences)
        # A writer remembers what was written to the same request.
        return Writer(script, verifier=verifier).write(case.question, case.results)

    draft = write(case.answer)
    counts["answers"] += 1
    # Models are told to begin with the answer.
    stands = draft.is_trustworthy and draft.fates[:1] != ("dropped",)
    counts["answers standing"] += stands
    if not stands:
        wrong.append(f"does not stand: {case.question}")
    counts["true"] += len(case.answer)
    for sentence in case.answer:
        is_written = _is_said(sentence, draft)
        counts["true as written"] += is_written
        if not is_written:
            wrong.append(f"not as written: {sentence.marked}")
    counts["true kept"] += sum(fate != "dropped" for fate in draft.fates)
    if case.twin is not None:
        answer = [*case.answer[: case.replaces], case.twin, *case.answer[case.replaces + 1 :]]
        said = _is_said(case.twin, write(answer), only=case.kind == "wrong passage")
        counts[f"twin {case.kind}"] += 1
        counts[f"said {case.kind}"] += said
        if said:
            wrong.append(f"said, {case.kind}: {case.twin.marked}")
    for half in half_truths(case):
        said = _is_said(half, write([half]))
        counts["twin half-truth"] += 1
        counts["said half-truth"] += said
        if said:
            wrong.append(f"said, half-truth: {half.marked}")


def _is_said(sentence: Written, draft: Draft, *, only: bool = False) -> bool:
    """Whether a draft says it, or, with `only`, says it and names nothing but what it cites."""
    cited = [f"#{n}" for n in sentence.passages]
    return any(
        pick.text == " ".join(sentence.text.split())
        and (not only or any(pick.chunk.chunk_id.endswith(mark) for mark in cited))
        for pick in draft.picks
    )


def _judgement(cases: Sequence[Case], judge: SupportJudge) -> list[Figure]:
    """Return how well the judge alone tells the true from the false, shown what they cite."""

    def score(case: Case, sentence: Written) -> float:
        chunks = [result.chunk for result in case.results]
        shown = [chunks[n - 1] for n in sentence.passages] if sentence is case.twin else chunks
        evidence = [one for chunk in shown for one in evidence_in(chunk)]
        found = nearest(
            sentence.text,
            evidence,
            limit=EVIDENCE,
            cited=[chunks[n - 1] for n in sentence.passages],
        )
        started = time.perf_counter()
        (doubt,) = judge.judge([(sentence.text, as_read([one for one, _ in found]))])
        spent.append(time.perf_counter() - started)
        return -max(doubt)

    spent: list[float] = []
    true = [score(case, sentence) for case in cases for sentence in case.answer]
    twins = [score(case, case.twin) for case in cases if case.twin is not None]
    halves = [score(case, half) for case in cases for half in half_truths(case)]
    return [
        Figure("AUROC of the judge alone, twins", auroc(true, twins), at_least=0.88),
        Figure("AUROC of the judge alone, half-truths", auroc(true, halves)),
        Figure("milliseconds of the judge a sentence, median", 1_000 * median(spent), at_most=15),
    ]


def _figures(counts: Counter[str]) -> list[Figure]:
    true, answers = counts["true"], counts["answers"]
    figures = [
        Figure(f"kept of {true} true statements", counts["true kept"] / true, at_least=0.7),
        Figure("as written", counts["true as written"] / true),
        Figure(
            f"answers standing of {answers}", counts["answers standing"] / answers, at_least=0.8
        ),
    ]
    kinds = sorted(key.removeprefix("twin ") for key in counts if key.startswith("twin "))
    for kind in kinds:
        total = counts[f"twin {kind}"]
        share = counts[f"said {kind}"] / total
        figures.append(Figure(f"said of {total} {kind}", share, at_most=0.05))
    return figures


if __name__ == "__main__":
    sys.exit(main())
