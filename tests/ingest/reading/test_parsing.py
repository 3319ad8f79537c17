import datetime as dt
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.reading.parsing import (
    MAX_FILE_BYTES,
    SUPPORTED_SUFFIXES,
    RawFile,
    check_size,
    parse_articles,
)
from ingest.reading.remarks import Remark
from knowledge.domain import Article
from knowledge.errors import ArticleError


def _raw(text: str | bytes, suffix: str = ".md", stem: str = "call-queue") -> RawFile:
    data = text if isinstance(text, bytes) else text.encode()
    return RawFile(location=f"articles/{stem}{suffix}", data=data, suffix=suffix, stem=stem)


def _article(text: str | bytes, suffix: str = ".md") -> Article:
    *_, article = parse_articles(_raw(text, suffix))
    assert isinstance(article, Article), article
    return article


def _read(text: str | bytes, suffix: str = ".md") -> tuple[Article, list[Remark]]:
    found = list(parse_articles(_raw(text, suffix)))
    (article,) = [one for one in found if isinstance(one, Article)]
    assert not [one for one in found if isinstance(one, ArticleError)]
    return article, [one for one in found if isinstance(one, Remark)]


def _error(text: str | bytes, suffix: str = ".md") -> ArticleError:
    (error,) = parse_articles(_raw(text, suffix))
    assert isinstance(error, ArticleError), error
    return error


def test_front_matter_becomes_the_fields_of_the_article() -> None:
    text = (
        "---\ntitle: What is AHT?\nslug: aht\nsummary: Says what it is.\nupdated: 2024-05-17\n"
        "published: May 2, 2023\ntags: [metrics, voice]\nauthor: Ada Park\n"
        "url: https://kb.example/aht\nrelated: [fcr]\nreviewer: ignored\n---\n\n"
        "AHT is a mean.\n\n## Why?\n\nIt is easy to measure.\n"
    )

    article = _article(text)

    assert article == Article(
        article_id=article.article_id,
        title="What is AHT?",
        body="AHT is a mean.\n\n## Why?\n\nIt is easy to measure.",
        location="articles/call-queue.md",
        url="https://kb.example/aht",
        author="Ada Park",
        summary="Says what it is.",
        published=dt.date(2023, 5, 2),
        updated=dt.date(2024, 5, 17),
        tags=("metrics", "voice"),
        own_id=True,
    )
    assert article.article_id == "aht"


@pytest.mark.parametrize(
    ("front_matter", "line", "reason"),
    [
        ("title: a: b", 2, "broken front matter"),
        ("title: x\ntags: [a, b", 3, "broken front matter"),
        ("title: x\nauthor: &a me\nsummary: *a", 4, "alias"),
        (f"deep: {'[' * 5000}", None, "broken front matter"),
    ],
    ids=["colon", "open list", "alias", "too deep"],
)
def test_broken_front_matter_is_reported_with_its_line(
    front_matter: str, line: int | None, reason: str
) -> None:
    error = _error(f"---\n{front_matter}\n---\n\nText.\n")

    with pytest.raises(ArticleError, match=reason):
        raise error
    assert error.location == "articles/call-queue.md"
    assert line is None or error.line == line


QUESTIONS = """---
questions:
  What does it cost?:
    - "how dear is it"
    - what must I pay
  "Who: them or us?":
    - who does it
---

Opening.

## What does it *cost*?

Nothing.

## Who: them  or us?

Us.
"""


def test_the_front_matter_lists_what_sections_are_asked() -> None:
    article = _article(QUESTIONS)

    assert article.questions == (
        ("What does it cost?", "how dear is it"),
        ("What does it cost?", "what must I pay"),
        ("Who: them or us?", "who does it"),
    )


def test_questions_under_a_heading_that_is_not_there_are_left_out_and_it_is_named() -> None:
    article, (remark,) = _read(
        "---\ntitle: x\nquestions:\n  What?: [why]\n  Whence?: [where]\n---\n\n## What?\n\nThat.\n"
    )

    assert article.questions == (("What?", "why"),)
    assert remark.line == 3
    assert "'Whence?'" in remark.text
    assert "as it stands in the text" in remark.text


@pytest.mark.parametrize("nothing", ["", " null", " ~", " {}", "\n  What?: []"])
def test_a_section_need_not_be_asked_anything(nothing: str) -> None:
    assert _article(f"---\nquestions:{nothing}\n---\n\n## What?\n\nThat.\n").questions == ()


