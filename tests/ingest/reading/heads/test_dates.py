import datetime as dt

import pytest

from ingest.reading.heads.dates import find_date, parse_date

THE_17TH = dt.date(2024, 5, 17)


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-17",
        "2024/05/17",
        "2024-05-17T10:11:12.5+02:00",
        "2024-05-17 10:11:12",
        "May 17, 2024",
        "17 May 2024",
        "17th of May, 2024",
        "17-May-2024",
        "17.05.2024",
        "05/17/2024",
        "May 17, 2024 at 10:11 AM",
        "Friday, May 17, 2024",
        "Fri, 17 May 2024 10:00:00 GMT",
    ],
)
def test_a_date_is_read_whichever_way_it_is_written(text: str) -> None:
    assert parse_date(text) == THE_17TH


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("03/04/2024", id="March or April"),
        pytest.param("31 February 2024", id="no such day"),
        pytest.param("2024-13-01", id="no such month"),
        pytest.param("17/5/24", id="no century"),
        "May 2024",
        "2024",
        "soon",
        "yesterday",
        "in two days",
        "1715936400",
        "version 2024.1.2",
        "before May 17, 2024",
    ],
)
def test_what_is_no_certain_date_is_none(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("By Ann Lee on 17 May 2024", THE_17TH),
        ("Published May 17, 2024 | 5 min read", THE_17TH),
        ("By anon2219 April 28, 2018", dt.date(2018, 4, 28)),
        ("Reviewed 12/31/2023", dt.date(2023, 12, 31)),
        ("Updated 3 days ago", None),
        ("5 min read", None),
        ("March of the penguins", None),
        ("Call 020 7946 0958", None),
        ("ISBN 978-3-16-148410-0", None),
        ("Page 10 of 12", None),
    ],
)
def test_a_line_of_a_page_has_a_date_where_one_is_written_out(
    line: str, date: dt.date | None
) -> None:
    assert find_date(line) == date
