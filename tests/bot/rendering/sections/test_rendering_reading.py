"""A section of an article in a modal."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.local_slack.blocks.rules import view_problems
from bot.local_slack.workspace.values import block_texts
from bot.rendering import SectionReference, View, render_gone, render_page
from bot.rendering.sections.passages import mark_quote, read_pieces
from knowledge.domain import ArticleId, SectionPage

BODY = """\
Outsourcing moves *work*. It does not move blame. See [the rules](https://rules.example/a).

1. First, write `it` down.
   - with care
2. Then sign.

| Aspect | BPO | KPO |
| --- | --- | --- |
| Work | routine | expert |

> Somebody said so.

```
code | here
```
"""


def _page(body: str = BODY, **changes: object) -> SectionPage:
    values: dict[str, object] = {
        "article_id": ArticleId("a"),
        "title": "Outsourcing",
        "heading": "Basics > Blame",
        "body": body,
        "number": 2,
        "total": 3,
        "url": "https://articles.example/a",
        "author": "Ada <b>",
        "published": "2023-01-02",
        "updated": "2024-05-17",
    }
    return SectionPage(**{**values, **changes})  # type: ignore[arg-type]


def _bold(view: View) -> str:
    """Return what stands in bold, in order."""
    found: list[str] = []

    def look(value: Any) -> None:
        if isinstance(value, dict):
            if value.get("style", {}) and isinstance(value["style"], dict):
                found.extend([value["text"]] if value["style"].get("bold") else [])
            for item in value.values():
                look(item)
        elif isinstance(value, list):
            for item in value:
                look(item)

    look(view["blocks"])
    return "".join(found)


def test_a_section_stands_as_in_the_article() -> None:
    view = render_page(_page())

    assert view_problems(view) == []
    assert block_texts(view["blocks"]) == [
        "Blame",
        "From Outsourcing \u203a Basics · by Ada &lt;b&gt; · published January 2023"
        " · updated May 2024 · section 2 of 3 · <https://articles.example/a|Open on the web>",
        "Outsourcing moves work. It does not move blame. See the rules.",
        "First, write it down.",
        "with care",
        "Then sign.",
        "Work",
        "BPO: routine",
        "KPO: expert",
        "Somebody said so.",
        "code | here",
        "\u2039 Previous",
        "Next \u203a",
    ]


def test_an_ordered_list_counts_on_after_what_stands_inside_it() -> None:
    view = render_page(_page())

    [lists] = [b["elements"] for b in view["blocks"] if len(b.get("elements", ())) == 3]
    assert [(part["style"], part.get("indent", 0), part.get("offset", 0)) for part in lists] == [
        ("ordered", 0, 0),
        ("bullet", 1, 0),
        ("ordered", 0, 1),
    ]


@pytest.mark.parametrize(
    ("quote", "marked"),
    [
        ("It does not move blame.", "It does not move blame."),
        ("Outsourcing moves work.", "Outsourcing moves work."),
        ("See the rules.\n- First, write it down.", "See the rules.First, write it down."),
        ("with care", "with care"),
        ("Somebody said so.", "Somebody said so."),
        ("nowhere to be found", ""),
        ("", ""),
    ],
)
def test_the_quoted_passage_is_bold(quote: str, marked: str) -> None:
    shown = render_page(
        _page(BODY.partition("| Aspect")[0] + "\n\n> Somebody said so."),
        quote=(
            quote,
            quote,
        ),
    )

    assert _bold(shown) == marked


def test_a_quoted_row_of_a_table_is_bold() -> None:
    view = render_page(_page(), quote=("| Work | routine", "expert |"))

    assert _bold(view) == "Workroutineexpert"


def test_the_first_and_the_last_section_have_one_neighbour() -> None:
    first, last = render_page(_page(number=1)), render_page(_page(number=3))

    assert [e["action_id"] for e in first["blocks"][-1]["elements"]] == ["turn_on"]
    assert [e["action_id"] for e in last["blocks"][-1]["elements"]] == ["turn_back"]
    assert SectionReference.read(last["blocks"][-1]["elements"][0]["value"]) == SectionReference(
        article_id="a", number=2
    )


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "ftp://a.example", "https://a@b.example"]
)
def test_an_address_that_is_no_plain_web_address_is_no_link(url: str) -> None:
    view = render_page(_page(f"See [this]({url or 'x:y'}).", url=url))

    assert "Open on the web" not in str(view)
    assert "'link'" not in str(view)


def test_a_link_that_says_that_it_leads_elsewhere_is_no_link() -> None:
    view = render_page(_page("Log in at [https://bank.example](https://evil.example/x)."))

    assert "https://bank.example" in str(view)
    assert "'link'" not in str(view)


def test_a_paragraph_of_countless_marks_is_shown_whole_within_slacks_limit() -> None:
    view = render_page(_page(" ".join(f"*w{n}* x" for n in range(1_200))))

    assert view_problems(view) == []
    assert "w1199" in str(view)


def test_of_a_section_that_is_too_long_the_quoted_part_is_shown() -> None:
    body = "\n\n".join(f"Paragraph {n} says " + "words " * 200 for n in range(200))

    top = render_page(_page(body))
    middle = render_page(_page(body), quote=("Paragraph 150 says words", "words words"))

    assert view_problems(top) == view_problems(middle) == []
    assert "Paragraph 0 " in str(top)
    assert "Paragraph 150 " in str(middle)
    assert "Paragraph 0 " not in str(middle)
    assert all("longer than fits" in str(view) for view in (top, middle))


def test_what_is_gone_is_said_to_be_gone() -> None:
    assert view_problems(render_gone()) == []


TEXT = st.text(max_size=60) | st.sampled_from(
    ["<!channel>", "<@U1>", "[a](javascript:x)", "| a | b |\n| - | - |\n| c |", "- x\n  - y", "# h"]
)


@given(
    body=st.lists(TEXT, max_size=30).map("\n\n".join),
    title=TEXT.map(lambda t: t * 8),
    heading=TEXT,
    url=TEXT,
    quote=st.tuples(TEXT, TEXT),
)
def test_no_article_makes_a_view_that_slack_refuses_or_that_pings(
    body: str, title: str, heading: str, url: str, quote: tuple[str, str]
) -> None:
    page = _page(body, title=title, heading=heading, author=title, url=url)

    view = render_page(page, quote=quote)

    assert view_problems(view) == []
    assert "<!" not in view["blocks"][1]["elements"][0]["text"]


@given(body=st.lists(TEXT, max_size=8).map("\n\n".join), data=st.data())
def test_marking_changes_no_letter(body: str, data: st.DataObject) -> None:
    pieces = read_pieces(body)
    whole = "".join(piece.text for piece in pieces)
    start = data.draw(st.integers(0, len(whole)))
    quote = whole[start : start + data.draw(st.integers(0, 30))]

    marked, _ = mark_quote(pieces, (quote, quote))

    assert [piece.text for piece in marked] == [piece.text for piece in pieces]


@given(value=st.text(max_size=50) | st.sampled_from(['{"a":1}', "[]", '{"a":"x","q":[1]}', "{}"]))
def test_a_value_that_names_nothing_is_no_reference(value: str) -> None:
    reference = SectionReference.read(value)

    assert reference is None or reference.article_id == "x"


@given(st.text(), st.text(max_size=900), st.tuples(st.text(max_size=120), st.text(max_size=60)))
@example("a" * 300, "\x01" * 900, ("\x01" * 120, ""))
@example("\x01" * 900, "", ("", ""))
def test_a_reference_fits_on_a_button(
    article_id: str, heading: str, quote: tuple[str, str]
) -> None:
    reference = SectionReference(article_id=article_id, heading=heading, quote=quote)

    assert len(reference.write()) <= 2_000