@pytest.mark.parametrize(
    ("questions", "says"),
    [
        pytest.param(" what is it", "does not list", id="a text"),
        pytest.param(" [people-ops, travel]", "does not list", id="another program's"),
        pytest.param("\n  What?: what is it", "does not list", id="no list"),
        pytest.param("\n  What?:", "does not list", id="nothing under a heading"),
        pytest.param("\n  What?: [[a, b]]", "does not list", id="a list in a list"),
        pytest.param("\n  What?:\n    - it: what", "does not list", id="colon"),
        pytest.param("\n  What?: [' ']", "from 1 to 300", id="empty question"),
        pytest.param(f"\n  What?: [{'x' * 301}]", "from 1 to 300", id="too long"),
    ],
)
def test_questions_in_another_form_are_left_out_with_their_line(questions: str, says: str) -> None:
    article, (remark,) = _read(f"---\ntitle: x\nquestions:{questions}\n---\n\n## What?\n\nThat.\n")

    assert article.questions == ()
    assert article.body == "## What?\n\nThat."
    assert remark.line == 3
    assert remark.text.startswith("`questions` in its front matter is left out")
    assert says in remark.text


@pytest.mark.parametrize(
    ("front_matter", "key", "line"),
    [
        ("title: x\nupdated: soon", "updated", 3),
        ("title: x\nupdated: 2024-02-30", "updated", 3),
        ("title: x\nupdated: 03/04/2025", "updated", 3),
        ("title: x\ndate: 3/4/25", "date", 3),
        ("title: x\nsummary: {a: b}", "summary", 3),
        ("layout: post\npublished: true", "published", 3),
        ("author:\n  name: The desk\n  url: https://kb.example", "author", 2),
        ("title: x\ntags:\n  - label: a\n    permalink: /a", "tags", 3),
        (f"title: {'very ' * 80}long", "title", 2),
        (f"layout: post\nurl: https://kb.example/{'x' * 2000}", "url", 3),
    ],
)
def test_a_side_key_in_another_form_is_left_out_and_the_text_is_read(
    front_matter: str, key: str, line: int
) -> None:
    article, (remark,) = _read(f"---\n{front_matter}\n---\n\nThe text.\n")

    assert article.body == "The text."
    assert remark.line == line
    assert remark.location == "articles/call-queue.md"
    assert remark.text.startswith(f"`{key}` in its front matter is left out: ")


@pytest.mark.parametrize(
    "front_matter",
    [
        "---\ntitle: Prices\npublished: false\n---\n",
        "---\ntitle: Prices\ndraft: yes\n---\n",
        '+++\ntitle = "Prices"\ndraft = true\n+++\n',
        '{"title": "Prices", "draft": true}\n',
    ],
)
def test_a_draft_is_kept_out_and_the_report_can_say_so(front_matter: str) -> None:
    (remark,) = parse_articles(_raw(f"{front_matter}\nAn hour costs nineteen euros.\n"))

    assert isinstance(remark, Remark)
    assert "is kept out" in remark.text


@pytest.mark.parametrize(
    "front_matter",
    [
        '+++\ntitle = "Ramp-up plan"\ndate = 2025-04-02\ndraft = false\nnote = "zebra"\n+++\n\n',
        '{\n  "title": "Ramp-up plan",\n  "date": "2025-04-02", "note": "zebra"\n}\n\n',
        "---\n\nTitle: Ramp-up plan\ndate: 2025-04-02\nnote: zebra\n...\n\n",
    ],
    ids=["TOML", "JSON", "YAML"],
)
def test_front_matter_of_every_form_is_metadata_and_never_text(front_matter: str) -> None:
    article = _article(f"{front_matter}The plan adds twelve agents.\n")

    assert (article.title, article.published) == ("Ramp-up plan", dt.date(2025, 4, 2))
    assert article.body == "The plan adds twelve agents."


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("---\n\n# Night premium\n\nIt is eighteen percent.\n\n---\n\nFrom ten.", "Night premium"),
        ("---\n\n# Weekend premium\n\nIt is twenty-two percent.", "Weekend premium"),
        ("---\nIt is eighteen percent.\n\n---\n\nFrom ten.", "Call queue"),
        ("---\n- one\n- two\n\n---\n\nFrom ten.", "Call queue"),
        ("---\n\nNote: the desk is closed.\n\n---\n\nFrom ten.", "Call queue"),
        ("---\nPlease note: the rate is: ten.\n\n---\n\nFrom ten.", "Call queue"),
        ("{{< note >}}\nFrom ten.", "Call queue"),
        ("+++\n\nFrom ten.", "Call queue"),
    ],
)
def test_what_opens_a_text_and_no_front_matter_is_read_as_text(text: str, title: str) -> None:
    article = _article(text)

    assert article.title == title
    wanted = text.replace(f"# {title}\n", "").split()[-2:]
    assert article.body.split()[-2:] == wanted
    assert article.body.count("percent") == text.count("percent")
    assert article.body.count("closed") == text.count("closed")


