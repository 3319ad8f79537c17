"""JSON, CSV and Confluence's storage format: articles known by their shape."""

import datetime as dt
import json

import pytest

from knowledge.domain import Article
from tests.ingest.reading.reading import article_in, error_in, found_in, remarks_in

STORED = (
    '<h2>Swaps</h2><ac:structured-macro ac:name="toc" /><p>See <ac:link><ri:page '
    'ri:content-title="Holiday rules" /></ac:link>.</p><ac:structured-macro ac:name="info">'
    '<ac:parameter ac:name="title">Mind</ac:parameter><ac:rich-text-body><p>Ask a lead.</p>'
    '</ac:rich-text-body></ac:structured-macro><ac:structured-macro ac:name="code">'
    '<ac:parameter ac:name="language">sh</ac:parameter><ac:plain-text-body>'
    "<![CDATA[a < b && c]]></ac:plain-text-body></ac:structured-macro><ac:task-list><ac:task>"
    "<ac:task-id>7</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body>Sign"
    '</ac:task-body></ac:task></ac:task-list><p><ac:structured-macro ac:name="status">'
    '<ac:parameter ac:name="title">OPEN</ac:parameter></ac:structured-macro></p>'
)


def _articles(data: str, suffix: str) -> list[Article]:
    found = found_in(data, suffix)
    assert all(isinstance(one, Article) for one in found), found
    return [one for one in found if isinstance(one, Article)]


def test_a_page_of_confluence_is_read_as_its_readers_see_it() -> None:
    page = {
        "results": [{"id": "9", "title": "Shifts", "body": {"storage": {"value": STORED}}}],
        "size": 1,
    }

    (article,) = _articles(json.dumps(page), ".json")

    assert (article.article_id, article.title) == ("9", "Shifts")
    assert article.body == (
        "## Swaps\n\nSee Holiday rules.\n\nMind\n\nAsk a lead.\n\n```\na < b && c\n```\n\n"
        "- Sign\n\nOPEN"
    )


def test_articles_of_zendesk_are_read_and_drafts_kept_out() -> None:
    page = {
        "count": 2,
        "articles": [
            {
                "id": 360001,
                "title": "Refunds &amp; limits",
                "html_url": "https://help.example.com/1",
                "body": "<p>Fifteen days.</p><table><tr><td><ul><li>a</ul><td>b</table>",
                "label_names": ["refund", "money"],
                "updated_at": "2025-04-02T08:00:00Z",
                "draft": False,
            },
            {"id": 2, "title": "Later", "body": "<p>Not yet.</p>", "draft": True},
        ],
    }

    article = article_in(json.dumps(page, indent=1), ".json")

    assert (article.article_id, article.title) == ("360001", "Refunds & limits")
    assert (article.url, article.tags) == ("https://help.example.com/1", ("refund", "money"))
    assert article.updated == dt.date(2025, 4, 2)
    assert article.body == "Fifteen days.\n\n| a | b |\n|---|---|"
    assert remarks_in(json.dumps(page), ".json") == ["is kept out: it says that it is a draft"]


def test_cards_of_guru_are_read_with_the_names_in_them() -> None:
    card = {
        "id": "g1",
        "preferredPhrase": "Who approves overtime?",
        "content": '<p class="ghq-card-content__paragraph">The floor manager.</p>',
        "owner": {"firstName": "Ada", "lastName": "Byron"},
        "tags": [{"id": "t", "value": "time"}],
        "lastModified": "2025-05-01T08:00:00.000+0000",
    }

    (article,) = _articles(json.dumps([card]), ".json")

    assert (article.title, article.author) == ("Who approves overtime?", "Ada Byron")
    assert (article.body, article.tags) == ("The floor manager.", ("time",))


@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
def test_one_json_document_over_several_lines_is_read(suffix: str) -> None:
    data = json.dumps(
        [{"id": "a", "title": "A", "text": "One."}, {"title": "B", "text": "Two."}], indent=2
    )

    assert [one.title for one in _articles(data, suffix)] == ["A", "B"]


@pytest.mark.parametrize("data", ["[1, 2", "[]", '"text"', '{"a": [1]}', "[" * 100_000])
def test_json_without_articles_is_one_error(data: str) -> None:
    found = found_in(data, ".json")

    assert len(found) == 1
    assert error_in(data, ".json")


def test_rows_with_title_and_text_are_articles() -> None:
    first, second = _articles(
        'sep=;\nQuestion;Answer;Updated At\nWho pays?;"<p>The <b>shop</b>.</p>";2025-04-02\n'
        'When?;"At ten;\nor six.";\n',
        ".csv",
    )

    assert (first.title, first.body, first.updated) == (
        "Who pays?",
        "The shop.",
        dt.date(2025, 4, 2),
    )
    assert second.body == "At ten;\nor six."


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_other_rows_are_one_table_whatever_parts_them(separator: str) -> None:
    rows = [["Name", "Description"], ["Blue", '"4 seats; a, b"'], ["Red", "6 seats"]]
    data = "\n".join(separator.join(row) for row in rows)

    assert article_in(data, ".csv").body == (
        "| Name | Description |\n|---|---|\n| Blue | 4 seats; a, b |\n| Red | 6 seats |"
    )


def test_a_table_in_an_old_encoding_is_read_and_one_too_long_refused() -> None:
    assert "Café" in article_in("Name,Où\nCafé,là\n".encode("cp1252"), ".csv").body
    assert "cells; split it" in error_in("a,b\n" * 110_000, ".csv")
