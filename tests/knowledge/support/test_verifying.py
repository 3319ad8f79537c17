"""What becomes of a statement: verified, quoted instead, or left out."""

from collections.abc import Sequence

import pytest

from knowledge.errors import EmbedderError
from knowledge.support.evidence import evidence_in, nearest
from knowledge.support.verifying import Verifier
from tests.workbench import make_chunk

CHUNK = make_chunk(
    "k#0",
    title="What is KPO?",
    heading="Skills",
    text="KPO needs experts. They are paid more than agents. The common fields of KPO are:\n"
    "- Law: contract review.\n- Finance: models.\n"
    "| Field | Pay |\n| Law | high |",
)
EVIDENCE = evidence_in(CHUNK)


class Judge:
    """Says the same of every statement."""

    def __init__(self, doubt: float = -9.0, *, error: Exception | None = None) -> None:
        self.doubt = doubt
        self.error = error

    def judge(
        self, statements: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    ) -> list[tuple[float, float]]:
        if self.error is not None:
            raise self.error
        return [(self.doubt, -9.0)] * len(statements)


def test_a_unit_is_read_with_what_it_needs() -> None:
    assert [one.text for one in EVIDENCE] == [
        "KPO needs experts.",
        "KPO needs experts. They are paid more than agents.",
        "The common fields of KPO are:",
        "The common fields of KPO are: Law: contract review.",
        "The common fields of KPO are: Finance: models.",
        "Field: Law; Pay: high",
    ]


def test_the_unit_that_holds_the_rare_words_is_nearest() -> None:
    (best, share), *_ = nearest("Finance means models.", EVIDENCE, limit=3)

    assert best.units[-1].text == "Finance: models."
    assert share == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("statement", "doubt", "fate"),
    [
        ("Experts are what KPO needs.", -9.0, "verified"),
        ("Experts are what KPO needs.", 0.0, "quoted"),
        ("Experts are what KPO needs in 2025.", -9.0, "quoted"),
        ("Canteens open at noon.", 9.0, "dropped"),
    ],
)
def test_what_is_not_verified_is_quoted_where_a_unit_says_it(
    statement: str, doubt: float, fate: str
) -> None:
    verdict = Verifier(Judge(doubt)).verify(statement, EVIDENCE)

    assert verdict.fate == fate
    assert bool(verdict.evidence) == (fate != "dropped")


def test_a_judge_that_fails_lets_nothing_through() -> None:
    verifier = Verifier(Judge(error=EmbedderError("gone")))

    assert verifier.verify("Experts are what KPO needs.", EVIDENCE).fate == "quoted"


def test_without_passages_nothing_is_said() -> None:
    assert Verifier(Judge()).verify("KPO needs experts.", []).fate == "dropped"


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("They are often paid more than agents.", id="a word more"),
        pytest.param("Experts needs KPO.", id="in another order"),
        pytest.param("The common fields of KPO are paid more than agents.", id="two units"),
    ],
)
def test_a_near_copy_that_is_none_is_quoted_whatever_the_judge_says(statement: str) -> None:
    assert Verifier(Judge()).verify(statement, EVIDENCE).fate == "quoted"