@pytest.mark.parametrize("value", ['"a\\0b"', '"a\\u202eb"', '"a\\x1bb"', '"\\u200ba\\nb"', "a\tb"])
def test_what_yaml_unescapes_is_as_clean_as_the_text(value: str) -> None:
    front = f"title: {value}\nauthor: {value}\ntags: [{value}]\nquestions:\n  {value}: [{value}]"
    text = f"---\n{front}\n---\n\n## ab\n\n## a b\n\nText."

    found = [one for one in parse_articles(_raw(text)) if isinstance(one, Article)]

    article = found[0]
    for part in (article.title, article.author, *article.tags, *sum(article.questions, ())):
        assert part in ("ab", "a b")


def test_a_page_that_only_leads_elsewhere_says_where() -> None:
    article = _article("---\ntitle: Org chart\nredirect_to: https://kb.example/org\n---\n")

    assert article.body == "Org chart: https://kb.example/org"


def test_a_tiny_file_that_unfolds_to_a_thousand_million_values_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    bomb = "\n".join(["---", *lines, "author: *a8", "---", "", "Text."])
    started = time.monotonic()

    error = _error(bomb)

    assert "alias" in error.reason
    assert error.line == 3
    assert time.monotonic() - started < 1


def test_front_matter_without_an_end_is_an_error() -> None:
    error = _error("---\ntitle: x\n\nText that never ends the block.\n")

    assert error.line == 1
    assert "`---`" in error.reason


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("# The *queue*\n\nText.", "The *queue*", "Text."),
        ("The queue\n=========\n\nText.", "The queue", "Text."),
        ("Intro.\n\n# The queue\n\nText.", "The queue", "Intro.\n\nText."),
        ("---\ntitle: The Queue\n---\n# The queue\n\nText.", "The Queue", "Text."),
        ("---\ntitle: Calls\n---\n# The queue\n\nText.", "Calls", "# The queue\n\nText."),
        ("Text only.", "Call queue", "Text only."),
        ("```\n# a comment\n```", "Call queue", "```\n# a comment\n```"),
    ],
    ids=["atx", "setext", "below text", "same as title", "another title", "none", "in code"],
)
def test_the_title_of_markdown_leaves_the_body(text: str, title: str, body: str) -> None:
    article = _article(text)

    assert article.title == title.replace("*", "")
    assert article.body == body


def test_html_and_images_leave_markdown_but_code_keeps_its_brackets() -> None:
    text = (
        "Before <b>bold</b> ![logo](logo.png) <!-- a note -->after <https://kb.example>.\n\n"
        "<div hidden>\nA block of HTML\n</div>\n\n<script>\nsteal()\n\nmore()\n</script>\n\n"
        "Use `List<int>` and:\n\n```\n<b>code</b>\n```\n\n[![x](y.png)](z) End."
    )

    body = _article(text).body

    assert "Before bold  after <https://kb.example>." in body
    assert "`List<int>`" in body
    assert "<b>code</b>" in body
    assert not any(word in body for word in ("HTML", "steal", "more()", "logo", "a note", ".png"))


@pytest.mark.parametrize(
    ("front_matter", "article_id"),
    [
        ("slug: good-slug\ntitle: T", "good-slug"),
        ("slug: Not a slug\ntitle: Café & Co.", "cafe-co"),
        ("title: What's the SLA?", "whats-the-sla"),
        ("title: '1984'", "1984"),
    ],
    ids=["slug", "wrong slug", "apostrophe", "number"],
)
def test_the_id_is_the_slug_or_made_of_the_title(front_matter: str, article_id: str) -> None:
    assert _article(f"---\n{front_matter}\n---\nText.").article_id == article_id


