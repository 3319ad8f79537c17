"""What a run has to do with each article."""

import pytest

from ingest.chunking import version_id
from ingest.planning import Plan
from knowledge.domain import Article
from knowledge.errors import ArticleError
from knowledge.record.catalog import ArticleRow
from tests.workbench import WINDOW, make_article

SOURCE = "/articles"


def _row(article: Article, *, source_location: str = SOURCE) -> ArticleRow:
    return ArticleRow(
        article_id=article.article_id,
        title=article.title,
        url=article.url,
        location=article.location,
        source_location=source_location,
        content_hash=article.content_hash,
        version_id=version_id(article, max_tokens=WINDOW),
    )


@pytest.mark.parametrize(
    ("known", "found", "source", "action"),
    [
        pytest.param(None, make_article(), SOURCE, "add", id="new"),
        pytest.param(make_article(), make_article(), SOURCE, "keep", id="the same"),
        pytest.param(make_article(), make_article(body="Other."), SOURCE, "change", id="new text"),
        pytest.param(make_article(), make_article(title="Other"), SOURCE, "change", id="new title"),
        pytest.param(
            make_article(), make_article(location="/articles/b.md"), SOURCE, "move", id="renamed"
        ),
        pytest.param(
            make_article(), make_article(), "/articles/a.md", "move", id="named by itself"
        ),
        pytest.param(
            make_article(),
            make_article(location="/articles/b.md", body="Other."),
            SOURCE,
            "change",
            id="renamed and rewritten",
        ),
    ],
)
def test_an_article_is_placed(
    known: Article | None, found: Article, source: str, action: str
) -> None:
    plan = Plan([_row(known)] if known else [], max_tokens=WINDOW)

    placed = plan.place(found, source_location=source)

    assert placed == action


def test_a_second_article_with_an_id_is_refused_and_the_first_is_named() -> None:
    plan = Plan([], max_tokens=WINDOW)
    plan.place(make_article(), source_location=SOURCE)

    with pytest.raises(ArticleError, match=r"same id 'a' as /articles/a\.md"):
        plan.place(make_article(location="/articles/b.md"), source_location=SOURCE)


def test_two_lines_of_one_file_with_an_id_are_refused() -> None:
    line = make_article(location="/articles/all.jsonl#a")
    plan = Plan([], max_tokens=WINDOW)
    plan.place(line, source_location=SOURCE)

    with pytest.raises(ArticleError, match="same id"):
        plan.place(line, source_location=SOURCE)


def test_an_id_that_belongs_to_another_source_is_refused() -> None:
    plan = Plan([_row(make_article())], max_tokens=WINDOW)

    with pytest.raises(ArticleError, match=r"same id 'a' as /articles/a\.md"):
        plan.place(make_article(location="/other/a.md"), source_location="/other")


def test_one_file_that_two_sources_hold_is_kept() -> None:
    article = make_article()
    plan = Plan([_row(article)], max_tokens=WINDOW)
    plan.place(article, source_location=SOURCE)

    again = plan.place(article, source_location=article.location)

    assert again == "keep"
    assert plan.gone(SOURCE) == plan.gone(article.location) == ()


def test_what_a_source_no_longer_holds_is_gone() -> None:
    kept, lost = make_article("kept"), make_article("lost")
    elsewhere = _row(make_article("elsewhere"), source_location="/other")
    plan = Plan([_row(kept), _row(lost), elsewhere], max_tokens=WINDOW)
    plan.place(kept, source_location=SOURCE)

    assert plan.gone(SOURCE) == ("lost",)


@pytest.mark.parametrize(
    ("failed", "gone"),
    [
        pytest.param("/articles/a.md", (), id="its file"),
        pytest.param("/articles/a.md#7", (), id="a line of its file"),
        pytest.param("/articles/b.md", ("a",), id="another file"),
    ],
)
def test_an_article_is_not_gone_because_its_file_failed(failed: str, gone: tuple[str, ...]) -> None:
    plan = Plan([_row(make_article())], max_tokens=WINDOW)

    plan.fail(failed)

    assert plan.gone(SOURCE) == gone
