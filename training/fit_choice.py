"""Fits the weights by which sentences are chosen to the tuning half of the golden questions.

The bundled articles are ingested. For every question, the sentences, list items and table rows of
the passages found are the alternatives of a choice, and those that hold a fact asked for are the
right ones.

    weight of   what `WEIGHTS` in `knowledge/answers/rating.py` would become, and what it is
    facts held  by an answer that takes the best of them, one after the other, as long as they fit
                in the words that an answer may have; mean share over the questions
    findable    the same for all of them together: what no choice can better

The facts held are cross-validated: each question is answered by weights fitted on other questions.
The limits in `knowledge/answers/composing.py` of how far a sentence may be behind the best one are
on the scale of the weights and not fitted here. Repeat it from the repository's root with

    python -m training.fit_choice
    python -m training.fit_choice --queries 40    # a short run
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.harness import (
    Figure,
    fresh_knowledge,
    ingest,
    option_parser,
    parse,
    positive,
    publish,
)
from ingest.sources import BUNDLED
from knowledge.answers.answering import Answerer
from knowledge.answers.composing import MAX_WORDS
from knowledge.answers.rating import WEIGHTS, Candidate, UnitSignals, worth
from knowledge.evaluation.golden import Case
from training.choice_model import Choice, fit_any, folds
from training.tuning import choice, named, tuning_cases, weight_figures

PENALTY = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """A question and the units of the passages found for it."""

    case: Case
    candidates: tuple[Candidate, ...]

    def as_choice(self) -> Choice:
        """Return the choice of a unit; all that hold a fact are equally right."""
        right = [
            float(one.chunk.article_id in self.case.articles and self.held([one]) > 0)
            for one in self.candidates
        ]
        return choice([one.signals for one in self.candidates], right)

    def held(self, said: Sequence[Candidate]) -> float:
        """Return the share of the facts that some of the units hold."""
        missing = set(self.case.facts)
        for one in said:
            missing &= set(self.case.missing(one.unit.text))
        return 1 - len(missing) / len(set(self.case.facts))

    def best(self, weights: UnitSignals) -> list[Candidate]:
        """Return the units with the highest scores that fit in an answer; one in any case."""
        said: list[Candidate] = []
        words = 0
        for one in sorted(self.candidates, key=lambda one: -worth(one.signals, weights)):
            size = len(one.unit.text.split())
            if not said or words + size <= MAX_WORDS:
                said.append(one)
                words += size
        return said


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    parser.add_argument("--queries", type=positive, metavar="N", help="a sample (all)")
    options = parse(parser, arguments)
    with fresh_knowledge() as knowledge:
        ingest(knowledge, BUNDLED)
        asked = [_read(case, knowledge.answerer) for case in tuning_cases(options.queries)]
    choices = [one.as_choice() for one in asked]
    held = []
    for fitted_on, held_out in folds(len(asked)):
        weights = _fit([choices[place] for place in fitted_on])
        held += [asked[place].held(asked[place].best(weights)) for place in held_out]
    figures = [
        *weight_figures(_fit(choices), WEIGHTS),
        Figure("facts held", float(np.mean(held))),
        Figure("findable", float(np.mean([one.held(one.candidates) for one in asked]))),
    ]
    publish("fit_choice", figures, settings={"questions": len(asked)}, json_file=options.json)
    return 0


def _fit(choices: Sequence[Choice]) -> UnitSignals:
    return named(UnitSignals, fit_any(choices, penalty=PENALTY))


def _read(case: Case, answerer: Answerer) -> Sentences:
    trace = answerer.answer(case.as_question()).trace
    candidates = tuple(candidate for part in trace for candidate in part.candidates)
    return Sentences(case=case, candidates=candidates)


if __name__ == "__main__":
    sys.exit(main())
