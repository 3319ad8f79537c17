from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.house_rules.articles import Finding
from ingest.house_rules.checking import check_corpus
from knowledge.errors import ArticleError

FILLER = "A payroll clerk checks each payslip with care before the month closes for good. " * 45
OTHER_TEXT = "Whoever runs the pay of others must guard their bank details at all times."


def _article(slug: str = "payroll", *, body: str = "", **front: Any) -> str:
    fields = {
        "title": "What is payroll outsourcing?",
        "slug": slug,
        "summary": "Payroll in the hands of others.",
        "updated": "2026-05-17",
        "tags": ["payroll"],
        "related": ["other"],
        "sources": [{"title": "A page", "url": "https://example.org", "year": None}],
        **front,
    }
    block = yaml.safe_dump({key: value for key, value in fields.items() if value is not None})
    dated = block.replace("'2026-05-17'", "2026-05-17")
    return f"---\n{dated}---\n\nPayroll is the paying of staff.\n\n{body or _sections()}"


def _sections(extra: str = "") -> str:
    parts = [f"## Which payroll work is done?\n\n{FILLER[:1200]}\n" for _ in range(4)]
    return "\n".join([*parts, extra])


def _entry(term: str, definition: str = "", **fields: Any) -> dict[str, Any]:
    sense = {
        "expansion": term,
        "context": "finance",
        "definition": definition or f"{term} is a matter with many words about it, and one more.",
        "see": {"article": "payroll", "heading": "Which payroll work is done?"},
    }
    return {"term": term, "senses": [sense], **fields}


def _check(
    folder: Path,
    text: str,
    *,
    name: str = "payroll.md",
    entries: object = (),
    against: str = "",
    other: str | None = None,
) -> list[Finding]:
    """Check one article beside another that links back to it."""
    articles = folder / "articles"
    articles.mkdir()
    (articles / name).write_text(text, encoding="utf-8")
    beside = _article("other", related=["payroll"]) if other is None else other
    (articles / "other.md").write_text(beside, encoding="utf-8")
    glossary = folder / "glossary.yaml"
    glossary.write_text(yaml.safe_dump(list(entries)), encoding="utf-8")  # type: ignore[call-overload]
    compare_with = folder / "against.txt"
    compare_with.write_text(against, encoding="utf-8")
    return check_corpus(
        [str(articles / name)], glossary_file=glossary, compare_with=str(compare_with)
    )


def test_a_good_article_with_its_glossary_has_no_findings(tmp_path: Path) -> None:
    good = _sections(
        "## Worked example: payroll\n\nSuppose a payroll costs US$5 or 10%.\n\n"
        "## What does payroll cost?\n\nPayroll cost US$5 million in 2024.\n\n"
        "| Payroll | 2024 |\n|---|---|\n| Share | 10% |\n"
    )

    findings = _check(
        tmp_path, _article(body=good), entries=[_entry("payroll")], against=OTHER_TEXT
    )

    assert [str(finding) for finding in findings] == []


