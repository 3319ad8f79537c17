"""Fits the weights by which sections are ranked to the tuning half of the golden questions.

The bundled articles are ingested three times, with the embedding model as published: with the
listed questions of all of them, of one half, and of none. Each time, for every question, the
passages that any way of searching brings in are the alternatives of a choice, and the passages of
sections that hold the facts asked for are the right ones, any of them being enough. The fit is on
all three together, so that articles without lists do not lose.

    weight of  what `WEIGHTS` in `knowledge/search/ranking.py` would become, and what it is
    first      share of questions with a best section in the first place: one that holds three
               facts in five or, where none does, no fewer than any other
    among 3    the same for the first three places

The shares are cross-validated: each question is ranked by weights fitted on other questions.
Repeat it from the repository's root with

    python -m training.fit_ranking
    python -m training.fit_ranking --queries 40    # a short run
"""

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
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
from benchmarks.public.public_data import Document, sample
from ingest.reading.heads.front_matter import split_front_matter
from ingest.reading.heads.metadata import read_metadata
from knowledge.assembly import Knowledge
from knowledge.domain import Chunk
from knowledge.evaluation.golden import Case
from knowledge.models.bundled import BUNDLED_NAME
from knowledge.questions.conversation import stand_alone
from knowledge.questions.understanding import understand
from knowledge.search.ranking import WEIGHTS, RankSignals, relevance
from training.choice_model import Choice, fit_any, folds
from training.tuning import choice, named, tuning_cases, weight_figures

Section: TypeAlias = tuple[str, str]
"""An article's id and the heading trail inside it."""

PENALTY = 0.02
ENOUGH = 0.6
"""Share of the facts that makes a section one of the best."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """A question and the passages found for it, in no order."""

    found: tuple[tuple[Section, RankSignals], ...]
    held: Mapping[Section, float]
    """Share of the facts that a section holds, for those that hold any."""

    def as_choice(self) -> Choice:
        """Return the choice of a passage; one that holds far fewer facts than the best is wrong."""
        most = max(self.held.values(), default=0.0)
        shares = [self.held.get(section, 0.0) for section, _ in self.found]
        right = [share if share >= most / 2 else 0.0 for share in shares]
        return choice([signals for _, signals in self.found], right)

    def place(self, weights: RankSignals) -> float:
        """Return where the first of the best sections stands, from 1; infinity for nowhere."""
        enough = min(ENOUGH, max(self.held.values(), default=ENOUGH))
        ordered = sorted(self.found, key=lambda one: -relevance(one[1], weights))
        sections = dict.fromkeys(section for section, _ in ordered)
        places = (
            place
            for place, section in enumerate(sections, start=1)
            if self.held.get(section, 0.0) >= enough
        )
        return next(places, np.inf)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    parser.add_argument("--queries", type=positive, metavar="N", help="a sample (all)")
    options = parse(parser, arguments)
    cases = tuning_cases(options.queries)
    with (
        scratch_folder() as folder,
        fresh_knowledge(embedding_model=BUNDLED_NAME) as knowledge,
    ):
        rankings = {
            listed: [_rank(case, knowledge, sections) for case in cases]
            for listed, sections in _ingested(knowledge, folder / "articles")
        }
    figures = [
        *weight_figures(_fit(rankings, range(len(cases))), WEIGHTS),
        *_measured(rankings, questions=len(cases)),
    ]
    publish("fit_ranking", figures, settings={"questions": len(cases)}, json_file=options.json)
    return 0


def _ingested(knowledge: Knowledge, folder: Path) -> Iterator[tuple[str, dict[Section, str]]]:
    """Ingest the articles anew for each share that keeps its lists; yield it and the sections."""
    paths = sorted(knowledge.settings.articles_dir.glob("*.md"))
    half = sample(paths, len(paths) // 2)
    for listed, bare in {"all listed": [], "half listed": half, "none listed": paths}.items():
        shutil.rmtree(folder, ignore_errors=True)
        write_articles(folder, [_without_lists(path) for path in bare])
        for path in set(paths) - set(bare):
            shutil.copy(path, folder)
        ingest(knowledge, str(folder))
        sections: dict[Section, str] = {}
        for chunks in knowledge.catalog.active_chunks():
            for chunk in chunks:
                key = _section(chunk)
                sections[key] = f"{sections.get(key, '')} {chunk.text}"
        yield listed, sections


def _without_lists(path: Path) -> Document:
    article = split_front_matter(path.read_text(encoding="utf-8"), location=path.name)
    front = read_metadata(article.fields, location=path.name)
    return Document(document_id=front.slug or path.stem, title=front.title, text=article.body)


def _rank(case: Case, knowledge: Knowledge, sections: Mapping[Section, str]) -> Ranking:
    query = understand(
        stand_alone(case.as_question(), knowledge.lexicon),
        lexicon=knowledge.lexicon,
        vocabulary=knowledge.vocabulary.current(),
    )
    found = knowledge.retriever.signals(query)
    held = {
        section: 1 - len(case.missing(text)) / len(case.facts)
        for section, text in sections.items()
        if section[0] in case.articles
    }
    return Ranking(
        found=tuple((_section(chunk), signals) for chunk, signals in found),
        held={section: share for section, share in held.items() if share > 0},
    )


def _section(chunk: Chunk) -> Section:
    return chunk.article_id, chunk.heading


def _fit(rankings: Mapping[str, Sequence[Ranking]], places: Sequence[int]) -> RankSignals:
    choices = [ranked[place].as_choice() for ranked in rankings.values() for place in places]
    return named(RankSignals, fit_any(choices, penalty=PENALTY))


def _measured(rankings: Mapping[str, Sequence[Ranking]], *, questions: int) -> list[Figure]:
    """Return how good rankings are by weights that were fitted on other questions."""
    found: dict[str, list[float]] = {listed: [] for listed in rankings}
    for fitted_on, held_out in folds(questions):
        weights = _fit(rankings, fitted_on)
        for listed, ranked in rankings.items():
            found[listed] += [ranked[place].place(weights) for place in held_out]
    return [
        Figure(f"{listed}: {name}", float(np.mean(np.array(places) <= last)))
        for listed, places in found.items()
        for name, last in (("first", 1), ("among 3", 3))
    ]


if __name__ == "__main__":
    sys.exit(main())
