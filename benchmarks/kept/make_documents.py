"""Makes the documents of `open` and `aside` from their sources, with programs of other people.

Only to be run when a source changes: the documents lie beside their sources' folders, each with
the lines that it has. Needs Chromium, and pypandoc_binary, python-docx, python-pptx and openpyxl in
an environment of their own, which nothing else here needs:

    python -m benchmarks.kept.make_documents
"""

import subprocess
import tempfile
from pathlib import Path
from typing import Any

import openpyxl
import pptx
import pypandoc
from docx import Document
from openpyxl.comments import Comment
from pptx.util import Inches

from benchmarks.kept.marks import lines_of, without_marks

HERE = Path(__file__).parent
FORMATS = ("docx", "odt", "epub", "rtf")


def main() -> None:
    """Make them all."""
    for half in ("open", "aside"):
        folder = HERE / half
        for source in sorted((folder / "sources").iterdir()):
            marked = source.read_text(encoding="utf-8")
            if source.suffix == ".md":
                for form in FORMATS:
                    out = folder / f"{source.stem}.{form}"
                    pypandoc.convert_text(
                        without_marks(marked),
                        form,
                        format="markdown+smart",
                        outputfile=str(out),
                        extra_args=["--track-changes=all", "--standalone"],
                    )
                    keep_lines(out, marked, furniture=form == "docx")
            else:
                out = folder / f"{source.stem}.pdf"
                print_page(without_marks(marked), out)
                keep_lines(out, marked)
    make_word(HERE / "open" / "canteen.docx", OPEN_WORD)
    make_word(HERE / "aside" / "studio.docx", ASIDE_WORD)
    make_slides(HERE / "open" / "welcome.pptx", OPEN_SLIDES)
    make_slides(HERE / "aside" / "dive.pptx", ASIDE_SLIDES)
    make_book(HERE / "open" / "tools.xlsx", OPEN_SHEETS)
    make_book(HERE / "aside" / "routes.xlsx", ASIDE_SHEETS)


def keep_lines(out: Path, marked: str, *, furniture: bool = True) -> None:
    """Write the lines of a document beside it."""
    lines = [line for line in lines_of(marked) if furniture or line[0] == "+"]
    out.with_name(f"{out.name}.lines").write_text("\n".join(lines) + "\n", encoding="utf-8")


def print_page(html: str, out: Path) -> None:
    """Print a page with Chromium."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(html, encoding="utf-8")
        subprocess.run(
            [
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-pdf-header-footer",
                f"--user-data-dir={folder}/profile",
                f"--print-to-pdf={out}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )


def make_word(out: Path, blocks: list[Any]) -> None:  # noqa: C901
    """Write a Word document with python-docx."""
    document = Document()
    lines, before = [], ""
    for kind, *texts in blocks:
        lines += [f"{'-' if kind in ('head', 'foot') else '+'} {text}" for text in texts]
        match kind:
            case "head":
                document.sections[0].header.paragraphs[0].text = texts[0]
            case "foot":
                document.sections[0].footer.paragraphs[0].text = texts[0]
            case "title":
                document.add_heading(texts[0], 0)
            case "h1" | "h2":
                document.add_heading(texts[0], int(kind[1]))
            case "row":
                table = (
                    document.tables[-1] if before == "row" else document.add_table(0, len(texts))
                )
                for cell, text in zip(table.add_row().cells, texts, strict=True):
                    cell.text = text
            case "List Bullet" | "List Number" | "List Bullet 2" | "Quote" | "Caption":
                document.add_paragraph(texts[0], style=kind)
            case "bold":
                document.add_paragraph().add_run(texts[0]).bold = True
            case "nested":
                cell = document.add_table(1, 1).cell(0, 0)
                cell.text = texts[0]
                inner = cell.add_table(1, 1)
                inner.cell(0, 0).text = texts[1]
            case _:
                document.add_paragraph(texts[0])
        before = kind
    document.save(str(out))
    out.with_name(f"{out.name}.lines").write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_slides(out: Path, slides: list[dict[str, Any]]) -> None:
    """Write a presentation with python-pptx."""
    deck = pptx.Presentation()
    lines = []
    for slide_of in slides:
        layout = deck.slide_layouts[1 if "points" in slide_of else 5]
        slide = deck.slides.add_slide(layout)
        slide.shapes.title.text = slide_of["title"]
        lines.append(f"+ {slide_of['title']}")
        for at, text in enumerate(slide_of.get("points", ())):
            frame = slide.placeholders[1].text_frame
            paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
            paragraph.text = text.lstrip()
            paragraph.level = len(text) - len(text.lstrip())
            lines.append(f"+ {text.lstrip()}")
        if rows := slide_of.get("rows"):
            shape = slide.shapes.add_table(
                len(rows), len(rows[0]), Inches(1), Inches(2), Inches(6), Inches(2)
            )
            for r, row in enumerate(rows):
                for c, text in enumerate(row):
                    shape.table.cell(r, c).text = text
                    lines.append(f"+ {text}")
        if box := slide_of.get("box"):
            group = slide.shapes.add_group_shape()
            frame = group.shapes.add_textbox(Inches(1), Inches(5), Inches(4), Inches(1))
            frame.text_frame.text = box
            lines.append(f"+ {box}")
        if notes := slide_of.get("notes"):
            slide.notes_slide.notes_text_frame.text = notes
            lines.append(f"+ {notes}")
    deck.save(str(out))
    out.with_name(f"{out.name}.lines").write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_book(out: Path, sheets: dict[str, list[list[Any]]]) -> None:
    """Write a workbook with openpyxl; a sheet whose name begins with a dash is hidden."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    lines = []
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.lstrip("-"))
        is_hidden = name.startswith("-")
        if is_hidden:
            sheet.sheet_state = "hidden"
        lines.append(f"{'-' if is_hidden else '+'} {name.lstrip('-')}")
        for row in rows:
            sheet.append([value for value, _ in row])
            lines += [f"{'-' if is_hidden else '+'} {shown}" for _, shown in row if shown]
            for at, (value, _) in enumerate(row, 1):
                if isinstance(value, float) and value < 1:
                    sheet.cell(sheet.max_row, at).number_format = "0%"
    if not sheet["A1"].comment:
        book.worksheets[0]["A2"].comment = Comment("Nobody asked for this remark", "Kai")
    lines.append("- Nobody asked for this remark")
    book.save(str(out))
    out.with_name(f"{out.name}.lines").write_text("\n".join(lines) + "\n", encoding="utf-8")


