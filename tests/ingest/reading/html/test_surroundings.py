"""What stands around an article goes, and nothing of the article with it."""

import pytest

from tests.ingest.reading.reading import article_in

TEXT = (
    "<p>Lamps are lit at dusk by the early watch.</p><p>They burn until the late watch comes.</p>"
)
KEPT = "Lamps are lit at dusk by the early watch.\n\nThey burn until the late watch comes."


def _body(page: str, *, title: str = "Lamps") -> str:
    head = f"<head><title>{title}</title></head>" if title else ""
    return article_in(f"<html>{head}<body>{page}</body></html>", ".html").body


@pytest.mark.parametrize(
    "page",
    [
        # By tag and role
        f"<nav>Shop</nav><main><h1>Lamps</h1>{TEXT}</main><footer>Works</footer>",
        f'<div role="banner">Shop</div><h1>Lamps</h1>{TEXT}<div role="contentinfo">Works</div>',
        f"<h1>Lamps</h1>{TEXT}<aside><h2>Rent a boat</h2><p>From nine euros.</p></aside>",
        # By name
        f'<h1>Lamps</h1><div class="breadCrumbs">Shop</div>{TEXT}<div id="cookie-bar">Yes</div>',
        f'<h1>Lamps</h1>{TEXT}<div data-testid="author-box"><p>Ada writes on lamps.</p></div>',
        f'<h1>Lamps</h1><a class="btn" href="/">Ask a question of your own</a>{TEXT}',
        # By place and links
        f'<div><a href="/">Boats</a></div><div>Works of the harbour</div><h1>Lamps</h1>{TEXT}',
        f'<h1>Lamps</h1>{TEXT}<div><b>More</b><a href="/1">Oil</a> <a href="/2">Wicks</a></div>',
        f'<h1>Lamps</h1>{TEXT}<hr><a href="/1">Oil</a><address>The keepers, room 12</address>',
    ],
)
def test_menus_boxes_and_links_around_the_text_go(page: str) -> None:
    assert _body(page) == KEPT


@pytest.mark.parametrize(
    ("page", "kept"),
    [
        (f'<h1>Lamps</h1><aside class="note"><p>Mind the glass.</p></aside>{TEXT}', "the glass."),
        (f"<main><h1>Lamps</h1>{TEXT}<aside><p>Mind the glass.</p></aside></main>", "the glass."),
        (f'<main><h1>Lamps</h1>{TEXT}<p><a href="/w">Wicks for staff</a></p></main>', "Wicks for"),
        (f"<h1>Lamps</h1>{TEXT}<address>Kiln Lane 8</address><p>Ring the bell there.</p>", "Kiln"),
        (f"<h1>Lamps</h1>{TEXT}<table><tr><td>Oil</td><td>9</td></tr></table>", "| Oil | 9 |"),
        (f"<h1>Lamps</h1><ul>Bring along:<li>oil</li></ul>{TEXT}", "Bring along:"),
    ],
)
def test_what_only_looks_like_that_stays(page: str, kept: str) -> None:
    assert kept in _body(page)


def test_a_first_heading_that_is_no_title_cuts_off_nothing_above_it() -> None:
    page = f"<p>Fire drill</p><p>A drill is held in March.</p><h1>Wardens</h1>{TEXT}"

    assert _body(page, title="").startswith("Fire drill\n\nA drill is held in March.")


def test_the_number_of_a_footnote_is_no_part_of_its_sentence() -> None:
    mark = '<sup><a href="#n1">[1]</a></sup>'
    page = f"<h1>Lamps</h1><p>Lit at dusk{mark}.</p><p>Area: 9 m<sup>2</sup></p>"

    assert _body(page) == "Lit at dusk.\n\nArea: 9 m2"
