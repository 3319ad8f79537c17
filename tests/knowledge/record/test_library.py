"""Articles for people to read, on SQLite and PostgreSQL."""

import datetime as dt

import pytest

from knowledge.record.catalog import Catalog
from knowledge.record.database import Database
from knowledge.record.library import Freshness, Library
from tests.workbench import make_article, make_version

BODY = "Top.\n\n## One\n\nFirst.\n\n## Two\n\n### One\n\nSecond one."


@pytest.fixture
def library(database: Database) -> Library:
    article = make_article(
        body=BODY,
        url="https://articles.example/a",
        author="Ada",
        published=dt.date(2023, 1, 2),
        updated=dt.date(2024, 5, 17),
    )
    catalog = Catalog(database)
    version = make_version(article, "Top.", "First.")
    catalog.stage([version])
    catalog.activate([version])
    return Library(database)


def test_a_section_is_read_as_it_stands_with_what_is_known_of_its_article(library: Library) -> None:
    page = library.page("a", "One")

    assert page is not None
    assert (page.title, page.heading, page.body) == ("A", "One", "First.")
    assert (page.number, page.total) == (2, 3)
    assert (page.url, page.author) == ("https://articles.example/a", "Ada")
    assert (page.published, page.updated) == ("2023-01-02", "2024-05-17")


@pytest.mark.parametrize(
    ("heading", "body"),
    [("Two > One", "Second one."), ("", "Top."), ("Elsewhere > One", "First."), ("Gone", "Top.")],
)
def test_a_section_is_found_by_trail_then_by_name_and_else_it_is_the_first(
    library: Library, heading: str, body: str
) -> None:
    page = library.page("a", heading)

    assert page is not None
    assert page.body == body


def test_a_place_beyond_the_end_is_the_last_one(library: Library) -> None:
    pages = [library.numbered_page("a", number) for number in (-1, 1, 3, 99)]

    assert [page and page.body for page in pages] == ["Top.", "Top.", "Second one.", "Second one."]


def test_an_article_that_is_gone_has_no_section(database: Database, library: Library) -> None:
    Catalog(database).remove(["a"])

    assert library.page("a", "One") is None
    assert library.numbered_page("a", 1) is None


def test_freshness_is_of_what_can_be_seen(database: Database, library: Library) -> None:
    catalog = Catalog(database)
    undated = make_version(make_article(article_id="b"), "B.")
    old = make_version(make_article(article_id="c", published=dt.date(2020, 1, 1)), "C.")
    catalog.stage([undated, old])
    catalog.activate([undated, old])

    assert library.freshness() == Freshness(articles=3, oldest="2020-01-01", newest="2024-05-17")


def test_chunks_tell_when_their_article_was_updated(database: Database, library: Library) -> None:
    catalog = Catalog(database)

    assert {chunk.updated for chunk in catalog.article_chunks("a")} == {"2024-05-17"}
