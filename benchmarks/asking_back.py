"""Measures whether the program asks back where a question is vague, and only there.

`tests/evals/vague/questions.jsonl` holds vague and clear questions on the field, written apart from
the code; they are put to the bundled articles.

    asked back        share of the vague questions to which the reply offers a choice
    asked needlessly  share of the clear ones
    choices answered  share of the choices offered that lead to an answer

Repeat it from the repository's root with

    python -m benchmarks.asking_back
"""

import json
import sys
from collections.abc import Sequence

from benchmarks.corpora import EVALS
from benchmarks.harness import Figure, fresh_knowledge, ingest, option_parser, parse, publish
from ingest.sources import BUNDLED
from knowledge.answers.answering import Answerer
from knowledge.domain import Answer, Option, Question

__all__ = ["main"]

ASKS = frozenset({"clarification", "disambiguation"})


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(option_parser(__doc__), arguments)
    lines = (EVALS / "vague" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    with fresh_knowledge() as knowledge:
        ingest(knowledge, BUNDLED)
        offered = [(row["vague"], _offered(row["question"], knowledge.answerer)) for row in rows]
        choices = [choice for is_vague, part in offered if is_vague for choice in part]
        led = [_is_answered(choice, knowledge.answerer) for choice in choices]
    asked = {
        is_vague: [bool(part) for vague, part in offered if vague is is_vague]
        for is_vague in (True, False)
    }
    figures = [
        Figure("asked back", sum(asked[True]) / len(asked[True])),
        Figure("asked needlessly", sum(asked[False]) / len(asked[False])),
        Figure("choices answered", sum(led) / max(len(led), 1)),
    ]
    settings = {"vague": len(asked[True]), "clear": len(asked[False]), "choices": len(choices)}
    publish("asking_back", figures, settings=settings, json_file=options.json)
    return 0


def _offered(text: str, answerer: Answerer) -> tuple[Option, ...]:
    outcome = answerer.answer(Question(text=text)).outcome
    is_asked = isinstance(outcome, Answer) and outcome.kind in ASKS
    return outcome.options if isinstance(outcome, Answer) and is_asked else ()


def _is_answered(choice: Option, answerer: Answerer) -> bool:
    outcome = answerer.answer(Question(text=choice.question)).outcome
    return isinstance(outcome, Answer) and outcome.kind not in ASKS


if __name__ == "__main__":
    sys.exit(main())
