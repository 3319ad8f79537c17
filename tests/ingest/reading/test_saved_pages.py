"""Saved web pages: over all fixtures, the article stays and the furniture goes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ingest.reading.parsing import RawFile, parse_articles
from ingest.reading.saved_pages.pages import read_text
from knowledge.domain import Article
from knowledge.errors import ArticleError

_ROOT = Path(__file__).resolve().parents[3]
_PAGES = sorted((_ROOT / "tests" / "data" / "pages").glob("*.expected.json"))
_SEEDS = sorted((_ROOT.parent / "shared" / "seed").glob("*.txt"))


def _expected(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))


def _read(path: Path) -> Article:
    raw = RawFile(location=path.name, data=path.read_bytes(), suffix=path.suffix, stem=path.stem)
    *_, article = parse_articles(raw)
    assert isinstance(article, Article)
    return article


def _page_of(expected: Path) -> Path:
    stem = expected.name.removesuffix(".expected.json")
    return next(path for path in expected.parent.glob(f"{stem}.*") if path.suffix != ".json")


def _lines(text: str) -> list[str]:
    """The lines of Markdown without their marks, blank lines and table rules."""
    text = re.sub(r"\\([\\`*_\[\]<~&.)#>+|=-])", r"\1", text)
    mark = re.compile(r"^\s*(?:(?:#+|>|[-*•])\s+)?(?:\(?\d+[.)]\s+)?")
    bare = [mark.sub("", line).strip() for line in text.split("\n")]
    return [line for line in bare if line and not re.fullmatch(r"\|[\s|:-]+\|", line)]


@pytest.mark.parametrize("held_out", [False, True], ids=["tuned on", "held out"])
def test_article_lines_are_kept_and_furniture_lines_dropped(held_out: bool) -> None:
    wanted = kept = out = 0
    wrong: list[str] = []

    for path in _PAGES:
        expected = _expected(path)
        if expected["held_out"] is not held_out:
            continue
        lines = _lines(_read(_page_of(path)).body)
        article = _lines("\n".join(expected["kept"]))
        wanted += len(article)
        out += len(lines)
        kept += sum(line in lines for line in article)
        wrong += [f"{path.name}: {line}" for line in set(lines) ^ set(article)]

    recall, precision = kept / wanted, kept / out
    assert recall >= 0.97, (recall, wrong)
    assert precision >= 0.97, (precision, wrong)


@pytest.mark.parametrize("path", _PAGES, ids=lambda path: path.name.removesuffix(".expected.json"))
def test_title_author_date_and_address_are_found_in_the_furniture(path: Path) -> None:
    expected = _expected(path)

    article = _read(_page_of(path))

    assert article.title == expected["title"]
    assert article.author == expected["author"]
    assert str(article.updated or "") == expected["updated"]
    assert article.url == expected["url"]


@pytest.mark.skipif(not _SEEDS, reason="the first document is not beside this checkout")
def test_the_first_document_is_its_five_paragraphs() -> None:
    article = _read(_SEEDS[0])

    assert article.title == "What Is the Difference between BPO and KPO?"
    assert article.author == "Mary McMahon"
    assert str(article.updated) == "2024-05-17"
    assert article.url == "https://www.wisegeek.net/what-is-the-difference-between-bpo-and-kpo.htm"
    paragraphs = article.body.split("\n\n")
    assert [" ".join(paragraph.split()[:4]) for paragraph in paragraphs] == [
        "Business process outsourcing (BPO)",
        "Companies can use BPO",
        "In BPO and KPO,",
        "KPO firms can offer",
        "The use of BPO",
    ]
    assert paragraphs[-1].endswith("the level of skill required.")
    assert all(paragraph in _SEEDS[0].read_text("utf-8") for paragraph in paragraphs)


def test_plain_text_is_kept_whole_with_its_headings_and_lists() -> None:
    text = (
        "Shift plan\n\nEach team plans its own week.\n\nWho plans\n\nThe team leader plans it.\n\n"
        "- Early shift\n- Late shift"
    )

    *_, article = read_text(text, location="plan.txt", stem="plan")

    assert article.title == "Shift plan"
    assert article.body == (
        "Each team plans its own week.\n\n## Who plans\n\nThe team leader plans it.\n\n"
        "- Early shift\n- Late shift"
    )


def test_plain_text_without_a_title_is_named_after_its_file() -> None:
    *_, article = read_text("We plan the week on Friday.", location="x.txt", stem="shift_plan-2024")

    assert article.title == "Shift plan 2024"
    assert article.body == "We plan the week on Friday."


def test_wrapped_lines_become_one_paragraph() -> None:
    text = (
        "The planner looks at the calls of the last six weeks and at the holidays,\n"
        "and writes down how many people each half hour needs. The team leader then\n"
        "fills the names in, and everybody can see the plan a fortnight before it\n"
        "begins.\n"
    )

    *_, article = read_text(text, location="x.txt", stem="plan")

    assert "\n" not in article.body


def test_a_page_of_menus_only_is_an_error() -> None:
    menus = "Home\nAbout us\nLog in\nSearch\nUpdated: May 1, 2024\nShare\n© 2024 Nobody"

    with pytest.raises(ArticleError, match="is empty") as caught:
        list(read_text(menus, location="menus.txt", stem="menus"))

    assert caught.value.location == "menus.txt"


def test_a_comment_form_is_enough_to_know_a_saved_page() -> None:
    text = (
        "On queues\n\nA queue hides how long people wait until somebody measures the wait.\n\n"
        "Leave a Reply\n\nFill in your details below:\n\nLog Out / Change )\n"
    )

    *_, article = read_text(text, location="x.txt", stem="queues")

    assert article.title == "On queues"
    assert article.body == "A queue hides how long people wait until somebody measures the wait."


def test_we_speaking_of_its_own_work_is_no_furniture() -> None:
    text = (
        "Our shift plan\n\nWe plan our week on Friday, and we share the plan with our partners.\n\n"
        "Our support team answers e-mails from members and our sales team offers a free trial."
    )

    *_, article = read_text(text, location="x.txt", stem="plan")

    assert article.body == text.partition("\n\n")[2]
