"""Fits the model that tells vague questions from clear ones to labelled questions.

`question_forms.jsonl` holds questions as employees type them, half on outsourcing and half on other
workplaces, with what form each has. A vague one leaves open what it is about, so that whoever knows
would ask back. To the clear ones are put long questions that passages answer
(`answering_sentences.jsonl`, `answering_sentences_styles.jsonl`), since those with a form are
mostly short. A logistic model of the question's vector is fitted to all; the threshold is where
`NEEDLESS` of the clear ones with a form would be asked back, each judged by a fit without it (5
folds).

    AUROC            vague against clear ones with a form, each by a fit without it
    asked back       share of the vague ones at the threshold
    asked needlessly share of the clear ones

Repeat it from the repository's root with

    python -m training.fit_vagueness --out knowledge/questions/vagueness.json
"""

import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict

from benchmarks.harness import Figure, option_parser, parse, publish
from knowledge.evaluation.metrics import auroc
from knowledge.models.embeddings import create_embedder
from knowledge.questions.vagueness import Vagueness
from training.reading_examples import read_labels, style_examples

__all__ = ["main"]

FORMS = Path(__file__).parent / "question_forms.jsonl"
CLEAR = frozenset({"clear", "private", "summary", "oneline", "advice"})
LONG_WORDS, LONG = 7, 1_000
NEEDLESS = 0.08
STRENGTH = 10.0
"""Inverse of the ridge penalty, as scikit-learn has it."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="what to write")
    options = parse(parser, arguments)
    rows = [json.loads(line) for line in FORMS.read_text(encoding="utf-8").splitlines()]
    vague = [row["question"] for row in rows if row["form"] == "vague"]
    clear = [row["question"] for row in rows if row["form"] in CLEAR]
    embedder = create_embedder("")
    asked = [*vague, *clear, *_long_questions()]
    vectors = np.stack([embedder.embed_query(text) for text in asked])
    is_vague = np.arange(len(asked)) < len(vague)
    model = LogisticRegression(C=STRENGTH, max_iter=5_000)
    held_out = cross_val_predict(model, vectors, is_vague, cv=5, method="predict_proba")[:, 1]
    of_vague, of_clear = held_out[: len(vague)], held_out[len(vague) : len(vague) + len(clear)]
    threshold = float(np.quantile(of_clear, 1 - NEEDLESS))
    model.fit(vectors, is_vague)
    fitted = Vagueness(
        weights=tuple(map(float, model.coef_[0])),
        bias=float(model.intercept_[0]),
        threshold=threshold,
        fingerprint=embedder.name,
    )
    fitted.save(options.out)
    figures = [
        Figure("AUROC", auroc([*map(float, of_vague)], [*map(float, of_clear)])),
        Figure("asked back", float(np.mean(of_vague >= threshold))),
        Figure("asked needlessly", float(np.mean(of_clear >= threshold))),
    ]
    settings = {"vague": len(vague), "clear": len(asked) - len(vague)}
    publish("fit_vagueness", figures, settings=settings, json_file=options.json)
    return 0


def _long_questions() -> list[str]:
    """Return questions of many words that a passage answers, on the field and on offices."""
    on_field = {label.question for label in read_labels() if label.says}
    on_offices = {one.question for one in style_examples() if any(one.right)}
    chance = random.Random(0)  # noqa: S311 (nothing is kept secret by it)
    return [
        text
        for asked in (on_field, on_offices)
        for text in chance.sample(sorted(filter(_is_long, asked)), LONG)
    ]


def _is_long(text: str) -> bool:
    return len(text.split()) >= LONG_WORDS


if __name__ == "__main__":
    sys.exit(main())
