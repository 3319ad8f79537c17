"""EPUB books: their chapters, in order."""

from tests.ingest.reading.reading import article_in, remarks_in, zipped

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf"/></rootfiles></container>'
)
BOOK = """<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">
<metadata><dc:title>The desk book</dc:title><dc:creator>Ada</dc:creator></metadata>
<manifest><item id="n" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>
<item id="b" href="b.xhtml" media-type="application/xhtml+xml"/>
<item id="a" href="text/a%20one.xhtml" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/></spine></package>"""


def _book() -> bytes:
    head = "<html xmlns='http://www.w3.org/1999/xhtml'><head><title/></head><body>"
    return zipped(
        **{
            "META-INF__container_dot_xml": CONTAINER,
            "OPS__book_dot_opf": BOOK,
            "OPS__nav_dot_xhtml": f"{head}<p>Contents</p></body></html>",
            "OPS__text__a one_dot_xhtml": f"{head}<h1>Nights</h1><p>From <i>ten</i>.</p>"
            "<pre># no heading</pre></body></html>",
            "OPS__b_dot_xhtml": f"{head}<h1>Days</h1><h2>Early</h2><p>From six.</p></body></html>",
        }
    )


def test_a_book_is_one_article_whose_chapters_are_sections() -> None:
    article = article_in(_book(), ".epub")

    assert (article.title, article.author) == ("The desk book", "Ada")
    assert article.body == (
        "## Nights\n\nFrom ten.\n\n```\n# no heading\n```\n\n## Days\n\n### Early\n\nFrom six."
    )
    assert remarks_in(_book(), ".epub") == ["its table of contents and pictures are left out"]
