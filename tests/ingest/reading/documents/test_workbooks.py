"""Excel workbooks: what is read of their sheets."""

import pytest

from ingest.reading.documents.cell_formats import number_kind, shown_number
from ingest.reading.documents.grids import MAX_CELLS
from tests.ingest.reading.reading import article_in, error_in, remarks_in, zipped_files

S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
STYLES = (
    f'<styleSheet {S}><numFmts><numFmt numFmtId="164" formatCode="0.0%"/></numFmts><cellXfs>'
    '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="20"/></cellXfs>'
    "</styleSheet>"
)


def _text(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def _number(place: str, value: str, style: int = 0) -> str:
    return f'<c r="{place}" s="{style}"><v>{value}</v></c>'


def _book(*sheets: str, hidden: int = 99) -> bytes:
    names = "".join(
        f'<sheet name="Sheet {n}" sheetId="{n}" r:id="r{n}" '
        f'state="{"hidden" if n == hidden else "visible"}"/>'
        for n in range(1, len(sheets) + 1)
    )
    rels = "".join(
        f'<Relationship Id="r{n}" Target="worksheets/s{n}.xml"/>' for n in range(1, len(sheets) + 1)
    )
    parts: dict[str, str | bytes] = {
        "xl/workbook.xml": f"<workbook {S} {R}><sheets>{names}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships>{rels}</Relationships>",
        "xl/styles.xml": STYLES,
    }
    for n, sheet in enumerate(sheets, 1):
        parts[f"xl/worksheets/s{n}.xml"] = f"<worksheet {S}>{sheet}</worksheet>"
    return zipped_files(parts)


def test_a_sheet_is_a_section_and_its_values_are_as_people_see_them() -> None:
    rows = (
        f'<row r="1">{_text("A1", "Rates of the desk")}</row>'
        f'<row r="3">{_text("A3", "Day")}{_text("B3", "From")}{_text("C3", "Share")}</row>'
        f'<row r="4">{_text("A4", "Monday")}{_number("B4", "45749", 1)}{_number("C4", "0.055", 2)}'
        f'<c r="D4"><f>A1*2</f><v>7.5</v></c></row>'
        f'<row r="5">{_text("A5", "Sunday")}{_number("B5", "0.30208333", 3)}</row>'
    )

    article = article_in(_book(f"<sheetData>{rows}</sheetData>"), ".xlsx")

    assert article.title == "Shift plan"
    assert article.body == (
        "## Sheet 1\n\nRates of the desk\n\n"
        "| Day | From | Share |  |\n|---|---|---|---|\n"
        "| Monday | 2 April 2025 | 5.5% | 7.5 |\n| Sunday | 07:15 |  |  |"
    )


def test_what_is_hidden_is_left_out_and_counted() -> None:
    data = _book(
        '<cols><col min="2" max="2" hidden="1"/></cols><sheetData>'
        f'<row r="1">{_text("A1", "Day")}{_text("B1", "secret column")}{_text("C1", "Hours")}</row>'
        f'<row r="2" hidden="1">{_text("A2", "secret row")}</row>'
        f'<row r="3">{_text("A3", "Monday")}{_text("C3", "8")}<c r="D3"><f>1/2</f></c></row>'
        "</sheetData>",
        f'<sheetData><row r="1">{_text("A1", "secret sheet")}</row></sheetData>',
        hidden=2,
    )

    body = article_in(data, ".xlsx").body
    remarks = remarks_in(data, ".xlsx")

    assert "secret" not in body
    assert "| Day | Hours |\n|---|---|\n| Monday | 8 |" in body
    assert remarks == [
        "its sheet 'Sheet 2' is hidden and left out",
        "1 formulas without a value of its sheets are left out",
        "1 hidden columns of its sheets are left out",
        "1 hidden rows of its sheets are left out",
    ]


def test_a_cell_over_several_rows_is_in_each_of_them() -> None:
    rows = (
        f'<row r="2">{_text("A2", "North")}{_text("B2", "Lund")}</row>'
        f'<row r="3"><c r="A3"/>{_text("B3", "Umea")}</row>'
    )
    sheet = f'<sheetData>{rows}</sheetData><mergeCells><mergeCell ref="A2:A3"/></mergeCells>'

    body = article_in(_book(sheet), ".xlsx").body

    assert "| North | Lund |\n|---|---|\n| North | Umea |" in body


def test_too_many_cells_are_refused_before_they_take_time() -> None:
    many = "".join(
        f"<row>{''.join(f'<c><v>{at}</v></c>' for at in range(400))}</row>"
        for _ in range(MAX_CELLS // 400 + 1)
    )
    assert "cells; split it" in error_in(_book(f"<sheetData>{many}</sheetData>"), ".xlsx")


def test_a_part_that_unpacks_to_hundreds_of_times_its_size_is_refused() -> None:
    bomb = f"<sheetData><row>{_text('A1', 'x')}</row></sheetData>" + " " * (30 * 2**20)

    assert "unpacks to more than can be read" in error_in(_book(bomb), ".xlsx")


@pytest.mark.parametrize(
    ("stored", "format_id", "code", "shown"),
    [
        ("45749.5", 22, "", "2 April 2025 12:00"),
        ("45749", 164, "dd.mm.yyyy", "2 April 2025"),
        ("1234.5", 164, '#,##0.00 "€"', "1,234.50 €"),
        ("1234", 164, "[$£-809]#,##0.00", "£1,234"),
        ("0.18", 9, "", "18%"),
        ("1.5", 164, "[h]:mm", "36:00"),
        ("0.1", 0, "", "0.1"),
        ("12345678", 1, "", "12345678"),
        ("text", 14, "", "text"),
        ("3", 164, '0 "days"', "3"),
    ],
)
def test_numbers_are_shown_in_their_format(
    stored: str, format_id: int, code: str, shown: str
) -> None:
    assert shown_number(stored, number_kind(format_id, code)) == shown
