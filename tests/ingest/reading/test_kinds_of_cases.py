"""Kinds of input that went wrong once, each with three others of its kind."""

import pytest

from ingest.reading.files import RawFile
from ingest.reading.parsing import parse_articles
from ingest.reading.remarks import Remark
from ingest.sections import find_sections
from knowledge.domain import Article
from knowledge.errors import ArticleError

P = "<p>The desk of the yard is asked first, and it answers within a working day at most.</p>"


def _read(text: str, suffix: str) -> tuple[list[Article], list[str], list[ArticleError]]:
    raw = RawFile(location=f"a{suffix}", data=text.encode(), suffix=suffix, stem="a_b")
    found = list(parse_articles(raw))
    return (
        [one for one in found if isinstance(one, Article)],
        [one.text for one in found if isinstance(one, Remark)],
        [one for one in found if isinstance(one, ArticleError)],
    )


def _lines(text: str, suffix: str) -> list[str]:
    (article,), _, errors = _read(text, suffix)
    assert errors == []
    return [
        " > ".join(section.trail) + (": " if section.trail else "") + " ".join(line)
        for section in find_sections(article)
        for line in section.lines
    ]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("<ol><li>07:15</li><li>to 18:45</li></ol>", "| Mo | 07:15; to 18:45 |"),
        ("<div><div>at six</div><ul><li>not in May</li></ul></div>", "| Mo | at six; not in May |"),
        ("<dl><dt>Early</dt><dd>six</dd></dl>", "| Mo | Early; six |"),
    ],
)
def test_what_stands_in_a_cell_keeps_its_words(cell: str, shown: str) -> None:
    page = f"<h1>Hours</h1>{P}<table><tr><th>Day</th><th>Open</th></tr><tr><td>Mo</td><td>{cell}"

    assert shown in _lines(f"<html><body>{page}</td></tr></table>{P}</body></html>", ".html")


@pytest.mark.parametrize(
    "item",
    [
        '<h4><a role="button" aria-controls="x">Who signs the list?</a></h4>'
        '<div id="x" hidden>Ada.',
        '<div role="button" aria-expanded="false">Who signs the list?</div><div>Ada.',
        '<details><summary>Who signs the list?</summary><div style="">Ada.',
    ],
)
def test_a_question_that_opens_its_answer_is_its_heading(item: str) -> None:
    end = "</div></details>" if "details" in item else "</div>"
    page = f"<html><body><h1>Lists</h1>{P}{item}{end}<p>More on lists follows here soon.</p>"

    assert "Who signs the list?: Ada." in _lines(f"{page}</body></html>", ".html")


@pytest.mark.parametrize(
    "tabs",
    [
        '<a role="tab" aria-controls="p">By land</a><div id="p" role="tabpanel" hidden>',
        '<button role="tab">By land</button><div role="tabpanel" style="display:none">',
        '<li role="tab" aria-controls="p">By land</li><section id="p" aria-hidden="true">',
    ],
)
def test_no_panel_of_tabs_is_lost(tabs: str) -> None:
    end = "</section>" if "section" in tabs else "</div>"
    page = f"<h1>Cost</h1>{P}{tabs}<p>Nine.</p>{end}{P}"
    lines = _lines(f"<html><body>{page}</body></html>", ".html")

    assert any("By land" in line for line in lines)
    assert any(line.endswith("Nine.") for line in lines)


@pytest.mark.parametrize(
    "text",
    [
        "---\n\nNight pay is nine percent.\n",
        "---\nNight pay: it is nine percent, and no more.\n\n---\n\nAfter that rule.\n",
        "---\n# Pay\n\nNight pay is nine percent.\n",
    ],
)
def test_a_rule_at_the_top_is_no_front_matter(text: str) -> None:
    assert any("nine percent" in line for line in _lines(text, ".md"))


@pytest.mark.parametrize(
    ("field", "named"),
    [
        ("author:\n  name: Ada\n  mail: a@b.example", "author"),
        ("updated: next week", "updated"),
        ("tags: {a: b}", "tags"),
    ],
)
def test_a_side_key_in_another_form_is_a_warning(field: str, named: str) -> None:
    (article,), remarks, _ = _read(f"---\ntitle: Pay\n{field}\n---\nPaid monthly.\n", ".md")

    assert (article.title, article.body) == ("Pay", "Paid monthly.")
    assert [f"`{named}`" in remark for remark in remarks] == [True]


@pytest.mark.parametrize(
    "front",
    ["---\ndraft: True\n---", "+++\ndraft = true\n+++", '{"title": "Pay", "published": false}'],
)
def test_a_draft_in_any_front_matter_is_kept_out_and_named(front: str) -> None:
    articles, remarks, errors = _read(f"{front}\n\nPaid monthly.\n", ".md")

    assert (articles, errors) == ([], [])
    assert "is kept out" in remarks[0]


