import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from knowledge.domain import ArticleId, Chunk, ChunkId
from knowledge.errors import ArticleError
from knowledge.glossary.glossary import MAX_CHARS, Glossary

PASSAGE = (
    "Hiring has many steps. Recruitment process outsourcing (RPO) means that a provider runs the "
    "hiring process. Attrition is the departure of employees."
)


def _sense(expansion: str, **fields: Any) -> dict[str, Any]:
    return {
        "expansion": expansion,
        "context": "outsourcing",
        "definition": f"A {expansion} is what this entry explains.",
        "see": {"article": "hiring", "heading": "What is RPO?"},
        **fields,
    }


def _entry(term: str, *senses: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"term": term, "aliases": [], "senses": list(senses or (_sense(term),)), **fields}


ENTRIES = [
    _entry(
        "RPO",
        _sense("recruitment process outsourcing", context="recruitment", example="We use RPO."),
        _sense("recovery point objective", context="business continuity"),
        aliases=["recruitment outsourcing"],
        elsewhere=[{"expansion": "rare plant organisation", "context": "botany"}],
        related=["KPO"],
        not_to_confuse="An RPO provider is no staffing agency.",
    ),
    _entry("KPO", _sense("knowledge process outsourcing"), related=["RPO"]),
    _entry("KPI", _sense("key performance indicator")),
    _entry("FAO", _sense("finance and accounting outsourcing"), aliases=["F&A outsourcing"]),
    _entry("SSC", _sense("shared services centre")),
    _entry("CPEO", _sense("certified employer organisation")),
    _entry("MSP", _sense("managed service programme")),
    _entry("SOW", _sense("statement of work")),
    _entry("labour arbitrage"),
    _entry("data annotation", aliases=["data labelling"]),
    _entry("core competency"),
    _entry("co-sourcing"),
    _entry("attrition"),
    _entry("offshoring"),
    _entry("onshoring"),
    _entry("ISO 27001"),
]


def _chunk(text: str = PASSAGE) -> Chunk:
    return Chunk(
        chunk_id=ChunkId("c1"),
        article_id=ArticleId("hiring"),
        title="Hiring by others",
        url="https://example.org/hiring",
        heading="What is RPO?",
        position=0,
        text=text,
    )


