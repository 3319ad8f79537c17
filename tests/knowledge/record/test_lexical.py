"""The full-text index, on SQLite and PostgreSQL."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.record.catalog import Catalog
from knowledge.record.database import Database
from knowledge.text.language import stems_of
from tests.workbench import make_article, make_version


@pytest.fixture
def catalog(database: Database) -> Catalog:
    return Catalog(database)


def _publish(catalog: Catalog, **articles: str) -> None:
    versions = [make_version(make_article(name, body=text)) for name, text in articles.items()]
    catalog.stage(versions)
    catalog.activate(versions)


def _find(catalog: Catalog, query: str, *, limit: int = 10) -> list[str]:
    ids = [chunk_id for chunk_id, _ in catalog.search(stems_of(query), limit=limit)]
    chunks = catalog.chunks(ids)
    return [chunks[chunk_id].article_id for chunk_id in ids]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        pytest.param("The contact centre is open.", "contact center", id="American query"),
        pytest.param("The contact center is open.", "contact centre", id="British query"),
        pytest.param("Organisations outsource.", "organization", id="-iz-"),
        pytest.param("Providers were outsourcing work.", "outsourced", id="stem"),
        pytest.param("Service levels (SLAs) bind.", "SLA", id="plural of an acronym"),
        pytest.param("F&A means finance and accounting.", "F&A", id="ampersand"),
        pytest.param("Costs fell by 2.5 percent.", "2.5", id="decimal number"),
        pytest.param("The naïve café model.", "naïve café", id="accents"),
        pytest.param("第三者 outsourcing", "第三者", id="another script"),
    ],
)
def test_a_word_is_found_however_it_is_written(catalog: Catalog, text: str, query: str) -> None:
    _publish(catalog, a=text, b="Nothing of the kind.")

    found = _find(catalog, query)

    assert found == ["a"]


def test_a_passage_is_found_by_a_word_that_only_a_question_of_its_section_holds(
    catalog: Catalog,
) -> None:
    versions = [
        make_version(make_article("a"), "Agents depart.", questions=("why do people quit",)),
        make_version(make_article("b"), "People arrive."),
    ]
    catalog.stage(versions)
    catalog.activate(versions)

    assert _find(catalog, "quitting") == ["a"]
    assert catalog.vocabulary().knows("quit")


def test_a_word_in_the_title_weighs_more_than_one_in_the_text(catalog: Catalog) -> None:
    versions = [
        make_version(make_article("plain", title="Other", body="Payroll and other matters.")),
        make_version(make_article("titled", title="Payroll", body="Salaries and other matters.")),
    ]
    catalog.stage(versions)
    catalog.activate(versions)

    assert _find(catalog, "payroll") == ["titled", "plain"]


def test_a_rare_word_weighs_more_than_a_common_one(catalog: Catalog) -> None:
    common = {f"common{n}": "Outsourcing is a service." for n in range(9)}
    _publish(catalog, rare="Captives exist.", **common)

    assert _find(catalog, "outsourcing captives")[0] == "rare"


def test_no_more_is_returned_than_asked_for_and_scores_fall(catalog: Catalog) -> None:
    _publish(catalog, **{f"a{n}": "Invoices. " * n + "Other words." for n in range(1, 8)})

    found = catalog.search(["invoic"], limit=5)

    scores = [score for _, score in found]
    assert len(found) == 5
    assert scores == sorted(scores, reverse=True)
    assert min(scores) > 0


def test_no_term_finds_nothing(catalog: Catalog) -> None:
    _publish(catalog, a="Some text.")

    assert catalog.search([], limit=5) == []
    assert catalog.search(["unheard"], limit=5) == []


def test_a_repeated_term_counts_once(catalog: Catalog) -> None:
    _publish(catalog, a="Invoices and calls.", b="Calls.")

    assert catalog.search(["invoic"] * 3, limit=5) == catalog.search(["invoic"], limit=5)


def test_a_word_of_many_kilobytes_is_taken_in_and_found(catalog: Catalog) -> None:
    blob = "QUJD" * 5_000
    _publish(catalog, a=f"The key is {blob} and no other.")

    assert _find(catalog, blob) == ["a"]
    assert _find(catalog, "key") == ["a"]


def test_a_text_with_more_words_than_postgresql_counts_is_taken_in(catalog: Catalog) -> None:
    _publish(catalog, a=" ".join(f"word{n}" for n in range(20_000)) + " often" * 300)

    assert _find(catalog, "word19999") == ["a"]
    assert _find(catalog, "often") == ["a"]


def test_the_vocabulary_counts_chunks_and_spells_stems_out(catalog: Catalog) -> None:
    _publish(catalog, a="Invoices, invoices.", b="One invoice.", c="Calls.")

    vocabulary = catalog.vocabulary()

    assert vocabulary.chunks == 3
    assert vocabulary.frequencies["invoic"] == 2
    assert vocabulary.spell_out("invoic") in {"invoice", "invoices"}
    assert vocabulary.idf("call") > vocabulary.idf("invoic") > 0


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(query=st.text(max_size=60))
def test_no_query_whatever_is_a_syntax_error(catalog: Catalog, query: str) -> None:
    catalog.search(stems_of(query), limit=5)
    catalog.search(query.split(), limit=5)
