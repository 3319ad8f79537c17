"""A sitemap: the list of pages, or of further lists, that a site gives to programs."""

from dataclasses import dataclass

from lxml import etree

from ingest.reading.files import RawFile
from knowledge.errors import ArticleError

__all__ = ["Sitemap", "read_sitemap"]

MAX_ENTRIES = 50_000
"""What the protocol allows in one file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """What a sitemap lists, in its order, each once."""

    pages: tuple[str, ...]
    sitemaps: tuple[str, ...]


def read_sitemap(raw: RawFile) -> Sitemap:
    """Return what a sitemap lists; raise `ArticleError` when it is none."""
    # Nothing outside the file is read, and no entity is made text.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    try:
        root = etree.fromstring(raw.data, parser)
    except etree.XMLSyntaxError as exc:
        raise ArticleError(f"is no correct sitemap: {exc.msg}", location=raw.location) from exc
    kind = "" if root is None else etree.QName(root).localname
    if kind not in ("urlset", "sitemapindex"):
        raise ArticleError(
            "is XML, but no sitemap; give the address of a page or of a sitemap",
            location=raw.location,
        )
    space = str(root.tag).removesuffix(kind)
    found: dict[str, None] = {}
    for entry in root:
        for child in entry:
            # An image or a video within an entry has an address of its own, in its own namespace.
            if child.text and child.tag == f"{space}loc":
                found.setdefault(child.text.strip())
        if len(found) > MAX_ENTRIES:
            raise ArticleError(
                f"lists more than {MAX_ENTRIES:,} addresses; give its parts one by one",
                location=raw.location,
            )
    listed = tuple(found)
    is_index = kind == "sitemapindex"
    return Sitemap(pages=() if is_index else listed, sitemaps=listed if is_index else ())
