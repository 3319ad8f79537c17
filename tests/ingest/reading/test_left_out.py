"""What a reader cuts is counted, for each kind that can hold something to be cut."""

import pytest

from tests.ingest.reading.reading import article_in, remarks_in

PAGE = """<html><head><title>Lamps</title></head><body><nav><a href="/">Shop window</a></nav><main>
<h1>Lamps</h1><p>Lamps are lit at dusk by the early watch.</p><p hidden>Secret words.</p>
<p>They are put out at dawn by the late watch.</p></main><footer>Lamp works</footer></body>
</html>"""
SAVED = """Skip to content
Home
Shop
Contact us

Lamps of the harbour

By Ada Low
Share

Lamps are lit at dusk by the early watch, and they burn until the late watch puts them out again.

Oil is brought in barrels on the first day of each month, and it is kept below the stairs.

Related articles
© 2025 Lamp works. All rights reserved.
"""


@pytest.mark.parametrize(
    ("text", "suffix", "said"),
    [
        (PAGE, ".html", ["1 hidden passages", "2 pieces around the article"]),
        (SAVED, ".txt", ["pieces around the article"]),
        (
            "# Lamps\n\nLit at dusk. <!-- why? -->\n\n%% not yet %%\n\n![a](b.png)\n\n"
            '<div style="display: none">Secret.</div>\n\n`<!-- no comment -->`\n\n![[plan]]\n',
            ".md",
            ["3 comments and hidden passages", "2 pictures and embedded pages"],
        ),
        (
            r"{\rtf1 {\header Internal}{\pict 0123}{\*\annotation Why?}Lit at dusk.\par}",
            ".rtf",
            ["1 pictures and objects", "1 comments", "1 page headers and footers"],
        ),
    ],
    ids=["html", "saved page", "markdown", "rich text"],
)
def test_what_is_cut_is_counted(text: str, suffix: str, said: list[str]) -> None:
    remarks = " ".join(remarks_in(text, suffix))
    body = article_in(text, suffix).body

    assert [one for one in said if one not in remarks] == []
    assert "dusk" in body
    assert not any(word in body for word in ("Secret", "why?", "Why?", "Internal", "Shop"))


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("# Lamps\n\nLit at dusk. 5 % of 7 % are {set}.\n\n```\n<!-- code -->\n```\n", ".md"),
        ("Lamps\n\nLit at dusk.\n", ".txt"),
        ("<html><body><h1>Lamps</h1><p>Lit at dusk by the watch.</p></body></html>", ".html"),
    ],
)
def test_nothing_is_said_where_nothing_is_cut(text: str, suffix: str) -> None:
    assert remarks_in(text, suffix) == []
