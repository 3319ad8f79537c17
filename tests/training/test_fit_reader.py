"""Which labels are fitted to, and a tiny fit with the real model."""

from pathlib import Path

import pytest
from safetensors.torch import save_file

from knowledge.models.bundled import bundled_model
from knowledge.models.joint_reader import JointReader
from tests.workbench import make_chunk
from training.fit_reader import fit
from training.reading_examples import Label, field_examples, general_examples

FIRST = make_chunk("a#0", title="Staff", heading="Why?", text="People leave. They are tired.")
SECOND = make_chunk("a#1", title="Staff", heading="Why?", text="Night work tires people.")
OTHER = make_chunk("b#0", title="Prices", heading="How?", text="Agents are paid by the hour.")
QUESTION = "why do they go?"


def _label(*says: str, heading: str = "Why?") -> Label:
    return Label(article="a", heading=heading, question=QUESTION, says=frozenset(says))


def test_a_label_goes_with_each_passage_of_its_section() -> None:
    label = _label("They are tired.", "Night work tires people.")

    first, second = field_examples([label], [FIRST, OTHER, SECOND])

    assert first.units == ("People leave.", "They are tired.")
    assert first.right == (False, True)
    assert (second.units, second.right) == (("Night work tires people.",), (True,))
    assert first.question == second.question == QUESTION
    assert first.frame == "Staff Why?"


def test_a_label_without_an_answer_says_that_nothing_answers() -> None:
    assert [one.right for one in field_examples([_label()], [FIRST])] == [(False, False)]


@pytest.mark.parametrize("label", [_label("They were tired."), _label(heading="Who?")])
def test_a_label_of_a_text_or_section_that_is_gone_is_left_out(label: Label) -> None:
    assert list(field_examples([label], [FIRST, SECOND])) == []


def test_passages_on_other_subjects_have_questions_with_and_without_an_answer() -> None:
    examples = list(general_examples())

    assert len(examples) > 1_000
    assert all(len(one.units) == len(one.right) > 1 for one in examples)
    assert 0.6 < sum(any(one.right) for one in examples) / len(examples) < 0.7


def test_what_is_fitted_can_be_read_back_and_is_nearer_to_the_labels(
    tmp_path: Path,
) -> None:
    examples = list(field_examples([_label("They are tired.")], [FIRST])) * 2

    loss, fitted = fit(examples, epochs=8)
    save_file(fitted, tmp_path / "fitted.safetensors")
    reader = JointReader(bundled_model(), changes=tmp_path / "fitted.safetensors")

    ((leave, tired),) = reader.read(QUESTION, [FIRST])
    assert tired > leave
    assert loss < 0.7
