"""Answers on corpora that nobody here tuned to, side by side with home: the weaker figure first.

    facts held      share of the questions that the documents answer for which an answer holds all
                    facts asked for
    in five         the same for the first five passages found
    false refusals  share of these questions that are refused
    refused         share of the questions that the documents do not answer that are refused
    words, after    median words of an answer, and mean sentences after the last fact needed

The company handbook and the saved web article are public data beside the repository (`--data`); the
documents of twelve offices and of a ferry operator are in `tests/evals`. Repeat it with

    python -m benchmarks.corpora
    python -m benchmarks.corpora --only seed
    python -m benchmarks.corpora --drawn

With `--drawn`, 1, 3, 10 and 40 of the bundled articles are ingested alone, drawn by chance
(`DRAWS` times each), and asked the golden questions (test half) that one of them answers.
"""

import random
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.harness import option_parser, parse, scratch_folder
from ingest.pipeline import make_ingestion
from ingest.sources import BUNDLED, describe_source
from knowledge.assembly import open_knowledge
from knowledge.evaluation.golden import Case, read_cases
from knowledge.evaluation.running import CaseResult, evaluate
from knowledge.evaluation.summarising import summarise
from knowledge.settings import PACKAGE_DIR, KnowledgeSettings

__all__ = ["main"]

DRAWS = {1: 10, 3: 6, 10: 3, 40: 1}
"""How often so many articles are drawn; the questions of all draws count together."""
EVALS = Path(__file__).parents[1] / "tests" / "evals"
COLUMNS = ("all_facts_held", "facts_in_five", "false_refusals", "refused_when_due")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Documents with questions on them."""

    name: str
    documents: Path
    questions: Path
    has_our_glossary: bool = False


def corpora(data: Path) -> tuple[Corpus, ...]:
    return (
        Corpus(
            name="handbook",
            documents=data / "handbook" / "pages",
            questions=data / "handbook" / "questions.jsonl",
        ),
        Corpus(
            name="unseen",
            documents=EVALS / "unseen" / "docs",
            questions=EVALS / "unseen" / "questions.jsonl",
        ),
        Corpus(
            name="offices",
            documents=EVALS / "offices" / "docs",
            questions=EVALS / "offices" / "questions.jsonl",
        ),
        Corpus(
            name="seed",
            documents=data.parent / "seed",
            questions=EVALS / "seed" / "questions.jsonl",
            has_our_glossary=True,
        ),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    parser.add_argument("--only", metavar="NAME", help="one corpus")
    parser.add_argument("--drawn", action="store_true", help="some of the bundled articles")
    options = parse(parser, arguments)
    print(f"{'':10}{'facts held':>12}{'in five':>9}{'false ref.':>12}{'refused':>9}", end="")
    print(f"{'words':>7}{'after':>7}")
    if options.drawn:
        _measure_drawn()
        return 0
    for corpus in corpora(options.data):
        if options.only not in (None, corpus.name):
            continue
        if not corpus.documents.is_dir():
            print(f"{corpus.name:10}left out: there is no {corpus.documents}")
            continue
        _print(corpus.name, summarise(ask(corpus)))
    return 0


def _print(name: str, figures: dict[str, Any]) -> None:
    shares = [figures[name] if figures[name] is not None else float("nan") for name in COLUMNS]
    print(
        f"{name:10}{shares[0]:12.2f}{shares[1]:9.2f}{shares[2]:12.2f}{shares[3]:9.2f}"
        f"{figures['median_words'] or 0:7.0f}{figures['after_last_fact'] or 0:7.1f}",
        flush=True,
    )


def _measure_drawn() -> None:
    chance = random.Random(0)  # noqa: S311 (nothing is kept secret by it)
    articles = sorted((PACKAGE_DIR / "articles").glob("*.md"))
    cases = [case for case in read_cases(EVALS / "golden.jsonl") if case.split == "test"]
    for number, draws in DRAWS.items():
        results: list[CaseResult] = []
        for _ in range(draws):
            drawn = chance.sample(articles, number)
            names = {path.stem for path in drawn}
            asked = [
                case
                for case in cases
                if case.expect == "answer" and not names.isdisjoint(case.articles)
            ]
            with scratch_folder() as folder:
                for path in drawn:
                    shutil.copy(path, folder)
                corpus = Corpus(
                    name=str(number), documents=folder, questions=folder, has_our_glossary=True
                )
                results += ask(corpus, cases=asked)
        _print(f"{number} drawn", summarise(results))


def ask(corpus: Corpus, *, cases: Sequence[Case] | None = None) -> list[CaseResult]:
    """Ingest a corpus alone and ask its questions, or others."""
    with scratch_folder() as folder:
        glossary = folder / "glossary.yaml"
        glossary.write_text("[]\n", encoding="utf-8")
        settings = KnowledgeSettings(
            _env_file=None,
            data_dir=folder / "data",
            articles_dir=corpus.documents,
            **({} if corpus.has_our_glossary else {"glossary_file": glossary}),
        )
        with open_knowledge(settings, exclusive=True) as knowledge:
            report = make_ingestion(knowledge).run([describe_source(BUNDLED)], actor="benchmark")
            if report.failed:
                print(f"{corpus.name}: {len(report.failed)} failed: {report.failed[0]}")
            return evaluate(
                read_cases(corpus.questions) if cases is None else cases,
                answerer=knowledge.answerer,
                catalog=knowledge.catalog,
            )


if __name__ == "__main__":
    sys.exit(main())