@pytest.mark.parametrize(
    "front",
    [
        '+++\ntitle = "Pay"\n[params]\nx = 1\n+++\n',
        '{\n"title": "Pay",\n"weight": 3\n}\n',
        "---\ntitle: Pay\nweight: 3\n...\n",
    ],
)
def test_front_matter_is_never_quoted(front: str) -> None:
    assert _lines(f"{front}\nPaid monthly.\n", ".md") == ["Paid monthly."]


@pytest.mark.parametrize(
    "html",
    [
        "<section>\n<p>Bikes stand in the yard.</p>\n</section>",
        "<table><tr><td><p>Bikes stand in the yard.</p></td></tr></table>",
        "<details><summary>Bikes</summary>Bikes stand in the yard.</details>",
    ],
)
def test_words_within_html_blocks_of_markdown_stay(html: str) -> None:
    lines = _lines(f"# Parking\n\nPark on level two.\n{html}\n\nThe end.\n", ".md")

    assert any("Bikes stand in the yard." in line for line in lines)
    assert not any("<" in line for line in lines)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Ask [[People/Ada Low|Ada]] or [[#Desk|the desk]].", "Ask Ada or the desk."),
        ("{{% notice tip %}}Ask [the desk]({{< relref a.md >}}).{{% /notice %}}", "Ask the desk."),
        ("*Ask* the desk. ^ask-1\n{: #ask .lead}", "Ask the desk."),
    ],
)
def test_signs_of_other_programs_are_not_quoted(written: str, read: str) -> None:
    lines = _lines(f"# Asking {{#asking}}\n\n{written}\n", ".md")

    assert lines == [read]


@pytest.mark.parametrize(
    "text",
    [
        r"Rooms lie under \\srv\_rooms\*new* and cost a_b_c.",
        "Pay 3 * 4 * 5 euros, <b>not</b> [more](x).",
        "The marks are `x`, ~y~ and ==z== &amp; all.",
    ],
)
def test_plain_text_is_quoted_letter_by_letter(text: str) -> None:
    assert _lines(f"Rooms of the house\n\n{text}\n", ".txt")[-1] == text


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("# One\n\n## Two\n\n### Three\n", ".md"),
        ("= One\n\n== Two\n\n=== Three\n", ".adoc"),
        ("<html><body><h1>One</h1><nav>Home</nav></body></html>", ".html"),
    ],
)
def test_headings_without_text_are_reported_as_empty(text: str, suffix: str) -> None:
    articles, _, errors = _read(text, suffix)

    assert articles == []
    assert "is empty" in errors[0].reason


@pytest.mark.parametrize(
    ("entry", "title", "lines"),
    [
        ('"title": "Fish &amp; ice", "text": "<p>Ice <i>first</i>.</p>"', "Fish & ice",
         ["Ice first."]),
        ('"title": "Ice", "body": "<div><ul><li>Ice</li><li>Salt</li></ul></div>"', "Ice",
         ["- Ice", "- Salt"]),
        ('"title": "Ice", "content": "<table><tr><td>Mo</td><td>9</td></tr></table>"', "Ice",
         ["| Mo | 9 |"]),
    ],
)  # fmt: skip
def test_a_body_of_html_in_a_line_of_json_is_read_as_html(
    entry: str, title: str, lines: list[str]
) -> None:
    (article,), _, _ = _read(f'{{"id": "x", {entry}}}\n', ".jsonl")

    assert article.title == title
    assert _lines(f'{{"id": "x", {entry}}}\n', ".jsonl") == lines


@pytest.mark.parametrize(
    "text",
    [
        '{\n  "id": "p",\n  "title": "Pay",\n  "text": "Paid monthly."\n}\n',
        '[\n  {\n    "id": "p",\n    "title": "Pay",\n    "text": "Paid monthly."\n  }\n]\n',
        '{\n "articles": [\n  {"id": "p", "title": "Pay", "text": "Paid monthly."}\n ]\n}\n',
    ],
)
def test_pretty_printed_json_is_one_document(text: str) -> None:
    (article,), _, errors = _read(text, ".jsonl")

    assert (article.title, article.body, errors) == ("Pay", "Paid monthly.", [])


@pytest.mark.parametrize("ids", [("a/1", "a-1", "a.1"), ("Z 9", "z-9", "Z_9"), ("ä", "a", "A")])
def test_ids_that_look_alike_stay_different(ids: tuple[str, ...]) -> None:
    rows = "".join(f'{{"id": "{one}", "title": "T", "text": "Of {one}."}}\n' for one in ids)

    articles, _, errors = _read(rows, ".jsonl")

    assert errors == []
    assert len({article.article_id for article in articles}) == len(ids)
