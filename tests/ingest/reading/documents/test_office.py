"""Word and PowerPoint documents: what is read on their pages."""

import datetime as dt
import zipfile
from io import BytesIO

import pytest

from ingest.reading.parsing import RawFile, parse_articles
from ingest.sections import find_sections
from knowledge.domain import Article
from knowledge.errors import ArticleError
from tests.ingest.reading.reading import article_in, remarks_in, zipped_files

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
STYLES = (
    f"<w:styles {W}>"
    '<w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:styleId="Titel"><w:name w:val="Title"/></w:style></w:styles>'
)
CORE = (
    '<c:coreProperties xmlns:c="http://schemas.openxmlformats.org/package/2006/metadata/core-'
    'properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:t="http://purl.org/dc/terms/"><dc:title>Template</dc:title>'
    "<dc:creator>The desk</dc:creator><t:modified>2025-04-02T08:00:00Z</t:modified>"
    "</c:coreProperties>"
)


def _archive(**parts: str) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", text)
    return file.getvalue()


def _paragraph(text: str, *, style: str = "", before: str = "") -> str:
    mark = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else before
    return f"<w:p>{mark}<w:r><w:t>{text}</w:t></w:r></w:p>"


def _word(*blocks: str) -> bytes:
    document = f"<w:document {W}><w:body>{''.join(blocks)}</w:body></w:document>"
    return _archive(word__document=document, word__styles=STYLES, docProps__core=CORE)


def _read(data: bytes, suffix: str) -> Article | ArticleError:
    *_, found = parse_articles(RawFile(location="a", data=data, suffix=suffix, stem="shift_plan"))
    assert isinstance(found, Article | ArticleError)
    return found


def test_a_word_document_keeps_headings_lists_and_tables() -> None:
    numbered = '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    cells = "".join(f"<w:tc>{_paragraph(text)}</w:tc>" for text in ("Night*", "18 %"))
    article = _read(
        _word(
            _paragraph("Premiums", style="Titel"),
            _paragraph("The premium is 5*3*2 euros."),
            _paragraph("At night", style="berschrift1"),
            _paragraph("From ten.", before=numbered),
            _paragraph("To six.", before=numbered),
            f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>",
            "<w:p><w:del><w:r><w:delText>Old rate.</w:delText></w:r></w:del>"
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>Hidden.</w:t></w:r>"
            "<w:ins><w:r><w:t>New rate.</w:t></w:r></w:ins></w:p>",
        ),
        ".docx",
    )

    assert isinstance(article, Article)
    assert (article.title, article.author) == ("Premiums", "The desk")
    assert article.updated == dt.date(2025, 4, 2)
    assert [(section.trail, section.lines) for section in find_sections(article)] == [
        ((), [["The premium is 5*3*2 euros."]]),
        (
            ("At night",),
            [["- From ten."], ["- To six."], ["| Night* | 18 % |"], ["New rate."]],
        ),
    ]


def test_a_presentation_has_a_section_for_each_slide_that_is_shown() -> None:
    def slide(title: str, *lines: str, show: str = "1") -> str:
        body = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in lines)
        return (
            f'<p:sld {P} {A} show="{show}"><p:sp><p:nvSpPr><p:nvPr><p:ph type="title"/></p:nvPr>'
            f"</p:nvSpPr><p:txBody><a:p><a:r><a:t>{title}</a:t></a:r></a:p></p:txBody></p:sp>"
            f"<p:sp><p:txBody>{body}</p:txBody></p:sp></p:sld>"
        )

    article = _read(
        _archive(
            ppt__slides__slide2=slide("Costs", "An hour costs nineteen euros."),
            ppt__slides__slide1=slide("Scope", "Calls.", "Chats."),
            ppt__slides__slide3=slide("Spare", "Never shown.", show="0"),
        ),
        ".pptx",
    )

    assert isinstance(article, Article)
    assert article.title == "Shift plan"
    assert article.body == (
        "## Slide 1: Scope\n\n- Calls.\n\n- Chats.\n\n"
        "## Slide 2: Costs\n\nAn hour costs nineteen euros."
    )


