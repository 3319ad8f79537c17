"""Pieces of HTML: every word is kept, in the form that it has."""

import pytest

from ingest.reading.html.fragments import html_to_markdown, is_html


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        ("<p>5*3 &amp; <b>four</b></p>", "5\\*3 & four"),
        ("<ul><li>a<ul><li>b</ul><li><p>c</p><p>d</p></ul>", "- a\n  - b\n- c\n\n  d"),
        ("<ol start=3><li>three<li>four</ol>", "3. three\n4. four"),
        ("<p>Mo: 8<br>Tu: 9</p>", "Mo: 8\n\nTu: 9"),
        (
            "<p>This long line was only wrapped where the window of the<br>writer ended</p>",
            "This long line was only wrapped where the window of the writer ended",
        ),
        (
            "<table><tr><th rowspan=2>R<th>C<tr><td><ul><li>a<li>b</ul></table>",
            "| R | C |\n|---|---|\n| R | a; b |",
        ),
        ("<table><tr><td><h2>Left</h2><p>x<td><p>y</table>", "## Left\n\nx\n\ny"),
        ("<dl><dt>SLA<dd>An agreement.</dl>", "- SLA: An agreement."),
        ("<dl><dt>Who pays?<dd>The shop.</dl>", "## Who pays?\n\nThe shop."),
        ("<h2>A</h2><details><summary>Q</summary>A.</details>", "## A\n\n### Q\n\nA."),
        ("<blockquote><p>a<p>b</blockquote>", "> a\n>\n> b"),
        ("<pre>x = `1`\n  y</pre>", "```\nx = `1`\n  y\n```"),
        ("<ul><li><h3>Card</h3><p>text</ul>", "### Card\n\ntext"),
        ("<a href=x><h4>Card</h4><p>text</p></a>", "#### Card\n\ntext"),
        ("<p hidden>no</p><script>no</script><p>yes", "yes"),
        ("text <!-- no --> on", "text on"),
        ("<li>lone", "- lone"),
    ],
)
def test_a_piece_keeps_its_words_and_form(piece: str, expected: str) -> None:
    assert html_to_markdown(piece) == expected


def test_a_text_that_only_speaks_of_tags_is_none() -> None:
    assert is_html("<p>yes</p>")
    assert not is_html("<name> stands for </name> a name")
    assert not is_html("plain <b>bold</b>")


@pytest.mark.parametrize("tag", ["div", "ul><li", "blockquote", "table><tr><td", "dl><dt>a<dd"])
def test_what_is_nested_very_deeply_takes_no_time_and_no_stack(tag: str) -> None:
    html_to_markdown(f"<{tag}>x" * 5_000)


def test_spans_of_thousands_of_cells_are_bounded() -> None:
    row = "<td rowspan=9999 colspan=9999>x" * 200

    assert len(html_to_markdown(f"<table>{f'<tr>{row}' * 20}</table>")) < 10**6
