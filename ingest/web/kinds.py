"""Pure: which reader a page is for, from what its server says of it."""

import codecs
import re
from email.message import Message
from pathlib import PurePosixPath
from urllib.parse import unquote

from ingest.reading.parsing import SUPPORTED_SUFFIXES
from ingest.web.addresses import Address

__all__ = ["SITEMAP", "in_utf8", "looks_like_sitemap", "name_of", "suffix_of"]

SITEMAP = ".xml"
"""Stands for a list of pages; no reader takes XML."""

_OFFICE = "application/vnd.openxmlformats-officedocument"
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/x-rst": ".rst",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "application/pdf": ".pdf",
    "application/rtf": ".rtf",
    "text/rtf": ".rtf",
    "application/epub+zip": ".epub",
    "application/zip": ".zip",
    "message/rfc822": ".eml",
    f"{_OFFICE}.wordprocessingml.document": ".docx",
    f"{_OFFICE}.presentationml.presentation": ".pptx",
    f"{_OFFICE}.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.presentation": ".odp",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/xml": SITEMAP,
    "text/xml": SITEMAP,
    "application/gzip": SITEMAP,
    "application/x-gzip": SITEMAP,
}
_UNTOLD = ("", "text/plain", "application/octet-stream", "binary/octet-stream")
"""What servers say of files that they do not know; then the name in the address tells."""
_TEXTS = (".html", ".md", ".txt", ".rst", ".csv", ".tsv", ".adoc", ".json", ".jsonl")
_CHARSETS = ("iso8859", "cp", "utf-16", "utf-32", "koi8", "shift_jis", "euc", "gb", "big5", "mac")
"""Encodings of texts that are read in linear time; a server may name any that Python knows."""
_SITEMAP_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]{0,40}:)?(?:urlset|sitemapindex)[\s>]")


def suffix_of(content_type: str, address: Address) -> str:
    """Return the suffix of the kind that a server names, or an empty text for one not read."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind in _SUFFIXES:
        return _SUFFIXES[kind]
    if kind not in _UNTOLD:
        return ""
    named = PurePosixPath(unquote(address.path)).suffix.lower()
    if named in (".xml", ".gz"):
        return SITEMAP
    if named in SUPPORTED_SUFFIXES:
        return named
    return ".txt" if kind == "text/plain" else ""


def name_of(address: Address) -> tuple[str, tuple[str, ...]]:
    """Return the words that name a page, and the folders that it lies in."""
    path = PurePosixPath(unquote(address.path))
    parts = tuple(part for part in path.parts if part != "/")
    if not parts:
        return address.host, ()
    return PurePosixPath(parts[-1]).stem, (address.host, *parts[:-1])


def in_utf8(data: bytes, content_type: str, *, suffix: str) -> bytes:
    """Return a text in UTF-8 when its server names another encoding, as it knows best."""
    header = Message()
    header["Content-Type"] = content_type
    charset = header.get_content_charset("")
    if suffix not in _TEXTS or not charset or _is_utf8(data):
        return data
    try:
        name = codecs.lookup(charset).name
        if not name.startswith(_CHARSETS):
            return data
        # What calls itself Latin-1 on the web is Windows-1252.
        return codecs.BOM_UTF8 + data.decode("cp1252" if name == "iso8859-1" else name).encode()
    except (LookupError, UnicodeError):
        return data


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeError:
        return False
    return b"\0" not in data


def looks_like_sitemap(data: bytes) -> bool:
    """Return whether XML is a list of pages, by its first kilobytes."""
    return _SITEMAP_ROOT.search(data[:4_096]) is not None