def test_titles_in_other_scripts_get_different_ids() -> None:
    first, second = (_article(f"# {title}\n\nText.") for title in ("業務委託", "品質管理"))

    assert first.article_id != second.article_id
    assert first.article_id.isascii()


def test_json_lines_yield_articles_and_errors_in_order() -> None:
    lines = [
        json.dumps({"id": "A_1", "title": "One", "text": "First.", "author": ["Ann", "Bo"]}),
        "{broken",
        "",
        json.dumps({"_id": 7, "title": "Two", "body": "Second.", "date": "2024-05-17"}),
        json.dumps({"id": "x", "title": "No text"}),
        json.dumps([1, 2]),
        json.dumps({"id": "e", "title": "Empty", "text": " \u200b"}),
        json.dumps({"id": "a b/c", "content": "# Head\n\nThird."}),
    ]

    found = list(parse_articles(_raw("\n".join(lines), ".jsonl", stem="export")))

    articles = [one for one in found if isinstance(one, Article)]
    errors = [one for one in found if isinstance(one, ArticleError)]
    assert [(a.article_id, a.title, a.body) for a in articles] == [
        ("A_1", "One", "First."),
        ("7", "Two", "Second."),
        ("a-b-c-539138d5", "Head", "Third."),
    ]
    assert articles[0].location == "articles/export.jsonl#A_1"
    assert articles[0].author == "Ann, Bo"
    assert articles[1].published == dt.date(2024, 5, 17)
    assert [error.line for error in errors] == [2, 5, 6, 7]
    assert "not JSON" in errors[0].reason
    assert "`text` is missing" in errors[1].reason


def test_nothing_hidden_in_a_page_gets_through() -> None:
    page = (
        "<html><head><title>The queue</title></head><body><article><h1>The queue</h1>"
        "<p>Calls wait in the queue until an agent is free, and the longest one goes first.</p>"
        "<p style='Display : NONE'>secret one</p><div hidden><p>secret two</p></div>"
        "<p aria-hidden='TRUE'>secret three</p><template><p>secret four</p></template>"
        "<!-- secret five --><script>secret('six')</script><style>.secret{}</style>"
        "<p>When the queue is full the next caller hears a message and may ask for a call.</p>"
        "</article></body></html>"
    )

    article = _article(page, ".html")

    assert article.title == "The queue"
    assert "Calls wait" in article.body
    assert "secret" not in article.body


@pytest.mark.parametrize("suffix", sorted(SUPPORTED_SUFFIXES))
@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"%PDF-1.4 x"], ids=repr)
def test_files_without_words_are_errors_of_every_kind(data: bytes, suffix: str) -> None:
    found = list(parse_articles(_raw(data, suffix)))

    assert [type(one) for one in found] in ([ArticleError], [])
    assert found or data == b"\xef\xbb\xbf"


def test_an_unknown_kind_names_those_that_can_be_read() -> None:
    assert ".md" in _error("text", ".xyz").reason


def test_a_file_above_the_limit_is_too_large() -> None:
    check_size(MAX_FILE_BYTES, "big.txt")

    with pytest.raises(ArticleError, match=r"25\.0 MiB.*split") as caught:
        check_size(MAX_FILE_BYTES + 1, "big.txt")

    assert caught.value.location == "big.txt"


@given(st.binary(max_size=600), st.sampled_from(sorted(SUPPORTED_SUFFIXES)))
@settings(deadline=None, max_examples=300)
def test_garbage_gives_nothing_but_article_errors(data: bytes, suffix: str) -> None:
    for one in parse_articles(_raw(data, suffix)):
        assert isinstance(one, Article | ArticleError | Remark)


@given(
    st.text(alphabet=st.sampled_from("ab .?!\n#-*>|`<![]()&;:1©\"'{}"), max_size=300),
    st.sampled_from(sorted(SUPPORTED_SUFFIXES)),
)
@settings(deadline=None, max_examples=300)
def test_parsing_is_deterministic_and_leaves_no_control_characters(text: str, suffix: str) -> None:
    first, second = (list(parse_articles(_raw(text, suffix))) for _ in range(2))

    assert [str(one) for one in first] == [str(one) for one in second]
    for one in first:
        if isinstance(one, Article):
            assert one.title
            assert one.body.strip()
            assert all(char == "\n" or char.isprintable() for char in one.body)
