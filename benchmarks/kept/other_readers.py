"""Measures other programs' readers on the pages of `benchmarks.kept`, those that are installed.

None of them is needed here: run it in an environment that has them.

    pip install trafilatura justext readability-lxml html-to-markdown markitdown[all] mammoth \
        docx2txt pdfplumber pypdfium2 kreuzberg
    python -m benchmarks.kept.other_readers
"""

import io
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.kept.pages import HALVES, Count, count, pages_of

Reader = Callable[[bytes, str], str]
_HTML = frozenset({"html"})


def main() -> None:
    """Print a line for each reader, kind and half."""
    for half in HALVES:
        pages = list(pages_of(half))
        for name, kinds, reader in _readers():
            counts: defaultdict[str, Count] = defaultdict(Count)
            for page in pages:
                if page.kind in kinds:
                    try:
                        text = reader(page.data, page.suffix)
                    except Exception as exc:  # noqa: BLE001
                        # Whatever another program raises, it read nothing.
                        print(f"{name}: {page.name}: {type(exc).__name__}", file=sys.stderr)
                        text = ""
                    counts[page.kind].add(count(page, text)[0])
            for kind, total in sorted(counts.items()):
                print(
                    f"{half:<6} {kind:<6} {name:<28} kept {total.kept_share:.3f}  "
                    f"furniture {total.furniture_share:.3f}",
                    flush=True,
                )


def _readers() -> Iterator[tuple[str, frozenset[str], Reader]]:
    for module, make in (
        ("trafilatura", _trafilatura),
        ("justext", _justext),
        ("readability", _readability),
        ("html_to_markdown", _html_to_markdown),
        ("markitdown", _markitdown),
        ("kreuzberg", _kreuzberg),
        ("unstructured.partition.auto", _unstructured),
        ("mammoth", _mammoth),
        ("docx2txt", _docx2txt),
        ("docx", _python_docx),
        ("pptx", _python_pptx),
        ("pdfplumber", _pdfplumber),
        ("pypdfium2", _pypdfium2),
    ):
        try:
            loaded = import_module(module)
        except ImportError:
            continue
        yield from make(loaded)


_Found = Iterator[tuple[str, frozenset[str], Reader]]


def _trafilatura(library: Any) -> _Found:
    def read(**more: bool) -> Reader:
        return lambda data, _: (
            library.extract(
                data.decode(), output_format="markdown", include_comments=False,
                include_tables=True, include_formatting=True, **more,
            )
            or ""
        )  # fmt: skip

    yield "trafilatura", _HTML, read()
    yield "trafilatura, recall", _HTML, read(favor_recall=True)
    yield "trafilatura, all text", _HTML, lambda data, _: library.html2txt(data.decode())


def _justext(library: Any) -> _Found:
    words = library.get_stoplist("English")

    def read(**more: Any) -> Reader:
        return lambda data, _: "\n".join(
            part.text for part in library.justext(data, words, **more) if not part.is_boilerplate
        )

    yield "jusText", _HTML, read()
    yield "jusText, short lines", _HTML, read(length_low=10, length_high=40, stopwords_low=0.1)


def _readability(library: Any) -> _Found:
    from lxml import html

    yield (
        "readability-lxml",
        _HTML,
        lambda data, _: "\n".join(
            html.fromstring(library.Document(data.decode()).summary()).itertext()
        ),
    )


def _html_to_markdown(library: Any) -> _Found:
    def read(data: bytes, _: str) -> str:
        found = library.convert(data.decode())
        if isinstance(found, str):
            return found
        return str(found["content"] if isinstance(found, dict) else found.content)

    yield "html-to-markdown", _HTML, read


def _markitdown(library: Any) -> _Found:
    def read(data: bytes, suffix: str) -> str:
        found = library.MarkItDown().convert_stream(io.BytesIO(data), file_extension=suffix)
        return str(found.text_content)

    yield "markitdown", frozenset({"html", "pdf", "docx", "pptx", "xlsx", "epub"}), read


def _on_disk(read: Callable[[str], str]) -> Reader:
    def through_file(data: bytes, suffix: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / f"file{suffix}"
            file.write_bytes(data)
            return read(str(file))

    return through_file


def _kreuzberg(library: Any) -> _Found:
    kinds = frozenset({"html", "pdf", "docx", "pptx", "xlsx", "odt", "epub", "rtf"})
    yield "kreuzberg", kinds, _on_disk(lambda file: str(library.extract_file_sync(file).content))


def _unstructured(library: Any) -> _Found:
    kinds = frozenset({"html", "docx", "pptx", "xlsx", "odt", "epub", "rtf"})
    yield (
        "unstructured",
        kinds,
        _on_disk(lambda file: "\n".join(map(str, library.partition(filename=file)))),
    )


def _mammoth(library: Any) -> _Found:
    yield (
        "mammoth",
        frozenset({"docx"}),
        lambda data, _: str(library.extract_raw_text(io.BytesIO(data)).value),
    )


def _docx2txt(library: Any) -> _Found:
    yield "docx2txt", frozenset({"docx"}), lambda data, _: str(library.process(io.BytesIO(data)))


def _python_docx(library: Any) -> _Found:
    def read(data: bytes, _: str) -> str:
        document = library.Document(io.BytesIO(data))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return "\n".join([*(part.text for part in document.paragraphs), *cells])

    yield "python-docx, paragraphs", frozenset({"docx"}), read


def _python_pptx(library: Any) -> _Found:
    def read(data: bytes, _: str) -> str:
        texts = []
        for slide in library.Presentation(io.BytesIO(data)).slides:
            for shape in slide.shapes:
                if shape.has_text_frame:
                    texts.append(shape.text_frame.text)
                if shape.has_table:
                    texts += [cell.text for row in shape.table.rows for cell in row.cells]
            if slide.has_notes_slide:
                texts.append(slide.notes_slide.notes_text_frame.text)
        return "\n".join(texts)

    yield "python-pptx, shapes", frozenset({"pptx"}), read


def _pdfplumber(library: Any) -> _Found:
    def read(data: bytes, _: str) -> str:
        with library.open(io.BytesIO(data)) as document:
            return "\n".join(page.extract_text() or "" for page in document.pages)

    yield "pdfplumber", frozenset({"pdf"}), read


def _pypdfium2(library: Any) -> _Found:
    def read(data: bytes, _: str) -> str:
        document = library.PdfDocument(data)
        return "\n".join(page.get_textpage().get_text_range() for page in document)

    yield "pypdfium2, plain", frozenset({"pdf"}), read


if __name__ == "__main__":
    main()
