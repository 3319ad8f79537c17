"""Pages whose answers stand in cells, behind buttons or in panels."""

import pytest

from ingest.reading.parsing import RawFile, parse_articles
from ingest.sections import find_sections
from knowledge.domain import Article

FILLER = (
    "<p>A vendor review is a meeting in which client and provider look at the results of the past "
    "month together. It is held so that small problems are settled before they grow.</p>"
)


def _sections(html: str) -> dict[str, str]:
    body = f"<main><article><h1>Desk</h1>{FILLER}{html}</article></main>"
    page = f"<html><head><title>Desk</title></head><body>{body}</body></html>"
    raw = RawFile(location="a.html", data=page.encode(), suffix=".html", stem="a")
    *_, article = parse_articles(raw)
    assert isinstance(article, Article)
    return {
        section.trail[-1] if section.trail else "": " / ".join(
            " ".join(line) for line in section.lines
        )
        for section in find_sections(article)
    }


@pytest.mark.parametrize(
    ("cell", "row"),
    [
        ("<ul><li>07:15 to 18:45</li></ul>", "07:15 to 18:45"),
        (
            "<ul><li>09:30 to 13:00</li><li>closed on holidays</li></ul>",
            "09:30 to 13:00; closed on holidays",
        ),
        ("<p>From nine</p><p>to five</p>", "From nine; to five"),
        ("Daily:<ol><li>one</li><li><b>two</b></li></ol>", "Daily:; one; two"),
        ("<div>From nine<br>to five</div>", "From nine; to five"),
    ],
)
def test_every_cell_of_a_table_keeps_its_text(cell: str, row: str) -> None:
    table = (
        f"<table><tr><th>Day</th><th>Hours</th></tr><tr><td>Monday</td><td>{cell}</td></tr></table>"
    )

    assert f"| Monday | {row} |" in _sections(table)[""]


@pytest.mark.parametrize(
    "item",
    [
        "<h2><button aria-expanded='false'>{q}</button></h2><div class='collapse'><p>{a}</p></div>",
        "<h3><button aria-controls='{n}'>{q}</button></h3><div id='{n}' hidden><p>{a}</p></div>",
        "<button aria-expanded='false' aria-controls='{n}'>{q}</button>"
        "<div id='{n}' style='display:none'><p>{a}</p></div>",
        "<details><summary>{q}</summary><p>{a}</p></details>",
    ],
    ids=["in a heading", "hidden panel", "bare button", "details"],
)
def test_each_question_of_an_accordion_is_a_heading_with_its_answer(item: str) -> None:
    asked = {
        "How long does onboarding take?": "It takes four weeks beside a colleague.",
        "Who signs off an agent?": "The quality lead signs after three calls.",
    }

    found = _sections("".join(item.format(q=q, a=a, n=f"p{len(q)}") for q, a in asked.items()))

    assert {heading: found.get(heading) for heading in asked} == asked


def test_other_buttons_and_hidden_menus_stay_out() -> None:
    found = _sections(
        "<p>The desk opens at nine and closes at five on working days.</p><button>Copy</button>"
        "<button aria-expanded='false' aria-controls='m'>Menu</button>"
        "<div id='m' hidden>Secret</div>"
    )

    assert not any(word in str(found) for word in ("Copy", "Menu", "Secret"))


def test_a_short_page_keeps_its_headings() -> None:
    page = (
        "<html><head><title>Vendors</title></head><body><nav>Home | About</nav><h1>Vendors</h1>"
        "<p>A new vendor needs a signed NDA.</p><h2>Who approves?</h2><p>Procurement approves.</p>"
        "<h2>Who pays?</h2><p>The desk pays.</p><footer>All rights reserved</footer></body></html>"
    )
    raw = RawFile(location="a.html", data=page.encode(), suffix=".html", stem="a")

    *_, article = parse_articles(raw)

    assert isinstance(article, Article)
    assert article.body == (
        "A new vendor needs a signed NDA.\n\n## Who approves?\n\nProcurement approves.\n\n"
        "## Who pays?\n\nThe desk pays."
    )
