"""OpenDocument texts, slides and spreadsheets: what is read of them."""

import datetime as dt

import pytest

from tests.ingest.reading.reading import article_in, error_in, remarks_in, zipped

U = "urn:oasis:names:tc:opendocument:xmlns"
NAMES = " ".join(
    f'xmlns:{name}="{U}:{space}:1.0"'
    for name, space in {
        "office": "office", "text": "text", "table": "table", "draw": "drawing",
        "presentation": "presentation", "style": "style", "meta": "meta",
    }.items()
)  # fmt: skip
META = (
    f'<office:document-meta {NAMES} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
    "<dc:title>Night shifts</dc:title><dc:creator>The desk</dc:creator>"
    "<dc:date>2025-04-02T08:00:00</dc:date></office:meta></office:document-meta>"
)


def _document(kind: str, body: str, styles: str = "") -> bytes:
    content = (
        f"<office:document-content {NAMES}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}>"
        "</office:body></office:document-content>"
    )
    return zipped(content_dot_xml=content, meta_dot_xml=META)


def _cell(text: str) -> str:
    return f"<table:table-cell><text:p>{text}</text:p></table:table-cell>"


def test_a_text_keeps_headings_lists_tables_and_footnotes() -> None:
    data = _document(
        "text",
        "<text:tracked-changes><text:p>Old words.</text:p></text:tracked-changes>"
        "<text:p>Nights pay<text:s/>5*3<text:note><text:note-citation>1</text:note-citation>"
        "<text:note-body><text:p>From April.</text:p></text:note-body></text:note> more."
        "<office:annotation><text:p>Is it so?</text:p></office:annotation></text:p>"
        '<text:h text:outline-level="1">Rules</text:h>'
        "<text:list><text:list-item><text:p>One</text:p><text:list><text:list-item>"
        "<text:p>Inner</text:p></text:list-item></text:list></text:list-item></text:list>"
        f"<table:table><table:table-row>{_cell('Day')}{_cell('Hours')}</table:table-row>"
        f"<table:table-row>{_cell('Mo')}{_cell('8')}</table:table-row></table:table>",
    )

    article = article_in(data, ".odt")

    assert (article.title, article.author) == ("Night shifts", "The desk")
    assert article.updated == dt.date(2025, 4, 2)
    assert article.body == (
        "Nights pay 5\\*3 more.\n\nFrom April.\n\n## Rules\n\n- One\n\n  - Inner\n\n"
        "| Day | Hours |\n|---|---|\n| Mo | 8 |"
    )
    assert remarks_in(data, ".odt") == [
        "1 comments in it are left out",
        "1 lists of changes in it are left out",
    ]


def test_a_spreadsheet_has_what_its_cells_show_and_repeats_are_bounded() -> None:
    data = _document(
        "spreadsheet",
        '<table:table table:name="Rates"><table:table-row>'
        f"{_cell('Day')}{_cell('Share')}"
        '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell/>'
        f"</table:table-row><table:table-row>{_cell('Mo')}"
        '<table:table-cell table:number-columns-repeated="2"><text:p>18 %</text:p>'
        "</table:table-cell></table:table-row></table:table>"
        '<table:table table:name="Secret" table:style-name="h"><table:table-row>'
        f"{_cell('secret')}</table:table-row></table:table>",
        '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>',
    )

    body = article_in(data, ".ods").body

    assert body.startswith("## Rates\n\n| Day | Share |\n")
    assert "| Mo | 18 % | 18 % |" in body
    assert "secret" not in body
    assert remarks_in(data, ".ods") == ["1 hidden sheets in it are left out"]


def test_slides_are_numbered_and_their_notes_left_out() -> None:
    def slide(title: str, text: str) -> str:
        return (
            f'<draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>{title}'
            f"</text:p></draw:text-box></draw:frame><draw:frame><draw:text-box><text:p>{text}"
            "</text:p></draw:text-box></draw:frame><presentation:notes><text:p>Say hello."
            "</text:p></presentation:notes></draw:page>"
        )

    data = _document("presentation", slide("Scope", "Calls.") + slide("Costs", "Nineteen euros."))

    assert article_in(data, ".odp").body == (
        "## Slide 1: Scope\n\nCalls.\n\n## Slide 2: Costs\n\nNineteen euros."
    )
    assert remarks_in(data, ".odp") == ["2 pages of notes in it are left out"]


@pytest.mark.parametrize("suffix", [".odt", ".ods", ".odp", ".xlsx", ".epub"])
@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04 cut", b"text", zipped(other="x"), zipped(content_dot_xml="<broken")],
    ids=["cut off", "text", "another archive", "broken"],
)
def test_what_is_no_document_is_an_error_of_one_line(data: bytes, suffix: str) -> None:
    assert "cannot be read as" in error_in(data, suffix)
