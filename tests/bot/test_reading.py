"""The words in Slack's message text; what they are is told in test_incoming."""

import time

import pytest

from bot.reading import MAX_CHARS, plain_text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("*a _b_* `c`", "a _b_ c"),
        ("```code``` and ~no~", "code and no"),
        ("*a * b", "*a * b"),
        ("2*3*4", "2*3*4"),
        ("*a **b*", "a **b"),
    ],
)
def test_marks_are_taken_off_where_they_stand_around_words(text: str, plain: str) -> None:
    assert plain_text(text) == plain


def test_a_number_of_thousands_of_digits_is_no_entity() -> None:
    assert plain_text("&#" + "9" * 5_000 + ";").startswith("&#999")


def test_what_lies_beyond_the_limit_is_not_read() -> None:
    assert len(plain_text("a" * 40_000)) == MAX_CHARS


@pytest.mark.parametrize("unit", ["*a ", "_a ", "` ", "`` ", "<a", "a\u0301\u0323", "&#9"])
def test_the_longest_message_is_read_in_a_moment(unit: str) -> None:
    text = (unit * 40_000)[:40_000]

    began = time.process_time()
    plain_text(text)

    assert time.process_time() - began < 0.5
