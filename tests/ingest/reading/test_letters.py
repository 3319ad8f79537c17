"""What is not Markdown is quoted letter by letter."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.reading.parsing import RawFile, parse_articles
from ingest.sections import find_sections
from knowledge.domain import Article

FILLER = (
    "A vendor review is a meeting in which client and provider look at the results of the past "
    "month together. It is held so that small problems are settled before they grow."
)


def _lines(text: str, suffix: str = ".txt") -> list[str]:
    raw = RawFile(location=f"a{suffix}", data=text.encode(), suffix=suffix, stem="a")
    (article,) = parse_articles(raw)
    assert isinstance(article, Article), article
    return [" ".join(line) for section in find_sections(article) for line in section.lines]


@pytest.mark.parametrize(
    "line",
    [
        r"The forms are kept under \\filesrv\forms\leave and under C:\_new\*old*.",
        "The yearly cost is 5*3*2 thousand euros, so the formula is a*b*c.",
        "Set SOME_FLAG_NAME to __init__ and see [1] and [the list](x.md), says <Ada>.",
        "AT&T and R&amp;D are written so, and `so` is ~~that~~ on 1_000_000 seats.",
        "# 12 is the number of the gate at which the vans arrive.",
        "> 90 days of notice are due when the contract has run for a year.",
        "+ 4 % is paid for each hour of work at night or on a Sunday.",
    ],
)
def test_plain_text_is_quoted_letter_by_letter(line: str) -> None:
    assert _lines(f"Shared drive\n\n{line}\n") == [line.removeprefix("+ ")] or _lines(
        f"Shared drive\n\n{line}\n"
    ) == [f"- {line.removeprefix('+ ')}"]


def test_numbers_of_clauses_stay_with_their_clauses() -> None:
    text = "Terms\n\n7. Termination needs ninety days.\n8) Notice is given in writing.\n"

    assert _lines(text) == [
        "- 7. Termination needs ninety days.",
        "- 8) Notice is given in writing.",
    ]


def test_rows_of_a_text_stay_rows_and_no_cell_is_cut_off() -> None:
    text = "Rates\n\n|Desk|Rate|\n|Night*|18 %|from ten|\n|Weekend|22 %|\n"

    assert _lines(text) == [
        "| Desk | Rate |  |",
        "| Night* | 18 % | from ten |",
        "| Weekend | 22 % |  |",
    ]


def test_a_line_of_dashes_makes_no_heading_of_the_line_above_it() -> None:
    assert _lines(
        "Title\n\nThe desk is open from nine to five.\n-----\nIt is closed on Sundays.\n"
    ) == [
        "The desk is open from nine to five.",
        "It is closed on Sundays.",
    ]


@pytest.mark.parametrize(
    "words", ["5*3*2 thousand or a*b*c", r"C:\_new\*old*", "SOME_FLAG_NAME and __x__"]
)
def test_the_text_of_a_page_is_quoted_letter_by_letter(words: str) -> None:
    body = f"<h1>Costs</h1><p>The formula is {words}.</p><p>{FILLER}</p>"
    page = f"<html><body><article>{body}</article></body></html>"

    assert f"The formula is {words}." in _lines(page, ".html")


@given(
    st.text(alphabet=st.sampled_from("ab1 .*_`[]()<>&;#\\~|!+-=:{}\"'"), min_size=1, max_size=60)
)
@settings(deadline=None, max_examples=200)
def test_no_letter_of_a_line_is_lost(line: str) -> None:
    text = f"Start {' '.join(line.split())} end of it."

    assert "".join(_lines(f"Title\n\n{text}\n")).replace(" ", "") == text.replace(" ", "")
