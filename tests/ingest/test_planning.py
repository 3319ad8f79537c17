"""What a run has to do with each article."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from ingest.chunking import version_id
from ingest.planning import Plan
from knowledge.domain import Article, ArticleId
from knowledge.errors import ArticleError
from knowledge.record.visible import ArticleRow
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


def _plan(*known: Article | None, is_there: Callable[[str], bool] = lambda _: True) -> Plan:
    rows = [_row(article) for article in known if article]
    return Plan(rows, max_tokens=WINDOW, sources=[SOURCE], is_there=is_there)


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
    plan = _plan(known, is_there=lambda _: False)

    placed = plan.place(found, source_location=source)

    assert placed is not None
    assert placed.action == action


def test_a_second_article_that_names_an_id_is_refused_and_the_first_is_named() -> None:
    plan = _plan()
    plan.place(make_article(own_id=True), source_location=SOURCE)

    with pytest.raises(ArticleError, match=r"same id 'a' as /articles/a\.md"):
        plan.place(make_article(location="/articles/b.md", own_id=True), source_location=SOURCE)


def test_two_lines_of_one_file_with_an_id_are_refused() -> None:
    line = make_article(location="/articles/all.jsonl#a", own_id=True)
    plan = _plan()
    plan.place(line, source_location=SOURCE)

    with pytest.raises(ArticleError, match="same id"):
        plan.place(line, source_location=SOURCE)


def test_an_id_that_belongs_to_another_source_is_refused() -> None:
    plan = _plan(make_article("a", title="Its own slug", own_id=True))

    with pytest.raises(ArticleError, match=r"same id 'a' as /articles/a\.md"):
        plan.place(
            make_article(location="/other/a.md", own_id=True),
            source_location="/other",
            is_last=True,
        )


def test_articles_of_one_title_are_told_apart_by_file_and_folder() -> None:
    plan = _plan()

    placed = [
        plan.place(make_article("help", location=f"{SOURCE}/{name}"), source_location=SOURCE)
        for name in ("a.md", "b.md", "c/help.md", "c/d/help.md", "c d/help.md", "all.jsonl#2")
    ]

    assert [one.article.article_id for one in placed if one] == [
        "help",
        "help-b",
        "help-c-help",
        "help-d-help",
        "help-c-d-help",
        "help-all",
    ]


def test_articles_keep_their_ids_when_the_first_of_their_title_is_gone() -> None:
    first = make_article("help")
    second = make_article("help-b", title="Help", location=f"{SOURCE}/b.md")
    plan = _plan(first, second)

    placed = plan.place(replace(second, article_id=ArticleId("help")), source_location=SOURCE)
    plan.end_source(SOURCE)

    assert placed is not None
    assert (placed.action, placed.article.article_id) == ("keep", "help-b")
    assert plan.gone() == ("help",)


def test_a_newcomer_that_is_read_first_waits_and_does_not_take_an_id_over() -> None:
    held = make_article("leave", location=f"{SOURCE}/m.md")
    new = make_article("leave", location=f"{SOURCE}/a.md", body="Another policy.")
    plan = _plan(held)

    waits = plan.place(new, source_location=SOURCE)
    kept = plan.place(held, source_location=SOURCE)
    told_apart = plan.place(new, source_location=SOURCE, is_last=True)

    assert waits is None
    assert kept is not None
    assert kept.action == "keep"
    assert told_apart is not None
    assert (told_apart.action, told_apart.article.article_id) == ("add", "leave-a")


def test_a_title_alone_takes_nothing_over_from_a_source_that_is_not_read() -> None:
    away = make_article("leave", location="/away/m.md")
    plan = Plan(
        [_row(away, source_location="/away")],
        max_tokens=WINDOW,
        sources=[SOURCE],
        is_there=lambda _: False,
    )

    other = plan.place(make_article("leave", body="Another."), source_location=SOURCE)
    same = plan.place(replace(away, location=f"{SOURCE}/b.md"), source_location=SOURCE)

    assert other is not None
    assert (other.action, other.article.article_id) == ("add", "leave-2")
    assert same is not None
    assert (same.action, same.article.article_id) == ("move", "leave")


def test_two_files_that_change_places_between_sources_are_moved() -> None:
    travel = make_article("travel", location="/a/travel.md", body="Fares.")
    unit = make_article("unit", location="/b/unit.md", body="Units.")
    plan = Plan(
        [_row(travel, source_location="/a"), _row(unit, source_location="/b")],
        max_tokens=WINDOW,
        sources=["/a", "/b"],
        is_there=lambda _: False,
    )

    first = plan.place(replace(unit, location="/a/unit.md"), source_location="/a")
    plan.end_source("/a")
    second = plan.place(replace(travel, location="/b/travel.md"), source_location="/b")
    plan.end_source("/b")

    assert first is not None
    assert second is not None
    assert [first.action, second.action] == ["move", "move"]
    assert plan.gone() == ()


def test_a_slug_goes_from_one_file_to_another_that_is_read_before_it() -> None:
    old = make_article("slug", title="T", location=f"{SOURCE}/b.md", own_id=True)
    plan = _plan(old)
    new = replace(old, location=f"{SOURCE}/a.md", body="New.")

    waits = plan.place(new, source_location=SOURCE)
    plan.place(replace(old, article_id=ArticleId("other")), source_location=SOURCE)
    plan.end_source(SOURCE)
    placed = plan.place(new, source_location=SOURCE, is_last=True)

    assert waits is None
    assert placed is not None
    assert (placed.action, placed.article.article_id) == ("change", "slug")


def test_an_article_that_names_an_id_which_a_title_holds_is_told_apart_and_told() -> None:
    plan = _plan()
    plan.place(make_article("leave"), source_location=SOURCE)

    placed = plan.place(
        make_article("leave", location=f"{SOURCE}/b.md", own_id=True), source_location=SOURCE
    )

    assert placed is not None
    assert placed.article.article_id == "leave-b"
    assert "/articles/leave.md" in placed.remark


def test_lines_without_an_id_keep_theirs_when_a_line_is_put_in_above_them() -> None:
    lines = [make_article(name, location=f"{SOURCE}/all.jsonl#{n}") for n, name in enumerate("ab")]
    plan = _plan(*lines)

    placed = [
        plan.place(one, source_location=SOURCE)
        for one in (
            make_article("new", location=f"{SOURCE}/all.jsonl#0"),
            replace(lines[0], location=f"{SOURCE}/all.jsonl#1"),
            replace(lines[1], location=f"{SOURCE}/all.jsonl#2", body="Rewritten."),
        )
    ]

    found = [(one.action, one.article.article_id) for one in placed if one]
    assert found == [("add", "new"), ("move", "a"), ("change", "b")]


def test_lines_keep_the_ids_that_an_earlier_version_made_of_theirs() -> None:
    line = make_article("kb-12", location=f"{SOURCE}/all.jsonl#kb/12", own_id=True)
    plan = _plan(line)

    kept = plan.place(replace(line, article_id=ArticleId("kb-12-x")), source_location=SOURCE)
    other = plan.place(
        make_article("kb-12", location=f"{SOURCE}/all.jsonl#kb-12", own_id=True),
        source_location=SOURCE,
    )

    assert kept is not None
    assert (kept.action, kept.article.article_id) == ("keep", "kb-12")
    assert other is not None
    assert other.action == "add"


def test_one_file_that_two_sources_hold_is_kept() -> None:
    article = make_article()
    plan = _plan(article)
    plan.place(article, source_location=SOURCE)
    plan.end_source(SOURCE)

    again = plan.place(article, source_location=article.location)
    plan.end_source(article.location)

    assert again is not None
    assert again.action == "keep"
    assert plan.gone() == ()


def test_what_a_source_no_longer_holds_is_gone() -> None:
    kept, lost = make_article("kept"), make_article("lost")
    elsewhere = _row(make_article("elsewhere"), source_location="/other")
    rows = [_row(kept), _row(lost), elsewhere]
    plan = Plan(rows, max_tokens=WINDOW, sources=[SOURCE], is_there=lambda _: True)
    plan.place(kept, source_location=SOURCE)
    plan.end_source(SOURCE)

    assert plan.gone() == ("lost",)


@pytest.mark.parametrize(
    ("failed", "gone"),
    [
        pytest.param("/articles/a.md", (), id="its file"),
        pytest.param("/articles", (), id="its folder"),
        pytest.param("/articles/b.md", ("a",), id="another file"),
        pytest.param("/art", ("a",), id="another folder"),
    ],
)
def test_an_article_is_not_gone_because_its_file_failed(failed: str, gone: tuple[str, ...]) -> None:
    plan = _plan(make_article())

    plan.fail(failed)
    plan.end_source(SOURCE)

    assert plan.gone() == gone


def test_no_line_of_a_file_is_gone_because_another_line_failed() -> None:
    plan = _plan(make_article(location="/articles/all.jsonl#a"))

    plan.fail("/articles/all.jsonl#7")
    plan.end_source(SOURCE)

    assert plan.gone() == ()
