from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.text.passages import context_start, is_dangling, row_cells, units, units_in_context

TEXT = (
    "BPO covers processes. It is old.\n"
    "Three services are typical:\n"
    "- payroll\n"
    "- customer care \n"
    "| Aspect | BPO |\n"
    "| Work | routine |\n"
    "However, KPO differs."
)


def test_units_are_sentences_items_and_rows_in_reading_order() -> None:
    found = [(unit.kind, unit.text, unit.paragraph) for unit in units(TEXT)]

    assert found == [
        ("sentence", "BPO covers processes.", 0),
        ("sentence", "It is old.", 0),
        ("sentence", "Three services are typical:", 1),
        ("item", "payroll", 1),
        ("item", "customer care", 1),
        ("row", "| Aspect | BPO |", 1),
        ("row", "| Work | routine |", 1),
        ("sentence", "However, KPO differs.", 2),
    ]


def test_an_empty_text_has_no_units() -> None:
    assert units("") == ()


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="aB. ?\n-|:é“”", max_size=80))
def test_a_unit_stands_verbatim_at_its_place(text: str) -> None:
    found = units(text)

    assert all(unit.text == text[unit.start : unit.end] for unit in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@pytest.mark.parametrize(
    ("sentence", "dangles"),
    [
        ("It is old.", True),
        ("This makes them cheap.", True),
        ("However, KPO differs.", True),
        ("For example, a bank does.", True),
        ("Italy outsources.", False),
        ("Thistles grow.", False),
        ("BPO is old.", False),
    ],
)
def test_a_sentence_that_points_back_is_known_by_its_first_word(
    sentence: str, dangles: bool
) -> None:
    (unit,) = units(sentence)

    assert is_dangling(unit) is dangles


def test_an_item_never_points_back() -> None:
    (item,) = units("- It is an item")

    assert not is_dangling(item)


def test_a_sentence_is_understood_from_the_one_that_it_leads_back_to() -> None:
    inside = units("KPO is new. It needs experts. They are dear. BPO is old.")

    assert [context_start(inside, place) for place in range(4)] == [0, 0, 0, 3]


def test_context_does_not_reach_over_a_paragraph_or_a_list() -> None:
    inside = units("KPO is new.\nIt needs experts.\n- an item\nThey are dear.")

    assert [context_start(inside, place) for place in range(4)] == [0, 1, 2, 3]


def test_units_in_context_are_led_by_what_they_point_back_at() -> None:
    assert units_in_context("KPO is new. It needs experts.\n- one") == (
        "KPO is new.",
        "KPO is new. It needs experts.",
        "one",
    )


def test_the_cells_of_a_row_are_read_without_blanks() -> None:
    assert row_cells("| Work |  routine ||") == ("Work", "routine")
