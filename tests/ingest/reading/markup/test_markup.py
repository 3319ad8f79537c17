"""reStructuredText, AsciiDoc and Rich Text: what is read of them."""

import datetime as dt

import pytest

from tests.ingest.reading.reading import article_in, error_in, remarks_in

RST = """
============
Night shifts
============

:Author: The desk
:Date: 2025-04-02

Nights are from *ten* to ``six``. See :ref:`the rules <rules>` and :kbd:`Esc`.

.. toctree::

   a

.. warning:: Ask the lead.

.. versionadded:: 2.0
   Premium pay.

.. panel:: Mind this
   :width: 3

   Words in the panel.

.. hidden comment

Rules
=====

1. One

   - inner

SLA
  An agreement.

+------+------+
| Day  | Hrs  |
+======+======+
| Mo   | 8    |
+------+------+

.. code-block:: python

   x = 1
     y
"""
ADOC = """= Night shifts
Ada Lovelace <ada@x.example>
v1.0, 2025-04-02
:product: Desk Pro

Nights of {product} are from *ten* to `six`; 5*3 is 15. See <<rules,the rules>>
and https://x.example[the page].

WARNING: Ask the lead.

[[rules]]
== Rules

* First
** Nested
* Second
+
Attached words.

* Third

SLA:: An agreement.

[cols="1,2"]
|===
|Day |Hours

|Monday
|7 to 6
|===

[source,bash]
----
make run # <1>
----

// hidden
////
hidden
////

include::part.adoc[]
"""


def test_restructured_text_is_read_whole_with_what_sphinx_adds() -> None:
    article = article_in(RST, ".rst")

    assert (article.title, article.author) == ("Night shifts", "The desk")
    assert article.updated == dt.date(2025, 4, 2)
    assert article.body == (
        "Nights are from ten to six. See the rules and Esc.\n\nAsk the lead.\n\nPremium pay.\n\n"
        "Mind this\n\nWords in the panel.\n\n## Rules\n\n1. One\n   - inner\n\n"
        "- SLA: An agreement.\n\n| Day | Hrs |\n|---|---|\n| Mo | 8 |\n\n```\nx = 1\n  y\n```"
    )
    assert remarks_in(RST, ".rst") == [
        "1 `toctree` in it are left out: what they show lies elsewhere"
    ]


@pytest.mark.parametrize("directive", ["include:: /etc/hosts", "raw:: html\n   :file: /etc/hosts"])
def test_no_file_is_read_for_a_directive(directive: str) -> None:
    article = article_in(f"Title\n=====\n\nWords.\n\n.. {directive}\n", ".rst")

    assert "localhost" not in article.body
    assert "Words." in article.body


def test_asciidoc_is_read_whole() -> None:
    article = article_in(ADOC, ".adoc")

    assert (article.title, article.author) == ("Night shifts", "Ada Lovelace")
    assert article.updated == dt.date(2025, 4, 2)
    assert article.body == (
        "Nights of Desk Pro are from ten to six; 5\\*3 is 15. See the rules and the page.\n\n"
        "Ask the lead.\n\n## Rules\n\n- First\n  - Nested\n- Second\n\nAttached words.\n\n"
        "- Third\n- SLA: An agreement.\n\n| Day | Hours |\n|---|---|\n| Monday | 7 to 6 |\n\n"
        "````\nmake run #\n````"
    )
    assert remarks_in(ADOC, ".adoc") == ["1 files to include in it are left out"]


def test_rich_text_keeps_its_words_and_rows_and_no_picture() -> None:
    article = article_in(
        rb"{\rtf1\ansi\ansicpg1252{\info{\title Night shifts}{\author Ada}}"
        rb"Caf\'e9 costs 5 \u8364?. {\pict\pngblip 89504e47}\par"
        rb"\trowd\cellx9\cellx99 Day\cell Hours\cell\row\trowd\cellx9\cellx99 Mo\cell 8\cell\row"
        rb"\pard End.\par}",
        ".rtf",
    )

    assert (article.title, article.author) == ("Night shifts", "Ada")
    assert article.body == ("Café costs 5 €.\n\n| Day | Hours |\n|---|---|\n| Mo | 8 |\n\nEnd.")
    assert "cannot be read as a Rich Text document" in error_in("words", ".rtf")


def test_a_footnote_of_a_rich_text_stands_below_its_paragraph() -> None:
    data = (
        r"{\rtf1{\pard Nights pay more.{\super 1}{\*\footnote {\super 1} From {\b April}.}\par}"
        r"{\pard Sundays too.{\footnote \pard Not in May.}}}"
    )

    assert article_in(data, ".rtf").body.split("\n\n") == [
        "Nights pay more.1", "1 From April.", "Sundays too.", "Not in May.",
    ]  # fmt: skip


def test_a_note_with_a_title_of_its_own_keeps_it() -> None:
    text = "Ropes\n=====\n\n.. admonition:: Old hands say\n\n   Five tucks hold.\n"

    assert article_in(text, ".rst").body == "Old hands say\n\nFive tucks hold."


def test_what_depends_on_an_attribute_that_is_not_set_is_left_out_and_counted() -> None:
    text = (
        "= Lamps\n:harbour:\n\nifdef::harbour[]\nLit at dusk.\nendif::[]\n\nifdef::town,inn[]\n"
        "Never lit.\nendif::[]\n\nifndef::town[Put out at dawn.]\n\n"
        "ifeval::[{n} > 1]\nOil.\nendif::[]\n"
    )

    assert article_in(text, ".adoc").body == "Lit at dusk.\n\nPut out at dawn.\n\nOil."
    assert remarks_in(text, ".adoc") == [
        "1 lines of conditions that do not hold in it are left out"
    ]
