"""Which labels are fitted to, how false twins are made, and a tiny fit with the real model."""

import random
from pathlib import Path

import pytest
from safetensors.torch import save_file

from knowledge.models.bundled import bundled_model
from knowledge.models.support_judge import SupportJudge
from training.false_twins import KINDS, make_twin
from training.fit_judge import Example, fit, read_cases

TRUE = Example(
    text="Agents eat in it.",
    evidence=(("Canteen", "A canteen is the place in which agents eat."),),
    label="supported",
    kind="paraphrase",
)
FALSE = Example(
    text="Rockets land in it.",
    evidence=TRUE.evidence,
    label="absent",
    kind="invented",
)


def test_every_label_names_units_that_there_are() -> None:
    cases = read_cases()

    assert len(cases) > 300
    for case in cases:
        for statement in case.statements:
            assert statement.label in {"supported", "absent", "contradicted"}
            assert all(case.texts[p][u] for p, u in statement.units)


@pytest.mark.parametrize("kind", KINDS)
def test_a_twin_differs_from_its_sentence(kind: str) -> None:
    sentences = [s.text for case in read_cases()[:60] for s in case.statements]
    dice = random.Random(0)  # noqa: S311 (nothing is kept secret by it)

    twins = [make_twin(text, sentences[:40], dice, kinds=(kind,)) for text in sentences]

    made = [(twin, text) for twin, text in zip(twins, sentences, strict=True) if twin]
    assert made
    assert all(twin[2] != text and twin[0] == kind for twin, text in made)


def test_what_is_fitted_can_be_read_back_and_tells_true_from_false(tmp_path: Path) -> None:
    _, fitted = fit([[TRUE, FALSE] * 8] * 3)
    save_file(fitted, tmp_path / "fitted.safetensors")
    judge = SupportJudge(bundled_model(), changes=tmp_path / "fitted.safetensors")

    true, false = judge.judge([(one.text, one.evidence) for one in (TRUE, FALSE)])

    assert true.absent < false.absent
    assert judge.judge([]) == []
