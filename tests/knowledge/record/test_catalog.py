"""Articles, versions and chunks, on SQLite and PostgreSQL."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from knowledge.domain import Article
from knowledge.record import lexical
from knowledge.record.catalog import STAGED_AT_ONCE, Catalog, StagedVersion
from knowledge.record.database import Database, open_database
from tests.workbench import make_article, make_version


@pytest.fixture
def catalog(database: Database) -> Catalog:
    return Catalog(database)


def _publish(catalog: Catalog, *versions: StagedVersion) -> None:
    catalog.stage(versions)
    catalog.activate(versions)


def test_a_staged_version_cannot_be_seen(catalog: Catalog) -> None:
    version = make_version(make_article(body="Invoices are paid."))

    catalog.stage([version])

    assert catalog.articles() == []
    assert catalog.chunks([chunk.chunk_id for chunk in version.chunks]) == {}
    assert catalog.article_chunks("a") == []
    assert catalog.search(["invoic"], limit=5) == []
    assert catalog.active_chunk_ids() == set()
    assert list(catalog.active_chunks()) == []
    assert catalog.counts() == {"articles": 0, "chunks": 0}


def test_an_activated_version_comes_back_as_it_was_put_in(catalog: Catalog) -> None:
    article = make_article(url="https://articles.example/a")
    version = make_version(
        article, "First.", "Second.", heading="One > Two", questions=("Which is next?", "1 or 2?")
    )

    _publish(catalog, version)

    (row,) = catalog.articles()
    assert (row.article_id, row.title, row.url) == ("a", "A", article.url)
    assert (row.location, row.source_location) == (article.location, "/articles")
    assert (row.content_hash, row.version_id) == (article.content_hash, version.version_id)
    assert catalog.article_chunks("a") == list(version.chunks)
    assert catalog.chunks([version.chunks[1].chunk_id, "unknown"]) == {
        version.chunks[1].chunk_id: version.chunks[1]
    }
    assert list(catalog.active_chunks()) == [list(version.chunks)]
    assert catalog.counts() == {"articles": 1, "chunks": 2}


def test_activation_switches_the_whole_article_at_once(catalog: Catalog) -> None:
    old = make_version(make_article(body="old"), "Old one.", "Old two.")
    new = make_version(make_article(body="new"), "New one.", "New two.", "New three.")
    _publish(catalog, old)
    catalog.stage([new])
    before = catalog.article_chunks("a")

    catalog.activate([new])

    assert before == list(old.chunks)
    assert catalog.article_chunks("a") == list(new.chunks)
    assert catalog.search(["old"], limit=5) == []
    assert catalog.unseen_chunk_ids() == {chunk.chunk_id for chunk in old.chunks}
    assert catalog.counts() == {"articles": 1, "chunks": 3}


def test_a_sweep_deletes_what_cannot_be_seen_and_keeps_the_rest(catalog: Catalog) -> None:
    old, new = make_version(make_article(body="old")), make_version(make_article(body="new"))
    staged = make_version(make_article("b"))
    _publish(catalog, old)
    _publish(catalog, new)
    catalog.stage([staged])

    catalog.sweep()

    assert catalog.unseen_chunk_ids() == set()
    assert catalog.article_chunks("a") == list(new.chunks)
    assert set(catalog.vocabulary().frequencies) == {"new"}


def test_only_visible_chunks_introduce_short_forms(catalog: Catalog) -> None:
    _publish(catalog, make_version(make_article(), "A site index (SI).", heading="Big audit (BA)"))
    catalog.stage([make_version(make_article("b"), "A test plan (TP).")])
    before = catalog.vocabulary().abbreviations

    catalog.remove(["a"])
    after = catalog.vocabulary().abbreviations

    assert before.long_forms("SI") == ("site index",)
    assert before.long_forms("BA") == ("Big audit",)
    assert before.long_forms("TP") == after.long_forms("SI") == ()


def test_staging_again_replaces_what_was_staged_before(catalog: Catalog) -> None:
    article = make_article()
    catalog.stage([make_version(article, "Half a text.")])

    _publish(catalog, make_version(article, "Half a text.", "The other half."))

    assert [chunk.text for chunk in catalog.article_chunks("a")] == [
        "Half a text.",
        "The other half.",
    ]


def test_removed_articles_are_gone_at_once_and_unknown_ones_are_ignored(catalog: Catalog) -> None:
    keep, drop = make_version(make_article("keep")), make_version(make_article("drop"))
    _publish(catalog, keep, drop)
    unknown = [f"unknown-{n}" for n in range(40_000)]

    catalog.remove([*unknown, "drop"])

    assert [row.article_id for row in catalog.articles()] == ["keep"]
    assert catalog.active_chunk_ids() == {keep.chunks[0].chunk_id}
    assert catalog.unseen_chunk_ids() == {drop.chunks[0].chunk_id}


def test_a_removed_article_can_come_back(catalog: Catalog) -> None:
    version = make_version(make_article())
    _publish(catalog, version)
    catalog.remove(["a"])

    _publish(catalog, version)

    assert catalog.article_chunks("a") == list(version.chunks)
    assert catalog.unseen_chunk_ids() == set()


def test_a_moved_article_keeps_its_text(catalog: Catalog) -> None:
    version = make_version(make_article())
    _publish(catalog, version)

    catalog.move([make_article(location="/new/a.md")], source_location="/new")

    (row,) = catalog.articles()
    assert (row.location, row.source_location) == ("/new/a.md", "/new")
    assert row.version_id == version.version_id


def test_an_article_without_text_has_no_chunk(catalog: Catalog) -> None:
    article = make_article()
    version = StagedVersion(version_id="v", article=article, source_location="/articles", chunks=())

    _publish(catalog, version)

    assert [row.article_id for row in catalog.articles()] == ["a"]
    assert catalog.article_chunks("a") == []


def test_chunks_come_in_batches_and_in_the_order_in_which_they_were_stored(
    catalog: Catalog,
) -> None:
    texts = [f"Text {n}." for n in range(950)]
    version = make_version(make_article(), *texts)

    _publish(catalog, version)

    batches = list(catalog.active_chunks())
    assert [len(batch) for batch in batches] == [400, 400, 150]
    assert [chunk.text for batch in batches for chunk in batch] == texts
    assert len(catalog.chunks([chunk.chunk_id for chunk in version.chunks])) == 950


def test_the_first_chunk_under_a_heading_is_found_by_the_end_of_its_trail(
    catalog: Catalog,
) -> None:
    _publish(catalog, make_version(make_article(), "One.", "Two.", heading="Costs > Hidden"))

    found = catalog.passage(make_article().article_id, "Hidden")

    assert found is not None
    assert found.text == "One."
    assert catalog.passage(make_article().article_id, "Costs") is None


def test_a_word_that_only_a_listed_question_holds_is_spelt_out_as_it_is_there(
    catalog: Catalog,
) -> None:
    _publish(catalog, make_version(make_article(), questions=("who is housed there",)))

    assert catalog.vocabulary().correct("housad") == "housed"


def test_the_revision_changes_with_every_run_that_has_ended_and_did_something(
    database: Database,
) -> None:
    from knowledge.record.ledger import Ledger

    catalog, ledger = Catalog(database), Ledger(database)
    seen = [catalog.revision()]
    for state in ("done", "partly", "interrupted"):
        run = ledger.begin_run(actor="test")
        ledger.end_run(run, state=state, report=None)
        seen.append(catalog.revision())

    assert seen == sorted(set(seen))


def test_a_run_that_found_nothing_to_do_leaves_what_is_held_in_memory(database: Database) -> None:
    from knowledge.record.ledger import Ledger

    catalog, ledger = Catalog(database), Ledger(database)
    ledger.end_run(ledger.begin_run(actor="test"), state="done", report=None)
    before = catalog.revision()

    run = ledger.begin_run(actor="test")
    during = catalog.revision()
    ledger.end_run(run, state="done", report=None, is_idle=True)

    assert (during, catalog.revision()) == (before, before)
    assert [run.state for run in ledger.runs(limit=5)] == ["done", "done"]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"body": "Other."}, id="body"),
        pytest.param({"title": "Other"}, id="title"),
        pytest.param({"url": "https://other.example"}, id="url"),
        pytest.param({"author": "Other"}, id="author"),
        pytest.param({"tags": ("other",)}, id="tags"),
        pytest.param({"questions": (("Costs", "how dear"),)}, id="questions"),
    ],
)
def test_whatever_is_read_of_an_article_makes_a_new_version(change: dict[str, Any]) -> None:
    changed: Article = make_article(**change)

    assert changed.content_hash != make_article().content_hash
    assert make_article(location="/elsewhere.md").content_hash == make_article().content_hash


def test_while_a_long_article_is_analysed_others_can_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'record.sqlite3'}")
    analyse, written = lexical.stems_of, []

    def analyse_beside_another_writer(text: str) -> tuple[str, ...]:
        other = sqlite3.connect(tmp_path / "record.sqlite3", timeout=0)
        other.execute("BEGIN IMMEDIATE")
        written.append(text)
        other.close()
        return analyse(text)

    monkeypatch.setattr(lexical, "stems_of", analyse_beside_another_writer)
    texts = [f"Text {n}." for n in range(2 * STAGED_AT_ONCE + 1)]
    _publish(Catalog(database), make_version(make_article(), *texts))

    assert set(texts) <= set(written)
    assert Catalog(database).counts() == {"articles": 1, "chunks": len(texts)}
    assert len(Catalog(database).search(["text"], limit=1_000)) == len(texts)
    database.close()