def test_questions_under_the_headings_of_their_sections_are_no_finding(tmp_path: Path) -> None:
    text = _article(questions={"Which payroll work is done?": ["who pays us", "who pays them"]})

    assert _check(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "rule", "says"),
    [
        pytest.param(_article(tags=None), "front matter", "`tags` is missing", id="key"),
        pytest.param(_article(summary=""), "front matter", "`summary` is missing", id="empty key"),
        pytest.param(_article(updated="soon"), "front matter", "`updated` is 'soon'", id="date"),
        pytest.param("No front matter.\n", "front matter", "`title` is missing", id="none at all"),
        pytest.param(_article("wages"), "slug", "'wages' is not the file's name", id="file name"),
        pytest.param(_article("other"), "slug", "is also that of", id="slug used twice"),
        pytest.param(_article(related=["gone"]), "related", "'gone' is no other", id="no article"),
        pytest.param(_article(related=["payroll"]), "related", "is no other", id="itself"),
        pytest.param(
            _article(sources=[{"title": "A page"}]), "source", "source 1 needs", id="no url"
        ),
        pytest.param(
            _article(sources=[{"url": "https://example.org"}]), "source", "needs", id="no title"
        ),
        pytest.param(
            _article(body=f"## Payroll\n\n{FILLER}"), "length", "250 are the limit", id="section"
        ),
        pytest.param(
            _article(body=_sections("\n## Payroll\n\n" + "| a b c |\n" * 90)),
            "length",
            "has 270 words",
            id="section with a table",
        ),
        pytest.param(_article(body="## Payroll\n\nPayroll."), "length", "the body", id="short"),
        pytest.param(_article(body=_sections(_sections(_sections()))), "length", "body", id="long"),
        pytest.param(
            _article(body=_sections("## Payroll\n\nPayroll takes 10% of it.")),
            "year",
            "takes 10% of it",
            id="percentage",
        ),
        pytest.param(
            _article(body=_sections("## Payroll\n\nPayroll costs US$5 or 3 million. It was 2020.")),
            "year",
            "costs US$5",
            id="amount with the year in another sentence",
        ),
        pytest.param(
            _article(body=_sections("## Payroll\n\nPayroll:\n\n| Item |\n|---|\n| 10% |")),
            "year",
            "| 10% |",
            id="table row",
        ),
        pytest.param(
            _article(body=_sections("## Payroll\n\nIt is payroll.")),
            "opening",
            "opens with a pronoun",
            id="pronoun",
        ),
        pytest.param(
            _article(body=_sections("## Payroll\n\nBananas are yellow.")),
            "opening",
            "shares no word",
            id="off the subject",
        ),
        pytest.param(
            _article(body=_sections("## Payroll\n")), "opening", "is empty", id="empty section"
        ),
        pytest.param(
            _article(body=_sections("## Payroll\n\nPayroll is organized well.")),
            "spelling",
            "'organized': write 'organised'",
            id="American",
        ),
        pytest.param(
            _article(summary="Payroll that we recieve."), "spelling", "receive", id="misspelt"
        ),
        pytest.param(
            _article(questions={"Who is paid?": ["who gets money"]}),
            "questions",
            "under 'Who is paid?', which is no section",
            id="questions of no section",
        ),
        pytest.param(
            _article(questions=["who gets money"]),
            "questions",
            "needs headings, each with a list",
            id="questions without a heading",
        ),
        pytest.param(
            _article(questions={"Which payroll work is done?": "who gets money"}),
            "questions",
            "needs headings, each with a list",
            id="one question and no list",
        ),
        pytest.param(
            _article(questions={"Which payroll work is done?": ["Who pays?", "who  pays"]}),
            "questions",
            "'Who pays?' is also listed at",
            id="question listed twice",
        ),
        pytest.param(
            _article(body=_sections(f"## Payroll\n\nPayroll: {OTHER_TEXT}")),
            "copied",
            "whoever runs the pay of others must guard",
            id="copied",
        ),
    ],
)
def test_an_article_that_breaks_a_rule_is_found(
    tmp_path: Path, text: str, rule: str, says: str
) -> None:
    findings = _check(tmp_path, text, against=OTHER_TEXT)

    assert any(finding.rule == rule and says in finding.text for finding in findings), findings


@pytest.mark.parametrize(
    ("entries", "rule", "says"),
    [
        pytest.param(
            [_entry("payroll", senses=[])], "glossary", "wrong `senses`", id="no definition"
        ),
        pytest.param(
            [_entry("payroll"), _entry("wages", aliases=["Pay-roll"])],
            "glossary",
            "shares the name",
            id="one name twice",
        ),
        pytest.param(
            [_entry("payroll", related=["wages"])], "glossary", "is no term", id="unknown related"
        ),
        pytest.param(
            [
                _entry("payroll", "Payroll is the work of wages."),
                _entry("wages", "Wages are what payroll pays."),
            ],
            "circular",
            "only define each other",
            id="circular",
        ),
        pytest.param(
            [_entry("payroll", f"Payroll: {OTHER_TEXT}")], "copied", "whoever runs", id="copied"
        ),
        pytest.param(
            [_entry("payroll", "Payroll is a labor matter.")], "spelling", "labour", id="spelling"
        ),
    ],
)
def test_a_glossary_that_breaks_a_rule_is_found(
    tmp_path: Path, entries: list[dict[str, Any]], rule: str, says: str
) -> None:
    findings = _check(tmp_path, _article(), entries=entries, against=OTHER_TEXT)

    assert any(finding.rule == rule and says in finding.text for finding in findings), findings


@pytest.mark.parametrize(
    ("see", "says"),
    [
        ({"article": "gone", "heading": "Payroll"}, "'gone', which is not there"),
        ({"article": "payroll", "heading": "Gone"}, "'Gone', which 'payroll' does not have"),
    ],
)
def test_a_reference_that_leads_nowhere_is_found(
    tmp_path: Path, see: dict[str, str], says: str
) -> None:
    stray = _entry("wages")
    stray["senses"][0]["see"] = see

    findings = _check(tmp_path, _article(), entries=[_entry("payroll"), stray])

    assert [(finding.rule, says in finding.text) for finding in findings] == [("reference", True)]


