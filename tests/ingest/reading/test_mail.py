"""Mail: what was written in it."""

import datetime as dt

import pytest

from tests.ingest.reading.reading import article_in, error_in, remarks_in

HEAD = (
    'From: "Ada L." <ada@x.example>\nSubject: Re: =?utf-8?q?Nights_=E2=80=93_rules?=\n'
    "Date: Wed, 02 Apr 2025 08:00:00 +0000\n"
)
PLAIN = f"{HEAD}Content-Type: text/plain; charset=utf-8\n\n"


def test_a_message_has_its_subject_sender_and_date_and_no_history() -> None:
    text = PLAIN + (
        "Hello,\n\nnights begin at ten.\n\nOn Tue, 1 Apr 2025, Bob <b@x.example>\nwrote:\n"
        "> When do they begin?\n> Bob\n"
    )

    article = article_in(text, ".eml")

    assert (article.title, article.author) == ("Nights – rules", "Ada L.")  # noqa: RUF001
    assert article.published == dt.date(2025, 4, 2)
    assert article.body == "Hello,\n\nnights begin at ten."
    assert remarks_in(text, ".eml") == ["4 lines of earlier messages in it are left out"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("New.\n\n-----Original Message-----\nFrom: B\nOld.", "New."),
        ("New.\n\nFrom: B\nSent: Monday\nTo: A\nSubject: x\n\nOld.", "New."),
        ("New.\n-- \nAda, desk, +1 555", "New."),
        ("> Asked?\n\nAnswered.", "Answered."),
        (
            "See below.\n\n---------- Forwarded message ---------\nFrom: B\nDate: d\nSubject: s\n\n"
            "Kept.",
            "See below.\n\nFrom: B\n\nDate: d\n\nSubject: s\n\nKept.",
        ),
    ],
)
def test_earlier_messages_and_signatures_are_cut_and_forwarded_ones_kept(
    body: str, expected: str
) -> None:
    found = article_in(PLAIN + body, ".eml").body

    assert [line for line in found.split("\n") if line] == [
        line for line in expected.split("\n") if line
    ]


def test_the_html_of_a_message_is_read_and_its_attachments_are_named() -> None:
    text = HEAD + (
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
        "Content-Type: text/html\n\n<p>Nights:</p><table><tr><td>Mo</td><td>8</td></tr></table>"
        '<div class="gmail_quote">Old words</div>\n--b\nContent-Type: application/pdf\n'
        'Content-Disposition: attachment; filename="plan.pdf"\n\nx\n--b--\n'
    )

    assert article_in(text, ".eml").body == "Nights:\n\n| Mo | 8 |\n|---|---|"
    assert remarks_in(text, ".eml") == [
        "what is attached to it is not read: plan.pdf",
        "1 lines of earlier messages in it are left out",
    ]


def test_what_is_no_mail_or_says_nothing_is_an_error() -> None:
    assert "no head" in error_in("only words", ".eml")
    assert "empty" in error_in(PLAIN + "> quoted only", ".eml")