def test_a_footnote_stands_below_the_paragraph_that_it_belongs_to() -> None:
    def note(kind: str, number: int, text: str) -> str:
        return f'<w:{kind} w:id="{number}">{_paragraph(text)}</w:{kind}>'

    mark = '<w:r><w:{}Reference w:id="2"/></w:r></w:p>'
    body = "".join(
        _paragraph(text).replace("</w:p>", mark.format(kind))
        for text, kind in (("Nights pay more.", "footnote"), ("Sundays too.", "endnote"))
    )
    data = zipped_files(
        {
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
            "word/footnotes.xml": f"<w:footnotes {W}>{note('footnote', 0, '')}"
            f"{note('footnote', 2, 'From April.')}</w:footnotes>",
            "word/endnotes.xml": f"<w:endnotes {W}>{note('endnote', 2, 'Not in May.')}"
            "</w:endnotes>",
        }
    )

    assert article_in(data, ".docx").body == (
        "Nights pay more.\n\nFrom April.\n\nSundays too.\n\nNot in May."
    )


def test_what_is_left_out_of_a_word_document_is_counted() -> None:
    body = (
        _paragraph("New rate.")
        + "<w:p><w:del><w:r><w:delText>Old rate.</w:delText></w:r></w:del></w:p>"
        + "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>Hidden.</w:t></w:r></w:p>"
    )
    comment = f'<w:comment w:id="1">{_paragraph("Really?")}</w:comment>'
    data = zipped_files(
        {
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
            "word/comments.xml": f"<w:comments {W}>{comment}</w:comments>",
            "word/header1.xml": f"<w:hdr {W}>{_paragraph('Internal')}</w:hdr>",
            "word/footer1.xml": f"<w:ftr {W}>{_paragraph('')}</w:ftr>",
        }
    )

    assert article_in(data, ".docx").body == "New rate."
    assert remarks_in(data, ".docx") == [
        "1 passages of deleted text in it are left out",
        "1 passages of hidden text in it are left out",
        "1 comments in it are left out",
        "1 page headers and footers in it are left out",
    ]


def test_a_slide_has_the_number_at_which_it_is_shown_and_its_notes() -> None:
    r = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    rel = '<Relationships xmlns="x"><Relationship Id="{}" Target="{}"/>{}</Relationships>'

    def shape(kind: str, text: str) -> str:
        return (
            f'<p:sp><p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r>'
            f"<a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
        )

    order = "".join(f'<p:sldId r:id="r{n}"/>' for n in (7, 3, 5))
    data = zipped_files(
        {
            "ppt/presentation.xml": f"<p:presentation {P} {r}>{order}</p:presentation>",
            "ppt/_rels/presentation.xml.rels": rel.format(
                "r3",
                "slides/slide1.xml",
                '<Relationship Id="r5" Target="slides/slide10.xml"/>'
                '<Relationship Id="r7" Target="/ppt/slides/slide2.xml"/>',
            ),
            "ppt/slides/slide1.xml": f'<p:sld {P} {A} show="0">{shape("body", "Hidden.")}</p:sld>',
            "ppt/slides/slide2.xml": f"<p:sld {P} {A}>{shape('body', 'Shown first.')}</p:sld>",
            "ppt/slides/slide10.xml": f"<p:sld {P} {A}>{shape('title', 'Costs')}"
            f"{shape('body', 'Nineteen euros.')}</p:sld>",
            "ppt/slides/_rels/slide10.xml.rels": rel.format("n", "../notesSlides/n1.xml", ""),
            "ppt/notesSlides/n1.xml": f"<p:notes {P} {A}>{shape('body', 'Say it slowly.')}"
            f"{shape('sldNum', '3')}</p:notes>",
        }
    )

    assert article_in(data, ".pptx").body == (
        "## Slide 1\n\nShown first.\n\n## Slide 3: Costs\n\nNineteen euros.\n\nSay it slowly."
    )
    assert remarks_in(data, ".pptx") == ["1 hidden slides in it are left out"]


@pytest.mark.parametrize("suffix", [".docx", ".pptx"])
@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 and no more",
        b"\xd0\xcf\x11\xe0 with a password",
        _archive(other="<a/>"),
        _archive(word__document="<broken", ppt__slides__slide1="<broken"),
        _archive(
            word__document="<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/hosts'>]><a>&e;</a>",
            ppt__slides__slide1="<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/hosts'>]><a>&e;</a>",
        ),
    ],
    ids=["cut off", "encrypted", "another archive", "broken", "an entity"],
)
def test_what_is_no_document_is_an_error(data: bytes, suffix: str) -> None:
    assert isinstance(_read(data, suffix), ArticleError)
