"""That what is asked of the record for one question or article does not read all of it."""

import pytest
from sqlalchemy import text

from knowledge.record.catalog import Catalog
from knowledge.record.database import Database, open_database
from tests.workbench import make_article, make_version


@pytest.fixture
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return open_database(f"sqlite:///{tmp_path_factory.mktemp('growth') / 'record.sqlite3'}")


def test_the_chunks_of_one_article_are_found_without_reading_those_of_all(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    with sqlite.read() as connection:
        plain = type(connection).execute
        monkeypatch.setattr(
            type(connection),
            "execute",
            lambda self, query, *rest, **more: (
                asked.append(
                    str(query.compile(sqlite._engine, compile_kwargs={"literal_binds": True}))
                )
                or plain(self, query, *rest, **more)
            ),
        )
        Catalog(sqlite).article_chunks("a")
        monkeypatch.undo()
        plans = [
            row.detail
            for query in asked
            for row in connection.execute(text(f"EXPLAIN QUERY PLAN {query}"))
        ]
    sqlite.close()

    assert plans
    assert not [plan for plan in plans if plan.startswith("SCAN")]


def test_a_best_passage_that_cannot_be_seen_takes_no_place_from_one_that_can(
    database: Database,
) -> None:
    catalog = Catalog(database)
    seen = [make_version(make_article(f"seen-{n}"), "a toll " * (n + 1) + "and more " * 9)
            for n in range(2)]  # fmt: skip
    catalog.stage(seen)
    catalog.activate(seen)
    catalog.stage([make_version(make_article(f"staged-{n}"), "toll") for n in range(9)])

    found = catalog.search(["toll"], limit=2)

    assert [chunk_id for chunk_id, _ in found] == [
        seen[1].chunks[0].chunk_id,
        seen[0].chunks[0].chunk_id,
    ]
    assert catalog.search(["toll"], limit=5) == found