def _write(folder: Path, entries: object) -> Path:
    path = folder / "glossary.yaml"
    path.write_text(yaml.safe_dump(entries), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def glossary(tmp_path_factory: pytest.TempPathFactory) -> Glossary:
    path = _write(tmp_path_factory.mktemp("glossary"), ENTRIES)
    return Glossary.load(path, passages=lambda article_id, heading: _chunk())


@pytest.mark.parametrize(
    ("asked", "term"),
    [
        pytest.param("KPO", "KPO", id="exact"),
        pytest.param("kpo", "KPO", id="case"),
        pytest.param("KPOs", "KPO", id="plural acronym"),
        pytest.param("kpis", "KPI", id="plural acronym in lower case"),
        pytest.param("KPO's", "KPO", id="apostrophe"),
        pytest.param("core competencies", "core competency", id="plural in -ies"),
        pytest.param("knowledge-process outsourcing", "KPO", id="expansion with hyphen"),
        pytest.param("recruitment outsourcing", "RPO", id="alias"),
        pytest.param("co sourcing", "co-sourcing", id="blank for hyphen"),
        pytest.param("cosourcing", "co-sourcing", id="without hyphen"),
        pytest.param("F and A outsourcing", "FAO", id="and for ampersand"),
        pytest.param("finance & accounting outsourcing", "FAO", id="ampersand for and"),
        pytest.param("shared services center", "SSC", id="center"),
        pytest.param("labor arbitrage", "labour arbitrage", id="labor"),
        pytest.param("certified employer organization", "CPEO", id="organization"),
        pytest.param("managed service program", "MSP", id="program"),
        pytest.param("data labeling", "data annotation", id="single l"),
        pytest.param("iso27001", "ISO 27001", id="number without blank"),
        pytest.param("what is KPO?", "KPO", id="what is"),
        pytest.param("define kpo", "KPO", id="define"),
        pytest.param("KPO meaning", "KPO", id="meaning"),
        pytest.param("KPO.", "KPO", id="full stop"),
        pytest.param("What does a KPO stand for?", "KPO", id="stand for"),
        pytest.param("what is the full form of “KPO”", "KPO", id="full form"),
        pytest.param("  KPO\n", "KPO", id="blanks"),
    ],
)
def test_a_term_is_found_however_it_is_written(glossary: Glossary, asked: str, term: str) -> None:
    result = glossary.define(asked)

    assert result.kind in {"definition", "senses"}
    assert result.term == term
    assert not result.text.startswith("Showing")


def test_a_definition_says_all_there_is_and_cites_the_sentence_that_defines_the_term(
    glossary: Glossary,
) -> None:
    result = glossary.define("RPO in recruitment")

    assert result.kind == "definition"
    assert result.text.split("\n") == [
        "RPO (recruitment process outsourcing): A recruitment process outsourcing is what this "
        "entry explains. [1]",
        "Example: We use RPO.",
        "Not to be confused: An RPO provider is no staffing agency.",
        "See also: KPO.",
        "Other meanings: recovery point objective (business continuity), rare plant organisation "
        "(botany).",
        "[1] Hiring by others › What is RPO?",  # noqa: RUF001
    ]
    assert result.example == "We use RPO."
    assert [source.quote for source in result.sources] == [
        "Recruitment process outsourcing (RPO) means that a provider runs the hiring process."
    ]


def test_an_ambiguous_term_shows_its_meanings_here_and_names_those_elsewhere(
    glossary: Glossary,
) -> None:
    result = glossary.define("RPO")

    assert result.kind == "senses"
    assert [(sense.expansion, sense.in_domain) for sense in result.senses] == [
        ("recruitment process outsourcing", True),
        ("recovery point objective", True),
        ("rare plant organisation", False),
    ]
    assert [source.n for source in result.sources] == [1, 2]
    assert result.text.index("recovery point") < result.text.index("rare plant organisation")


@pytest.mark.parametrize("asked", ["recovery point objective", "RPO (business continuity)"])
def test_a_full_name_or_a_field_picks_one_meaning(glossary: Glossary, asked: str) -> None:
    result = glossary.define(asked)

    assert result.kind == "definition"
    assert [sense.expansion for sense in result.senses] == ["recovery point objective"]
    assert result.not_to_confuse == ""


def test_without_the_article_a_definition_has_no_source(tmp_path: Path) -> None:
    path = _write(tmp_path, [_entry("KPO", _sense("knowledge process outsourcing"))])
    glossary = Glossary.load(path, passages=lambda article_id, heading: None)

    result = glossary.define("KPO")

    assert result.sources == ()
    assert "[1]" not in result.text


@pytest.mark.parametrize(
    ("asked", "term"),
    [
        ("atrition", "attrition"),
        ("attritoin", "attrition"),
        ("recrutment process outsourcing", "RPO"),
        ("knowlege process outsorcing", "KPO"),
        ("ofshoring", "offshoring"),
    ],
)
def test_a_plain_misspelling_is_corrected_and_said_so(
    glossary: Glossary, asked: str, term: str
) -> None:
    result = glossary.define(asked)

    assert result.kind == "definition"
    assert result.term == term
    assert result.text.startswith(f"Showing “{term}” for “{asked}”.\n")


@pytest.mark.parametrize(
    ("asked", "suggestions"),
    [
        pytest.param("KPA", ("KPI", "KPO"), id="short acronym"),
        pytest.param("ISO 27002", ("ISO 27001",), id="another number"),
        pytest.param("onfshoring", ("offshoring", "onshoring"), id="two equally near"),
        pytest.param("KPO vs RPO", ("KPO", "RPO"), id="several terms"),
        pytest.param("sourcing", ("co-sourcing",), id="too far to be sure"),
        pytest.param("knowledge", ("KPO",), id="part of a name"),
    ],
)
def test_what_is_merely_near_is_suggested(
    glossary: Glossary, asked: str, suggestions: tuple[str, ...]
) -> None:
    result = glossary.define(asked)

    assert result.kind == "suggestions"
    assert set(suggestions) <= set(result.suggestions)
    assert all(term in result.text for term in suggestions)


def test_an_unknown_term_is_said_to_be_unknown(glossary: Glossary) -> None:
    result = glossary.define("photosynthesis")

    assert result.kind == "unknown"
    assert result.text.startswith("“photosynthesis” is not in the glossary")


@pytest.mark.parametrize("asked", ["", "  \n", "?", "help", "KPO " * MAX_CHARS])
def test_nothing_and_too_much_get_help(glossary: Glossary, asked: str) -> None:
    result = glossary.define(asked)

    assert result.kind == "help"
    assert f"{len(ENTRIES)} of them" in result.text
    assert len(result.term) <= MAX_CHARS + 1


def test_terms_in_a_question_are_found_with_their_names(glossary: Glossary) -> None:
    question = "Does F&A outsourcing differ from kpo/RPO when labor arbitrage ends?"

    mentions = glossary.expansions(question)

    assert [(mention.text, mention.term) for mention in mentions] == [
        ("F&A outsourcing", "FAO"),
        ("kpo", "KPO"),
        ("RPO", "RPO"),
        ("labor arbitrage", "labour arbitrage"),
    ]
    assert mentions[0].names == ("FAO", "finance and accounting outsourcing", "F&A outsourcing")


def test_an_acronym_that_is_a_word_counts_in_capitals_only(glossary: Glossary) -> None:
    mentions = glossary.expansions("We sow doubt about the SOW.")

    assert [mention.text for mention in mentions] == ["SOW"]


def test_an_entry_is_found_by_any_name(glossary: Glossary) -> None:
    entry = glossary.entry("recruitment outsourcing")

    assert entry is not None
    assert entry.term == "RPO"
    assert glossary.entry("nothing such") is None
    assert glossary.terms()[:2] == ("RPO", "KPO")


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        pytest.param([_entry("A", colour="red")], "'A' has a wrong `colour`", id="unknown key"),
        pytest.param([{"term": "A", "senses": []}], "'A' has a wrong `senses`", id="no definition"),
        pytest.param(
            [_entry("A", _sense("a", definition=" "))],
            "'A' has a wrong `senses.0.definition`",
            id="empty definition",
        ),
        pytest.param(
            [_entry("A"), _entry("B", aliases=["a"])], "'B' shares the name 'a'", id="clash"
        ),
        pytest.param([_entry("A", related=["B"])], "'A' is related to 'B'", id="unknown related"),
        pytest.param({"A": 1}, "is not a YAML list", id="no list"),
        pytest.param(["A"], "'?' has a wrong `entry`", id="no mapping"),
    ],
)
def test_a_wrong_file_is_refused_by_name_and_entry(
    tmp_path: Path, entries: object, reason: str
) -> None:
    path = _write(tmp_path, entries)

    with pytest.raises(ArticleError) as caught:
        Glossary.load(path, passages=lambda article_id, heading: None)

    assert caught.value.location == str(path)
    assert reason in caught.value.reason


def test_broken_yaml_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "glossary.yaml"
    path.write_text("- term: A\n  senses: [\n- term: B\n", encoding="utf-8")

    with pytest.raises(ArticleError) as caught:
        Glossary.load(path, passages=lambda article_id, heading: None)

    assert caught.value.line == 3


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArticleError, match="cannot be read"):
        Glossary.load(tmp_path / "none.yaml", passages=lambda article_id, heading: None)


def test_looking_up_loads_no_model_index_or_network_library() -> None:
    code = (
        "import sys, knowledge.glossary;"
        "print({'torch', 'chromadb', 'sqlalchemy', 'httpx', 'slack_sdk'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
