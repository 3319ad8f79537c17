"""However a model cites, it is read as one form."""

import pytest

from knowledge.support.marks import read_marks
from knowledge.support.statements import read_statements

TEXT = "BPO is old{}. KPO is new{}."


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param(" [1]", " [2, 3]", id="plain"),
        pytest.param("[1]", "[2][3]", id="side by side"),
        pytest.param(" [1]", " [2-3]", id="range"),
        pytest.param(" (1)", " (2, 3)", id="round"),
        pytest.param(" [Passage 1]", " [Passages 2 and 3]", id="named"),
        pytest.param(" (passage 1)", " (see passages 2, 3)", id="named, round"),
        pytest.param("【1】", "【2】【3】", id="lenticular"),
        pytest.param("【1†source】", "【2†a】【3†b】", id="dagger"),
        pytest.param("[^1]", "[^2][^3]", id="footnotes"),
        pytest.param("¹", "²³", id="superscript"),
    ],
)
def test_a_style_of_citing_changes_neither_statements_nor_what_they_cite(
    one: str, two: str
) -> None:
    reply = TEXT.format(one, two)
    after = f"BPO is old.{one} KPO is new.{two}"

    for text in (reply, after):
        found = [(s.text, s.cited) for s in read_statements(text)]
        assert found == [("BPO is old.", (1,)), ("KPO is new.", (2, 3))]
        assert [(s.text, s.cited) for s in read_statements([text])] == found


@pytest.mark.parametrize(
    "text",
    [
        "The steps are (1) scope and (2) price.",
        "A floor of 20 m² is enough.",
        "It covers 3 km² and 40 ft².",
        "It rose by 5 (2 in May).",
        "In 2024 (the last year) it fell.",
    ],
)
def test_what_is_no_citation_stays(text: str) -> None:
    assert read_marks(text, is_whole=True) == text


def test_what_has_been_read_once_stays_as_it_is() -> None:
    once = read_marks("It is old (1). It is new【2】 ³", is_whole=True)

    assert read_marks(once, is_whole=True) == once
