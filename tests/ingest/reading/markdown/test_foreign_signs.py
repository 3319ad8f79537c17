"""Markdown of other programs: what their readers see stays, and their signs do not."""

import pytest

from ingest.reading.parsing import RawFile, parse_articles
from ingest.sections import find_sections
from knowledge.domain import Article
from knowledge.errors import ArticleError


def _article(text: str) -> Article:
    raw = RawFile(location="a.md", data=text.encode(), suffix=".md", stem="a")
    (article,) = [one for one in parse_articles(raw) if isinstance(one, Article)]
    return article


def _words(text: str) -> str:
    """Return what can be quoted of a text, with its headings."""
    article = _article(text)
    parts = [article.title]
    for section in find_sections(article):
        parts += [*section.trail, *(" ".join(line) for line in section.lines)]
    return " / ".join(parts)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # Wiki links, block ids, callouts, marks and comments of note keepers
        ("See [[Quality desk|the guide]] and [[Scorecard]].", "See the guide and Scorecard."),
        ("See [[Scorecard#Raters]] and [[Scorecard]]].", "See Scorecard and Scorecard."),
        ("It is held weekly. ^block-1", "It is held weekly."),
        ("> [!warning]- Mind this\n> It is hot.", "Mind this It is hot."),
        ("The ==main== fee. %%not yet%%", "The main fee."),
        ("Before.\n\n![[plan.png]]\n\nAfter.", "Before. / After."),
        ("The fee[^1] is due.\n\n[^1]: Since 2020 only.", "The fee is due. / Since 2020 only."),
        # Shortcodes and variables of site builders
        ("{{< note >}}\nPay by the third.\n{{< /note >}}", "Pay by the third."),
        ("{{% alert %}}Pay by the third.{{% /alert %}}", "Pay by the third."),
        ("{% raw %}Due on the {{ page.day }}.{% endraw %}", "Due on the \N{HORIZONTAL ELLIPSIS}."),
        ("Pay.\n\n{% include banner.html %}\n\n{{ content }}", "Pay."),
        ('{% alert "Since July" %}\n  Pay early.\n{% endalert %}', "Since July Pay early."),
        ('{{< tab title="On paper" >}}\n\nPay early.', "On paper / Pay early."),
        ("Pay.\n{% comment %}\nnever\n\nshown\n{% endcomment %}\nEarly.", "Pay. / Early."),
        ('Ask in {% channel "people-ops" %}.', "Ask in people-ops."),
        ('See [the list]({% page "/list/" %}) of it.', "See the list of it."),
        ("See [the list]({{ site.base }}/list/) of it.", "See the list of it."),
        ("[Ask](/ask){:target='_blank'} us.\n{: .lead}", "Ask us."),
        (":::note Mind this\n\nPay early.\n\n:::", "Mind this / Pay early."),
        ('!!! note "Mind this"\n    Pay early.\n\nOr late.', "Mind this / Pay early. / Or late."),
        ("Ready :white_check_mark: at 10:30:15 :material-truck:", "Ready at 10:30:15"),
        ('--8<-- "foot.md"\n\n*[SLA]: a hint\n\nThe SLA holds.', "The SLA holds."),
        (
            '{% content-ref url="a.md" %}\n[a.md](a.md)\n{% endcontent-ref %}\n\nPay.',
            "Pay.",
        ),
        # Modules, expressions and comments of MDX
        (
            "import Tabs from '@theme/Tabs';\nimport './x.css'\n\nexport const a = 1;\n\nPay.\n\n"
            "{/* not\nyet */}\n\n{props.price}\n\nimport duties from abroad rise",
            "Pay. / import duties from abroad rise",
        ),
        # HTML within Markdown
        ("<details>\n<summary>Who?</summary>\nThe desk.\n</details>", "Who? / The desk."),
        ('<div class="note">\n    Pay early.\n</div>', "Pay early."),
        ("<p>Pay.</p>\n<ul>\n  <li>One</li>\n  <li>Two</li>\n</ul>", "Pay. / - One / - Two"),
        (
            "<table>\n<tr><th>Day</th><th>Hours</th></tr>\n\n"
            "<tr><td>Monday</td><td><ul><li>07:15</li></ul></td></tr>\n</table>",
            "| Day | Hours | / | Monday | 07:15 |",
        ),
        ("Write to <your manager> and <b>wait</b>.", "Write to <your manager> and wait."),
        ("<Note>Pay early.</Note>", "Pay early."),
        ("<div style='display: none'>never</div>Pay early.", "Pay early."),
        # Nothing of it in code
        ("Write `{{ name }}`, `[[x]]`, `<b>`.", "Write {{ name }}, [[x]], <b>."),
    ],
)  # fmt: skip
def test_what_a_reader_sees_is_quoted_and_no_sign(text: str, words: str) -> None:
    assert " ".join(_words(text).split()) == " ".join(f"A / {words}".split())


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("# Seat plan {#seat-plan}\n\n## Who keeps it? {#who .x}\n\nHe.", "Who keeps it?"),
        ("Seat plan {#seat-plan}\n===\n\nWho keeps it? {: #who}\n---\n\nHe.", "Who keeps it?"),
        ("# Seat plan\n\n## Who [[keeps|holds]] it? ^id-1\n\nHe.", "Who holds it?"),
    ],
)
def test_ids_of_headings_get_neither_into_titles_nor_into_ids(text: str, heading: str) -> None:
    article = _article(text)

    assert (article.title, article.article_id) == ("Seat plan", "seat-plan")
    assert [section.trail for section in find_sections(article)] == [(heading,)]


@pytest.mark.parametrize(
    "text", ["# A plan\n\n## Goals\n\n## Means\n", "A\n===\n\nB\n---\n", "# A\n\n## \n"]
)
def test_headings_without_text_are_as_empty_as_an_empty_file(text: str) -> None:
    (error,) = parse_articles(RawFile(location="a.md", data=text.encode(), suffix=".md", stem="a"))

    assert isinstance(error, ArticleError)
    assert error.reason.startswith("is empty")


def test_lines_of_metadata_at_the_top_are_no_text_but_a_list_of_hours_is() -> None:
    article = _article("Title: Rates\nsite_name: x\n\nPay early.")

    assert (article.title, article.body) == ("Rates", "Pay early.")
    assert "Monday: 8 to 4" in _words("Monday: 8 to 4\nTuesday: closed\n\nCall first.")
