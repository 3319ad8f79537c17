from knowledge.text.read_chunks import read_chunk
from tests.workbench import make_chunk

TEXT = """\
Two fees apply. They are due in May.
These are charged:
- A fee for each call.
- A fee for each mail.
| Fee | Sum |
| Call | 2 EUR |
A list ends here.
- A stray item."""


def test_a_sentence_that_points_back_is_read_with_the_one_before_it() -> None:
    inside = read_chunk(make_chunk(text=TEXT))

    assert [*inside.context(1)] == [0, 1]
    assert [*inside.context(2)] == [2]


def test_items_and_rows_belong_to_the_sentence_that_announces_them() -> None:
    inside = read_chunk(make_chunk(text=TEXT))

    assert inside.listed(2) == [3, 4, 6]
    assert [inside.lead_in(place) for place in (3, 4, 6)] == [2, 2, 2]


def test_a_sentence_that_announces_nothing_has_no_list() -> None:
    inside = read_chunk(make_chunk(text=TEXT))

    assert inside.listed(7) == []
    assert inside.lead_in(8) is None


def test_a_row_has_the_first_row_of_its_table_as_head() -> None:
    inside = read_chunk(make_chunk(text=TEXT))

    assert inside.is_table_head(5)
    assert not inside.is_table_head(6)
    assert inside.head(6) == 5


def test_each_unit_comes_with_its_stems_and_a_text_is_taken_apart_once() -> None:
    chunk = make_chunk(text=TEXT)
    inside = read_chunk(chunk)

    assert "fee" in inside.stems[3]
    assert read_chunk(chunk) is inside
    assert read_chunk(make_chunk(text="")).units == ()
