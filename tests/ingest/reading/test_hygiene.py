import contextlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading.hygiene import clean_text, decode
from knowledge.errors import ArticleError

_FRENCH = "Le café coûte trois euros, et c'est déjà très cher à Orléans."
_POLISH = "Zażółć gęślą jaźń. Procesy biznesowe w Łodzi są tańsze niż gdzie indziej. " * 3
_RUSSIAN = "Передача процессов внешней компании позволяет сосредоточиться на главном. " * 3


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (_FRENCH, "utf-8"),
        (_FRENCH, "utf-8-sig"),
        (_FRENCH, "latin-1"),
        ("A “quoted” word — and a café", "cp1252"),
        (_FRENCH, "utf-16"),
        (_FRENCH, "utf-16-le"),
        (_FRENCH, "utf-16-be"),
        (_FRENCH, "utf-32"),
        (_POLISH, "cp1250"),
        (_RUSSIAN, "cp1251"),
    ],
    ids=lambda value: value if len(value) < 12 else "",
)
def test_text_is_decoded_whatever_its_encoding(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), location="x.txt") == text


def test_a_few_bytes_of_another_encoding_are_mended() -> None:
    data = "Übung für Zürich: naïve Größe, it".encode() + b"\x92s"

    assert decode(data, location="x.txt") == "Übung für Zürich: naïve Größe, it’s"  # noqa: RUF001


def test_the_encoding_that_a_page_declares_is_believed() -> None:
    data = "外部委託とは何か".encode("euc-jp")

    assert decode(data, location="x.html", declared="EUC-JP") == "外部委託とは何か"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b" \r\n\t ", "is empty"),
        (b"%PDF-1.7\n%rest", "a PDF document"),
        (b"PK\x03\x04rest", "an Office document"),
        (b"\x89PNG\r\n\x1a\nrest", "a PNG image"),
        (bytes(range(32)) * 20, "control characters"),
        (b"\x00" * 200, "control characters"),
    ],
    ids=["nothing", "blanks", "pdf", "docx", "png", "controls", "zeros"],
)
def test_what_is_not_text_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason) as caught:
        decode(data, location="articles/x.txt")

    assert caught.value.location == "articles/x.txt"


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("10\u00a0000\u202fEUR", "10 000 EUR"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("\u202eright to left\u202c", "right to left"),
        ("tag\U000e0041\U000e0042s", "tags"),
        ("stray\x00 \x07bell\ud800", "stray bell"),
        ("cafe\u0301", "café"),
        ("icon\ue001 font", "icon font"),
        ("a  \n\n\n\n\nb", "a\n\nb"),
    ],
    ids=[
        "newlines",
        "spaces",
        "zero width",
        "direction",
        "tags",
        "controls",
        "composed",
        "private use",
        "blank lines",
    ],
)
def test_invisible_characters_are_dropped_and_spaces_made_plain(dirty: str, clean: str) -> None:
    assert clean_text(dirty) == clean


@given(st.text())
def test_clean_text_has_no_control_characters(text: str) -> None:
    cleaned = clean_text(text)

    categories = {unicodedata.category(char) for char in cleaned if char != "\n"}
    assert not categories & {"Cc", "Cs", "Co", "Zl", "Zp"}


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean_text(text)

    assert clean_text(once) == once


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_an_article_error(data: bytes) -> None:
    with contextlib.suppress(ArticleError):
        assert decode(data, location="x")
