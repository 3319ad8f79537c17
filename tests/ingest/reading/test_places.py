"""The page or slide that a citation names is the one on which its sentence stands.

The documents are made here, with a known sentence on every page, among headings that begin on
some pages only, running heads, blank pages, hidden slides and lists.
"""

import random

import pytest

from ingest.chunking import split_articles
from knowledge.domain import last_heading
from tests.ingest.reading.reading import article_in, zipped_files
from tests.ingest.reading.test_pdf import _lines, _pdf

PLACES = 24
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _fact(place: int) -> str:
    return f"Gate {place * 7} is opened by the warden of tower {place * 3}."


def _headings(data: bytes, suffix: str) -> dict[int, str]:
    """Return the last part of the heading under which each place's sentence is cited."""
    (chunks,) = split_articles(
        [article_in(data, suffix)],
        count_tokens=lambda texts: [len(text.split()) for text in texts],
        max_tokens=90,
    )
    return {
        place: last_heading(chunk.heading)
        for place in range(1, PLACES + 1)
        for chunk in chunks
        if _fact(place) in chunk.text
    }


@pytest.mark.parametrize("seed", range(4))
def test_the_page_of_a_pdf_is_right(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    pages, at = [], {}
    for place in range(1, PLACES + 1):
        if chance.random() < 0.2:
            pages.append(_lines("Rules of the towers", top=810, size=9))
        page = [*_lines("Rules of the towers", top=810, size=9)]
        if chance.random() < 0.4:
            page += _lines(f"Part {place} of the rules", top=760, size=16)
        filler = [
            f"Line {n} of place {place} says no more than that it is there." for n in range(3)
        ]
        filler.insert(chance.randrange(4), _fact(place))
        page += _lines(*filler)
        pages.append([*page, *_lines(f"{len(pages) + 1}", top=30, left=290, size=9)])
        at[place] = f"Page {len(pages)}"

    assert _headings(_pdf(*pages), ".pdf") == at


@pytest.mark.parametrize("seed", range(4))
def test_the_slide_of_a_presentation_is_right(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    files = chance.sample(range(1, 90), PLACES)
    parts: dict[str, str | bytes] = {}
    order, targets, at = "", "", {}
    for place, number in enumerate(files, start=1):
        is_hidden = chance.random() < 0.2
        title = f"Part {place}" if chance.random() < 0.6 else ""
        texts = [("body", f"Place {place} is a place."), ("body", _fact(place))]
        shapes = "".join(
            f'<p:sp><p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr><p:txBody><a:p>'
            f"<a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
            for kind, text in [("title", title), *texts]
        )
        show = ' show="0"' if is_hidden else ""
        parts[f"ppt/slides/slide{number}.xml"] = f"<p:sld {P} {A}{show}>{shapes}</p:sld>"
        order += f'<p:sldId r:id="r{number}"/>'
        targets += f'<Relationship Id="r{number}" Target="slides/slide{number}.xml"/>'
        if not is_hidden:
            at[place] = f"Slide {place}: {title}" if title else f"Slide {place}"
    parts["ppt/presentation.xml"] = f"<p:presentation {P} {R}>{order}</p:presentation>"
    parts["ppt/_rels/presentation.xml.rels"] = f'<Relationships xmlns="x">{targets}</Relationships>'

    assert _headings(zipped_files(parts), ".pptx") == at


@pytest.mark.parametrize("seed", range(4))
def test_the_section_of_a_word_document_is_right(seed: int) -> None:
    """A Word document has no pages until it is printed: its headings are its places."""
    chance = random.Random(seed)  # noqa: S311
    body, heading, at = "", "", {}
    for place in range(1, PLACES + 1):
        if chance.random() < 0.4:
            heading = f"Part {place}"
            level = chance.choice(("h1", "h2"))
            style = f'<w:pPr><w:pStyle w:val="{level}"/></w:pPr>'
            body += f"<w:p>{style}<w:r><w:t>{heading}</w:t></w:r></w:p>"
        fact = f"<w:p><w:r><w:t>{_fact(place)}</w:t></w:r></w:p>"
        if chance.random() < 0.3:
            fact = f"<w:tbl><w:tr><w:tc>{fact}</w:tc></w:tr></w:tbl>"
        body += fact
        at[place] = heading
    styles = "".join(
        f'<w:style w:styleId="h{n}"><w:name w:val="heading {n}"/></w:style>' for n in (1, 2)
    )
    data = zipped_files(
        {
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
            "word/styles.xml": f"<w:styles {W}>{styles}</w:styles>",
        }
    )

    assert _headings(data, ".docx") == at