def test_a_link_that_is_not_returned_is_found(tmp_path: Path) -> None:
    findings = _check(tmp_path, _article(), other=_article("other", related=["elsewhere"]))

    assert [finding.text for finding in findings] == ["'other' does not link back"]


def test_a_question_that_another_article_lists_is_found_with_both_places(tmp_path: Path) -> None:
    heading = "Which payroll work is done?"
    text = _article(questions={heading: ["who pays whom", "Who gets money?"]})
    beside = _article("other", related=["payroll"], questions={heading: ["WHO gets: money"]})

    (finding,) = _check(tmp_path, text, other=beside)

    assert finding.rule == "questions"
    assert finding.line is not None
    assert "Who gets money?" in text.split("\n")[finding.line - 1]
    place = beside.split("\n").index("  - 'WHO gets: money'") + 1
    assert finding.text.endswith(f"other.md:{place}")


def test_only_the_named_files_are_reported(tmp_path: Path) -> None:
    bad = _article("other", related=["payroll"], summary="A labor matter.")

    findings = _check(tmp_path, _article(), other=bad)

    assert findings == []


def test_a_glossary_that_refers_to_none_of_the_articles_is_left_alone(tmp_path: Path) -> None:
    stray = _entry("wages")
    stray["senses"][0]["see"] = {"article": "gone", "heading": "Payroll"}

    findings = _check(tmp_path, _article(), entries=[stray])

    assert findings == []


def test_a_heading_is_what_the_splitter_takes_for_one(tmp_path: Path) -> None:
    written = "```\n## No heading\n```\n\n**Payroll** work\n---\n\nBananas are yellow."
    text = _article(body=_sections(f"## Payroll\n\nPayroll has code.\n\n{written}"))

    findings = _check(tmp_path, text)

    (finding,) = findings
    assert "shares no word" in finding.text
    assert finding.line == text.split("\n").index("Bananas are yellow.") + 1


def test_names_keep_their_american_spelling(tmp_path: Path) -> None:
    body = _sections(
        "## Payroll\n\nPayroll rules of the Labor Organization, resized for a certified "
        "professional employer organization.\n"
    )

    findings = _check(tmp_path, _article(body=body))

    assert findings == []


def test_a_finding_reads_as_a_place_to_jump_to() -> None:
    with_line = Finding(location="a.md", line=3, rule="year", text="none")
    without = Finding(location="a.md", rule="year", text="none")

    assert str(with_line) == "a.md:3: year: none"
    assert str(without) == "a.md: year: none"


def test_a_finding_names_its_line(tmp_path: Path) -> None:
    text = _article(body=_sections("## Payroll\n\nPayroll is a labor matter."))

    (finding,) = _check(tmp_path, text)

    assert finding.line is not None
    assert "labor" in text.split("\n")[finding.line - 1]


@pytest.mark.parametrize("argument", ["missing.md", "page.html"])
def test_what_cannot_be_checked_is_an_error(tmp_path: Path, argument: str) -> None:
    with pytest.raises(ArticleError):
        check_corpus(
            [str(tmp_path / argument)], glossary_file=tmp_path / "none.yaml", compare_with=None
        )


@pytest.mark.parametrize(
    ("front", "line", "rule", "says"),
    [
        pytest.param("updated: 2024-02-30", 3, "front matter", "2024-02-30", id="no such day"),
        pytest.param(f"deep: {'[' * 3_000}", None, "front matter", "broken", id="nested deeply"),
        pytest.param("tags: &t [a]\nrelated: *t", 4, "front matter", "alias", id="alias"),
        pytest.param("tags: [a, b", 3, "front matter", "broken", id="never closed"),
        pytest.param("? [a]\n: b", None, "front matter", "missing", id="a list for a key"),
    ],
)
def test_no_front_matter_ends_the_check(
    front: str, line: int | None, rule: str, says: str, tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text(
        f"---\ntitle: a\n{front}\n---\n\nPayroll is the paying of staff.\n"
    )

    findings = check_corpus(
        [str(tmp_path)], glossary_file=tmp_path / "none.yaml", compare_with=None
    )

    found = [one for one in findings if one.rule == rule and says in one.text]
    assert found
    assert found[0].location == str(tmp_path / "a.md")
    assert line is None or found[0].line == line
