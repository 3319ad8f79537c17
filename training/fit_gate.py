"""Fits the decision to refuse across corpora, each weighing about the same.

The corpora are the bundled articles (the tuning half of the golden questions), a company handbook,
documents of twelve offices, one saved web article, and passages of Wikipedia (NoMIRACL). Each is
ingested alone and asked its own questions. To each are put besides questions on the others, which
nothing in it answers. The logistic model over the signals of
`knowledge.answers.evidence.gate` weighs
answerable and unanswerable questions of a corpus the same, up to `FULL` of each.

    AUROC           answerable against unanswerable questions
    false refusals  share of the answerable ones, at the threshold
    refused         share of the unanswerable ones

For each corpus the figures are of a fit without it. Repeat it from the repository's root with

    python -m training.fit_gate --out knowledge/answers/evidence/evidence.json
"""

import json
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks.corpora import EVALS, Corpus, corpora
from benchmarks.harness import (
    Figure,
    option_parser,
    parse,
    publish,
    scratch_folder,
    write_articles,
)
from benchmarks.public.public_data import nomiracl_passages
from ingest.pipeline import make_ingestion
from ingest.sources import BUNDLED, describe_source
from knowledge.answers.answering import Answerer
from knowledge.answers.evidence.gate import EvidenceGate
from knowledge.assembly import open_knowledge
from knowledge.evaluation.golden import Case, read_cases
from knowledge.evaluation.metrics import auroc
from knowledge.settings import BUNDLED_ARTICLES, KnowledgeSettings

__all__ = ["main"]

FULL = 60
FAR = 45
FAR_WEIGHT = 0.3
STRENGTH = 10.0
"""Inverse of the ridge penalty, as scikit-learn has it."""
SAME_SUBJECT = frozenset({"home", "seed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Signals of questions on one corpus, a row each."""

    answerable: np.ndarray
    unanswerable: np.ndarray
    far: np.ndarray


def main(arguments: Sequence[str] | None = None) -> int:
    parser = option_parser(__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="what to write")
    parser.add_argument("--threshold", type=float, default=0.4, metavar="P", help="(0.4)")
    options = parse(parser, arguments)
    with scratch_folder() as folder:
        sets = [
            Corpus(
                name="home",
                documents=BUNDLED_ARTICLES,
                questions=EVALS / "golden.jsonl",
                has_our_glossary=True,
            ),
            *(one for one in corpora(options.data) if one.name != "unseen"),
            _nomiracl(options.data, folder),
        ]
        cases = {one.name: _cases(one) for one in sets}
        measured, fingerprint = {}, ""
        for one in sets:
            measured[one.name], fingerprint = _measure(one, cases, folder / one.name)
    figures = []
    for name, held_out in measured.items():
        fitted = _fit([one for other, one in measured.items() if other != name])
        figures += _figures(name, held_out, fitted, threshold=options.threshold)
    fitted = _fit([*measured.values()])
    gate = EvidenceGate(
        weights=tuple(map(float, fitted.coef_[0])),
        bias=float(fitted.intercept_[0]),
        threshold=options.threshold,
        fingerprint=fingerprint,
    )
    gate.save(options.out)
    publish("fit_gate", figures, settings={"threshold": options.threshold}, json_file=options.json)
    return 0


def _nomiracl(data: Path, folder: Path) -> Corpus:
    passages, asked = nomiracl_passages(data)
    questions = folder / "nomiracl.jsonl"
    rows = (
        {"id": str(n), "question": text, "expect": "answer" if has_answer else "refuse"}
        for n, (text, has_answer) in enumerate(asked)
    )
    questions.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return Corpus(
        name="nomiracl",
        documents=write_articles(folder / "nomiracl-passages", passages.values()),
        questions=questions,
    )


def _cases(corpus: Corpus) -> list[Case]:
    cases = read_cases(corpus.questions)
    return [case for case in cases if case.split == "tune" or corpus.name != "home"]


def _measure(
    corpus: Corpus, cases: Mapping[str, Sequence[Case]], data_dir: Path
) -> tuple[Measured, str]:
    """Return the signals of a corpus's questions and of others', and the embedder's name."""
    with open_knowledge(
        _settings(corpus, data_dir), exclusive=True, gate=EvidenceGate.open()
    ) as knowledge:
        make_ingestion(knowledge).run([describe_source(BUNDLED)], actor="training")
        own = cases[corpus.name]
        others = [
            case
            for name, part in cases.items()
            if name != corpus.name and not {name, corpus.name} <= SAME_SUBJECT
            for case in part
            if case.expect == "answer" and not case.history
        ]
        far = random.Random(3).sample(others, FAR)  # noqa: S311 (nothing secret)
        ask = knowledge.answerer
        return Measured(
            answerable=_signals(
                [case for case in own if case.expect in ("answer", "disambiguation")], ask
            ),
            unanswerable=_signals(
                [
                    case
                    for case in own
                    if case.expect == "refusal" or (case.expect == "harmless" and not case.facts)
                ],
                ask,
            ),
            far=_signals(far, ask),
        ), knowledge.embedder.name


def _settings(corpus: Corpus, data_dir: Path) -> KnowledgeSettings:
    glossary = data_dir.with_suffix(".yaml")
    glossary.write_text("[]\n", encoding="utf-8")
    return KnowledgeSettings(
        _env_file=None,
        data_dir=data_dir,
        articles_dir=corpus.documents,
        **({} if corpus.has_our_glossary else {"glossary_file": glossary}),
    )


def _signals(cases: Sequence[Case], answerer: Answerer) -> np.ndarray:
    traces = [answerer.answer(case.as_question()).trace for case in cases]
    # Of several questions in one message it is not known which are answerable.
    return np.array([trace[0].signals.vector() for trace in traces if len(trace) == 1])


def _fit(measured: Sequence[Measured]) -> LogisticRegression:
    rows, target, weight = [], [], []
    for one in measured:
        for part, is_answerable in ((one.answerable, 1), (one.unanswerable, 0)):
            rows.append(part)
            target += [is_answerable] * len(part)
            weight += [min(len(part), FULL) / len(part)] * len(part)
        rows.append(one.far)
        target += [0] * len(one.far)
        weight += [FAR_WEIGHT] * len(one.far)
    return LogisticRegression(C=STRENGTH, max_iter=5_000).fit(
        np.vstack(rows), target, sample_weight=weight
    )


def _figures(
    name: str, held_out: Measured, fitted: LogisticRegression, *, threshold: float
) -> list[Figure]:
    yes, no, far = (
        fitted.predict_proba(part)[:, 1]
        for part in (held_out.answerable, held_out.unanswerable, held_out.far)
    )
    return [
        Figure(f"{name}: AUROC", auroc([*map(float, yes)], [*map(float, no)])),
        Figure(f"{name}: false refusals", float(np.mean(yes < threshold))),
        Figure(f"{name}: refused", float(np.mean(no < threshold))),
        Figure(f"{name}: far questions refused", float(np.mean(far < threshold))),
    ]


if __name__ == "__main__":
    sys.exit(main())