OPEN_WORD = [
    ("head", "Canteen paper, not for guests"),
    ("foot", "Filed under kitchen matters"),
    ("title", "The canteen"),
    ("p", "Lunch is served from half past eleven to two."),
    ("h1", "Paying"),
    ("p", "Cards are charged at the machine beside the door."),
    ("List Bullet", "no cash at the till"),
    ("List Bullet 2", "except on open days"),
    ("List Number", "Hold the card to the reader."),
    ("h2", "Prices"),
    ("row", "Dish", "Staff", "Guests"),
    ("row", "Soup", "2.10 €", "3.40 €"),
    ("row", "Dish of the day", "4.80 €", "7.20 €"),
    ("Caption", "Prices from April on"),
    ("bold", "Leftovers"),
    ("p", "Bring a box; the kitchen fills it after two."),
    ("nested", "Outer cell of the notice", "Inner cell about allergies"),
    ("Quote", "Nobody leaves hungry."),
]
ASIDE_WORD = [
    ("head", "Radio house circular"),
    ("foot", "Circular without signature"),
    ("title", "Using studio two"),
    ("h1", "Booking"),
    ("p", "Slots are an hour long and start on the hour."),
    ("p", "Whoever does not come twice is not booked a third time."),
    ("List Number", "Write to the desk."),
    ("List Number", "Wait for the green mark."),
    ("h1", "On air"),
    ("row", "Light", "Sense"),
    ("row", "Red", "Microphones are open"),
    ("row", "White", "Somebody rings"),
    ("p", "Chairs that creak are turned over and reported."),
    ("h2", "Leaving"),
    ("List Bullet", "faders down"),
    ("List Bullet", "lamp off"),
    ("nested", "Keys go back", "into the brass box"),
    ("Quote", "Silence is a signal, too."),
]
OPEN_SLIDES: list[dict[str, Any]] = [
    {"title": "Welcome to the depot", "points": ["Shifts start at six", " Bring boots", "Ask Mo"]},
    {"title": "Who does what", "rows": [["Post", "Name"], ["Gate", "Mo"], ["Office", "Irene"]]},
    {
        "title": "When something breaks",
        "points": ["Stop the belt", "Ring 4455"],
        "box": "The red rope stops every belt",
        "notes": "Say that nobody is blamed for pulling the rope.",
    },
]
ASIDE_SLIDES: list[dict[str, Any]] = [
    {"title": "Diving lesson one", "points": ["Check your buddy", " Air open", " Belt closed"]},
    {"title": "Depths", "rows": [["Course", "Metres"], ["First", "18"], ["Second", "30"]]},
    {
        "title": "Signals",
        "points": ["Thumb up: ascend", "Flat hand: stop"],
        "box": "Never hold your breath",
        "notes": "Let everybody show each signal twice.",
    },
    {"title": "Questions to be asked", "box": "Which side does the hose come over?"},
]


def _row(*cells: Any) -> list[Any]:
    return [cell if isinstance(cell, tuple) else (cell, str(cell)) for cell in cells]


OPEN_SHEETS = {
    "Tool list": [
        _row("Tool", "Place", "Pieces"),
        _row("Torque wrench", "Cabinet 3", 4),
        _row("Heat gun", "Cabinet 5", 12),
    ],
    "Lending rates": [
        _row("Kind", "Share lent"),
        _row("Hand tools", (0.25, "25%")),
        _row("Machines", (0.6, "60%")),
    ],
    "-Backroom sums": [_row("Secret column"), _row("Hidden value 77")],
}
ASIDE_SHEETS = {
    "Routes": [
        _row("Route", "Driver", "Stops"),
        _row("North loop", "Femi", 14),
        _row("Hill run", "Aud", 9),
        _row("Market, Saturdays only", "Femi", 3),
    ],
    "Late buses": [
        _row("Month", "Late"),
        _row("January", (0.12, "12%")),
        _row("June", (0.03, "3%")),
    ],
    "-Dispatcher scratch": [_row("Scratch words here"), _row("Do not show 55")],
}

if __name__ == "__main__":
    main()
