"""PDF documents: what is read on their pages."""

import datetime as dt
from collections.abc import Sequence

import pytest

from ingest.limited.pool import open_pool
from ingest.reading.parsing import RawFile, parse_articles
from ingest.reading.remarks import Remark
from ingest.sections import find_sections
from knowledge.domain import Article
from knowledge.errors import ArticleError

Words = tuple[float, float, float, str]
"""Size, distance from the left and from the bottom in points, and the text."""


def _pdf(*pages: Sequence[Words], about: str = "", trailer: str = "") -> bytes:
    """Return a PDF document whose pages show these words in Helvetica."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    objects += ["<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", f"<< {about} >>"]
    kids = []
    for words in pages:
        shown = "\n".join(
            f"BT /F1 {size} Tf {left} {bottom} Td ({_escape(text)}) Tj ET"
            for size, left, bottom, text in words
        )
        objects.append(f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>"
    data, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, start=1):
        places.append(f"{len(data):010} 00000 n \n")
        data += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{''.join(places)}"
    end = f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info 4 0 R {trailer} >>"
    return data + f"{table}{end}\nstartxref\n{len(data)}\n%%EOF".encode()


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _lines(*texts: str, top: float = 700, left: float = 70, size: float = 11) -> list[Words]:
    return [(size, left, top - 1.2 * size * at, text) for at, text in enumerate(texts)]


def _found(data: bytes) -> tuple[Article, list[str]]:
    *remarks, article = parse_articles(
        RawFile(location="a.pdf", data=data, suffix=".pdf", stem="shift_plan")
    )
    assert isinstance(article, Article), article
    return article, [one.text for one in remarks if isinstance(one, Remark)]


def _error(data: bytes) -> str:
    (found,) = parse_articles(RawFile(location="a.pdf", data=data, suffix=".pdf", stem="a"))
    assert isinstance(found, ArticleError), found
    return found.reason


def test_each_page_is_a_section_and_its_running_head_is_cut_and_counted() -> None:
    pages = [
        [
            *_lines("Acme internal rules", top=810, size=9),
            *_lines(text),
            *_lines(f"{number} of 3", top=30, left=280, size=9),
        ]
        for number, text in enumerate(("Calls wait.", "Chats wait too.", "Mail is slow."), 1)
    ]

    article, remarks = _found(_pdf(*pages))

    assert article.title == "Shift plan"
    assert [(section.trail, section.lines) for section in find_sections(article)] == [
        (("Page 1",), [["Calls wait."]]),
        (("Page 2",), [["Chats wait too."]]),
        (("Page 3",), [["Mail is slow."]]),
    ]
    assert remarks == ["6 running heads and page numbers of its pages are left out"]


def test_a_line_of_the_text_that_comes_again_elsewhere_is_kept() -> None:
    first = _lines("Call the desk.", "The first floor has one.", top=700)
    second = _lines("Call the desk.", "The second floor has two.", top=500)

    article, remarks = _found(_pdf(first, second))

    assert article.body.count("Call the desk.") == 2
    assert remarks == []


def test_lines_are_joined_to_paragraphs_and_broken_words_to_words() -> None:
    article, _ = _found(
        _pdf(
            [
                *_lines(
                    "A well-known provider of the services answers all the calls for outsour-",
                    "cing clients within one minute, and the others are called back by the well-",
                    "known desk. The premium at night is eighteen per cent, and that of non-",
                    "EU holidays is twenty.",
                ),
                *_lines("The second paragraph is short.", top=630),
            ]
        )
    )

    assert article.body == (
        "## Page 1\n\n"
        "A well-known provider of the services answers all the calls for outsourcing clients "
        "within one minute, and the others are called back by the well-known desk. The premium "
        "at night is eighteen per cent, and that of non-EU holidays is twenty.\n\n"
        "The second paragraph is short."
    )


def test_short_lines_and_items_stay_apart() -> None:
    article, _ = _found(
        _pdf(
            _lines(
                "The desk has these premiums:",
                "Night 18 %",
                "Day 5 %",
                "- From ten in the evening to six in the morning the calls are answered in two.",
                "- From six on they are answered in one.",
            )
        )
    )

    assert article.body.split("\n\n")[1:] == [
        "The desk has these premiums:",
        "Night 18 %",
        "Day 5 %",
        "- From ten in the evening to six in the morning the calls are answered in two.",
        "- From six on they are answered in one.",
    ]


def test_a_paragraph_that_goes_on_overleaf_is_one_of_its_first_page() -> None:
    article, _ = _found(
        _pdf(
            _lines("The premium at night is eighteen per cent and is paid", top=90),
            _lines("with the next wage.", top=760),
        )
    )

    assert article.body == (
        "## Page 1\n\nThe premium at night is eighteen per cent and is paid with the next wage."
    )


def test_the_columns_of_a_page_follow_each_other() -> None:
    left = ("The left column ends its line here and goes", "on below, with words that end.")
    right = ("The right column has a line of its own that", "ends here as well.")

    article, _ = _found(_pdf([*_lines(*left), *_lines(*right, left=330)]))

    assert article.body.split("\n\n")[1:] == [" ".join(left), " ".join(right)]


def test_larger_lines_are_the_title_and_headings_with_the_pages_below() -> None:
    text = "The premium is paid for every hour after ten in the evening, Sundays included."
    first = [
        *_lines("Premiums and", "rules", top=780, size=24),
        *_lines("At night", top=710, size=15),
        *_lines(text, top=680),
    ]
    second = [*_lines("It is paid monthly.", top=780), *_lines("By day", top=740, size=15)]
    second += _lines("There is none.", top=700)

    article, _ = _found(_pdf(first, second))

    assert article.title == "Premiums and rules"
    assert [(section.trail, section.lines) for section in find_sections(article)] == [
        (("At night", "Page 1"), [[text]]),
        (("At night", "Page 2"), [["It is paid monthly."]]),
        (("By day", "Page 2"), [["There is none."]]),
    ]


def test_without_a_clear_body_nothing_is_a_heading() -> None:
    article, _ = _found(
        _pdf([*_lines("Calls wait one minute.", size=18), *_lines("Chats wait two.", top=600)])
    )

    assert article.body == "## Page 1\n\nCalls wait one minute.\n\nChats wait two."


@pytest.mark.parametrize(
    ("named", "title"),
    [
        ("Premiums", "Premiums"),
        ("Microsoft Word - plan_final2.docx", "Shift plan"),
        ("untitled", "Shift plan"),
    ],
)
def test_the_properties_give_title_author_and_date(named: str, title: str) -> None:
    about = f"/Title ({named}) /Author (The desk) /ModDate (D:20250402080000Z)"

    article, _ = _found(_pdf(_lines("The premium is *two* euros."), about=about))

    assert (article.title, article.author) == (title, "The desk")
    assert article.updated == dt.date(2025, 4, 2)
    assert article.body.endswith(r"The premium is \*two\* euros.")


def test_pages_without_text_are_counted() -> None:
    article, remarks = _found(_pdf(_lines("Calls wait."), [], _lines("Chats wait.")))

    assert [section.trail for section in find_sections(article)] == [("Page 1",), ("Page 3",)]
    assert remarks == ["1 of its pages have no text, they are blank or scans: 2"]


def test_a_scan_is_told_from_a_text() -> None:
    assert _error(_pdf([], [])) == "has no text: it is a scan; save it with text recognition"


def test_an_encrypted_document_is_told_from_a_damaged_one() -> None:
    lock = (
        f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'41' * 32}> /U <{'42' * 32}> >> "
        f"/ID [<{'43' * 16}> <{'43' * 16}>]"
    )

    assert "without a password" in _error(_pdf(_lines("Secret."), trailer=lock))


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.7\nand no more", b"PK\x03\x04 another kind", b"<html>Not a PDF</html>"],
    ids=["cut off", "an archive", "a page"],
)
def test_what_is_no_document_is_an_error(data: bytes) -> None:
    assert "damaged" in _error(data)


def test_a_document_is_read_within_the_limits_of_the_child_process() -> None:
    data = _pdf(*(_lines(f"Rule {number} is short.") for number in range(50)))
    file = RawFile(location="a.pdf", data=data, suffix=".pdf", stem="rules")

    with open_pool() as pool:
        (article,) = pool.read([file])

    assert isinstance(article, Article)
    assert "## Page 50\n\nRule 49 is short." in article.body
